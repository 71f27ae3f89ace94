"""Sources that repeat their alerts: a message sent clearly later is news, whatever start it names."""

import itertools
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.alert import AlertEvent, Condition
from chalicelib.conditions.moments import MOST_MOMENTS, UNDERWAY, read
from chalicelib.conditions.periods import MARGIN, TICK, periods
from chalicelib.conditions.record import CLOCK_AHEAD, Reason, record
from chalicelib.conditions.row import AlertState
from chalicelib.conditions.spec import Episode, Moment
from tests.unit import up_to
from tests.unit.builders import REPEATING, alert, at

LATE = MARGIN.total_seconds() / 60
JUST = 0.01
Message = tuple[AlertEvent, float]


def fires(start: float, received: float, source: str = "alertmanager", **fields: Any) -> Message:
    return alert(start, source=source, began_anew=source == "grafana", **fields), received


def ends(end: float, received: float, source: str = "alertmanager", **fields: Any) -> Message:
    return alert(end, state="RESOLVED", source=source, **fields), received


def _moment(event: AlertEvent, received: datetime) -> Moment:
    return Moment(event.occurred_at, event.state, received=received)


def told(*messages: Message) -> tuple[AlertState, list[str]]:
    row: AlertState | None = None
    reasons: list[str] = []
    for event, received in messages:
        recorded = record(row, event, at(received))
        row = recorded.row
        reasons.append(recorded.reason.value)
    assert row
    return row, reasons


F, R = "FIRING", "RESOLVED"


@pytest.mark.parametrize(
    ("messages", "reason", "condition", "episode"),
    [
        # resolved by timeout, and sent again with its old start
        ([fires(0, 1), ends(60, 61), fires(0, 70)], "RECURRED", F, 70),
        ([fires(0, 1), ends(60, 61), fires(0, 61 + LATE + JUST)], "RECURRED", F, 61 + LATE + JUST),
        # a late copy, by a lagging peer, a retry, or the queue
        ([fires(0, 1), ends(60, 61), fires(0, 61 + LATE)], "STALE", R, 0),
        ([fires(0, 1), ends(60, 61), fires(0, 1)], "STALE", R, 0),
        ([fires(0, 1), ends(60, 61), fires(0, 30)], "STALE", R, 0),
        # then repeated: one period, and no copies for the table
        ([fires(0, 1), ends(60, 61), fires(0, 70), fires(0, 75)], "REPEAT", F, 70),
        ([fires(0, 1), ends(60, 61), fires(0, 70), fires(0, 70.5)], "DUPLICATE", F, 70),
        # the end of what fires again
        ([fires(0, 1), ends(60, 61), fires(0, 70), ends(80, 81)], "RESOLVED", R, 70),
        # a provider whose clock is ten minutes behind: its end lies before our time of the new firing
        ([fires(-10, 1), ends(50, 61), fires(-10, 70), ends(65, 75)], "RESOLVED", R, 70),
        # one whose clock is ten minutes ahead: the end before lies in our future
        ([fires(10, 1), ends(70, 61), fires(10, 65)], "RECURRED", F, 70 + 1 / 60_000),
        ([fires(10, 1), ends(70, 61), fires(10, 65), ends(76, 67)], "RESOLVED", R, 70 + 1 / 60_000),
        # whose times do not change once what they follow from is no longer under way
        (
            [fires(-10, 1), ends(50, 61), fires(-10, 70), ends(65, 75), fires(71, 81), fires(71, 200)],
            "REPEAT",
            F,
            81,
        ),
        # a late copy of the end before does not end what fires again
        ([fires(0, 1), ends(60, 61), fires(0, 70), ends(60, 70 + LATE)], "STALE", F, 70),
        ([fires(0, 1), ends(60, 61), fires(0, 70), ends(59, 70 + LATE)], "STALE", F, 70),
        # but said again clearly later it is meant: what fired again was a late copy itself
        ([fires(0, 1), ends(60, 61), fires(0, 70), ends(60, 75)], "RESOLVED", R, 70),
        # within the margin the provider's times decide
        ([fires(0, 1), ends(60, 61), fires(0, 70), ends(70, 70.5)], "RESOLVED", R, 70),
        ([fires(0, 1), ends(60, 61), fires(61, 61)], "RECURRED", F, 61),
        # an end before the start it would end is about an earlier period, however late it comes
        ([fires(0, 1), fires(30, 31), ends(20, 60)], "RESOLVED_LATE", F, 30),
        # a start moved back by another replica is a repeat, not silence
        ([fires(5, 6), fires(4, 10)], "FIRING_LATE", F, 4),
        ([fires(5, 6), fires(4, 10), fires(4, 250)], "REPEAT", F, 4),
        ([fires(5, 6), fires(4, 10), fires(4, 10.5)], "DUPLICATE", F, 4),
        ([fires(4, 6), fires(5, 10), fires(4.5, 10)], "STALE", F, 4),
        # an end that nobody reported, as the alert was silenced: a start from long after the last word is new
        ([fires(0, 1), fires(0, 240), fires(400, 401)], "RECURRED_UNRESOLVED", F, 400),
        ([fires(0, 1), fires(0, 240), fires(290, 291)], "REPEAT", F, 0),
        ([fires(0, 1), fires(61, 62)], "REPEAT", F, 0),
        ([fires(0, 1), fires(61 + JUST, 62)], "RECURRED_UNRESOLVED", F, 61 + JUST),
        # but one whose old start is said again has not ended
        ([fires(0, 1), fires(400, 401), fires(0, 402)], "FIRING_LATE", F, 0),
        # of what only the end is known, a late firing is over, and a later one is news
        ([ends(60, 61), fires(0, 61 + LATE)], "FIRING_LATE", R, 0),
        ([ends(60, 61), fires(0, 70)], "RECURRED", F, 70),
        # an end that was long under way splits the period where it belongs
        ([fires(0, 1), fires(0, 70), ends(60, 61)], "RESOLVED_LATE", F, 70),
        # a new start right after an old one that was sent again
        ([fires(0, 1), ends(60, 61), fires(0, 70), fires(75, 76)], "REPEAT", F, 70),
        ([fires(0, 1), ends(60, 61), fires(75, 76), fires(0, 90)], "REPEAT", F, 75),
        # and one that comes after what was received later does not undo that
        ([fires(0, 1), ends(60, 61), fires(75, 76), fires(80, 81), fires(0, 80.5)], "STALE", F, 75),
    ],
)
def test_table(messages: list[Message], reason: str, condition: str, episode: float) -> None:
    row, reasons = told(*messages)
    assert (reasons[-1], row.spec.condition) == (reason, condition)
    assert row.spec.episode == at(episode)


