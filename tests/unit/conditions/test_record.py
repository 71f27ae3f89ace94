"""What a message means, rule by rule, and the property behind them: the order of arrival does not matter."""

import itertools
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.alert import AlertEvent, Condition
from chalicelib.conditions.moments import MOST_MOMENTS
from chalicelib.conditions.record import Reason, record
from chalicelib.conditions.row import AlertState
from chalicelib.conditions.spec import MOST_EPISODES, Episode
from tests.unit.builders import alert, at, firing, resolved, row_of


def recorded(
    before: list[AlertEvent], last: AlertEvent, *, sent: float | None = None
) -> tuple[Reason, AlertState]:
    row = row_of(*before) if before else None
    result = record(row, last, at(sent) if sent is not None else last.occurred_at)
    return result.reason, result.row


@pytest.mark.parametrize(
    ("before", "last", "sent", "reason", "condition", "episode"),
    [
        ([], firing(1), 1, "FIRST_FIRING", "FIRING", 1),
        ([], resolved(1), 1, "RESOLVED_UNSEEN", "RESOLVED", None),
        ([resolved(5)], firing(1), 6, "FIRING_LATE", "RESOLVED", 1),
        ([firing(5)], firing(5), 5.5, "DUPLICATE", "FIRING", 5),
        ([firing(5)], firing(5), 6, "REPEAT", "FIRING", 5),
        ([firing(5)], firing(5, summary="worse"), 5.1, "REPEAT", "FIRING", 5),
        ([firing(5)], firing(6), 6, "REPEAT", "FIRING", 5),
        ([firing(5)], firing(5.5), 5.5, "REPEAT", "FIRING", 5),
        ([firing(5)], firing(6, began_anew=True), 6, "RECURRED_UNRESOLVED", "FIRING", 6),
        ([firing(5, began_anew=True)], firing(5, began_anew=True), 9, "REPEAT", "FIRING", 5),
        ([firing(5)], resolved(6), 6, "RESOLVED", "RESOLVED", 5),
        ([firing(5)], resolved(5), 6, "RESOLVED", "RESOLVED", 5),
        ([firing(1), firing(9)], resolved(5), 9, "RESOLVED_LATE", "FIRING", 9),
        ([firing(5)], resolved(4), 6, "STALE", "FIRING", 5),
        ([firing(5)], firing(4), 6, "FIRING_LATE", "FIRING", 4),
        ([firing(5, began_anew=True)], firing(4), 6, "STALE", "FIRING", 5),
        ([firing(1), firing(9)], firing(5), 10, "STALE", "FIRING", 1),
        ([firing(1), resolved(5)], firing(9), 9, "RECURRED", "FIRING", 9),
        ([firing(1), resolved(5)], firing(5), 9, "STALE", "RESOLVED", 1),
        ([firing(1), resolved(5)], firing(3), 9, "STALE", "RESOLVED", 1),
        ([firing(3), resolved(5)], firing(1), 9, "FIRING_LATE", "RESOLVED", 1),
        ([firing(1), resolved(2), resolved(9)], firing(8), 9, "FIRING_LATE", "RESOLVED", 8),
        ([firing(1), resolved(9)], firing(5, priority="P0"), 9, "FIRING_LATE", "RESOLVED", 1),
        ([firing(1), resolved(9)], firing(5, began_anew=True), 9, "FIRING_LATE", "RESOLVED", 5),
        ([firing(1), resolved(5)], resolved(9), 9, "ALREADY_RESOLVED", "RESOLVED", 1),
        ([firing(1), resolved(5)], resolved(5), 9, "STALE", "RESOLVED", 1),
        ([firing(1), resolved(5)], resolved(3), 9, "STALE", "RESOLVED", 1),
        ([firing(1), firing(5), resolved(9)], resolved(3), 9, "RESOLVED_LATE", "RESOLVED", 5),
    ],
)
def test_table(
    before: list[AlertEvent],
    last: AlertEvent,
    sent: float,
    reason: str,
    condition: str,
    episode: float | None,
) -> None:
    found, row = recorded(before, last, sent=sent)
    assert (found, row.spec.condition) == (reason, condition)
    assert row.spec.episode == (None if episode is None else at(episode))


def test_every_reason_is_in_the_table() -> None:
    marks = next(mark for mark in test_table.pytestmark if mark.name == "parametrize")  # type: ignore[attr-defined]
    assert {case[3] for case in marks.args[1]} == set(Reason) - {Reason.NOTIFIED}


