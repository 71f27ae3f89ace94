"""Drift where everything is slow: it goes on where it stopped, and concludes no more than it has seen."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from chalicelib import render
from chalicelib.conditions import lag
from chalicelib.conditions.issue import Closer, Draft, IssueRef, Seen
from chalicelib.errors import Unavailable
from chalicelib.reconcile.drift import Drift, Looked, key_of
from chalicelib.store.documents import Document
from tests.twins.census import MemoryCensus
from tests.twins.tracker import Thread
from tests.unit.builders import REPOSITORY, at, firing, resolved
from tests.unit.reconcile.test_drift import SECOND, DriftWorld, held, two_conditions
from tests.unit.sync.test_sync import FIRST

RUN = timedelta(seconds=57)


@pytest.fixture
def world() -> DriftWorld:
    return DriftWorld()


def many(world: DriftWorld, count: int) -> None:
    """As many conditions fire as there are issues; each issue changed a second after the one before."""
    row = world.run(firing(0))
    issue, thread = row.status.issue, world.tracker.threads[FIRST]
    assert issue
    world.tracker._numbers[REPOSITORY] = count
    for number in range(2, count + 1):
        ref, name = IssueRef(REPOSITORY, number), f"{number:064}"
        body = render.marker(name, issue.episode)
        held_there = replace(row.status, issue=replace(issue, ref=ref))
        world.store.rows[name] = replace(row, fingerprint=name, status=held_there)
        changed_at = at(0) + timedelta(seconds=number)
        world.tracker.threads[ref] = Thread(replace(thread.seen, ref=ref, body=body), changed_at)


def slow(world: DriftWorld, *, page: float, table: float) -> None:
    """Let every page of a list, and every call to the table, take its time."""

    def takes(_: str, effect: Callable[[], Any]) -> Any:
        world.clock.pass_(seconds=page)
        return effect()

    world.tracker.faults |= {"changed": takes, "open_ones": takes}
    for name in ("get", "several", "of_issue", "of_repository", "load", "swap", "claim", "settle"):
        setattr(world.store, name, slowly(world, getattr(world.store, name), table))


def slowly(world: DriftWorld, call: Callable[..., Any], seconds: float) -> Callable[..., Any]:
    def takes(*args: Any) -> Any:
        world.clock.pass_(seconds=seconds)
        return call(*args)

    return takes


def runs(world: DriftWorld, minutes: int) -> None:
    """Let reconcile's minute come round."""
    for _ in range(minutes):
        began = world.clock.now()
        world.drift.check(began + RUN)
        assert world.clock.now() < began + RUN
        world.clock.time = began + timedelta(minutes=1)


def looked(world: DriftWorld) -> Looked:
    return world.store.documents[key_of(REPOSITORY)].parsed(Looked)


@pytest.mark.parametrize(("count", "page", "table"), [(510, 10, 0.005), (5100, 100, 1.0)])
def test_a_look_at_51_pages_of_open_issues_ends(
    world: DriftWorld, count: int, page: int, table: float
) -> None:
    world.tracker.page = page
    many(world, count)
    last = f"{count:064}"
    world.clock.time = at(100)
    world.tracker.delete(IssueRef(REPOSITORY, 77))
    world.tracker.change(IssueRef(REPOSITORY, count), Closer.PERSON, state="closed")
    slow(world, page=1.5, table=table)
    runs(world, 30)
    assert looked(world).progress is None
    assert looked(world).everything >= at(100)
    issue = world.store.rows[last].status.issue
    assert issue
    assert issue.closed_by is Closer.PERSON
    row = world.store.rows[f"{77:064}"]
    assert row.status.issue is None or row.status.issue.ref.number > count
    assert world.tracker.calls.count("read") <= 4, "what agrees is not read"


def test_half_a_list_proves_nothing_of_what_it_does_not_show(world: DriftWorld) -> None:
    world.tracker.page = 10
    many(world, 35)
    world.clock.time = at(100)
    world.drift.check(at(101))
    lists: list[str] = []

    def fails_on_its_third(name: str, effect: Callable[[], Any]) -> Any:
        lists.append(name)
        if len(lists) == 3:
            raise Unavailable("502")
        return effect()

    world.clock.time = at(161)
    world.tracker.faults["open_ones"] = fails_on_its_third
    world.tracker.calls.clear()
    with pytest.raises(Unavailable):
        world.drift.check(at(162))
    assert "read" not in world.tracker.calls
    progress = looked(world).progress
    assert progress
    assert progress.shown == set(range(1, 20))
    world.drift.check(at(163))
    assert looked(world).progress is None
    assert "read" not in world.tracker.calls
    assert len(lists) == 5, "it goes on where it stopped"


def lags(world: DriftWorld, minutes: float) -> None:
    """Lists show an issue as it was: not at all where it is newer, or as it was before its newest change."""
    shown: dict[IssueRef, list[tuple[datetime, Seen]]] = {}
    real_set, real_open = world.tracker._set, world.tracker.open

    def note(ref: IssueRef) -> None:
        shown.setdefault(ref, []).append((world.clock.now(), world.tracker.threads[ref].seen))

    def set_(ref: IssueRef, **changes: Any) -> None:
        real_set(ref, **changes)
        note(ref)

    def open_(repository: str, draft: Draft, before: datetime) -> Seen:
        seen = real_open(repository, draft, before)
        note(seen.ref)
        return seen

    def listed(repository: str, label: str | None, since: datetime | None) -> list[Seen]:
        seen_then = []
        for history in shown.values():
            known = [entry for entry in history if entry[0] <= world.clock.now() - timedelta(minutes=minutes)]
            if known and (since is None or known[-1][0] >= since):
                seen_then.append(replace(known[-1][1], changed_at=known[-1][0], closed_by=None, closer=""))
        return seen_then

    for ref in world.tracker.threads:
        note(ref)
    world.tracker._set, world.tracker.open = set_, open_  # type: ignore[method-assign]
    world.tracker._listed = listed  # type: ignore[method-assign]


