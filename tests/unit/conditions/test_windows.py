"""Maintenance windows: when they last, what they cover, and what follows for a row."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from chalicelib.alert import AlertEvent
from chalicelib.conditions.comments import Comment
from chalicelib.conditions.issue import Closer
from chalicelib.conditions.nothing import Held, Nothing, Quiet
from chalicelib.conditions.plan import plan
from chalicelib.conditions.policy import Outside, Policy
from chalicelib.conditions.row import AlertState, Status
from chalicelib.conditions.steps import AddComment, CloseIssue, OpenIssue, ReadIssue, UpdateIssue
from chalicelib.conditions.unopened import Due, unopened
from chalicelib.conditions.windows import Recurring, Rule, Scope, Window, active, covering, held_by
from chalicelib.routing import load
from tests.unit.builders import REPOSITORY, at, firing, policy, resolved, routing, row_of
from tests.unit.conditions.test_plan import REF, with_issue

BERLIN = ZoneInfo("Europe/Berlin")
FROM_10_TO_60 = Window(at(10), at(60), reason="new disks", by="mona")
HELD = Held(Quiet.MAINTENANCE, at(60), "new disks", "mona")


def known(*rules: Rule) -> Policy:
    """The policy of a worker that knows these windows and no others."""

    def outside(alert: AlertEvent, moment: datetime) -> Held | None:
        window = covering(alert, rules, routing(), moment)
        return held_by(window) if window else None

    told: Outside = outside
    return policy(outside=told)


POLICY = known(FROM_10_TO_60)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("scope", "covered"),
    [
        (Scope(), True),
        (Scope(teams=frozenset({"dev-infra", "storage"})), True),
        (Scope(teams=frozenset({"storage"})), False),
        (Scope(sources=frozenset({"cloudwatch"})), True),
        (Scope(sources=frozenset({"grafana"})), False),
        (Scope(labels=(("host", "a1"),)), True),
        (Scope(labels=(("host", "a1"), ("disk", "sda"))), False),
        (Scope(labels=(("host", "a"),)), False),
        (Scope(repository=REPOSITORY.upper()), True),
        (Scope(repository="example-org/other"), False),
        (Scope(teams=frozenset({"dev-infra"}), sources=frozenset({"grafana"})), False),
    ],
)
def test_a_window_covers_what_fits_everything_that_it_names(scope: Scope, *, covered: bool) -> None:
    assert scope.covers(firing(1, labels={"host": "a1"}), routing()) is covered


def test_of_several_teams_each_must_be_named_and_the_fallback_team_counts_for_none() -> None:
    both = firing(1, teams=("dev-infra", "storage"))
    assert not Scope(teams=frozenset({"dev-infra"})).covers(both, routing())
    fallback = load('[default]\nrepository = "a/b"\n[fallback]\nteam = "infra"\npriority = "P2"')
    assert Scope(teams=frozenset({"infra"})).covers(firing(1, teams=("unknown",)), fallback)


def test_a_window_lasts_from_its_beginning_to_just_before_its_end() -> None:
    assert [bool(active([FROM_10_TO_60], at(minute))) for minute in (9, 10, 59, 60)] == [0, 1, 1, 0]


def test_of_several_windows_the_one_that_ends_last_counts() -> None:
    longer, elsewhere = Window(at(5), at(70)), Window(at(5), at(99), Scope(sources=frozenset({"grafana"})))
    assert covering(firing(1), [FROM_10_TO_60, longer, elsewhere], routing(), at(20)) == longer
    assert covering(firing(1), [elsewhere], routing(), at(20)) is None


@pytest.mark.parametrize(
    ("now", "began"),
    [
        ("2026-11-29T00:59", None),  # a Sunday, 01:59 in Berlin
        ("2026-11-29T01:00", "2026-11-29T01:00"),
        ("2026-11-29T03:59", "2026-11-29T01:00"),
        ("2026-11-29T04:00", None),
        ("2026-11-28T02:00", None),  # a Saturday
        ("2026-07-05T00:00", "2026-07-05T00:00"),  # two hours ahead in summer
        # 2026-03-29 the clocks go from 02:00 to 03:00, and 2026-10-25 from 03:00 to 02:00
        ("2026-03-29T00:59", None),
        ("2026-03-29T01:00", "2026-03-29T01:00"),
        ("2026-10-25T00:00", "2026-10-25T00:00"),
        ("2026-10-25T02:59", "2026-10-25T00:00"),
        ("2026-10-25T03:00", None),
    ],
)
def test_a_recurring_window_begins_by_the_clock_on_the_wall_and_lasts_the_same_in_every_season(
    now: str, began: str | None
) -> None:
    lasts, scope = timedelta(hours=3), Scope(sources=frozenset({"grafana"}))
    sundays = Recurring(frozenset({6}), time(2), lasts, BERLIN, scope, "new disks")
    expected = [Window(utc(began), utc(began) + lasts, scope, "new disks")] if began else []
    assert list(sundays.at(utc(now))) == expected


def test_a_recurring_window_may_last_beyond_midnight_and_for_days() -> None:
    weekend = Recurring(frozenset({4}), time(20), timedelta(hours=60), ZoneInfo("UTC"))
    lasts = [bool(active([weekend], utc(f"2026-11-{day}T12:00"))) for day in (26, 27, 28, 29, 30)]
    assert lasts == [False, False, True, True, False]
    assert bool(active([weekend], utc("2026-11-30T07:59"))) is True


FIRING = row_of(firing(20))
OPEN = with_issue(row_of(firing(1)), generation=0)


@pytest.mark.parametrize(
    "row",
    [
        FIRING,
        OPEN,
        with_issue(row_of(firing(1, priority="P0")), priority="P2"),  # got worse
        with_issue(row_of(firing(1)), labels=()),  # a label of ours is missing
        with_issue(
            row_of(firing(1), resolved(9), firing(20)),
            episode=at(1),
            state_reason="not_planned",
            closed_at=at(5),
            closed_by=Closer.PERSON,
        ),
        replace(FIRING, status=Status(snoozed_until=at(22))),  # the snooze has ended
        row_of(firing(1, priority="P0"), resolved(20)),  # it began before, and nobody knows of it
    ],
)
def test_while_a_window_lasts_nothing_is_opened_or_said_and_the_row_is_planned_again_at_its_end(
    row: AlertState,
) -> None:
    assert plan(row, at(30), POLICY) == Nothing(Quiet.MAINTENANCE, at(60), HELD)
    assert plan(row, at(59.5), POLICY) == Nothing(Quiet.MAINTENANCE, at(60), HELD)
    assert not isinstance(plan(row, at(60), POLICY), Nothing)
    assert not isinstance(plan(row, at(30), known()), Nothing)


def test_what_people_did_is_looked_at_and_what_they_asked_for_on_the_issue_comes_first() -> None:
    assert plan(replace(OPEN, look=True), at(30), POLICY) == ReadIssue(REF)
    assert plan(with_issue(FIRING, muted=True), at(30), POLICY) == Nothing(Quiet.MUTED)
    snoozed = replace(FIRING, status=Status(snoozed_until=at(50)))
    assert plan(snoozed, at(30), POLICY) == Nothing(Quiet.SNOOZED, at(50))


def test_what_ends_while_a_window_lasts_is_closed_as_that_says_nothing() -> None:
    ended = with_issue(row_of(firing(1), resolved(20)))
    assert plan(ended, at(21), POLICY) == CloseIssue(REF, recovered=True)


def test_where_issues_stay_open_the_comment_that_it_ended_waits() -> None:
    ended = with_issue(row_of(firing(1, teams=("keepers",)), resolved(20, teams=("keepers",))))
    shown = {"labels": (*routing().labels(firing(1, teams=("keepers",))), "alert:resolved")}
    told = with_issue(ended, **shown)
    assert plan(told, at(21), POLICY) == Nothing(Quiet.MAINTENANCE, at(60), HELD)
    assert plan(told, at(60), POLICY) == AddComment(REF, Comment.RESOLVED.key(at(1)))


def ended(began: float, end: float, priority: str) -> AlertState:
    row = row_of(firing(began, priority=priority), resolved(end, priority=priority))
    return replace(row, spec=replace(row.spec, episode_heard_at=at(began), recorded_at=at(end)))


@pytest.mark.parametrize("priority", ["P0", "P3"])
def test_what_began_and_ended_in_a_window_is_never_opened(priority: str) -> None:
    for now in (59, 60, 99):
        assert plan(ended(20, 58, priority), at(now), POLICY) == Nothing(Quiet.RESOLVED_UNTOLD)


def test_an_urgent_alert_that_began_before_or_ended_after_the_window_is_told() -> None:
    assert plan(ended(1, 58, "P0"), at(60), POLICY) == OpenIssue()
    assert plan(ended(20, 61, "P0"), at(62), POLICY) == OpenIssue()


def test_a_planner_that_knows_no_windows_believes_the_row() -> None:
    row, rules = replace(FIRING, held=HELD, due_at=at(31)), policy()
    assert plan(row, at(30), rules) == Nothing(Quiet.MAINTENANCE, at(60), HELD)
    assert plan(row, at(60), rules) == OpenIssue()
    assert unopened(row, at(30), rules) == Held(Quiet.MAINTENANCE, at(60), "new disks", "mona")
    assert unopened(row, at(60), rules) == Due(at(31))


def test_a_window_that_ended_early_holds_nothing_back_whatever_the_row_remembers() -> None:
    assert plan(replace(FIRING, held=HELD), at(30), known()) == OpenIssue()
    assert plan(replace(OPEN, held=HELD), at(30), known()) == UpdateIssue(REF)


def test_an_alarm_that_a_mute_rule_withholds_is_held_back_until_its_window_ends() -> None:
    row = row_of(firing(20, muted_until=at(60).isoformat()))
    held = Held(Quiet.MAINTENANCE, at(60), "a mute rule of CloudWatch")
    for rules in (policy(), known()):
        assert plan(row, at(30), rules) == Nothing(Quiet.MAINTENANCE, at(60), held)
        assert plan(row, at(60), rules) == OpenIssue()
    again = row_of(firing(20, muted_until=at(60).isoformat()), firing(30))
    assert plan(again, at(31), policy()) == OpenIssue()
