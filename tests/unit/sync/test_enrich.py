"""Enrichment: looked up once an episode, before its issue is opened, which it never delays for long."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from chalicelib.conditions.enrichment import Enrichment
from chalicelib.conditions.row import AlertState, Status
from chalicelib.conditions.steps import OpenIssue
from chalicelib.errors import OutcomeUnknown, RateLimited, Unavailable
from chalicelib.store import codec
from chalicelib.sync import enrich
from chalicelib.sync.enrich import FRESH, wanted
from chalicelib.sync.sync import Sync
from tests.twins.clock import ManualClock
from tests.unit.builders import at, firing, resolved, row_of
from tests.unit.rows import row
from tests.unit.sync.test_sync import World, fails_with


class Lookup:
    """Answers at once, unless it is down or slow."""

    def __init__(self, clock: ManualClock, kind: str = "lookup") -> None:
        self.clock, self.kind = clock, kind
        self.down: Exception | None = None
        self.seconds = 0.0
        self.asked: list[str] = []

    def enrich(self, row: AlertState, known: Enrichment, before: datetime) -> Enrichment:
        self.asked.append(row.fingerprint)
        assert self.clock.now() < before
        self.clock.pass_(seconds=self.seconds)
        if self.down:
            raise self.down
        return known


class Enriched(World):
    """A world in which two things are looked up for each issue."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.second = Lookup(self.clock, "first"), Lookup(self.clock, "second")
        self.sync = self.worker()

    def worker(self) -> Sync:
        lookups = (self.first, self.second) if hasattr(self, "first") else ()
        return replace(super().worker(), enrichers=lookups)

    @property
    def steps(self) -> list[str]:
        return [action for action in self.actions if action != "SKIP"]

    @property
    def asked(self) -> list[int]:
        return [len(self.first.asked), len(self.second.asked)]


@pytest.fixture
def world() -> Enriched:
    return Enriched()


def test_what_an_issue_shows_is_looked_up_once_an_episode(world: Enriched) -> None:
    opened = world.run(firing(0))
    assert opened.status.enrichment == opened.enrichment == Enrichment(at(0), at(0))
    for minute in (20, 40, 60):
        world.run(firing(minute))
    world.run(firing(61, priority="P0"))
    world.run(resolved(70))
    assert world.asked == [1, 1]
    again = world.run(firing(75))
    assert "REOPEN" in world.steps
    assert world.asked == [2, 2]
    assert again.enrichment == Enrichment(at(75), at(75))


def test_it_costs_no_further_call_to_github_and_no_further_write_to_the_table(world: Enriched) -> None:
    plain = World()
    for each in (world, plain):
        each.run(firing(0))
        each.run(firing(30))
        each.run(resolved(40))
    assert world.tracker.calls == plain.tracker.calls
    assert world.store.calls == plain.store.calls
    assert world.asked == [1, 1]


def test_an_open_issue_that_is_carried_over_to_a_new_episode_is_enriched_again(world: Enriched) -> None:
    world.run(firing(0))
    world.tracker.faults["edit"] = fails_with(Unavailable("GitHub is away"))
    world.run(resolved(5))
    world.run(firing(6))
    carried = world.settle(5).enrichment
    assert carried
    assert carried.episode == at(6)
    assert world.asked == [2, 2]


def test_the_call_to_github_that_fails_costs_no_second_look(world: Enriched) -> None:
    world.tracker.faults["open"] = fails_with(Unavailable("GitHub is away"), times=3)
    world.run(firing(0))
    world.settle(5)
    assert (world.steps[-1], world.asked) == ("CREATE", [1, 1])


def test_what_waited_long_for_its_issue_is_looked_up_again(world: Enriched) -> None:
    world.tracker.faults["open"] = fails_with(
        RateLimited("wait", retry_at=at(40), status=403, request_id=None)
    )
    world.run(firing(0))
    world.settle(60)
    assert world.steps[-1] == "CREATE"
    assert world.asked == [2, 2]
    assert world.row.enrichment
    assert world.row.enrichment.at >= at(40)


@pytest.mark.parametrize(("waited", "again"), [(FRESH, False), (FRESH + timedelta(seconds=1), True)])
def test_what_was_looked_up_is_fresh_for_ten_minutes(waited: timedelta, again: bool) -> None:
    known = replace(row_of(firing(0)), status=Status(enrichment=Enrichment(at(0), at(0))))
    assert wanted(known, OpenIssue(), at(0) + waited) == again


