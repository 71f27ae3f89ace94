"""Flapping begins with the fourth end within an hour, and ends an hour after the last change."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from chalicelib.adapters import own
from chalicelib.conditions.flapping import flapping_until, while_flapping
from chalicelib.conditions.issue import Closer
from chalicelib.conditions.nothing import Nothing, Quiet
from chalicelib.conditions.opening import of_another, opening
from chalicelib.conditions.row import AlertState, Status
from chalicelib.conditions.steps import OpenIssue, ReopenIssue, Step, UpdateIssue
from chalicelib.labels import FLAPPING_LABEL, STALE_LABEL
from tests.unit.builders import policy, routing
from tests.unit.rows import BEGAN, alert, at, episode, issue, row

HOUR, SECOND = timedelta(hours=1), timedelta(seconds=1)
ENDS = (10, 20, 30, 40)
LABELS = (*routing().labels(alert()), FLAPPING_LABEL)


def flaps(*ends: float, labels: tuple[str, ...] = (), source: str = "grafana", **spec: Any) -> AlertState:
    """A row that fires since BEGAN, after episodes of a minute that ended then."""
    known = tuple(episode(end - 1, end) for end in ends)
    return row(
        fires=alert(source=source),
        episodes=known,
        status=Status(issue(labels=labels, generation=0, spoke_at=at(40))),
        **spec,
    )


@pytest.mark.parametrize(
    ("state", "minute", "until"),
    [
        (flaps(*ENDS), 41, 100),
        (flaps(*ENDS), 69.9, 100),
        (flaps(*ENDS), 70, None),  # the first end is an hour ago
        (flaps(*ENDS[1:]), 41, None),
        (flaps(*ENDS, 50), 70, 110),
        (flaps(*ENDS, episode=at(45)), 46, 105),
        (flaps(*ENDS, episode=None), 46, 100),
        (flaps(*ENDS, source=own.CANARY), 41, None),
        # its label is its memory
        (flaps(10, labels=LABELS), 69.9, 70),
        (flaps(10, labels=LABELS), 70, None),
        (flaps(labels=LABELS), 59.9, 60),
        (flaps(labels=LABELS, episode=None), 41, None),
        (replace(flaps(*ENDS), status=Status()), 41, 100),
        (replace(flaps(10), status=Status()), 41, None),
    ],
)
def test_it_flaps_until(state: AlertState, minute: float, until: float | None) -> None:
    assert flapping_until(state, at(minute), HOUR) == (at(until) if until else None)


@pytest.mark.parametrize(
    ("fields", "minute", "step"),
    [
        ({"spoke_at": at(40)}, 49.9, Nothing(Quiet.FLAPPING, at(50))),
        ({"spoke_at": at(40)}, 50, UpdateIssue(issue().ref)),
        ({"spoke_at": at(95)}, 96, Nothing(Quiet.FLAPPING, at(100))),
        ({"generation": 1}, 96, Nothing(Quiet.FLAPPING, at(100))),
        ({"generation": 2}, 96, Nothing(Quiet.FLAPPING, at(100))),
    ],
)
def test_its_text_is_rewritten_from_time_to_time(fields: dict[str, Any], minute: float, step: Step) -> None:
    state = flaps(*ENDS, labels=LABELS)
    known = replace(issue(labels=LABELS, generation=0), **fields)
    state = replace(state, status=Status(known))
    assert while_flapping(state, known, alert(), at(minute), policy()) == step


def test_a_page_of_ours_is_rewritten_more_often() -> None:
    page = alert(source=own.STORM)
    labels = (*routing().labels(page), FLAPPING_LABEL)
    known = issue(labels=labels, generation=0, spoke_at=at(40))
    state = replace(row(fires=page, episodes=flaps(*ENDS).spec.episodes), status=Status(known))
    every = own.of(own.STORM).updates_every
    assert every < policy().update_interval
    waits = while_flapping(state, known, page, at(40) + every - SECOND, policy())
    assert waits == Nothing(Quiet.FLAPPING, at(40) + every)
    assert while_flapping(state, known, page, at(40) + every, policy()) == UpdateIssue(known.ref)


REOPEN, OPEN = ReopenIssue(issue().ref), OpenIssue()


@pytest.mark.parametrize(
    ("fields", "minute", "step"),
    [
        ({"closed_by": Closer.US, "episode": at(-60)}, 49.9, REOPEN),
        ({"closed_by": Closer.US, "episode": at(-60)}, 50, OPEN),
        ({"closed_by": Closer.US}, 999, REOPEN),  # of this episode
        ({"closed_by": Closer.PERSON}, 21, OPEN),
        ({"closed_by": Closer.PERSON, "labels": (STALE_LABEL,)}, 999, REOPEN),  # wrongly taken for over
        ({"closed_by": Closer.PERSON, "labels": (STALE_LABEL,), "episode": at(-60)}, 21, OPEN),
        ({"closed_by": Closer.US, "closed_at": at(5), "closed_by_our_clock": at(20)}, 30, REOPEN),
        ({"closed_at": None}, 21, OPEN),
    ],
)
def test_what_we_closed_half_an_hour_ago_or_in_this_episode_is_reopened(
    fields: dict[str, Any], minute: float, step: Step
) -> None:
    known = issue(**({"closed_at": at(20)} | fields))
    state = row(seen_at=at(30), status=Status(known))
    assert opening(state, at(minute), policy()) == step
    assert opening(row(), at(minute), policy()) == OPEN


@pytest.mark.parametrize(
    ("source", "fresh", "shows", "other"),
    [
        (own.STORM, True, at(-60), True),
        (own.STORM, True, BEGAN, False),
        (own.STORM, False, at(-60), False),
        ("grafana", True, at(-60), False),
    ],
)
def test_a_storm_of_other_alerts_has_an_issue_of_its_own(
    source: str, shows: datetime, *, fresh: bool, other: bool
) -> None:
    known = issue(episode=shows, closed_at=at(1), closed_by=Closer.US)
    state = row(fires=alert(source=source, raw_provider={"fresh": fresh}), status=Status(known))
    assert of_another(state) is other
    assert opening(state, at(2), policy()) == (OPEN if other else REOPEN)
    assert not of_another(replace(state, status=Status()))
    assert not of_another(replace(state, spec=replace(state.spec, alert=None)))
