"""Which row holds others back, from when on, and what it says to whom."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from chalicelib.alert import AlertEvent
from chalicelib.conditions import inhibition
from chalicelib.conditions.inhibition import BELIEVED
from chalicelib.conditions.nothing import Held, Quiet
from chalicelib.conditions.row import AlertState, Status
from chalicelib.routing import Routing, load
from chalicelib.routing.inhibition import InhibitRule
from tests.unit.builders import at, firing, resolved, row_of
from tests.unit.rows import issue

HOUR = timedelta(hours=1)
TEAMS = """
[default]
repository = "org/alerts"

[team.private]
repository = "org/private"

[team.same]
repository = "Org/Alerts"
"""


def routing() -> Routing:
    rule = InhibitRule({"alertname": frozenset({"Down"})}, {"alertname": frozenset({"Slow"})}, ())
    return replace(load(TEAMS), inhibit=(rule,))


def alert(name: str, minutes: float = 0, /, **fields: Any) -> AlertEvent:
    said = {"name": name, "title": f"{name} [1]", "source": "grafana", "identity": {"alarm_id": name}}
    return firing(minutes, **(said | fields))


def down(minutes: float = 0, **fields: Any) -> AlertState:
    return row_of(alert("Down", minutes, **fields))


OPEN, CLOSED = Status(issue(title="[P1] Down")), Status(issue(closed_at=at(1)))
WINDOW, OTHER = Held(Quiet.MAINTENANCE, at(90)), Held(Quiet.INHIBITED, at(90))


@pytest.mark.parametrize(
    ("status", "held", "holds"),
    [
        (Status(), None, True),
        (OPEN, None, True),
        (CLOSED, None, True),
        (OPEN, WINDOW, True),  # people see it
        (CLOSED, WINDOW, False),
        (Status(), WINDOW, False),
        (OPEN, OTHER, False),
        (Status(), OTHER, False),
    ],
)
def test_what_is_held_back_holds_back_no_other_unless_people_see_it(
    status: Status, held: Held | None, *, holds: bool
) -> None:
    row = replace(down(), status=status, held=held)
    assert inhibition.inhibitor(row, at(1), None) == (row.spec.alert if holds else None)


@pytest.mark.parametrize(("minute", "holds"), [(59.9, True), (60, False)])
def test_what_is_stale_or_over_holds_back_nothing(minute: float, *, holds: bool) -> None:
    row = down()
    assert inhibition.inhibitor(row, at(minute), HOUR) == (row.spec.alert if holds else None)
    never_stale = row_of(alert("Down", source="cloudwatch"))
    assert inhibition.inhibitor(never_stale, at(minute), HOUR) == never_stale.spec.alert
    over = row_of(alert("Down"), resolved(1, **alert("Down").model_dump(include={"source", "identity"})))
    assert inhibition.inhibitor(over, at(minute), None) is None


@pytest.mark.parametrize(("moment", "held"), [(at(4.9), False), (at(5), True)])
def test_an_alert_is_held_from_when_the_other_began_by_our_clock(moment: datetime, *, held: bool) -> None:
    row = down(3)
    heard_later = replace(row, spec=replace(row.spec, episode_heard_at=at(5)))
    unrelated, tombstone = row_of(alert("Other")), row_of(resolved(0))
    firing_rows = (tombstone, unrelated, heard_later)
    found = inhibition.holding(alert("Slow"), firing_rows, routing(), moment)
    assert found is (heard_later if held else None)


@pytest.mark.parametrize(
    ("status", "fields", "what"),
    [
        (OPEN, {}, "[P1] Down"),
        (CLOSED, {}, "Down"),
        (Status(), {}, "Down"),
        (Status(issue(title="")), {}, "Down"),
        (Status(), {"name": None}, "Down [1]"),
        (OPEN, {"teams": ("private",)}, ""),
        (OPEN, {"teams": ("same",)}, "[P1] Down"),
    ],
)
def test_its_title_is_named_only_to_readers_of_its_repository(
    status: Status, fields: dict[str, Any], what: str
) -> None:
    row = replace(down(**fields), status=status)
    held = Held(Quiet.INHIBITED, at(7) + BELIEVED, what, row.fingerprint)
    assert inhibition.held_by(row, alert("Slow"), routing(), at(7)) == held


def test_a_row_without_an_alert_names_nothing() -> None:
    row = replace(row_of(resolved(0)), status=OPEN)
    held = Held(Quiet.INHIBITED, at(7) + BELIEVED, "", row.fingerprint)
    assert inhibition.held_by(row, alert("Slow"), routing(), at(7)) == held
