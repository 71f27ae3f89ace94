"""What news means for its row: the whole row, for each rule."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.alert import AlertEvent, Condition
from chalicelib.conditions.notified import concerns
from chalicelib.conditions.periods import TICK
from chalicelib.conditions.reasons import Reason
from chalicelib.conditions.record import record
from chalicelib.conditions.row import AlertState
from chalicelib.conditions.spec import MOST_EPISODES, Episode, Moment, Spec
from tests.unit.builders import alert, at, firing, resolved, row_of

PROVIDER = "grafana"


def news(minutes: float, number: int = 1, *, state: str = "FIRING", **fields: Any) -> AlertEvent:
    said = {"kind": "notification", "source": "reports", "identity": {"alarm_id": str(number)}}
    return alert(minutes, **(said | {"state": state, "collapse_key": "weekly"} | fields))


def withdrawal(minutes: float, number: int = 1, **fields: Any) -> AlertEvent:
    return news(minutes, number, state="RESOLVED", **fields)


def spec_of(told: AlertEvent, at_: float, **fields: Any) -> Spec:
    known: dict[str, Any] = {
        "condition": Condition.RESOLVED,
        "at": at(at_),
        "seen_at": at(at_),
        "moments": (Moment(at(at_), Condition.RESOLVED),),
        "episode": at(at_),
        "fired_at": at(at_),
        "count": 1,
        "alert": told,
        "episode_heard_at": at(at_),
    }
    return Spec(**(known | fields))


def recorded(row: AlertState | None, told: AlertEvent, minute: float) -> tuple[Reason, Spec]:
    found = record(row, told, at(minute))
    return found.reason, found.row.spec


def test_the_first_is_an_episode_of_no_length() -> None:
    assert recorded(None, news(1), 2) == (
        Reason.NOTIFIED,
        spec_of(news(1), 1, seen_at=at(2), episode_heard_at=at(2)),
    )


def test_the_next_of_a_series_supersedes_it() -> None:
    row = record(None, news(1), at(9)).row
    earlier = (Episode(at(1), at(1)),)
    second = spec_of(news(5, 2), 5, seen_at=at(9), episode_heard_at=at(6), episodes=earlier, generation=2)
    assert recorded(row, news(5, 2), 6) == (Reason.NOTIFIED, second)


def test_a_few_superseded_ones_are_kept() -> None:
    row = row_of(*(news(number, number) for number in range(MOST_EPISODES + 3)))
    known = [each.began for each in row.spec.episodes]
    assert known == [at(number) for number in range(2, MOST_EPISODES + 2)]


@pytest.mark.parametrize(
    ("minute", "number", "reason"),
    [(4, 2, Reason.STALE), (5, 2, Reason.NOTIFIED), (5.1, 2, Reason.NOTIFIED), (4.9, 1, Reason.STALE)],
)
def test_an_older_one_is_stale_and_one_of_the_same_time_comes_after(
    minute: float, number: int, reason: Reason
) -> None:
    row = row_of(news(5))
    found, spec = recorded(row, news(minute, number), 6)
    assert found is reason
    if reason is Reason.STALE:
        assert spec == row.spec
    else:
        assert spec.at == max(at(minute), at(5) + TICK)


@pytest.mark.parametrize(
    ("source", "minute", "reason"),
    [(PROVIDER, 15, Reason.STALE), (PROVIDER, 15.1, Reason.NOTIFIED), ("reports", 5.1, Reason.NOTIFIED)],
)
def test_replicas_of_a_provider_name_times_that_differ_by_ten_minutes(
    source: str, minute: float, reason: Reason
) -> None:
    assert recorded(row_of(news(5, source=source)), news(minute, source=source), 16)[0] is reason


@pytest.mark.parametrize(
    ("changes", "received", "reason"),
    [
        ({}, 9, Reason.DUPLICATE),
        ({"summary": "corrected"}, 6, Reason.REPEAT),
        ({"summary": "corrected"}, 5, Reason.REPEAT),
        ({"summary": "corrected"}, 4.9, Reason.STALE),
        ({"expires_at": at(99)}, 6, Reason.REPEAT),
    ],
)
def test_a_copy_changes_nothing_and_a_correction_the_words(
    changes: dict[str, Any], received: float, reason: Reason
) -> None:
    row, told = row_of(news(5)), news(5, **changes)
    corrected = replace(row.spec, alert=told, seen_at=at(received), generation=2)
    assert recorded(row, told, received) == (reason, corrected if reason is Reason.REPEAT else row.spec)


def test_its_sender_withdraws_it() -> None:
    row, end = row_of(news(5)), withdrawal(7, raw_provider={"a": 1})
    kept = withdrawal(7)
    withdrawn = replace(row.spec, early=kept, resolution=kept, seen_at=at(8), generation=2)
    assert recorded(row, end, 8) == (Reason.RESOLVED, withdrawn)
    again = replace(row, spec=withdrawn)
    later = replace(withdrawn, early=withdrawal(9))
    assert recorded(again, withdrawal(9), 7) == (Reason.ALREADY_RESOLVED, later)
    another = replace(row.spec, early=withdrawal(7, 2), seen_at=at(8))
    assert recorded(row, withdrawal(7, 2), 8) == (Reason.RESOLVED_UNSEEN, another)


@pytest.mark.parametrize(
    ("source", "known", "minute", "reason"),
    [
        ("reports", None, 5, Reason.RESOLVED),
        ("reports", None, 4.9, Reason.STALE),
        ("reports", 6, 6, Reason.STALE),
        ("reports", 6, 6.1, Reason.RESOLVED),
        (PROVIDER, None, 6, Reason.STALE),
    ],
)
def test_a_withdrawal_counts_once_and_not_before_what_it_withdraws(
    source: str, known: float | None, minute: float, reason: Reason
) -> None:
    row = row_of(news(5, source=source))
    if known:
        row = record(row, withdrawal(known, 2, source=source), at(known)).row
    found, spec = recorded(row, withdrawal(minute, source=source), 9)
    assert (found, spec == row.spec) == (reason, reason is Reason.STALE)


@pytest.mark.parametrize(
    ("ended", "source", "withdrawn"),
    [(7, "reports", True), (6, "reports", True), (5.9, "reports", False)],
)
def test_a_withdrawal_that_came_first_counts_for_what_it_is_not_older_than(
    ended: float, source: str, *, withdrawn: bool
) -> None:
    end = withdrawal(ended, 2, source=source)
    row = record(row_of(news(5, source=source)), end, at(8)).row
    spec = recorded(row, news(6, 2, source=source), 9)[1]
    assert (spec.early, spec.resolution) == (end, end if withdrawn else None)
    other = recorded(row, news(6, 3, source=source), 9)[1]
    assert (other.early, other.resolution) == (end, None)


def test_what_fired_before_it_was_news_leaves_no_episodes() -> None:
    same = {"source": "reports", "identity": {"alarm_id": "1"}}
    row = row_of(firing(0, **same), resolved(1, **same), firing(2, **same))
    found = recorded(row, news(5), 6)
    generation = row.spec.generation + 1
    spec = spec_of(news(5), 5, seen_at=at(6), episode_heard_at=at(6), generation=generation)
    assert found == (Reason.NOTIFIED, spec)
    assert concerns(row, news(5))
    assert not concerns(row, withdrawal(5))
    assert not concerns(None, withdrawal(5))
    assert concerns(row_of(news(1)), withdrawal(5))
    assert not concerns(row_of(news(1)), firing(5))


def test_a_tombstones_end_withdraws_what_it_overtook() -> None:
    end = withdrawal(7)
    row = record(None, end, at(8)).row
    found, spec = recorded(row, news(6), 9)
    assert found is Reason.NOTIFIED
    assert spec.resolution == spec.early == row.spec.early
    by_provider = record(None, withdrawal(7, source=PROVIDER), at(8)).row
    assert recorded(by_provider, news(6, source=PROVIDER), 9)[1].early is None


def test_it_was_seen_when_its_newest_message_was_received() -> None:
    row = record(row_of(news(5)), news(9, 2), at(3)).row
    assert (row.spec.seen_at, row.spec.episode_heard_at) == (at(5), at(3))
    assert row.spec.at - at(9) == timedelta()
