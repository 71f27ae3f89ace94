"""What several services of AWS have in common, beyond what their samples show."""

from typing import Any

import pytest

from chalicelib.adapters import fields
from chalicelib.adapters.owner_rules import NO_RULES, OwnerRules
from chalicelib.adapters.registry import SOURCES
from chalicelib.adapters.source import Example
from chalicelib.alert import AlertEvent, Priority
from chalicelib.routing import load
from tests.unit.adapters.test_adapters import payload
from tests.unit.builders import at
from tests.unit.messages import deliver

GRADED = """
[default]
repository = "org/alerts"

[source.aws-guardduty]
team = "security"
priority = "P3"
severity = {critical = "P0", high = "P1", medium = "P2"}
"""


def finding(severity: object) -> dict[str, Any]:
    sent = payload("aws-guardduty/missing-team-and-priority")
    return sent | {"detail": sent["detail"] | {"severity": severity}}


def one(name: str, sent: object, rules: OwnerRules) -> AlertEvent:
    (alert,) = deliver(name, sent, rules)
    assert isinstance(alert, AlertEvent)
    return alert


@pytest.mark.parametrize(
    ("severity", "priority"),
    [(9.3, "P0"), (9, "P0"), (8.9, "P1"), (7.0, "P1"), (6.9, "P2"), (4, "P2"), (3.9, "P3"), ("high", "P3")],
)
def test_a_findings_number_is_the_word_that_guarddutys_console_has_for_it(
    severity: object, priority: str
) -> None:
    """docs.aws.amazon.com/guardduty/latest/ug/guardduty_findings-severity.html"""
    alert = one("aws-guardduty", finding(severity), load(GRADED).owner_rules)
    assert (alert.teams, alert.priority) == (("security",), Priority(priority))


@pytest.mark.parametrize("name", [name for name in SOURCES if name.startswith("aws-")])
def test_an_event_without_anything_of_its_rules_can_be_mended(name: str) -> None:
    sent = SOURCES[name].template(Example(at(0), name="Disk full"))
    bare = dict(sent["event"]) if "event" in sent else {"text": sent["text"]}
    SOURCES[name].mend(bare, {"team": "network", "priority": "P0"})
    alert = one(name, bare, NO_RULES)
    assert (alert.teams, alert.priority) == (("network",), Priority.P0)


def test_a_mended_event_has_no_other_team_besides() -> None:
    for named, left in (
        ({"team": "web"}, {"team": "web"}),
        ({"priority": "P1"}, {"teams": "a", "priority": "P1"}),
    ):
        payload: dict[str, Any] = {"teams": "a", "event": {}}
        SOURCES["aws-ecs"].mend(payload, named)
        assert payload == {"event": {}, **left}


@pytest.mark.parametrize(
    ("line", "title", "reason"),
    [
        ("", "Disk full: actual cost > $80.00", "ACTUAL: $81.23 of $100.00"),
        ("ACTUAL Amount: $81.23\n", "Disk full: actual cost > $80.00", "ACTUAL: of $100.00"),
        ("Budgeted Amount: $100.00\n", "Disk full: actual cost > $80.00", "ACTUAL: $81.23"),
        ("Budget Type: Cost\n", "Disk full: actual > $80.00", "ACTUAL: $81.23 of $100.00"),
    ],
)
def test_what_a_budgets_message_does_not_say_is_left_out(line: str, title: str, reason: str) -> None:
    sent = SOURCES["aws-budgets"].template(Example(at(0), name="Disk full"))
    alert = one("aws-budgets", sent | {"text": sent["text"].replace(line, "")}, NO_RULES)
    assert (alert.title, alert.reason) == (title, reason)


@pytest.mark.parametrize(
    ("value", "tags"),
    [
        ({"Team": "web"}, {"Team": "web"}),
        ([{"key": "team", "value": "web"}, {"Key": "a", "Value": "b"}], {"team": "web", "a": "b"}),
        ([{"key": "team"}, {"value": "web"}, "team", None], {}),
        (None, {}),
    ],
)
def test_tags_are_an_object_or_a_list_of_keys_and_values(value: object, tags: dict[str, str]) -> None:
    assert fields.tags(value) == tags


@pytest.mark.parametrize("name", ["aws-guardduty", "aws-rds", "aws-budgets", "aws-health"])
def test_without_an_owner_the_way_to_give_it_one_is_told(name: str) -> None:
    sent: dict[str, Any] = {
        "aws-guardduty": finding(8),
        "aws-rds": payload("aws-rds/missing-team"),
        "aws-budgets": payload("aws-budgets/missing-team-and-priority"),
        "aws-health": payload("aws-health/scheduled-change")
        | {"detail": payload("aws-health/scheduled-change")["detail"] | {"affectedEntities": []}},
    }
    assert deliver(name, sent[name])[0] in ("MISSING_TEAM_AND_PRIORITY", "MISSING_TEAM")
    rules = load(GRADED.replace("aws-guardduty", name)).owner_rules
    assert one(name, sent[name], rules).teams == ("security",)
