"""What people asked for, and what is held back from outside: each until its last moment."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from chalicelib.adapters import own
from chalicelib.alert import AlertEvent, Condition
from chalicelib.conditions import suppression
from chalicelib.conditions.command import Command
from chalicelib.conditions.incident_link import IncidentLink
from chalicelib.conditions.issue import Closer, IssueRef
from chalicelib.conditions.nothing import Held, Nothing, Quiet
from chalicelib.conditions.row import AlertState, Status
from chalicelib.conditions.spec import Moment
from chalicelib.conditions.steps import AddComment, FollowCommands, OpenIssue, ReadIssue, Step
from chalicelib.labels import STALE_LABEL
from tests.unit.builders import policy
from tests.unit.rows import BEGAN, alert, at, issue, row

REF = issue().ref
ELSEWHERE = IssueRef("org/other", 3)
COMMAND = Command(ELSEWHERE, 5, "mona", "ack", at(2))
LINK = IncidentLink("i" * 64, IssueRef("org/ops", 1), (6, 7))
WINDOW = Held(Quiet.MAINTENANCE, at(60), "new disks", "mona")
POLICY = policy(most_comments=9)
PERSON: dict[str, Any] = {"closed_at": at(20), "closed_by": Closer.PERSON}


def of(
    *, look: bool = False, held: Held | None = None, spec: dict[str, Any] | None = None, **said: Any
) -> AlertState:
    """A row with an issue, unless there is none."""
    status = Status(**({"issue": issue()} | said))
    return replace(row(status=status, **(spec or {})), look=look, held=held)


@pytest.mark.parametrize(
    ("state", "step"),
    [
        (of(), None),
        (of(look=True, commands=(COMMAND,)), ReadIssue(REF)),
        (of(look=True, issue=None), None),
        (of(commands=(COMMAND,), replies=(4,)), FollowCommands(ELSEWHERE, COMMAND)),
        (of(replies=(4, 5), incident=LINK), AddComment(REF, "help-4")),
        (of(replies=(4,), issue=None), None),
        (of(replies=(4,), issue=issue(comments_closed=True)), None),
        (of(incident=LINK), AddComment(REF, "help-incident-6")),
        (of(incident=replace(LINK, asked=())), None),
        (of(incident=replace(LINK, ref=None)), None),
        (of(incident=LINK, issue=None), None),
        (of(incident=LINK, issue=issue(comments_closed=True)), None),
        (of(issue=issue(listen_at=at(30))), ReadIssue(REF)),
        (of(issue=issue(listen_at=at(30.1))), None),
    ],
)
def test_what_people_asked_for_comes_in_this_order(state: AlertState, step: Step | None) -> None:
    assert suppression.asked(state, at(30)) == step


@pytest.mark.parametrize(
    ("due", "listens", "expected"),
    [(None, None, None), (None, 9, 9), (8, 9, 8), (9.1, 9, 9), (8, None, 8)],
)
def test_nothing_lasts_no_longer_than_until_the_rest_is_read(
    due: float | None, listens: float | None, expected: float | None
) -> None:
    state = of(issue=issue(listen_at=at(listens) if listens else None))
    step = Nothing(Quiet.LATER, at(due) if due else None, WINDOW)
    assert suppression.listening(state, step) == replace(step, due_at=at(expected) if expected else None)
    assert suppression.listening(of(issue=None), step) == step
    assert suppression.listening(state, OpenIssue()) == OpenIssue()


def muted_alert(**fields: Any) -> AlertEvent:
    return alert(muted_until=at(30), **fields)


@pytest.mark.parametrize(("now", "holds"), [(29.9, True), (30, False)])
def test_a_mute_rule_holds_it_back_until_its_end(now: float, *, holds: bool) -> None:
    by = Held(Quiet.MAINTENANCE, at(30), "a mute rule of CloudWatch")
    state = of(spec={"fires": muted_alert()})
    assert suppression.held_outside(state, at(now), POLICY) == (by if holds else None)
    assert suppression.held(state, at(now), POLICY) == (Nothing(by.reason, by.until, by) if holds else None)
    declared = of(spec={"fires": muted_alert(source=own.INCIDENT)}, held=WINDOW)
    assert suppression.held_outside(declared, at(now), POLICY) is None


@pytest.mark.parametrize(("now", "holds"), [(59.9, True), (60, False)])
def test_what_the_row_recorded_counts_until_its_end_unless_somebody_knows(now: float, *, holds: bool) -> None:
    state = of(held=WINDOW)
    assert suppression.held_outside(state, at(now), POLICY) == (WINDOW if holds else None)
    asked: list[tuple[AlertEvent, datetime]] = []

    def outside(told: AlertEvent, moment: datetime) -> Held | None:
        asked.append((told, moment))
        return None

    assert suppression.held_outside(state, at(now), policy(outside=outside)) is None
    assert asked == [(alert(), at(now))]
    tombstone = of(held=WINDOW, spec={"alert": None})
    assert suppression.held_outside(tombstone, at(now), policy(outside=outside)) == (
        WINDOW if holds else None
    )


@pytest.mark.parametrize(
    ("began", "ended", "throughout"),
    [(10, 20, True), (9, 20, False), (10, 31, False), (None, 20, False), (10, None, False)],
)
def test_nobody_needs_to_know_what_began_and_ended_while_it_was_held_back(
    began: float | None, ended: float | None, *, throughout: bool
) -> None:
    def outside(_: AlertEvent, moment: datetime) -> Held | None:
        return WINDOW if at(10) <= moment <= at(30) else None

    spec: dict[str, Any] = {"episode": None, "recorded_at": None}
    spec |= {"episode": at(began)} if began else {}
    spec |= {"recorded_at": at(ended)} if ended else {}
    assert suppression.held_throughout(of(spec=spec), policy(outside=outside)) is throughout


@pytest.mark.parametrize(
    ("episode", "heard", "shows", "closed"),
    [
        (BEGAN, None, BEGAN, True),
        (at(30), None, at(30), True),  # an issue that shows the episode was open in it
        (at(20), None, BEGAN, True),
        (at(20.1), None, BEGAN, False),
        (at(30), at(20), BEGAN, True),  # by our clock
        (None, None, BEGAN, False),
    ],
)
def test_a_persons_closing_is_of_the_episode_in_which_it_happened(
    episode: datetime | None, heard: datetime | None, shows: datetime, *, closed: bool
) -> None:
    spec: dict[str, Any] = {"episode": episode, "episode_heard_at": heard, "fired_at": None}
    state = of(issue=issue(episode=shows, **PERSON), spec=spec)
    assert suppression.closed_in_this_episode(state) is closed
    ours = issue(episode=shows, closed_at=at(20), closed_by=Closer.US)
    for other in (ours, issue(episode=shows), None):
        assert not suppression.closed_in_this_episode(of(issue=other, spec=spec))


@pytest.mark.parametrize(
    ("source", "fired", "delays", "closed"),
    [
        ("grafana", 20, [], True),  # its clock may be ten minutes behind, for all we know
        ("grafana", 20.1, [], False),
        ("grafana", 30, [0], True),
        ("grafana", 30.1, [0], False),
        ("grafana", 27, [3], True),
        ("grafana", 27.1, [3, 5], False),
        ("grafana", 30.1, [-4], False),  # its clock is not behind
        ("grafana", 20.1, [99], False),
        ("cloudwatch", 99, [0], True),
        ("grafana", None, [0], True),
    ],
)
def test_a_start_clearly_after_the_closing_begins_something_new(
    source: str, fired: float | None, delays: list[float], *, closed: bool
) -> None:
    moments = tuple(Moment(at(1), Condition.FIRING, received=at(1 + delay)) for delay in delays)
    unknown = Moment(at(1), Condition.FIRING), Moment(at(1), Condition.RESOLVED, received=at(1))
    spec = {
        "fires": alert(source=source),
        "fired_at": None if fired is None else at(fired),
        "moments": (*moments, *unknown),
    }
    assert suppression.closed_in_this_episode(of(issue=issue(**PERSON), spec=spec)) is closed


@pytest.mark.parametrize(("seen", "wrongly"), [(20, False), (20.1, True)])
def test_what_was_closed_as_over_goes_on_once_it_is_reported_again(seen: float, *, wrongly: bool) -> None:
    spec = {"seen_at": at(seen)}
    stale = issue(labels=(STALE_LABEL,), **PERSON)
    assert suppression.wrongly_over(of(issue=stale, spec=spec)) is wrongly
    assert suppression.closed_in_this_episode(of(issue=stale, spec=spec)) is not wrongly
    others = (
        issue(**PERSON),
        issue(labels=(STALE_LABEL,)),
        issue(labels=(STALE_LABEL,), closed_at=at(20), closed_by=Closer.US),
    )
    assert not any(suppression.wrongly_over(of(issue=other, spec=spec)) for other in others)


@pytest.mark.parametrize(
    ("fields", "may"),
    [
        ({"comments": 8}, True),
        ({"comments": 9}, False),
        ({"quiet": True}, False),
        ({"comments_closed": True}, False),
        ({"muted": True}, True),
    ],
)
def test_a_comment_needs_room_and_nobody_who_wants_it_quiet(fields: dict[str, Any], *, may: bool) -> None:
    assert suppression.may_comment(issue(**fields), POLICY) is may


def test_without_budget_for_comments_none_is_wanted_or_owed() -> None:
    state = of(replies=(4,), incident=LINK, commands=(COMMAND,))
    quiet = of(issue=issue(quiet=True), incident=replace(LINK, asked=()), commands=(COMMAND,))
    assert suppression.hushed(state) == quiet
    assert suppression.hushed(of(issue=None)) == of(issue=None)


def test_a_closing_as_not_planned_counts_by_our_clock() -> None:
    planned: dict[str, Any] = PERSON | {"state_reason": "not_planned", "closed_by_our_clock": at(10)}
    week = timedelta(days=7)
    key = "quiet-20261123T033000000000"
    told = of(
        issue=issue(episode=at(-60), once=(key,), **planned), spec={"episode": at(15), "fired_at": None}
    )
    quiet = Nothing(Quiet.NOT_PLANNED, at(10) + week)
    assert suppression.held_back(told, at(10) + week - timedelta(seconds=1), POLICY) == quiet
    assert suppression.held_back(told, at(10) + week, POLICY) is None