def test_grafana_says_the_same_with_every_start_a_beginning_of_its_own() -> None:
    again = [fires(0, 1, "grafana"), ends(60, 61, "grafana"), fires(0, 70, "grafana")]
    assert told(*again)[1] == ["FIRST_FIRING", "RESOLVED", "RECURRED"]
    row, reasons = told(*again, fires(0, 75, "grafana"), fires(80, 81, "grafana"))
    assert reasons[3:] == ["REPEAT", "RECURRED_UNRESOLVED"]
    assert row.spec.episodes == (Episode(at(0), at(60)), Episode(at(70), at(80)))


@pytest.mark.parametrize("source", ["cloudwatch", "ci-watcher"])
def test_other_sources_are_taken_by_their_own_times_alone(source: str) -> None:
    row, reasons = told(fires(0, 1, source), ends(60, 61, source), fires(0, 70, source))
    assert (reasons[-1], row.spec.condition) == ("STALE", R)
    assert all(moment.received is None for moment in row.spec.moments)


@pytest.mark.parametrize(
    ("later", "began"),
    [
        # its provider's clock is behind: the new start is dated before we received the old one again
        ([fires(65, 71)], at(71)),
        ([fires(70, 71)], at(71)),
        ([fires(71, 72)], at(71)),
        # of two such starts, the one that its provider dates later is later, whichever we received first
        ([fires(65, 75), fires(68, 72)], at(75) + TICK),
    ],
)
def test_a_new_start_is_after_the_one_before_whatever_the_clocks_say(
    later: list[Message], began: datetime
) -> None:
    row, _ = told(fires(0, 1), ends(60, 61), fires(0, 70), *later)
    assert (row.spec.episode, row.spec.fired_at) == (at(70), began)


def test_what_ends_all_of_a_period_tells_when_it_ended() -> None:
    """A late peer's end is older than one firing, and another's was received long before the other."""
    partly = [ends(60, 61), ends(5, 80)]
    moments = [_moment(event, at(when)) for event, when in (fires(10, 11), fires(0, 70), *partly)]
    (period,) = periods(moments)
    assert period.ended == at(60)
    (period,) = periods([*moments, _moment(ends(90, 91)[0], at(91))])
    assert period.ended == at(90)


