"""Heartbeats: when each is expected, when a trial is sent, and what silence says, to the second."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from chalicelib.alert import AlertEvent, Condition
from chalicelib.conditions import heartbeats
from chalicelib.conditions.heartbeats import Trials
from chalicelib.conditions.record import record
from chalicelib.conditions.row import AlertState
from chalicelib.conditions.spec import Moment, Spec
from tests.unit.builders import alert, at, firing, resolved, row_of

MINUTE = timedelta(minutes=1)


def beat(interval: float | None = 10, grace: float | None = None, **fields: Any) -> AlertEvent:
    """A heartbeat as its adapter reads it: each resolves the condition that none arrives."""
    said = {"kind": "heartbeat", "source": "backup", "title": "No heartbeat from Backup"}
    lengths = {name: length * MINUTE for name, length in (("interval", interval), ("grace", grace)) if length}
    return alert(0, **({"state": Condition.RESOLVED} | said | lengths | fields))


def after(*minutes: float, of: AlertEvent | None = None) -> Spec:
    """The spec after heartbeats that were received at these minutes."""
    row: AlertState | None = None
    for minute in minutes:
        row = record(row, of or beat(), at(minute)).row
    assert row
    return row.spec


def silent(*minutes: float, now: float) -> AlertState:
    spec = after(*minutes)
    asked_at = heartbeats.asks_at(spec)
    assert asked_at
    told = heartbeats.silence(spec, Trials((asked_at,)), at(now))
    assert told
    return record(AlertState(told.fingerprint, spec), told, at(now)).row


@pytest.mark.parametrize(
    ("interval", "grace", "overdue", "asks"),
    [
        (10, None, 15, 12.5),  # half of it is the grace, and half of that is for the trial
        (10, 1, 11, 10),  # no sooner than the heartbeat was due
        (10, 2, 12, 10.5),  # ninety seconds before, at least
        (1, None, 3, 1.5),  # a grace of two minutes, at least
        (4, None, 6, 4.5),
        (60, None, 90, 84),  # six minutes before, at most
        (600, None, 660, 654),  # a grace of an hour, at most
        (None, None, 300, 294),  # Alertmanager's default of four hours
    ],
)
def test_a_heartbeat_is_overdue_after_its_interval_and_grace_and_a_trial_is_sent_before(
    interval: float | None, grace: float | None, overdue: float, asks: float
) -> None:
    spec = after(0, of=beat(interval, grace))
    assert (heartbeats.deadline(spec), heartbeats.asks_at(spec)) == (at(overdue), at(asks))


@pytest.mark.parametrize(("now", "wakes"), [(0, 12.5), (12.4, 12.5), (12.5, 13), (14, 14.5)])
def test_it_is_looked_at_when_a_trial_is_needed_and_twice_a_minute_from_then_on(
    now: float, wakes: float
) -> None:
    assert heartbeats.wakes_at(after(0), at(now)) == at(wakes)


@pytest.mark.parametrize(
    "spec",
    [
        silent(0, now=21).spec,
        after(0, of=beat(recovered=False)),
        row_of(firing(0)).spec,
        row_of(firing(0), resolved(1)).spec,
        row_of(resolved(1)).spec,
    ],
    ids=["silent", "ended by its sender", "fires", "no heartbeat", "no heartbeat's end"],
)
def test_nothing_is_expected_of_what_is_silent_already_or_no_longer_beats(spec: Spec) -> None:
    assert heartbeats.newest(spec) is None
    assert heartbeats.deadline(spec) is None
    assert heartbeats.asks_at(spec) is None
    assert heartbeats.wakes_at(spec, at(90)) is None
    assert heartbeats.silence(spec, Trials((at(90),)), at(90)) is None


@pytest.mark.parametrize(
    ("arrived", "unanswered_since", "now", "said"),
    [
        ((), None, 15, None),
        ((at(12.5),), None, 14.9, None),  # not overdue yet
        ((at(12.5),), None, 15, "proven"),
        ((at(12.4),), None, 15, None),  # sent too early: the queue may have stopped since
        ((at(15),), None, 16, "proven"),
        ((at(15.1),), None, 21, None),  # sent too late, and what came with it may still be on its way
        ((at(15.1),), None, 21.1, "proven"),
        ((at(12.4), at(12.5)), None, 15, "proven"),
        ((), at(0), 29.9, None),
        ((), at(0), 30, "blind"),
        ((at(12.5),), at(0), 30, "proven"),
    ],
)
def test_silence_is_reported_once_trials_prove_it_or_have_been_missing_for_half_an_hour(
    arrived: tuple[datetime, ...], unanswered_since: datetime | None, now: float, said: str | None
) -> None:
    known = beat()
    found = heartbeats.silence(after(0), Trials(arrived, unanswered_since), at(now))
    if said is None:
        assert found is None
        return
    reason = "The last heartbeat came at 2026-03-01 03:00 UTC; one is due every 10 minutes."
    if said == "blind":
        reason += " Alerting's own test messages have not arrived either, so its queue may be at fault."
    update = {"state": Condition.FIRING, "occurred_at": at(15), "reason": reason, "began_anew": True}
    assert found == known.model_copy(update=update)


def test_a_heartbeat_is_dated_when_it_was_received_and_what_is_none_is_left() -> None:
    spec = after(0)
    assert heartbeats.placed(spec, beat(), at(4)).occurred_at == at(4)
    assert heartbeats.placed(None, beat(), at(4)).occurred_at == at(4)
    assert heartbeats.placed(spec, firing(1), at(4)) == firing(1)
    ours = beat(began_anew=True, occurred_at=at(1))
    assert heartbeats.placed(spec, ours, at(4)) == ours


@pytest.mark.parametrize(
    ("received", "state", "dated"),
    [
        (11, Condition.RESOLVED, 15),  # it waited in the queue while we reported silence
        (10, Condition.RESOLVED, 10),  # a copy of the last one
        (9, Condition.RESOLVED, 9),
        (16, Condition.RESOLVED, 16),
        (11, Condition.FIRING, 11),
    ],
)
def test_a_heartbeat_that_waited_ends_the_silence_and_a_copy_of_an_older_one_does_not(
    received: float, state: Condition, dated: float
) -> None:
    spec = replace(silent(0, 10, now=31).spec, at=at(15))
    assert heartbeats.placed(spec, beat(state=state), at(received)).occurred_at == at(dated)
    told_by_its_sender = replace(spec, alert=beat(state=Condition.FIRING))
    placed = heartbeats.placed(told_by_its_sender, beat(state=state), at(received))
    assert placed.occurred_at == at(received)


@pytest.mark.parametrize(
    ("known", "received", "learned"),
    [
        (30, 10, 25),  # a shorter gap shortens it slowly
        (30, 30, 30),
        (30, 60, 60),
        (30, 600, 90),  # a long silence lengthens it by what was tolerated
        (1, 0.5, 1),  # the shortest interval
        (31 * 1440, 40 * 1440, 31 * 1440),  # and the longest
        (30, 0, 30),  # a copy teaches nothing
        (None, 0, None),
        (None, 240, 240),
        (None, 120, 180),
    ],
)
def test_the_interval_is_learned_from_the_gaps(
    known: float | None, received: float, learned: float | None
) -> None:
    before = known * MINUTE if known else None
    spec = replace(after(0), repeats_every=before)
    assert heartbeats.learned(spec, beat(), at(received)) == (learned * MINUTE if learned else None)
    assert heartbeats.learned(spec, beat(state=Condition.FIRING), at(99)) == before
    assert heartbeats.learned(row_of(firing(0)).spec, beat(), at(99)) is None


def moments(text: str) -> tuple[Moment, ...]:
    """Moments a minute apart, written as `R` for a heartbeat and `F` for a silence."""
    states = {"R": Condition.RESOLVED, "F": Condition.FIRING}
    return tuple(Moment(at(minute), states[each]) for minute, each in enumerate(text) if each in states)


@pytest.mark.parametrize(
    ("known", "kept"),
    [
        ("R", "R"),
        ("RRR", "  R"),
        ("RRF", "RRF"),
        ("RRFR", "RRFR"),
        ("RRFRRR", "RRFR R"),
        ("RFRFRRR", "RFRFR R"),
        ("F", "F"),
        ("FRRR", "FR R"),
        ("", ""),
    ],
)
def test_of_many_heartbeats_the_one_that_ended_a_silence_and_the_newest_are_kept(
    known: str, kept: str
) -> None:
    assert heartbeats.few(moments(known)) == moments(kept)
