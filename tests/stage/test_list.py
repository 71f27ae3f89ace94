"""`list` shows everything that fires, what has no open issue first, each with its reason and its clock."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic import TypeAdapter

from chalicelib.cli.reasons import Reason
from chalicelib.cli.selection import Listed, Wanted, nothing
from chalicelib.conditions.row import Status
from chalicelib.conditions.setbacks import Denial, PutOff, Refusal
from chalicelib.conditions.unopened import Due, Muted
from chalicelib.rate_limit.rules import Budget
from chalicelib.wiring import checkout
from chalicelib.wiring.table import store
from tests.cli.stack import Prompt
from tests.local import senders
from tests.unit.builders import at, firing, row_of
from tests.unit.conditions.test_plan import REF, with_issue

OWNED = "TEAM=ci-runners | PRIORITY=P1"
INFRA = "example-org/ci-infra"
BUDGET, KEY = TypeAdapter(Budget), "budget#example-org"


def listed(prompt: Prompt, options: str = "") -> dict[str, dict[str, Any]]:
    return {each["title"]: each for each in prompt(f"list --json {options}").json}


def number(prompt: Prompt, title: str) -> int:
    repository = prompt.stack.github.world.repository(INFRA)
    return next(issue.number for issue in repository.listed if issue.title.endswith(title))


def test_what_github_refuses_is_listed_in_githubs_words_until_it_is_taken(prompt: Prompt) -> None:
    prompt.alarm("Shown", OWNED)
    person = prompt.stack.github.person("mona")
    person.archive(INFRA)
    sent = datetime.now(UTC)
    prompt.stack.aws.publish(senders.cloudwatch("Refused", OWNED, sent))
    prompt.wait_until(lambda: (listed(prompt).get("Refused") or {}).get("why") == "REFUSED", "the refusal")
    found = listed(prompt)
    assert "Refused" in list(found)[: list(found).index("Shown")]
    refused = found["Refused"]
    assert refused["reason"].startswith(
        "GitHub answered 403: Repository was archived so is read-only; next try at "
    )
    assert refused["until"] == refused["due_at"] > sent.isoformat()
    assert "Refused" in listed(prompt, "--due")
    assert list(listed(prompt, "efuse")) == ["Refused"]
    assert "Refused" not in listed(prompt, "--muted")
    answered = prompt("list refused --team CI-Runners")
    assert "403: Repository was archived so is read-only" in answered.words
    assert "1 in all, 1 of them without an open issue." in answered.words
    shown = prompt("show", refused["fingerprint"]).words
    assert "not open GitHub answered 403: Repository was archived" in shown
    assert "GitHub's request id" in shown
    person.archive(INFRA, archived=False)
    prompt.wait_until(lambda: listed(prompt)["Refused"]["open"], "the issue")
    taken = listed(prompt)["Refused"]
    assert (taken["why"], taken["reason"], taken["refusal"]) == (None, None, None)


def test_what_a_person_closed_or_muted_is_listed_with_who_did(prompt: Prompt) -> None:
    prompt.alarm("Closed", OWNED)
    person = prompt.stack.github.person("mona")
    person.close(INFRA, number(prompt, "Closed"))
    prompt.alarm("Closed", OWNED, before="ALARM")
    prompt.wait_until(lambda: listed(prompt)["Closed"]["why"] == "CLOSED_BY_PERSON", "the closing")
    (row,) = [each for each in prompt.stack.aws.rows() if "Closed" in each.get("spec", "")]
    assert "due_at" not in row, "nothing but a person or the provider will change it"
    found = listed(prompt, "--muted")["Closed"]
    assert found["reason"].startswith(f"mona closed {INFRA}#{number(prompt, 'Closed')} at ")
    assert found["reason"].endswith("quiet until the condition resolves")
    assert "Closed" in listed(prompt, "closed --team ci-runners")
    counted = {each["team"]: each for each in prompt("stats --json").json["silenced"]}
    assert {name for name, count in counted["ci-runners"].items() if count == 1} == {"closed"}
    shown = re.sub("[─ ]+", " ", prompt("stats").words)
    assert "silenced by people team muted snoozed closed maintenance inhibited" in shown
    assert "Closed" not in listed(prompt, "--due")


def test_what_waits_for_the_budget_says_how_much_is_used_and_how_many_come_first(
    prompt: Prompt, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in prompt.environment.items():
        monkeypatch.setenv(name, value)
    table, now = store(checkout.find("local")), datetime.now(UTC)
    until, document = now + timedelta(hours=3), table.load(KEY)
    for name, priority, hours in (("Second", "P1", 2), ("First", "P0", 3), ("Third", "P1", 3)):
        alert = firing(0, title=name, priority=priority, identity={"alarm_id": name}, occurred_at=now)
        status = Status(put_off=PutOff(Denial.BUDGET, now, until))
        row = replace(row_of(alert), due_at=now + timedelta(hours=hours), status=status)
        written = table.record(row)
        assert written
        assert table.note(written)
    full = Budget(minutes=((int(now.timestamp() // 60), 480),))
    assert table.swap(KEY, BUDGET.dump_json(full).decode(), document.version) is None
    found = listed(prompt, "--due")
    said = [found[name]["reason"] for name in ("First", "Second", "Third")]
    waits, about = "waiting for the budget: 480 of 480 used this hour", f"until about {until:%H:%M} UTC"
    for reason, place in zip(said, ("0 rows", "1 row", "2 rows"), strict=True):
        assert reason.startswith(f"{waits}, {place} ahead of it, {about}")
    assert f"{waits}, 2 rows ahead of it, {about}" in prompt("show", found["Third"]["fingerprint"]).words
    assert prompt("list --priority P0 --due").words.count("waiting for the budget") == 1
    assert table.swap(KEY, document.text or "{}", document.version + 1) is None


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ("--team nobody", "none belongs to team nobody. Their teams: ci-runners, dev-infra."),
        ("--priority P3 --due", "none has priority P3 and is late or put off. All of them: `"),
        ("nonsense", "none has a title like 'nonsense'. What was rejected: `"),
    ],
)
def test_where_there_is_nothing_it_says_what_there_is_and_what_to_try(
    prompt: Prompt, options: str, told: str
) -> None:
    answered = prompt(f"list {options}")
    assert (answered.code, answered.err) == (0, "")
    assert told in answered.words


def test_where_nothing_fires_it_says_so_and_names_the_stage_in_what_to_try() -> None:
    said = nothing("prod", Wanted(), [])
    assert said.startswith("Nothing fires on prod, no issue is open and nothing waits for GitHub.")
    assert "dlq list --stage prod`" in said
    assert "none has an open issue and was silenced by a person" in nothing(
        "prod", Wanted(open=True, muted=True), [row_of(firing(0))]
    )


REFUSAL = Refusal("Validation Failed", "UPDATE", at(1), at(1), 422)
OPEN = with_issue(row_of(firing(1)))


@pytest.mark.parametrize(
    ("listed", "late", "silenced"),
    [
        (Listed(replace(OPEN, due_at=at(3)), None), True, False),
        (Listed(replace(OPEN, due_at=at(9)), None), False, False),
        (
            Listed(replace(OPEN, due_at=at(9), status=replace(OPEN.status, refusal=REFUSAL)), None),
            True,
            False,
        ),
        (Listed(with_issue(OPEN, muted=True), None), False, True),
        (Listed(replace(OPEN, status=replace(OPEN.status, snoozed_until=at(9))), None), False, True),
        (Listed(row_of(firing(0)), Reason(Due(None), "")), True, False),
        (Listed(row_of(firing(0)), Reason(Muted(REF), "")), False, True),
    ],
)
def test_what_is_late_and_what_is_silenced(listed: Listed, late: bool, silenced: bool) -> None:
    assert (listed.late(at(5)), listed.silenced(at(5))) == (late, silenced)
    assert Wanted(due=True).matches(listed, at(5)) == late
    assert Wanted(muted=True).matches(listed, at(5)) == silenced