@pytest.mark.parametrize("sent", [5.5, 8])
def test_what_changes_nothing_leaves_the_row_as_it_is(sent: float) -> None:
    row = row_of(firing(1), resolved(5))
    assert record(row, firing(1), at(sent)).row is row


def test_a_firing_that_comes_after_its_end_is_known_and_ended() -> None:
    _, row = recorded([resolved(5, reason="gone", recovered=False)], firing(1))
    assert (row.priority, row.spec.count) == ("P1", 1)
    assert row.spec.resolution
    assert row.spec.resolution.reason == "gone"
    assert row.spec.episodes == (Episode(at(1), at(5), recovered=False),)


def test_repeats_are_counted_and_the_newest_words_kept() -> None:
    row = row_of(firing(1), firing(2), firing(3, summary="newest"))
    assert row.spec.count == 3
    assert row.spec.alert
    assert row.spec.alert.summary == "newest"
    assert row.spec.fired_at == at(3)


def test_a_row_holds_one_payload_and_that_is_the_firings() -> None:
    heavy = {"raw_provider": {"x": "y"}, "labels": {"a": "b"}, "annotations": {"c": "d"}}
    spec = row_of(firing(1, **heavy), resolved(2, reason="it went away", **heavy)).spec
    assert spec.alert == firing(1, **heavy)
    assert spec.resolution == resolved(2, reason="it went away")
    beat = heavy | {"kind": "heartbeat"}
    assert row_of(resolved(2, **beat)).spec.early == resolved(2, **(beat | {"raw_provider": None}))


def test_a_new_episode_counts_anew() -> None:
    assert row_of(firing(1), firing(2), resolved(3), firing(4)).spec.count == 1


def test_ended_episodes_are_kept_with_whether_they_recovered() -> None:
    row = row_of(firing(1), resolved(2), firing(3), resolved(4, recovered=False))
    assert row.spec.episodes == (Episode(at(1), at(2)), Episode(at(3), at(4), recovered=False))


def test_a_lost_resolution_ends_the_episode_where_the_next_began() -> None:
    row = row_of(firing(1), firing(5, began_anew=True))
    assert row.spec.episodes == (Episode(at(1), at(5)),)


def test_an_episode_whose_predecessors_end_was_lost_begins_as_any_other() -> None:
    row = row_of(firing(1), firing(2), firing(5, began_anew=True, summary="newest"))
    spec = row.spec
    assert spec.alert
    assert (spec.count, spec.alert.summary, spec.resolution, spec.episode) == (1, "newest", None, at(5))
    assert spec.generation == 3


def test_how_it_ended_is_known_while_it_is_over_and_no_longer() -> None:
    ended = row_of(firing(1), resolved(5, reason="gone"))
    assert ended.spec.resolution
    assert ended.spec.resolution.reason == "gone"
    late = record(ended, resolved(7, reason="later"), at(8)).row
    assert late.spec.resolution == ended.spec.resolution
    split = record(row_of(firing(1), firing(5), resolved(9, reason="gone")), resolved(3), at(9)).row
    assert split.spec.resolution
    assert split.spec.resolution.reason == "gone"
    assert record(ended, firing(9), at(9)).row.spec.resolution is None
    assert row_of(firing(1), firing(9), resolved(5)).spec.resolution is None


def test_a_late_resolution_splits_the_episode_at_its_time() -> None:
    row = row_of(firing(1), firing(9), resolved(5))
    assert row.spec.episodes == (Episode(at(1), at(5)),)
    row = row_of(firing(1), firing(5), resolved(9), resolved(3))
    assert row.spec.episodes == (Episode(at(1), at(3)), Episode(at(5), at(9)))


def test_episodes_are_bounded() -> None:
    row = row_of(*(each for n in range(30) for each in (firing(2 * n), resolved(2 * n + 1))))
    assert len(row.spec.episodes) == MOST_EPISODES
    assert row.spec.episodes[-1] == Episode(at(58), at(59))


def test_only_what_a_person_should_hear_of_moves_the_generation() -> None:
    row = row_of(firing(1), resolved(5))
    assert record(row, resolved(9), at(9)).row.spec.generation == row.spec.generation
    assert record(row, firing(9), at(9)).row.spec.generation == row.spec.generation + 1


def test_a_clock_far_ahead_does_not_make_later_messages_stale() -> None:
    row = record(None, firing(600), at(0)).row
    assert row.spec.at == at(0)
    assert record(row, resolved(1), at(1)).reason is Reason.RESOLVED


def test_a_clock_a_little_ahead_is_believed() -> None:
    assert record(None, firing(10), at(0)).row.spec.at == at(10)
    assert record(None, firing(10.1), at(0)).row.spec.at == at(0)