def test_an_end_of_a_clock_behind_is_told_by_ours_where_it_would_lie_before_the_beginning() -> None:
    row, _ = told(fires(-10, 1), ends(50, 61), fires(-10, 70), ends(65, 75))
    assert row.spec.episodes == (Episode(at(-10), at(50)), Episode(at(70), at(75)))
    row, _ = told(fires(-10, 1), ends(50, 61), fires(-10, 70), ends(65, 75), fires(71, 81))
    assert row.spec.episode == at(81)


def test_a_clock_far_ahead_is_measured_on_when_the_message_was_received() -> None:
    ahead = CLOCK_AHEAD.total_seconds() / 60
    assert told(fires(1 + ahead, 1))[0].spec.at == at(1 + ahead)
    assert told(fires(1 + ahead + JUST, 1))[0].spec.at == at(1)


def test_what_was_said_before_does_not_undo_what_was_said_later_though_it_comes_later() -> None:
    row, reasons = told(fires(0, 1, priority="P2"), fires(0, 9, priority="P0"), fires(0, 5, priority="P2"))
    assert reasons[-1] == "STALE"
    assert row.priority == "P0"
    assert row.spec.seen_at == at(9)


def test_what_a_row_of_before_knows_was_received_by_when_it_was_last_seen() -> None:
    row, _ = told(fires(0, 1), ends(60, 90))
    unstamped = tuple(replace(moment, received=None) for moment in row.spec.moments)
    old = replace(row, spec=replace(row.spec, moments=unstamped))
    assert record(old, fires(0, 80)[0], at(80)).reason is Reason.STALE
    assert record(old, fires(0, 91)[0], at(91)).reason is Reason.RECURRED


def test_of_a_copy_only_when_it_was_received_is_kept() -> None:
    first, _ = told(fires(0, 1))
    again = record(first, fires(0, 1.5)[0], at(1.5))
    assert again.reason is Reason.DUPLICATE
    assert (again.row.spec.count, again.row.spec.generation, again.row.spec.seen_at) == (1, 1, at(1))
    assert record(again.row, fires(0, 1.5)[0], at(1.5)).row is again.row


def test_moments_are_bounded_whatever_is_repeated() -> None:
    steady, _ = told(*(fires(0, minute) for minute in range(0, 2000, 5)))
    assert (steady.spec.episode, steady.spec.count) == (at(0), 400)
    assert len(steady.spec.moments) <= 8
    flapping = [each for n in range(0, 1000, 10) for each in (fires(n, n + 1), ends(n + 1, n + 2))]
    assert len(told(*flapping)[0].spec.moments) <= MOST_MOMENTS
    again = [fires(0, 1)]
    for n in range(1, 100):
        again += [ends(n * 10, n * 10), fires(0, n * 10 + 5)]
    row, _ = told(*again)
    assert len(row.spec.moments) <= MOST_MOMENTS
    assert (row.spec.condition, row.spec.episode) == (F, at(995))


def test_what_lies_before_the_newest_period_is_dropped_once_nothing_of_its_time_is_under_way() -> None:
    hour = UNDERWAY.total_seconds() / 60
    row, _ = told(fires(0, 1), ends(5, 6), fires(7, 8), ends(9, 10), fires(hour + 20, hour + 21))
    assert [moment.at for moment in row.spec.moments] == [at(9), at(hour + 20)]


@pytest.mark.parametrize(("later", "kept"), [(0, [7, 9]), (JUST, [9])])
def test_a_message_may_be_under_way_for_an_hour(later: float, kept: list[float]) -> None:
    newest = 10 + UNDERWAY.total_seconds() / 60 + later
    row, _ = told(fires(0, 1), ends(5, 6), fires(7, 10), ends(9, 11), fires(newest - 1, newest))
    assert [moment.at for moment in row.spec.moments] == [*map(at, kept), at(newest - 1)]


@pytest.mark.parametrize("every", [1.5, 5, 30])
def test_what_fires_again_with_its_old_start_began_when_that_was_first_received(every: float) -> None:
    again = [fires(0, 8 + n * every) for n in range(20)]
    row, _ = told(fires(0, 1), ends(5, 6), *again)
    assert (row.spec.condition, row.spec.episode) == (F, at(8))


