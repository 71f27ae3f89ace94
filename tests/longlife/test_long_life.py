"""Thirty virtual days of ordinary traffic: what is kept and used stays within bounds, each with its reason.

The table begins with rows that commit 86bf882 wrote. Halfway everything in memory is thrown away, as by a
deployment, and some rows are as a newer version would have written them. Afterwards a season without alerts
shows what is let go. `pytest -s` prints the figures.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

import pytest

from chalicelib.alert import Condition
from chalicelib.conditions import lag
from chalicelib.store import codec
from chalicelib.store.codec import KEPT, Item
from tests.longlife import field, people, traffic, versions
from tests.longlife.measures import Day, measured, shown, totals
from tests.longlife.world import REPOSITORIES, START, World

DAYS, UPGRADE = 30, 15
DAY = timedelta(days=1)
SETTLED = 8
"""The day by which every weekly condition has fired, and caches are nearly full."""

WHOLE = (9, 29)
"""Days on which reconcile runs every five minutes, for the figures of a day; each is the same weekday's."""

SEASON = lag.LONG + 5 * DAY


@dataclass
class Month:
    """The world after its month, the figures of each day, and what was put into the table on the way."""

    world: World
    days: list[Day]
    of_old: list[str]
    of_tomorrow: list[str]

    @property
    def settled(self) -> list[Day]:
        return self.days[SETTLED:]


@pytest.fixture(scope="module")
def month() -> Iterator[Month]:
    with pytest.MonkeyPatch.context() as patch:
        world = World(patch)
        month = Month(world, [], versions.settle_in(world), [])
        traffic.plan(world, START, DAYS)
        people.plan(world, START, DAYS)
        for day in range(DAYS):
            if day == UPGRADE:
                world.start_cold()
                month.of_tomorrow = versions.write_as_a_newer_version(world)
            before = totals(world)
            every = timedelta(minutes=5) if day in WHOLE else timedelta(hours=1)
            world.run(START + (day + 1) * DAY, every)
            month.days.append(measured(world, day, before))
        print(shown(month.days))
        yield month


def test_nothing_fails_and_nothing_is_left_over(month: Month) -> None:
    assert month.world.log.problems == []
    assert (month.world.messaging.dead, month.world.messaging.queue) == ([], {})


def test_a_condition_has_one_row_for_ever(month: Month) -> None:
    beats, trials = 3, 1
    most = len(traffic.conditions()) + beats + trials + len(month.of_old)
    assert max(day.rows for day in month.days) <= most


def test_a_row_is_small_however_often_its_condition_fires(month: Month) -> None:
    """A write costs a unit for each kilobyte; all that a row lists is bounded, such as 20 episodes."""
    assert max(day.largest_row for day in month.days) <= 10_000
    assert max(day.rows_bytes / day.rows for day in month.days) <= 6_000


def test_documents_are_small_and_do_not_grow(month: Month) -> None:
    """A window is remembered for a week, a board for a fortnight, the budget for an hour."""
    assert max(max(day.documents.values()) for day in month.days) <= 1_500
    first, last = month.settled[0], month.days[-1]
    assert last.documents.keys() - first.documents.keys() <= {"inhibition#firing", "heartbeats#trials"}
    mean = sum(sum(day.documents.values()) for day in month.settled) / len(month.settled)
    assert sum(last.documents.values()) <= 1.15 * mean


def test_an_index_holds_only_what_is_asked_for(month: Month) -> None:
    """A row stands in `open` while its issue is open, in `resolved` while it has ended, and so on."""
    world = month.world
    rows = {name: (codec.row(item), item) for name, item in world.items().items()}
    for row, item in rows.values():
        issue = row.status.issue
        assert ("open_priority" in item) == (issue is not None and issue.open)
        assert ("due_at" in item) == (row.due_at is not None)
        if "waiting_priority" in item:
            assert lag.since(row) or lag.silenced_since(row) or lag.held_since(row)
        if "resolved_day" in item:
            assert row.spec.condition is Condition.RESOLVED
    assert max(day.index_entries["open"] - day.open_issues for day in month.days) <= 0
    assert max(day.index_entries["due"] for day in month.settled) <= 20