def test_repeats_of_a_clock_far_ahead_begin_no_episodes() -> None:
    row = record(None, firing(600, began_anew=True), at(0)).row
    assert record(row, firing(600, began_anew=True), at(5)).reason is Reason.REPEAT


def test_a_redelivery_decides_the_same() -> None:
    row = row_of(firing(1))
    assert record(row, firing(2), at(2)) == record(row, firing(2), at(2))


def test_a_copy_that_says_that_it_began_anew_is_no_duplicate() -> None:
    row = row_of(firing(5), firing(5, began_anew=True))
    assert record(row, firing(0), at(6)).row.spec.episode == at(5)


@pytest.mark.parametrize("anew", [(True, False), (False, True)])
def test_a_copy_that_does_not_say_that_it_began_anew_does_not_take_it_back(anew: tuple[bool, bool]) -> None:
    copies = [firing(3, began_anew=each) for each in anew]
    assert row_of(firing(1), *copies).spec.episode == at(3)


def test_a_message_that_was_long_on_its_way_does_not_set_back_when_the_row_was_seen() -> None:
    assert record(row_of(firing(9)), firing(10), at(4)).reason is Reason.REPEAT
    row = record(row_of(firing(9)), firing(10), at(4)).row
    assert record(row, firing(10), at(9.5)).reason is Reason.DUPLICATE


def test_a_changed_priority_is_never_a_duplicate() -> None:
    reason, _ = recorded([firing(1, priority="P2")], firing(1, priority="P0"), sent=1)
    assert reason is Reason.REPEAT


def test_a_redelivery_of_what_was_said_before_does_not_undo_what_was_said_later() -> None:
    escalated = record(row_of(firing(1, priority="P2")), firing(1, priority="P0"), at(5)).row
    again = record(escalated, firing(1, priority="P2"), at(1))
    assert (again.reason, again.row) == (Reason.STALE, escalated)


def test_moved_links_alone_are_a_duplicate() -> None:
    moved = firing(1, links={"dashboard_url": "https://grafana.example.org/d/1?from=2"})
    assert recorded([firing(1)], moved, sent=1)[0] is Reason.DUPLICATE


def test_the_duplicate_interval_is_a_setting() -> None:
    row = row_of(firing(1))
    assert record(row, firing(1), at(1.1), timedelta(seconds=2)).reason is Reason.REPEAT


def test_moments_are_bounded_and_the_episode_stays() -> None:
    row = row_of(*(firing(n) for n in range(200)))
    assert len(row.spec.moments) <= MOST_MOMENTS
    assert (row.spec.episode, row.spec.count) == (at(0), 200)


said = st.tuples(st.integers(0, 8), st.sampled_from(Condition), st.booleans())


def what_is_known(history: list[tuple[int, Condition, bool]]) -> tuple[object, ...]:
    row: AlertState | None = None
    for minutes, state, anew in history:
        row = record(row, alert(minutes, state=state, began_anew=anew), at(20)).row
    assert row
    return row.spec.condition, row.spec.at, row.spec.episode, row.spec.fired_at


@given(st.lists(said, min_size=1, max_size=10), st.data())
def test_any_order_of_any_messages_leads_to_the_same_row(
    history: list[tuple[int, Condition, bool]], data: st.DataObject
) -> None:
    again = data.draw(st.lists(st.sampled_from(history), max_size=4))
    shuffled = data.draw(st.permutations(history + again))
    assert what_is_known(shuffled) == what_is_known(sorted(history))


def test_every_order_of_a_real_history_twice_over_leads_to_the_same_row() -> None:
    history = [
        (0, Condition.FIRING, True),
        (1, Condition.FIRING, False),
        (2, Condition.RESOLVED, False),
        (4, Condition.FIRING, False),
        (5, Condition.FIRING, False),
    ]
    expected = what_is_known(history)
    assert expected == (Condition.FIRING, at(5), at(4), at(5))
    for order in itertools.permutations(history):
        assert what_is_known([*order, *reversed(order)]) == expected


def test_nobody_ends_beforehand_what_another_sender_then_reports() -> None:
    ended = resolved(5, sender="east")
    _, row = recorded([ended], firing(1, sender="west"), sent=6)
    assert (row.spec.condition, row.spec.episode) == (Condition.FIRING, at(1))
    _, row = recorded([ended], firing(1, sender="east"), sent=6)
    assert (row.spec.condition, row.spec.episode) == (Condition.RESOLVED, at(1)), "its own end, overtaken"
