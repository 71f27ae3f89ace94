"""Thirty virtual days of ordinary traffic: what is kept and used stays within bounds, each with its reason.

The table begins with rows that commit 86bf882 wrote. Halfway everything in memory is thrown away, as by a
deployment, and some rows are as a newer version would have written them. Afterwards a season without alerts
shows what is let go. `pytest -s` prints the figures.
"""

import json
from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta

import pytest

from chalicelib.alert import Condition, Priority
from chalicelib.conditions import heartbeats, lag
from chalicelib.labels import MUTED_LABEL
from chalicelib.wiring.table import census as wired_census
from tests.longlife import traffic
from tests.longlife.month import DAY, DAYS, SETTLED, UPGRADE, WHOLE, Month, live
from tests.longlife.traffic import MINUTE
from tests.longlife.world import REPOSITORIES
from tests.twins.dynamodb import Item

THREE_YEARS, WEEK = timedelta(days=3 * 365), timedelta(days=7)
"""How long what has ended is kept, and an end of which no beginning was heard."""

SEASON = lag.LONG + 5 * DAY
LONGEST_LISTS = {"moments": 32, "readings": 36, "heard": 64, "replies": 64}
TWO_DAYS = 2 * DAY
"""Within which DynamoDB deletes what has expired."""


@pytest.fixture(scope="module")
def month() -> Iterator[Month]:
    with pytest.MonkeyPatch.context() as patch:
        yield live(patch)


def test_nothing_fails_and_nothing_is_left_over(month: Month) -> None:
    assert month.world.log.problems == []
    assert (month.world.messaging.dead, month.world.messaging.queue) == ([], {})


def test_a_condition_has_one_row_for_ever(month: Month) -> None:
    beats, trials = 3, 1
    most = len(traffic.conditions()) + beats + trials + len(month.of_old)
    for day in month.days:
        ends_unheard = (WEEK + TWO_DAYS) // DAY + 1
        assert day.rows <= most + ends_unheard + len(traffic.fired_later(day.day + 1))


def test_a_row_is_small_however_often_its_condition_fires(month: Month) -> None:
    """A write costs a unit for each kilobyte; all that a row lists is bounded, such as 20 episodes."""
    assert max(day.largest_row for day in month.days) <= 10_000
    assert max(day.rows_bytes / day.rows for day in month.days) <= 6_000
    lists = [each for day in month.days for each in day.longest_lists.items()]
    assert [(name, length) for name, length in lists if length > LONGEST_LISTS.get(name, 20)] == []


def test_documents_are_small_and_do_not_grow(month: Month) -> None:
    """A window, asked for every third day, is remembered for a week, and the budget for an hour."""
    assert max(max(day.documents.values()) for day in month.days) <= 1_500
    first, last = month.settled[0], month.days[-1]
    assert last.documents.keys() - first.documents.keys() <= {"inhibition#firing", "heartbeats#trials"}
    mean = sum(sum(day.documents.values()) for day in month.settled) / len(month.settled)
    assert sum(last.documents.values()) <= 1.15 * mean
    asked = [item for key, item in month.world.documents().items() if key.startswith("maintenance#")]
    assert 0 < max(len(json.loads(item["document"]["S"])["windows"]) for item in asked) <= 3


def test_an_index_holds_only_what_is_asked_for(month: Month) -> None:
    """A row stands in `open` while its issue is open, in `resolved` while it has ended, and so on."""
    for _, item, row in month.rows():
        issue = row.status.issue
        assert ("open_priority" in item) == (issue is not None and issue.open)
        assert ("due_at" in item) == (row.due_at is not None)
        if "waiting_priority" in item:
            assert lag.since(row) or lag.silenced_since(row) or lag.held_since(row)
        assert "resolved_day" not in item or row.spec.condition is Condition.RESOLVED
    assert month.world.table.misplaced == set()
    assert max(day.index_entries["open"] - day.open_issues for day in month.days) <= 0
    assert max(day.index_entries["due"] for day in month.settled) <= 20


def test_what_has_ended_is_deleted_three_years_later(month: Month) -> None:
    for name, item, row in month.rows():
        if row.spec.condition is Condition.FIRING:
            assert "ttl_expires_at" not in item, name
        else:
            kept = THREE_YEARS if row.spec.alert or heartbeats.newest(row.spec) else WEEK
            assert float(item["ttl_expires_at"]["N"]) <= (row.spec.at + kept).timestamp(), name


def test_memory_does_not_grow_with_a_container_s_age(month: Month) -> None:
    """Between invocations a function keeps its wiring, and caches that are full by then."""
    assert max(day.memory_bytes for day in month.days) <= 2_400_000
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
    assert max(day.longest_body for day in month.days) <= 6_000
    assert max(day.most_comments for day in month.days) <= DAYS * 24


