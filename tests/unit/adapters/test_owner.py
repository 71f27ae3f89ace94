"""Who owns an alert: by our labels, or by those that the installation maps to ours."""

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.adapters import reading
from chalicelib.adapters.fields import Ownership
from chalicelib.adapters.owner import OwnershipSource, owner
from chalicelib.adapters.owner_rules import NO_RULES, OwnerRules
from chalicelib.adapters.registry import SOURCES
from chalicelib.adapters.source import Example
from chalicelib.alert import UNKNOWN_TEAM, AlertEvent, Condition, Priority
from chalicelib.errors import Rejected
from chalicelib.routing import load
from tests.unit.adapters.test_adapters import SAMPLES, payload, read
from tests.unit.builders import at
from tests.unit.messages import FALLBACK, REQUEST, deliver

ROUTING = """
[default]
repository = "org/alerts"
team_labels = ["squad", "service"]
priority_labels = ["Severity", "level"]
severity = {Critical = "P0", warning = "P2"}

[team.storage]
severity = {warning = "P3"}

[source.datadog]
priority_labels = ["urgency"]
severity = {high = "P1", critical = "P1"}
"""
WITH_FALLBACK = '[fallback]\nteam = "storage"\npriority = "P3"\n'
RULES = load(ROUTING).owner_rules
WITH = load(ROUTING + WITH_FALLBACK).owner_rules
PLACE = OwnershipSource("the labels of", "Disk full", "team: your-team", "priority: P2")


def named(labels: Mapping[str, str], rules: OwnerRules = RULES, source: str = "alertmanager") -> Ownership:
    return owner([labels], Condition.FIRING, rules.of(source), PLACE)


OF_A_SOURCE = """
[default]
repository = "org/alerts"
severity = {high = "P1"}

[source.aws-guardduty]
team = "security"
priority = "P2"
"""


@pytest.mark.parametrize("fallback", ["", WITH_FALLBACK])
@pytest.mark.parametrize(
    ("labels", "team", "priority", "team_rule", "priority_rule"),
    [
        ({}, "security", "P2", "not named, {}.team", "not named, {}.priority"),
        ({"team": "web", "priority": "P3"}, "web", "P3", "`team`", "`priority`"),
        ({"severity": "high"}, "security", "P1", "not named, {}.team", None),
        ({"severity": "odd"}, "security", "P2", None, "`severity` = odd has no priority, {}.priority"),
    ],
)
def test_a_source_owns_what_names_nobody(
    fallback: str,
    labels: dict[str, str],
    team: str,
    priority: str,
    team_rule: str | None,
    priority_rule: str | None,
) -> None:
    rules = load(OF_A_SOURCE + fallback).owner_rules
    found, key = named(labels, rules, "aws-guardduty"), "routing.toml: source.aws-guardduty"
    assert (found.teams, found.priority) == ((team,), priority)
    assert team_rule is None or found.team_rule == team_rule.format(key)
    assert priority_rule is None or found.priority_rule == priority_rule.format(key)
    assert found.unknown == ("odd" if labels.get("severity") == "odd" else "")
    if not fallback:
        assert refused({}, rules).reason == "MISSING_TEAM_AND_PRIORITY"


def refused(labels: Mapping[str, str], rules: OwnerRules = RULES) -> Rejected:
    with pytest.raises(Rejected) as caught:
        named(labels, rules)
    return caught.value


