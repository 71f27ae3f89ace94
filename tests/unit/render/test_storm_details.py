"""A storm's page shows no more of an alert than that alert's own issue."""

import pytest

from chalicelib import render
from chalicelib.adapters import storm, titles
from chalicelib.adapters.storm import Cause, CauseKind, Member, Storm
from chalicelib.alert import Priority
from chalicelib.conditions.record import record
from chalicelib.routing import load
from tests.unit.rows import BEGAN

ROUTING = load('[default]\nrepository = "org/infra"\ndetails = "none"\n')
LINKS = {"runbook": "https://e.org/r?pod=secret-pod", "dashboard": "https://e.org/secret-cluster"}
"""Addresses often hold labels, and the storm does not know which labels its alerts have."""


def page(title: str, rule: str = "HighLatency", **labels: str) -> str:
    cause = Cause(kind=CauseKind.RULE, teams=("infra",), value=("grafana", rule))
    member = Member(fingerprint="f" * 64, title=storm.short(title), priority=Priority.P1, began=BEGAN)
    told = Storm(cause=cause, began=BEGAN, members=(member,), common=labels, differs="".join(labels), **LINKS)
    row = record(None, storm.alert(told, BEGAN), BEGAN).row
    alert = row.spec.alert
    assert alert
    raised = render.comment(row, ROUTING, "escalation-2", BEGAN)
    return render.title(alert, ROUTING) + render.body(row, ROUTING, BEGAN) + raised


@pytest.mark.parametrize(
    "name",
    ["N" * 79, "N" * 80, "Ä" * 41, 'the "orders" queue ' * 3, "N" * 50, "a long name of a rule " * 9],
    ids=["79", "80", "not ASCII", "quotes", "50", "longer than a title"],
)
def test_without_details_a_title_has_no_labels_however_it_was_shortened(name: str) -> None:
    title = titles.written(name, ["secret-cluster" * 7, "secret-pod"])
    assert "secret" in storm.short(title)
    shown = page(title)
    assert f"| P1 | {name[:30]}" in shown
    assert "secret" not in shown


def test_without_details_neither_a_rule_known_by_a_title_nor_what_is_shared_shows_labels() -> None:
    assert "secret" not in page("HighLatency", "HighLatency [secret-pod]", secret_name="secret-value")
