"""Notifications: each gets an issue once, which stays until a person has read it or it expires."""

from dataclasses import replace
from typing import Any

import pytest

from chalicelib.alert import AlertEvent
from chalicelib.conditions import notifications
from chalicelib.conditions.issue import Closer
from chalicelib.conditions.nothing import Held, Nothing, Quiet
from chalicelib.conditions.row import AlertState, Status
from chalicelib.conditions.steps import AddLabels, CloseIssue, OpenIssue, Step, UpdateIssue
from tests.unit.builders import policy, routing
from tests.unit.rows import BEGAN, alert, at, issue, row

REF = issue().ref
WINDOW = Held(Quiet.MAINTENANCE, at(60), "new disks", "mona")
POLICY = policy()


def news(**fields: Any) -> AlertEvent:
    return alert(kind="notification", **fields)


LABELS = routing().labels(news())
EXPIRES = news(expires_at=at(30))


def of(
    told: Any = BEGAN, event: AlertEvent | None = None, resolution: AlertEvent | None = None, **fields: Any
) -> AlertState:
    """News whose issue shows it, but for the changes."""
    shown = issue(**({"labels": LABELS} | fields))
    return row(fires=event or news(), resolution=resolution, status=Status(shown, told=told))


def without_issue(told: Any = None, event: AlertEvent | None = None) -> AlertState:
    return replace(of(event=event), status=Status(told=told))


CLOSED: dict[str, Any] = {"closed_at": at(5)}


@pytest.mark.parametrize(
    ("state", "now", "step"),
    [
        # it has no issue yet
        (without_issue(), 1, OpenIssue()),
        (without_issue(at(-1)), 1, OpenIssue()),
        (of(at(-1), **CLOSED), 1, OpenIssue()),
        (of(at(-1), **CLOSED, muted=True), 1, Nothing(Quiet.MUTED)),
        (replace(without_issue(), held=WINDOW), 1, Nothing(Quiet.MAINTENANCE, at(60), WINDOW)),
        (without_issue(event=EXPIRES), 29.9, OpenIssue()),
        (without_issue(event=EXPIRES), 30, Nothing(Quiet.EXPIRED)),
        (of(at(-1), EXPIRES), 30, OpenIssue()),  # it takes the place of an open one
        # it had one
        (without_issue(BEGAN), 1, Nothing(Quiet.READ)),
        (of(**CLOSED, closed_by=Closer.PERSON), 1, Nothing(Quiet.READ)),
        (of(**CLOSED, closed_by=Closer.US), 1, Nothing(Quiet.EXPIRED)),
        (of(at(1), **CLOSED, closed_by=Closer.US), 1, Nothing(Quiet.EXPIRED)),
        (of(muted=True), 1, Nothing(Quiet.MUTED)),
        (of(kept_open=True), 1, Nothing(Quiet.REOPENED_BY_PERSON)),
        # it is over
        (of(event=EXPIRES), 29.9, Nothing(Quiet.UP_TO_DATE, at(30))),
        (of(event=EXPIRES), 30, CloseIssue(REF, recovered=False)),
        (of(resolution=news(state="RESOLVED")), 1, CloseIssue(REF, recovered=False)),
        # its words
        (of(), 1, Nothing(Quiet.UP_TO_DATE)),
        (of(labels=()), 1, AddLabels(REF, LABELS)),
        (of(generation=2), 1, Nothing(Quiet.UP_TO_DATE)),
        (of(generation=0), 9.9, Nothing(Quiet.LATER, at(10))),
        (of(generation=0), 10, UpdateIssue(REF)),
        (of(episode=at(-9)), 10, UpdateIssue(REF)),
        (of(generation=0, spoke_at=at(25), event=EXPIRES), 26, Nothing(Quiet.LATER, at(30))),
        (of(generation=0, spoke_at=at(15), event=EXPIRES), 16, Nothing(Quiet.LATER, at(25))),
    ],
)
def test_the_next_step_for_news(state: AlertState, now: float, step: Step) -> None:
    assert state.spec.alert
    assert notifications.notification(state, state.spec.alert, at(now), POLICY) == step


def test_what_is_no_news_misses_nothing() -> None:
    assert not notifications.missing(row(), at(1))
    assert notifications.missing(without_issue(), at(1))
    assert not notifications.shown(replace(of(), spec=replace(of().spec, episode=None)))
    assert not notifications.over(replace(of().spec, alert=None), at(99))