def test_a_row_counts_what_happened_to_its_issues(month: Month) -> None:
    """As GitHub reports it: nothing twice, and hardly less, as people may undo what they did before we look.

    What was counted before a rollback is lost with it.
    """
    about, counted, happened = month.issues_of_rows(), Counter[str](), Counter[str]()
    for name, _, row in month.rows():
        if name in {*month.of_old, *month.of_a_rollback} or row.status.past is None:
            continue
        events = [event for issue in about[name] for event in issue.timeline]
        ours = [event for event in events if event.kind == "reopened" and event.actor.endswith("[bot]")]
        months = row.status.past.months
        opened = sum(times for each in months for _, times in each.opened)
        closed = sum(each.closed for each in months)
        of_github = (len(about[name]) + len(ours), sum(event.kind == "closed" for event in events))
        assert (opened <= of_github[0], closed <= of_github[1]) == (True, True), name
        counted.update(opened=opened, closed=closed, untouched=sum(each.untouched for each in months))
        happened.update(opened=of_github[0], closed=of_github[1])
    assert 0 < counted["untouched"] < counted["closed"]
    assert all(counted[each] >= 0.95 * happened[each] for each in happened)


def test_a_day_of_a_hundred_conditions_takes_a_bounded_number_of_calls(month: Month) -> None:
    """GitHub allows 5,000 an hour; 500 of them may create something."""
    assert max(day.github_calls for day in month.settled) <= 2_000
    assert max(day.github_writes for day in month.settled) <= 600
    first, last = (month.days[day] for day in WHOLE)
    assert last.github_calls <= 1.2 * first.github_calls
    assert last.table_calls <= 1.2 * first.table_calls


def test_upgrades_lose_nothing(month: Month) -> None:
    """Each row of an earlier version, or with what only a newer one knows, is read and still there."""
    items, vanished = month.world.items(), month.world.table.vanished
    assert month.of_tomorrow
    assert month.of_a_rollback
    assert month.of_other_versions() - vanished <= items.keys()
    assert all("tomorrow" in items[name] for name in {*month.of_tomorrow} - vanished)


def test_after_a_season_nobody_looks_at_what_is_long_over(month: Month) -> None:
    """Rows of issues that closed 90 days ago leave the index that the hourly look goes through."""
    world = month.world
    world.skip(world.now + SEASON, every=timedelta(hours=12))
    listed = [row for _, item, row in month.rows() if _routed(item)]
    assert [row for row in listed if lag.long_over(row, world.now - DAY)] == []
    assert len(listed) <= 40
    assert world.log.problems == []


def test_what_was_forgotten_and_fires_again_has_one_issue(month: Month) -> None:
    """Only its end was heard; that had expired, or was already deleted, when it fired."""
    fired = traffic.fired_later(DAYS)
    assert (fired and month.world.table.vanished) or DAYS < 10
    for each in fired:
        assert [issue.state for issue in month.issues_about(each)] == ["closed"], each.name


def test_every_condition_that_fires_has_one_open_issue_unless_people_want_none(month: Month) -> None:
    """Whatever was thrown away, upgraded, rolled back or deleted on the way."""
    person = month.world.github.world.account("mona")
    about = month.issues_of_rows()
    still_open = {name: [each for each in found if each.state == "open"] for name, found in about.items()}
    assert [name for name, found in still_open.items() if len(found) > 1] == []
    fires = [
        (name, row)
        for name, _, row in month.rows()
        if row.spec.condition is Condition.FIRING and name not in month.of_old and not row.held
    ]
    assert fires
    for name, row in fires:
        newest = about[name][-1]
        silenced = row.status.snoozed_until or MUTED_LABEL in newest.label_names
        assert still_open[name] or newest.closed_by == person or silenced, row


def test_the_census_counts_what_there_is(month: Month) -> None:
    world = month.world
    census = wired_census(world.stage)
    still_open = [row for _, _, row in month.rows() if row.status.issue and row.status.issue.open]
    shown = [census.open(each) + len(census.notifications(each, 1000)) for each in Priority]
    assert sum(shown) == len(still_open)
    ended = [item["resolved_day"]["S"] for item in world.items().values() if "resolved_day" in item]
    for day, count in Counter(ended).items():
        assert len(census.resolved(date.fromisoformat(day), 1000)) == count


def test_years_later_what_has_expired_is_gone_and_fires_as_if_for_the_first_time(month: Month) -> None:
    world = month.world
    world.skip(world.now + THREE_YEARS + TWO_DAYS, every=30 * DAY)
    assert {row.spec.condition for _, _, row in month.rows()} == {Condition.FIRING}
    forgotten = [each for each in traffic.conditions() if each.rhythm in (traffic.RARELY, traffic.DAILY)]
    for each in forgotten:
        known = month.issues_about(each)
        traffic.send(world, each, world.now, None)
        world.run(world.now + 2 * MINUTE)
        assert [issue.state for issue in month.issues_about(each)[len(known) :]] == ["open"], each
    assert world.log.problems == []


def _routed(item: Item) -> bool:
    """Whether its issue is listed in a repository that the hourly look goes through."""
    return item.get("issue_repository", {}).get("S") in REPOSITORIES