@pytest.mark.parametrize(
    ("labels", "team", "priority", "team_rule", "priority_rule"),
    [
        (
            {"squad": "Dev Infra", "severity": "CRITICAL"},
            *("dev-infra", "P0", "`squad`, routing.toml: team_labels"),
            "`severity` = CRITICAL, routing.toml: default.severity",
        ),
        (
            {"team": "web", "squad": "x", "priority": "P1", "severity": "critical"},
            *("web", "P1", "`team`", "`priority`"),
        ),
        (
            {"squad": "storage", "severity": "warning"},
            *("storage", "P3", "`squad`, routing.toml: team_labels"),
            "`severity` = warning, routing.toml: team.storage.severity",
        ),
        (
            {"service": "web", "level": "p1"},
            *("web", "P1", "`service`, routing.toml: team_labels", "`level`, routing.toml: priority_labels"),
        ),
        (
            {"squad": "?!", "service": "web", "severity": "page", "level": "warning"},
            *("web", "P2", "`service`, routing.toml: team_labels"),
            "`level` = warning, routing.toml: default.severity",
        ),
        (
            {"team": "web", "priority": "critical"},
            *("web", "P0", "`team`", "`priority` = critical, routing.toml: default.severity"),
        ),
    ],
)  # fmt: skip
def test_our_words_come_first_then_those_of_the_file_in_order(
    labels: dict[str, str], team: str, priority: str, team_rule: str, priority_rule: str
) -> None:
    found = named(labels)
    assert (found.teams, found.priority.value) == ((team,), priority)
    assert (found.team_rule, found.priority_rule) == (team_rule, priority_rule)


def test_a_source_has_its_own_names_and_adds_to_the_words() -> None:
    found = named({"squad": "web", "urgency": "critical", "severity": "warning"}, source="datadog")
    assert (found.teams, found.priority) == (("web",), Priority.P1)
    assert found.priority_rule == "`urgency` = critical, routing.toml: source.datadog.severity"
    assert named({"squad": "web", "urgency": "warning"}, source="datadog").priority is Priority.P2


def test_a_word_without_a_priority_is_the_fallbacks_and_named() -> None:
    found = named({"squad": "web", "severity": "page"}, WITH)
    assert (found.priority, found.unknown) == (Priority.P3, "page")
    assert found.priority_rule == "`severity` = page has no priority, routing.toml: fallback.priority"
    nobody = named({"job": "node"}, WITH)
    assert (nobody.teams, nobody.priority, nobody.unknown) == ((UNKNOWN_TEAM,), Priority.P3, "")
    assert nobody.team_rule == "not named, routing.toml: fallback.team"


@pytest.mark.parametrize(
    ("labels", "reason", "why", "fix"),
    [
        (
            {},
            *("MISSING_TEAM_AND_PRIORITY", "the alert names no team and no priority"),
            "Add to the labels of `Disk full`: team: your-team | priority: P2",
        ),
        (
            {"priority": "P1"},
            *("MISSING_TEAM", "the alert names no team"),
            "Add to the labels of `Disk full`: team: your-team",
        ),
        (
            {"team": "web"},
            *("MISSING_PRIORITY", "the alert names no priority"),
            "Add to the labels of `Disk full`: priority: P2",
        ),
        (
            {"team": "?!"},
            *("INVALID_TEAM", "the team `?!` has no letter a-z and no digit, so it cannot be made a slug"),
            "In the labels of `Disk full`, name the team in letters a-z, digits and hyphens: team: your-team",
        ),
        (
            {"squad": "?!", "service": "!", "severity": "critical"},
            *("INVALID_TEAM", "the team `?!` has no letter a-z and no digit, so it cannot be made a slug"),
            "In the labels of `Disk full`, name the team in letters a-z, digits and hyphens: team: your-team",
        ),
        (
            {"team": "web", "priority": "P9"},
            *("INVALID_PRIORITY", "the priority must be P0, P1, P2 or P3, not `P9`"),
            "In the labels of `Disk full`, set a priority from P0 (critical) to P3 (low): priority: P2",
        ),
        (
            {"team": "web", "severity": "odd", "level": "page"},
            "UNKNOWN_SEVERITY",
            "routing.toml gives no priority to `odd`, which the alert names as its `severity`",
            (
                'In routing.toml, add to `severity` of [default]: "odd" = "P2". '
                "Or add to the labels of `Disk full`: priority: P2"
            ),
        ),
    ],
)
def test_a_rejection_says_what_is_wrong_and_what_to_write_where(
    labels: dict[str, str], reason: str, why: str, fix: str
) -> None:
    rejected = refused(labels)
    assert (rejected.reason, str(rejected), rejected.fix) == (reason, why, fix)


