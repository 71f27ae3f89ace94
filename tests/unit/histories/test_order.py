"""The order in which the messages of an episode are recorded changes nothing: row and issues are the same."""

import itertools
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.alert import AlertEvent
from chalicelib.conditions.record import record
from chalicelib.conditions.row import AlertState
from chalicelib.conditions.spec import Episode
from tests.unit import up_to
from tests.unit.builders import PROVIDERS, REPEATING, TITLE, alert, at
from tests.unit.histories.test_batches import Batches

SOURCES = [*PROVIDERS, "queue-checker"]

Message = tuple[AlertEvent, datetime]


def sent(source: str, state: str, minute: float, priority: str = "P1", **fields: Any) -> Message:
    """A message as its source words it; those that repeat themselves name one start, here minute 20."""
    start = 20 if source in REPEATING and state == "FIRING" else minute
    fields["began_anew"] = source == "grafana" and state == "FIRING"
    words = {"source": source, "state": state, "priority": priority, "summary": f"at {minute}"}
    return alert(start, **words, **fields), at(minute)


def episode(source: str, priorities: Sequence[str], *, recovered: bool = True) -> list[Message]:
    """It fires from minute 20 on, every minute, and ends."""
    fires = [sent(source, "FIRING", 20 + n, each) for n, each in enumerate(priorities)]
    return [*fires, sent(source, "RESOLVED", 20 + len(fires), priorities[-1], recovered=recovered)]


def recorded(messages: Sequence[Message], before: AlertState | None = None) -> AlertState:
    row = before
    for event, received in messages:
        row = record(row, event, received).row
    assert row
    return row


def known(row: AlertState) -> tuple[object, ...]:
    """What the row says about the condition, except how often and when we heard of it."""
    spec = row.spec
    reading = (spec.condition, spec.at, spec.episode, spec.fired_at, spec.moments, spec.episode_heard_at)
    return (*reading, spec.episodes, spec.alert, spec.resolution and spec.resolution.summary)


priorities = st.lists(st.sampled_from(["P0", "P1", "P2"]), min_size=1, max_size=4)


@up_to(60)
@given(st.sampled_from(SOURCES), st.integers(0, 2), priorities, st.booleans(), st.booleans(), st.data())
def test_any_order_of_the_messages_of_an_episode_leads_to_the_same_row(
    source: str, earlier: int, told: list[str], recovered: bool, ended: bool, data: st.DataObject
) -> None:
    history = [
        each
        for n in range(earlier)
        for each in (
            (alert(4 * n, source=source), at(4 * n)),
            (alert(4 * n + 2, source=source, state="RESOLVED"), at(4 * n + 2)),
        )
    ]
    before = recorded(history) if history else None
    messages = episode(source, told, recovered=recovered)[: None if ended else -1]
    shuffled = data.draw(st.permutations(messages))
    again = data.draw(st.lists(st.sampled_from(messages), max_size=3))
    assert known(recorded([*shuffled, *again], before)) == known(recorded(messages, before))


def issues_of(messages: Sequence[Message], batches: Sequence[int]) -> list[tuple[Any, ...]]:
    """The issues after these messages in batches of these sizes."""
    world = Batches()
    world.clock.time = at(60)
    each = iter([world.message(n, event, "normalized") for n, (event, _) in enumerate(messages)])
    world.collect(*([*itertools.islice(each, size)] for size in batches))
    world.reconcile(30)
    return world.issues


@pytest.mark.parametrize("priority", ["P0", "P2"])
@pytest.mark.parametrize("batches", [[2], [1, 1]], ids=["one batch", "two batches"])
def test_what_ends_before_its_firing_is_recorded_is_opened_and_closed(
    priority: str, batches: list[int]
) -> None:
    firing, end = episode("queue-checker", [priority], recovered=False)
    assert issues_of([end, firing], batches) == issues_of([firing, end], [1, 1])
    assert [issue[:3] for issue in issues_of([end, firing], batches)] == [
        (f"[{priority}] {TITLE}", False, "not_planned")
    ]


@up_to(15)
@given(priorities.filter(lambda told: len(told) < 4), st.data())
def test_any_order_and_any_batches_of_an_episode_leave_the_same_issues(
    told: list[str], data: st.DataObject
) -> None:
    messages = episode("queue-checker", told)
    shuffled = data.draw(st.permutations(messages))
    first = data.draw(st.integers(0, len(messages)))
    in_order = issues_of(messages, [len(messages)])
    assert len(in_order) == 1
    assert issues_of(shuffled, [first, len(messages)]) == in_order


def test_an_episode_that_was_over_stays_as_it_was_where_another_comes_end_first() -> None:
    old = [(alert(1), at(1)), (alert(2, state="RESOLVED", recovered=False), at(2))]
    row = recorded([*old, *reversed(episode("cloudwatch", ["P1"]))])
    assert row.spec.episodes == (Episode(at(1), at(2), recovered=False), Episode(at(20), at(21)))


@pytest.mark.parametrize("source", SOURCES)
def test_a_late_copy_of_a_firing_never_brings_back_what_ended(source: str) -> None:
    firing, end = episode(source, ["P0"])
    for order in itertools.permutations([firing, end, firing]):
        row = recorded(order)
        assert row.spec.condition == "RESOLVED"
        assert row.spec.at == end[0].occurred_at


def test_words_of_an_end_that_found_its_firing_are_kept_once() -> None:
    firing, end = episode("cloudwatch", ["P1"])
    ended = recorded([end, firing])
    later = sent("cloudwatch", "FIRING", 40)
    assert ended.spec.early
    assert recorded([later], ended).spec.early is None
