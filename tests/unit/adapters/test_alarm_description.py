"""Team and priority as people write them: read right, or refused with a reason; never guessed."""

from typing import Any

import pytest

from chalicelib.adapters import alarm_description, alarm_owner
from chalicelib.adapters.owner_rules import OwnerRules
from chalicelib.alert import AlertEvent, Priority
from tests.unit.adapters.test_adapters import one, payload, rejection
from tests.unit.messages import FALLBACK, deliver

QUEUE = "https://wiki.example.org/ci/queue"
SEARCH = "https://logs.example.org/search?q=error|warning&from=now-1h"


def alarm(description: str | None, **fields: Any) -> dict[str, Any]:
    return payload("cloudwatch/metric-piped-description") | {"AlarmDescription": description} | fields


def read(description: str, rules: OwnerRules = FALLBACK) -> tuple[tuple[str, ...], str, str | None]:
    alert = one("cloudwatch", alarm(description), rules)
    return alert.teams, alert.priority.value, alert.description


@pytest.mark.parametrize(
    ("description", "teams", "priority", "text"),
    [
        ("TEAM=dev-infra | PRIORITY=P1", "dev-infra", "P1", None),
        ("PRIORITY=P1|TEAM=dev-infra|Queue is long", "dev-infra", "P1", "Queue is long"),
        ("PRIORITY=P1 | TEAM=dev-infra High CPU on prod", "dev-infra", "P1", "High CPU on prod"),
        ("PRIORITY=P1 | TEAM=dev-infra, ci-runners", "dev-infra,ci-runners", "P1", None),
        ("PRIORITY=P1 | TEAM=a,b | TEAM=a", "a,b", "P1", None),
        ("TEAM=dev-infra PRIORITY=P0", "dev-infra", "P0", None),
        ("TEAM=dev-infra, PRIORITY=P0, High CPU", "dev-infra", "P0", "High CPU"),
        ("TEAM=dev-infra; PRIORITY=P0; High CPU", "dev-infra", "P0", "High CPU"),
        ("TEAM=dev-infra\tPRIORITY=1\r\nHigh CPU", "dev-infra", "P1", "High CPU"),
        ("team=dev-infra priority=p0", "dev-infra", "P0", None),
        ("Team: dev-infra\nPriority: P0\nHigh CPU", "dev-infra", "P0", "High CPU"),
        ("Team: dev-infra, Priority: P0", "dev-infra", "P0", None),
        ("- Team: dev-infra\n- Priority: P0", "dev-infra", "P0", None),
        ("TEAM = dev-infra | PRIORITY = P0", "dev-infra", "P0", None),
        ('TEAM="dev infra" PRIORITY="P0" High CPU', "dev-infra", "P0", "High CPU"),
        ('"TEAM=dev-infra PRIORITY=P0"', "dev-infra", "P0", None),
        ('{"team": "dev-infra", "priority": "P0"}', "dev-infra", "P0", None),
        ("High CPU (TEAM=dev-infra, PRIORITY=P0) on prod", "dev-infra", "P0", "High CPU on prod"),
        ("[TEAM=dev-infra][PRIORITY=P0] High CPU", "dev-infra", "P0", "High CPU"),
        ("TEAM=dev-infra. PRIORITY=P0. High CPU.", "dev-infra", "P0", "High CPU."),
        ("PRIORITY=P0 | ask Team: x", "unknown", "P0", "ask Team: x"),
        ("TEAM=storage - disk is full | PRIORITY=P0", "storage", "P0", "- disk is full"),
        ("TEAM=storage (disk is full) | PRIORITY=P0", "storage", "P0", "(disk is full)"),
        ("TEAM=Dev Infra | PRIORITY=P0", "dev-infra", "P0", None),
        ("TEAM=Platform team | PRIORITY=P0", "platform-team", "P0", None),
        ("TEAM=dev-infra Priority P0", "dev-infra", "P0", None),
        ("PRIORITY=P0 (users cannot work) TEAM=dev-infra", "dev-infra", "P0", "(users cannot work)"),
        ("TEAM=dev | PRIORITY=P3 | SUMMARY=env has TEAM=x, PRIORITY=P0", "dev", "P3", None),
        ("TEAM=dev | PRIORITY=P3\nrestart with priority=high", "dev", "P3", "restart with priority=high"),
        ("TEAM=dev | PRIORITY=P3\nTeam: please restart it", "dev", "P3", "Team: please restart it"),
        ("my-team=x ask the team: ok | a | b", "unknown", "P2", "my-team=x ask the team: ok | a | b"),
        ("TEAM=dev-infra KIND=notification PRIORITY=P3", "dev-infra", "P3", None),
        ("KIND=condition | TEAM=dev | PRIORITY=P3 | Full", "dev", "P3", "Full"),
        ("TEAM=dev | PRIORITY=P3 | KIND=odd", "dev", "P3", "KIND=odd"),
        ("PRIORITY=P1 (was P0) | TEAM=dev", "dev", "P1", "(was P0)"),
        ("TEAM=Xavier | PRIORITY=P1", "xavier", "P1", None),
        ('TEAM="dev" is "on call" | PRIORITY=P1', "dev", "P1", 'is "on call"'),
        ("TEAM= | PRIORITY=P0", "unknown", "P0", None),
        ("TEAM= | PRIORITY=P0\nTeam: dev", "dev", "P0", None),
        ("TEAM=dev | PRIORITY=", "dev", "P2", None),
        ("TEAM=dev | PRIORITY= | PRIORITY=P0", "dev", "P0", None),
    ],
)  # fmt: skip
def test_team_and_priority_are_found_among_text(
    description: str, teams: str, priority: str, text: str | None
) -> None:
    assert read(description) == (tuple(teams.split(",")), priority, text)


