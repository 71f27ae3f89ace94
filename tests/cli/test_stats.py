"""`stats`: figures over a period, from rows alone."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.adapters import own
from chalicelib.alert import Priority
from chalicelib.cli.figures import figures, noisiest, percentile, reported
from chalicelib.cli.screen import length as said_length
from chalicelib.cli.silence import Silence, by_team
from chalicelib.conditions.issue import Closer
from chalicelib.conditions.nothing import Held, Quiet
from chalicelib.conditions.row import AlertState, Status
from tests.unit.builders import at as minute
from tests.unit.builders import firing, policy, resolved, row_of
from tests.unit.rows import alert, at, ended, episode, issue, row

SECOND = timedelta(seconds=1)


def opened(minutes: float, seconds: float) -> AlertState:
    """A firing row whose issue was opened this many seconds after it began."""
    took = timedelta(seconds=seconds)
    shown = replace(issue(), opened_at=at(minutes) + took, opened_for=at(minutes))
    return row(status=Status(issue=shown))


@pytest.mark.parametrize(("share", "expected"), [(0.5, 50), (0.95, 95), (0.99, 99), (1.0, 100), (0.001, 1)])
def test_a_percentile_is_a_value_that_occurred(share: float, expected: int) -> None:
    assert percentile([SECOND * n for n in range(1, 101)], share) == SECOND * expected
    assert percentile([], share) is None
    assert percentile([SECOND], share) == SECOND


def test_only_what_ended_or_was_opened_in_the_period_counts() -> None:
    rows = [ended(20), ended(20, episodes=(episode(-60, -50), episode(0, 20))), opened(0, 3), opened(-90, 5)]
    found = figures(rows, at(-5))
    assert (found.conditions, found.episodes, found.firing) == (4, 4, 2)
    assert found.to_open == (SECOND * 3,)
    assert found.to_resolve == (timedelta(minutes=20), timedelta(minutes=20))
    assert figures(rows, at(-100)).episodes == 5
    assert figures(rows, at(60)).conditions == 2


@pytest.mark.parametrize("source", sorted(own.RESERVED))
def test_alerts_of_our_own_and_news_are_not_counted(source: str) -> None:
    news = row(fires=alert(kind="notification"))
    assert [reported(each) for each in (row(), row(fires=alert(source=source)), news)] == [True, False, False]


def test_priorities_are_told_apart() -> None:
    rows = [ended(20), row(fires=alert(priority="P0"))]
    assert figures(rows, at(-5), Priority.P0).conditions == 1
    assert figures(rows, at(-5), Priority.P1).conditions == 1
    assert figures(rows, at(-5), Priority.P2).conditions == 0


def test_an_issue_that_was_taken_over_has_no_time_to_open() -> None:
    assert figures([row(status=Status(issue=issue()))], at(-5)).issues == 0


def test_the_noisiest_fired_most_often_then_was_reported_most_often() -> None:
    loud = ended(20, episodes=(episode(-60, -50), episode(0, 20)), count=1)
    busy, calm = row(count=9), row(count=2)
    assert [noise.row for noise in noisiest([calm, busy, loud], at(-100), 3)] == [loud, busy, calm]
    assert noisiest([calm, busy, loud], at(-100), 1)[0].episodes == 2


@pytest.mark.parametrize(
    ("length", "said"),
    [(None, "-"), (SECOND * 1.24, "1.2 s"), (SECOND * 600, "10 min"), (SECOND * 7200, "2 h")],
)
def test_lengths_are_said_in_one_unit(length: timedelta | None, said: str) -> None:
    assert said_length(length) == said


def silenced(alarm: str, teams: tuple[str, ...], **status: Any) -> AlertState:
    fires = firing(1, title=alarm, teams=teams, identity={"alarm_id": alarm})
    return replace(row_of(fires), status=Status(**status))


def test_what_people_silenced_is_counted_by_team_and_by_how() -> None:
    held = Held(Quiet.MAINTENANCE, minute(99))
    by_person = {"closed_at": minute(5), "closed_by": Closer.PERSON, "episode": minute(1)}
    rows = [
        silenced("one", ("infra", "apps"), issue=issue(1, muted=True)),
        silenced("two", ("infra",), issue=issue(2, muted=True, closed_at=minute(5), closed_by=Closer.US)),
        silenced("three", ("infra",), issue=issue(3, **by_person)),
        silenced("four", ("apps",), snoozed_until=minute(99)),
        silenced("five", ("apps",), issue=issue(5), snoozed_until=minute(99)),
        silenced("six", ("apps",), issue=issue(6), snoozed_until=minute(9)),
        silenced("seven", ("apps",)),
        replace(silenced("nine", ("apps",)), held=held),
        replace(silenced("twelve", ("apps",)), held=replace(held, reason=Quiet.INHIBITED)),
        replace(silenced("ten", ("apps",), issue=issue(10)), held=held),
        replace(silenced("eleven", ("apps",), issue=issue(11)), held=replace(held, until=minute(20))),
        replace(row_of(firing(1), resolved(2)), status=Status(issue=issue(8, muted=True))),
    ]
    counted = {each.team: dict(each.kinds) for each in by_team(rows, minute(20), policy())}
    assert counted == {
        "apps": {Silence.MUTED: 1, Silence.SNOOZED: 2, Silence.MAINTENANCE: 2, Silence.INHIBITED: 1},
        "infra": {Silence.MUTED: 2, Silence.CLOSED: 1},
    }