@pytest.mark.parametrize("rules", [RULES, WITH, NO_RULES])
def test_an_end_needs_no_owner(rules: OwnerRules) -> None:
    found = owner([{"severity": "page"}], Condition.RESOLVED, rules.of("grafana"), PLACE)
    assert (found.teams, found.priority, found.names) == ((UNKNOWN_TEAM,), Priority.P3, frozenset())
    assert found.team_rule == "an end needs no team"
    assert rules is not NO_RULES or found.priority_rule == "an end needs no priority"
    read = owner([{"team": "web", "priority": "p0"}], Condition.RESOLVED, rules.of("grafana"), PLACE)
    assert read == Ownership(("web",), Priority.P0, frozenset({"team", "priority"}), "`team`", "`priority`")


def test_a_long_word_for_a_severity_is_shortened_wherever_it_is_shown() -> None:
    said = "x" * 73 + " [cut: 47 more characters]"
    of_fallback = named({"squad": "web", "severity": "x" * 120}, WITH)
    assert (
        of_fallback.priority_rule == f"`severity` = {said} has no priority, routing.toml: fallback.priority"
    )
    rejected = refused({"squad": "web", "severity": "x" * 120})
    assert str(rejected).startswith(f"routing.toml gives no priority to `{said}`, which ")
    assert f'[default]: "{said}" = "P2"' in rejected.fix


def test_a_word_without_a_priority_is_rejected_with_the_line_to_add() -> None:
    why = refused({"squad": "web", "severity": 'say "page"'})
    assert r'add to `severity` of [default]: "say \"page\"" = "P2"' in why.fix
    added = ROUTING.replace("severity = {", r'severity = {"say \"page\"" = "P2", ', 1)
    assert named({"squad": "web", "severity": 'say "page"'}, load(added).owner_rules).priority is Priority.P2


def test_a_team_that_makes_no_slug_is_rejected_unless_somebody_takes_it() -> None:
    assert refused({"squad": "?!", "severity": "critical"}).reason == "INVALID_TEAM"
    assert named({"squad": "?!", "severity": "critical"}, WITH).teams == (UNKNOWN_TEAM,)


def test_nothing_is_mapped_unless_the_file_says_so() -> None:
    """A fallback's alerts keep their priority, whatever other labels they have."""
    why = refused({"team": "web", "severity": "critical"}, NO_RULES)
    assert why.reason == "MISSING_PRIORITY"
    assert 'to [default]: severity = {"critical" = "P2"}' in why.fix
    for word in ("critical", "P0", "0"):
        assert named({"team": "web", "severity": word}, FALLBACK).priority is Priority.P2


def test_without_names_the_words_are_those_of_severity() -> None:
    rules = load('[default]\nrepository = "o/r"\nseverity = {critical = "P0"}').owner_rules
    assert named({"team": "web", "severity": "critical"}, rules).priority is Priority.P0
    assert refused({"team": "web", "level": "critical"}, rules).reason == "MISSING_PRIORITY"


WORDS = st.sampled_from(
    ["", "storage", "Web", "?!", "critical", "warning", "P1", "page", "high", "[no value]"]
)
NAMES = st.sampled_from(["team", "teams", "priority", "squad", "service", "severity", "level", "urgency"])


@given(st.lists(st.dictionaries(NAMES, WORDS), max_size=2), st.sampled_from(["grafana", "datadog"]))
def test_an_owner_is_found_or_the_rejection_says_what_to_do(
    said: list[Mapping[str, str]], source: str
) -> None:
    noted: list[Ownership] = []
    refusals: list[tuple[OwnerRules, Rejected]] = []
    for rules in (NO_RULES, RULES, WITH):
        try:
            found = owner(said, Condition.FIRING, replace(rules.of(source), noted=noted.append), PLACE)
        except Rejected as rejected:
            refusals.append((rules, rejected))
            continue
        assert found.teams
        assert noted.pop() is found
        assert found.names <= {name for each in said for name in each}
    for rules, refusal in refusals:
        assert rules.missing is None or refusal.reason.startswith("INVALID_")
        assert PLACE.name in refusal.fix
    assert owner(said, Condition.RESOLVED, RULES.of(source), PLACE).teams