@pytest.mark.parametrize("doubled_at", [6.5, 8.5, 9.5])
def test_doubles_are_merged_within_minutes_though_lists_lag(world: DriftWorld, doubled_at: float) -> None:
    """A look shows what changed after the double, which a list shows only later; no hourly look is needed."""
    world.run(firing(0))
    world.look(0.1)
    world.clock.time = at(doubled_at)
    world.double(firing(0))
    world.tracker.hidden.add(SECOND)
    world.clock.time = at(9.9)
    world.tracker.change(FIRST, Closer.PERSON, body=world.tracker.threads[FIRST].seen.body + "!")
    world.look(10.2)
    assert len(world.tracker.open_issues) == 2
    world.clock.time = at(doubled_at + 4)
    world.tracker.hidden.clear()
    world.look(20.3)
    assert [issue.ref for issue in world.tracker.open_issues] == [FIRST]
    assert world.tracker.threads[SECOND].state_reason == "duplicate"


def test_nothing_is_closed_or_opened_because_a_list_lags(world: DriftWorld) -> None:
    lags(world, 4)
    world.run(firing(0))
    world.look(10)
    world.run(resolved(61))
    world.look(62)
    assert world.tracker.open_issues == []
    other = firing(120, title="other", identity={"alarm_id": "other"})
    world.clock.time = at(120)
    world.sync.advance(world.says(other), at(121))
    world.drift.check(at(123))
    world.clock.time = at(124)
    world.tracker.close_as_person(SECOND)
    world.look(125)
    world.reconcile(5)
    assert world.tracker.open_issues == []
    assert [world.tracker.calls.count(call) for call in ("open", "edit")] == [2, 1]


def test_of_two_rows_that_hold_one_issue_the_one_that_opened_it_keeps_it(world: DriftWorld) -> None:
    one, two = two_conditions(world)
    first, second = world.store.rows[one], world.store.rows[two]
    assert first.status.issue
    assert second.status.issue
    taken = replace(first.status.issue, opened_at=None)
    world.store.rows[two] = replace(second, status=replace(second.status, issue=taken))
    world.look(12)
    world.look(73)
    world.reconcile(5)
    assert held(world, one) == FIRST
    assert held(world, two) not in (FIRST, None)


def test_a_repository_that_fails_holds_up_no_other(world: DriftWorld) -> None:
    world.run(firing(0))
    world.look(1)
    world.clock.pass_(minutes=1)
    world.tracker.close_as_person(FIRST)
    walk, others = world.tracker.walk, ("a/first", "z/last")

    def fails_for_others(repository: str, *args: Any, **kwargs: Any) -> Any:
        if repository in others:
            raise Unavailable(f"{repository}: 502")
        return walk(repository, *args, **kwargs)

    world.tracker.walk = fails_for_others  # type: ignore[method-assign]
    parts = (world.store, lambda: world.tracker, world.sync, world.gate, MemoryCensus(world.store))
    drift = Drift(*parts, frozenset({*others, REPOSITORY}), world.clock.now)
    world.clock.time = at(12)
    with pytest.raises(Unavailable, match="502"):
        drift.check(at(13))
    assert world.row.status.issue
    assert not world.row.status.issue.open


def test_a_large_repository_does_not_have_all_the_time(world: DriftWorld) -> None:
    """Each of three is the first in its turn, whatever the others take."""
    began: list[str] = []

    def takes_all(repository: str, *_: Any, **__: Any) -> Any:
        began.append(repository)
        world.clock.pass_(seconds=50)
        yield []

    world.tracker.walk = takes_all  # type: ignore[method-assign]
    names = ("a/a", "b/b", "c/c")
    parts = (world.store, lambda: world.tracker, world.sync, world.gate, MemoryCensus(world.store))
    drift = Drift(*parts, frozenset(names), world.clock.now)
    for minute in range(3):
        world.clock.time = at(minute)
        drift.check(world.clock.now() + RUN)
    assert set(began) == set(names)


def test_what_was_remembered_before_looks_could_be_resumed_is_read(world: DriftWorld) -> None:
    world.run(firing(0))
    text = '{"changes":"2026-03-01T03:00:00Z","everything":"2026-03-01T02:30:00Z","after":7}'
    world.store.documents[key_of(REPOSITORY)] = Document(3, text)
    world.look(5)
    assert world.tracker.calls == ["open"], "it is not time yet"
    world.look(12)
    assert looked(world).changes == at(12)
    assert looked(world).everything == datetime(2026, 3, 1, 2, 30, tzinfo=UTC)


def test_what_people_silenced_before_it_was_listed_is_listed_from_the_next_full_look_on(
    world: DriftWorld,
) -> None:
    row = world.run(firing(0))
    world.tracker.change(FIRST, Closer.PERSON, state="closed")
    world.clock.time = at(20)
    world.drift.check(at(21))
    (row,) = world.store.rows.values()
    assert lag.silenced_since(row)
    world.store.rows[row.fingerprint] = replace(row, listed=False)
    world.store.calls.clear()
    for minute in (100, 200):
        world.clock.time = at(minute)
        runs(world, 3)
    assert world.store.rows[row.fingerprint].listed
    assert world.store.calls.count("rest") == 1