def test_an_end_said_again_does_not_move_when_it_ended() -> None:
    """Not even once its first message is no longer in flight."""
    row, reasons = told(fires(0, 1), ends(5, 6), ends(100, 101))
    assert reasons[-1] == "ALREADY_RESOLVED"
    assert read(row.spec.moments).ended_at == at(5)


minutes = st.integers(0, 8)
received = st.integers(0, 40).map(lambda thirds: thirds / 3)
said = st.tuples(minutes, st.sampled_from(Condition), received)


def known(source: str, history: list[tuple[int, Condition, float]]) -> tuple[object, ...]:
    row: AlertState | None = None
    for start, state, when in history:
        event = alert(start, state=state, source=source, began_anew=source == "grafana")
        row = record(row, event, at(when)).row
    assert row
    return row.spec.condition, row.spec.at, row.spec.episode, row.spec.fired_at


@up_to(300)
@given(st.sampled_from(REPEATING), st.lists(said, min_size=1, max_size=8), st.data())
def test_any_order_of_any_messages_leads_to_the_same_row(
    source: str, history: list[tuple[int, Condition, float]], data: st.DataObject
) -> None:
    again = data.draw(st.lists(st.sampled_from(history), max_size=8))
    shuffled = data.draw(st.permutations(history + again))
    assert known(source, shuffled) == known(source, sorted(history))


def test_every_order_of_a_real_history_twice_over_leads_to_the_same_row() -> None:
    history = [(0, Condition.FIRING, 0.5), (3, Condition.RESOLVED, 3.5), (0, Condition.FIRING, 5.0)]
    history += [(0, Condition.FIRING, 6.0), (7, Condition.RESOLVED, 7.5)]
    expected = (Condition.RESOLVED, at(7), at(5), at(5))
    for order in itertools.permutations(history):
        assert known("alertmanager", [*order, *reversed(order)]) == expected


@up_to(150)
@given(st.lists(said, max_size=6), minutes, st.integers(1, 30))
def test_what_was_received_clearly_later_than_everything_counts(
    history: list[tuple[int, Condition, float]], start: int, after: int
) -> None:
    row: AlertState | None = None
    for began, state, when in history:
        row = record(row, alert(began, state=state, source="alertmanager"), at(when)).row
    newest = max((when for *_, when in history), default=0.0)
    last = record(row, alert(start, source="alertmanager"), at(newest + LATE + after)).row
    assert last.spec.condition is Condition.FIRING
    ended = record(
        last, alert(9, state="RESOLVED", source="alertmanager"), at(newest + 2 * LATE + after + 1)
    ).row
    assert ended.spec.condition is Condition.RESOLVED


def test_news_of_an_earlier_end_shows_that_a_firing_was_news_already() -> None:
    """The end that was thought to end it turns out to be a late copy."""
    row, reasons = told(fires(0, 60), ends(48, 60.5, reason="late"), ends(50, 50))
    assert reasons == ["FIRST_FIRING", "RESOLVED", "RESOLVED_LATE"]
    assert (row.spec.condition, row.spec.episode, row.spec.resolution) == (F, at(60), None)
    assert row.spec.alert


def test_periods_never_begin_before_the_one_before_has_ended() -> None:
    span = timedelta(0)
    row, _ = told(fires(10, 1), ends(70, 61), fires(10, 65), ends(76, 67), fires(10, 70), ends(81, 71))
    for one, next_one in itertools.pairwise(row.spec.episodes):
        assert next_one.began - one.ended > span


@pytest.mark.parametrize(
    ("messages", "episodes"),
    [
        # a late end splits a period that began by our clock, of which the provider's says it is over sooner
        (
            [fires(-9, 1), ends(51, 61), fires(-9, 70), fires(-9, 80), ends(66, 75)],
            [Episode(at(-9), at(51)), Episode(at(70), at(70))],
        ),
        # and one whose end, by a clock ahead, lies after the beginning of the next
        (
            [fires(9, 1), fires(9, 65), ends(70, 61)],
            [Episode(at(9), at(70))],
        ),
    ],
)
def test_what_a_late_end_splits_off_has_ended_before_what_goes_on_began(
    messages: list[Message], episodes: list[Episode]
) -> None:
    row, reasons = told(*messages)
    assert reasons[-1] == "RESOLVED_LATE"
    assert list(row.spec.episodes) == episodes
    assert row.spec.episode
    assert row.spec.episodes[-1].ended <= row.spec.episode