NO_SLUG = "the team `{}` has no letter a-z and no digit, so it cannot be made a slug"
UNCLEAR = ("AMBIGUOUS_TEAM", "it is unclear where the team's name ends")
TEAMS = ("AMBIGUOUS_TEAM", "different teams are named")
PRIORITIES = ("AMBIGUOUS_PRIORITY", "different priorities are named")
FIXES = {
    "AMBIGUOUS_TEAM": "write TEAM=your-team once, and end it with ` | ` or a new line.",
    "AMBIGUOUS_PRIORITY": "write PRIORITY=P2 once, and end it with ` | ` or a new line.",
    "INVALID_TEAM": "name the team in letters a-z, digits and hyphens: TEAM=your-team",
    "INVALID_PRIORITY": "set a priority from P0 (critical) to P3 (low): PRIORITY=P2",
}


def no_priority(word: str) -> tuple[str, str]:
    return "INVALID_PRIORITY", f"the priority must be P0, P1, P2 or P3, not `{word}`"


@pytest.mark.parametrize(
    ("description", "why"),
    [
        ("TEAM=storage Disk is full | PRIORITY=P1", UNCLEAR),
        ("TEAM=storage disk full | PRIORITY=P1", UNCLEAR),
        ("TEAM=dev-infra berlin | PRIORITY=P1", UNCLEAR),
        ("TEAM=a,b is broken again | PRIORITY=P1", UNCLEAR),
        ("TEAM=first | TEAM=second | PRIORITY=P1", TEAMS),
        ("TEAM=a,b | TEAM=a,c | PRIORITY=P1", TEAMS),
        ("Team: look here | PRIORITY=P1", UNCLEAR),
        ("TEAM=dev | PRIORITY=P3 | PRIORITY=P0", PRIORITIES),
        *((f"TEAM=dev | PRIORITY=P3, P{n} at night", PRIORITIES) for n in range(4)),
        ("TEAM=dev | PRIORITY=P3 | becomes PRIORITY=P0 at night", PRIORITIES),
        ("TEAM=dev | PRIORITY=high", no_priority("high")),
        ("TEAM=dev | PRIORITY=P1/P0", no_priority("P1/P0")),
        ("TEAM=dev | priority: critical", no_priority("critical")),
        ("TEAM=!! | PRIORITY=P1", ("INVALID_TEAM", NO_SLUG.format("!!"))),
        ("TEAM=dev | PRIORITY=?", no_priority("?")),
    ],
)
def test_what_cannot_be_told_is_refused_whatever_the_fallback(description: str, why: tuple[str, str]) -> None:
    assert deliver("cloudwatch", alarm(description), FALLBACK) == [why[0]]
    refused = rejection("cloudwatch", alarm(description))
    assert (refused.reason, str(refused)) == why
    assert refused.fix == f"In the AlarmDescription of `ci-arm64-queue-too-long`, {FIXES[refused.reason]}"