def test_what_has_ended_is_deleted_three_years_later(month: Month) -> None:
    for name, item in month.world.items().items():
        row = codec.row(item)
        if row.spec.condition is Condition.FIRING:
            assert "ttl_expires_at" not in item, name
        else:
            assert float(item["ttl_expires_at"]["N"]) <= (row.spec.at + KEPT).timestamp(), name


def test_memory_does_not_grow_with_a_container_s_age(month: Month) -> None:
    """Between invocations a function keeps its wiring, and caches that are full by then."""
    assert max(day.memory_bytes for day in month.days) <= 1_500_000
    old, older = month.days[SETTLED], month.days[UPGRADE - 1]
    assert older.memory_bytes <= 1.01 * old.memory_bytes
    assert month.days[-1].memory_bytes <= 1.01 * month.days[UPGRADE + SETTLED].memory_bytes


def test_the_log_has_a_bounded_number_of_short_lines_a_day(month: Month) -> None:
    """Reconcile's figures are some twenty lines a minute; a message and its steps are a few more."""
    assert max(day.log_lines for day in month.settled) <= 10_000
    assert max(day.log_bytes / day.log_lines for day in month.days) <= 450
    before = month.world.log.lines.total()
    month.world.reconcile()
    assert month.world.log.lines.total() - before <= 25


def test_an_issue_stays_readable(month: Month) -> None:
    """GitHub takes 65,536 characters and 2,500 comments; a person reads far less. A source that repeats every
    four hours is worth six comments a day, and one that does so more often, one an hour.
    """
    assert max(day.longest_body for day in month.days) <= 8_000
    assert max(day.most_comments for day in month.days) <= DAYS * 24


def test_a_day_of_a_hundred_conditions_takes_a_bounded_number_of_calls(month: Month) -> None:
    """GitHub allows 5,000 an hour; 500 of them may create something."""
    assert max(day.github_calls for day in month.settled) <= 2_000
    assert max(day.github_writes for day in month.settled) <= 600
    first, last = (month.days[day] for day in WHOLE)
    assert last.github_calls <= 1.2 * first.github_calls
    assert last.table_calls <= 1.2 * first.table_calls


def test_upgrades_lose_nothing(month: Month) -> None:
    """Each row of an earlier version, or with what only a newer one knows, is read and still there."""
    items = month.world.items()
    assert month.of_tomorrow
    assert {*month.of_old, *month.of_tomorrow} <= items.keys()
    assert all("tomorrow" in items[name] for name in month.of_tomorrow)
    fires = {name for name, item in items.items() if codec.row(item).spec.condition is Condition.FIRING}
    assert fires


def test_what_names_no_version_was_read_by_the_first(month: Month) -> None:
    """So that commit 86bf882 could be deployed again, were it not for notifications and heartbeats."""
    items = month.world.table.items.values()
    assert [fault for item in items if "schema" not in item for fault in field.unread_then(item)] == []
    assert any("schema" in item for item in items)


def test_after_a_season_nobody_looks_at_what_is_long_over(month: Month) -> None:
    """Rows of issues that closed 90 days ago leave the index that the hourly look goes through."""
    world = month.world
    world.skip(world.now + SEASON, every=timedelta(hours=12))
    listed = [item for item in world.items().values() if _routed(item)]
    assert [item for item in listed if lag.long_over(codec.row(item), world.now - DAY)] == []
    assert len(listed) <= 40
    assert world.log.problems == []


def _routed(item: Item) -> bool:
    """Whether its issue is listed in a repository that the hourly look goes through."""
    return item.get("issue_repository", {}).get("S") in REPOSITORIES
