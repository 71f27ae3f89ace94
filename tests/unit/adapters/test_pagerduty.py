"""PagerDuty: how bad an incident is, where an account has names of its own for that."""

from typing import Any

import pytest

from chalicelib.adapters.owner_rules import NO_RULES, OwnerRules, OwnerTable
from chalicelib.adapters.registry import SOURCES
from chalicelib.adapters.source import Example
from chalicelib.alert import AlertEvent, Priority
from tests.unit.builders import at
from tests.unit.messages import deliver


def rules(**severity: Priority) -> OwnerRules:
    return OwnerRules(tables={"source.pagerduty": OwnerTable(severity=severity)})


URGENT = OwnerRules(
    tables={"source.pagerduty": OwnerTable(priority_labels=("urgency",), severity={"high": Priority.P0})}
)


def priority(name: str, urgency: str, by: OwnerRules) -> Priority:
    payload: Any = SOURCES["pagerduty"].template(Example(at(0)))
    payload["event"]["data"] |= {"priority": {"summary": name}, "urgency": urgency}
    (alert,) = deliver("pagerduty", payload, by)
    assert isinstance(alert, AlertEvent)
    return alert.priority


@pytest.mark.parametrize(
    ("name", "urgency", "by", "found"),
    [
        ("P2", "high", NO_RULES, Priority.P2),
        ("SEV-1", "low", NO_RULES, Priority.P3),
        ("SEV-1", "low", rules(**{"sev-1": Priority.P0}), Priority.P0),
        ("P5", "high", rules(p5=Priority.P1), Priority.P1),
        ("SEV-2", "high", rules(**{"sev-1": Priority.P0}), Priority.P1),
        ("", "high", URGENT, Priority.P0),
    ],
)
def test_the_rules_for_words_come_before_pagerdutys_own(
    name: str, urgency: str, by: OwnerRules, found: Priority
) -> None:
    assert priority(name, urgency, by) is found