@pytest.mark.parametrize("description", ["TEAM=a | TEAM=b", "TEAM=storage Disk is full | PRIORITY=high"])
def test_an_end_is_taken_whatever_is_written(description: str) -> None:
    assert isinstance(one("cloudwatch", alarm(description, NewStateValue="OK")), AlertEvent)


def test_a_description_still_goes_before_tags() -> None:
    tags = [{"key": "team", "value": "storage"}, {"key": "priority", "value": "P3"}]
    alert = one("cloudwatch", alarm("Disk is full TEAM=dev-infra", AlarmTags=tags))
    assert (alert.teams, alert.priority) == (("dev-infra",), Priority.P3)


@pytest.mark.parametrize(
    ("description", "runbook", "text"),
    [
        (f"TEAM=dev | RUNBOOK={SEARCH}", SEARCH, ""),
        (f"RUNBOOK={SEARCH}|TEAM=dev", SEARCH, ""),
        (f"RUNBOOK={SEARCH} | ask the channel", SEARCH, "ask the channel"),
        (f"TEAM=dev,RUNBOOK={QUEUE},PRIORITY=P1", QUEUE, ""),
        (f"TEAM=dev|RUNBOOK={QUEUE}|ask the channel", QUEUE, "ask the channel"),
        (f"Queue is long RUNBOOK={QUEUE} TEAM=dev", QUEUE, "Queue is long"),
        ("see https://x.example/?a=1,team=b&priority=P0", None, "see https://x.example/?a=1,team=b&priority=P0"),
    ],
)  # fmt: skip
def test_an_address_keeps_its_bars_and_equal_signs(description: str, runbook: str | None, text: str) -> None:
    found = alarm_description.read(description)
    assert (found.values.get("runbook"), found.text) == (runbook, text)
    assert (found.team.value, found.priority.value) in {("dev", ""), ("dev", "P1"), ("", "")}


@pytest.mark.parametrize(
    "unit",
    ["TEAM=a ", "TEAM=a,", "TEAM=(", 'TEAM="', "TEAM ", "PRIORITY ", "RUNBOOK=", "SUMMARY=", "https://x?",
     "|,;", "https://x?|    TEAM", "a ", "(", "\n", "TEAM= \t", "Team: x,"],
)  # fmt: skip
def test_a_long_description_of_any_kind_is_read_to_its_end(unit: str) -> None:
    """A pattern that backtracks would take more than an hour here."""
    assert alarm_description.read(unit * 40_000) is not None


@pytest.mark.parametrize(
    ("text", "team", "priority", "left"),
    [
        ("(TEAM=dev) full", "dev", "", "* full"),
        ("[PRIORITY=P1] {TEAM=dev}", "dev", "P1", "* *"),
        ("(TEAM=dev, PRIORITY=P1) full", "dev", "P1", "(*, *) full"),
        ("(TEAM=dev full", "dev full", "", "(*"),
        ("TEAM=dev) full", "dev", "", "*) full"),
        ("'TEAM=\"dev infra\"' full", "dev infra", "", "'*' full"),
        ("TEAM= \tdev\nfull", "dev", "", "*\nfull"),
        (f"PRIORITY={'x' * 120} full", "", "x" * 100, f"*{'x' * 20} full"),
        ("nothing", "", "", "nothing"),
    ],
)
def test_what_is_taken_leaves_the_text_around_it(text: str, team: str, priority: str, left: str) -> None:
    """And the brackets, if there is nothing else in them."""
    of_team, of_priority, rest = alarm_owner.take(text)
    assert (of_team.value, of_priority.value, rest.replace(alarm_owner.TAKEN, "*")) == (
        team,
        priority,
        left,
    )


def test_a_key_without_a_value_says_nothing() -> None:
    found = alarm_description.read("TEAM=a | PRIORITY=P1 | SUMMARY= | RUNBOOK= | High CPU")
    assert (found.values, found.text) == ({}, "High CPU")