def test_an_issue_found_after_a_lost_answer_costs_no_second_look(world: Enriched) -> None:
    world.tracker.faults["open"] = fails_with(OutcomeUnknown("lost"), after=True)
    world.run(firing(0))
    found = world.settle(10)
    assert found.status.issue
    world.run(firing(30))
    assert world.row.enrichment
    assert world.asked == [1, 1]


def test_an_issue_whose_opener_died_is_enriched_with_its_next_text(world: Enriched) -> None:
    world.tracker.faults["open"] = fails_with(KeyboardInterrupt(), after=True)
    with pytest.raises(KeyboardInterrupt):
        world.run(firing(0))
    found = world.settle(10)
    assert found.status.issue
    assert found.enrichment is None
    world.run(firing(30))
    assert world.row.enrichment
    assert world.asked == [2, 2]


def test_a_look_up_that_fails_is_logged_and_the_issue_goes_out_without_it(world: Enriched) -> None:
    world.first.down = RuntimeError("a fault of its own")
    world.run(firing(0))
    assert world.steps == ["CREATE"]
    assert world.asked == [1, 1]
    ((name, error),) = world.telemetry.problems
    assert (name, error) == ("ENRICHMENT_FAILED", world.first.down)


def test_a_look_up_that_takes_too_long_counts_and_is_then_left_alone(world: Enriched) -> None:
    world.first.seconds = enrich.LIMIT.total_seconds()
    world.run(firing(0))
    assert (world.telemetry.problems, world.asked) == ([], [1, 0])
    world.first.seconds += 0.001
    for alarm in ("one", "two"):
        told = world.says(firing(0, identity={"alarm_id": alarm}))
        world.sync.advance(told, world.clock.now() + timedelta(minutes=1))
    assert [(name, str(error)) for name, error in world.telemetry.problems] == [
        ("ENRICHMENT_FAILED", "it took more than 3 seconds")
    ]
    assert world.asked == [2, 1]


def test_a_failed_look_up_is_left_alone_for_a_minute(world: Enriched) -> None:
    world.first.down = RuntimeError("away")
    for alarm in ("one", "two", "three"):
        world.sync.advance(world.says(firing(0, identity={"alarm_id": alarm})), at(2))
    assert world.asked == [1, 3]
    world.clock.pass_(seconds=enrich.AFTER_FAILURE.total_seconds())
    world.sync.advance(world.says(firing(2, identity={"alarm_id": "four"})), at(4))
    assert world.asked == [2, 4]


@pytest.mark.parametrize("seconds", [2.0, 4.0, 44.0, 50.0, 90.0])
def test_however_slow_a_look_up_is_the_issue_is_opened_within_a_minute_or_two(
    world: Enriched, seconds: float
) -> None:
    world.first.seconds = seconds
    world.run(firing(0))
    world.settle(3)
    assert world.steps == ["CREATE"]
    assert len(world.tracker.open_issues) == 1


def test_no_step_begins_for_which_a_look_up_left_no_time(world: Enriched) -> None:
    world.first.seconds = 50.0
    world.run(firing(0))
    assert world.steps == []
    assert world.row.lease is None


@pytest.mark.parametrize(("left", "asked"), [(enrich.LIMIT, 1), (enrich.LIMIT - timedelta(seconds=1), 0)])
def test_with_too_little_time_for_a_look_up_the_issue_is_opened_without_it(
    world: Enriched, left: timedelta, asked: int
) -> None:
    until = world.clock.now() + world.sync.timing.call + left
    world.sync.advance(world.says(firing(0)), until)
    assert (world.steps, world.asked) == (["CREATE"], [asked, asked])


def test_nothing_is_looked_up_for_a_page_of_our_own(world: Enriched) -> None:
    world.run(firing(0, source="alerting-storm"))
    assert (world.steps, world.asked) == (["CREATE"], [0, 0])


def test_a_row_with_nothing_looked_up_is_written_as_before() -> None:
    world = World()
    world.run(firing(0))
    assert "enrichment" not in codec.status(world.row)["status"]["S"]


def test_what_was_looked_up_is_read_back() -> None:
    kept = replace(row(), status=Status(enrichment=Enrichment(at(0), at(1))))
    item = codec.spec(kept) | codec.status(kept) | {"fingerprint": {"S": kept.fingerprint}}
    written = {name: value for name, value in item.items() if value} | {"revision": {"N": "1"}}
    assert codec.row(written).status == kept.status