def anywhere(labels: dict[str, str]) -> dict[str, Any]:
    """A payload of each source that has labels, named there and nowhere else."""
    pairs = [{"key": name, "value": value} for name, value in labels.items()]
    of_group = {"status": "firing", "startsAt": at(0).isoformat(), "fingerprint": "f" * 16, "labels": labels}
    alarm = SOURCES["cloudwatch"].template(Example(at(0)))
    datadog = SOURCES["datadog"].template(Example(at(0)))
    tags = ", ".join(f"{name}:{value}" for name, value in labels.items())
    return {
        "alertmanager": {"version": "4", "alerts": [of_group]},
        "grafana": {"version": "1", "alerts": [of_group]},
        "cloudwatch": alarm | {"AlarmDescription": "", "AlarmTags": pairs},
        "datadog": datadog | {"tags": tags, "alert_priority": ""},
    }


@pytest.mark.parametrize("source", anywhere({}))
def test_every_source_with_labels_follows_the_rules(source: str) -> None:
    labels = {"squad": "Storage", "urgency": "warning", "severity": "warning", "host": "web-1"}
    sent = anywhere(labels)[source]
    (alert,) = deliver(source, sent, RULES)
    assert isinstance(alert, AlertEvent)
    assert (alert.teams, alert.priority) == (("storage",), Priority.P3)
    assert deliver(source, sent) == ["MISSING_TEAM_AND_PRIORITY"]


@pytest.mark.parametrize("source", ["alertmanager", "grafana", "datadog"])
def test_what_names_the_owner_is_in_the_labels_and_not_in_the_title(source: str) -> None:
    labels = {"alertname": "Disk full", "squad": "storage-1", "urgency": "warning", "severity": "warning"}
    (alert,) = deliver(source, anywhere(labels)[source], RULES)
    assert isinstance(alert, AlertEvent)
    assert "storage" not in alert.title
    assert "urgency warning" not in alert.title.replace("urgency warning", "", source != "datadog")
    assert alert.labels["squad"] == "storage-1"


def test_a_title_names_the_owner_where_the_group_needs_it() -> None:
    labels = {"alertname": "Disk full", "squad": "storage-1", "severity": "warning"}
    sent = anywhere(labels)["alertmanager"] | {"groupLabels": {"squad": "storage-1", "severity": "warning"}}
    (alert,) = deliver("alertmanager", sent, RULES)
    assert isinstance(alert, AlertEvent)
    assert alert.title == "Disk full [storage-1, severity warning]"


@pytest.mark.parametrize("name", SOURCES.built_in)
def test_an_owner_in_our_words_is_the_same_by_any_rules(name: str) -> None:
    source = SOURCES[name]
    for sent in source.payloads(source.template(Example(at(0))), REQUEST):
        assert source.parse(sent, WITH) == source.parse(sent, NO_RULES)


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_each_alert_has_its_owner_noted_once_and_in_order(path: Path) -> None:
    """So `explain` can say which rule gave each alert its owner."""
    noted: list[Ownership] = []
    told = deliver(path.parent.name, read(path)["payload"], replace(FALLBACK, noted=noted.append))
    alerts = [(each.teams, each.priority) for each in told if isinstance(each, AlertEvent)]
    owners = [(each.teams, each.priority) for each in noted]
    rejected = any(isinstance(each, str) for each in told)
    assert owners == alerts or (rejected and len(owners) > len(alerts))


def test_a_severity_alone_is_enough_for_alertmanagers_alert() -> None:
    sent = payload("alertmanager/missing-priority")
    (alert,) = reading.parse("alertmanager", json.loads(json.dumps(sent)), RULES)
    assert isinstance(alert, AlertEvent)
    assert (alert.teams, alert.priority) == (("dev-infra",), Priority.P0)
