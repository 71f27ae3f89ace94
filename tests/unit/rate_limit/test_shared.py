"""The gate: many workers, one budget."""

import itertools
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from threading import Lock

import pytest
from pydantic import TypeAdapter

from chalicelib.alert import Priority
from chalicelib.conditions.calls import Kind
from chalicelib.conditions.setbacks import Denial
from chalicelib.errors import StoreUnavailable
from chalicelib.github.protocol import Response
from chalicelib.rate_limit.rules import LEAD, Budget, Call, Denied, Granted, Limits
from chalicelib.rate_limit.shared import BUSY, SLOWER, SWAPS, SharedBudget
from chalicelib.store.documents import Document
from tests.twins.clock import ManualClock
from tests.twins.store import MemoryStore
from tests.twins.telemetry import Recorder

OWNER = "acme"
OPEN, READ = Call(Kind.OPEN, Priority.P0), Call(Kind.READ, Priority.P0)


class World:
    """Two workers on one table."""

    def __init__(self, limits: Limits | None = None) -> None:
        self.clock, self.store, self.limits = ManualClock(), MemoryStore(), limits or Limits()
        self.one, self.other = self.worker(), self.worker()

    @property
    def seconds(self) -> float:
        return self.clock.now().timestamp()

    @property
    def budget(self) -> Budget:
        return TypeAdapter(Budget).validate_json(self.store.documents["budget#acme"].text)

    def worker(self) -> SharedBudget:
        return SharedBudget(self.store, self.limits, self.clock.now)


@pytest.fixture
def world() -> World:
    return World()


def test_workers_share_one_budget(world: World) -> None:
    for gate in (world.one, world.other, world.one, world.other):
        gate.ask(OWNER, OPEN)
    assert [count for _, count in world.budget.minutes] == [4]


def test_workers_take_turns(world: World) -> None:
    turns = [gate.turn(OWNER) for gate in (world.one, world.other, world.one, world.other)]
    assert turns == [world.seconds + LEAD + n for n in range(4)]


def test_an_opening_has_its_turn_from_the_write_that_granted_it(world: World) -> None:
    world.one.ask(OWNER, OPEN)
    world.store.calls.clear()
    assert (world.one.turn(OWNER), world.store.calls) == (world.seconds + LEAD, [])
    assert world.other.turn(OWNER) == world.seconds + LEAD + world.limits.spacing
    assert world.one.turn(OWNER) == world.seconds + LEAD + 2 * world.limits.spacing


def test_without_a_spacing_there_is_nothing_to_book() -> None:
    world = World(Limits(spacing=0.0))
    world.store.calls.clear()
    assert world.one.turn(OWNER) == world.seconds
    assert world.store.calls == []


def test_a_turn_from_the_grant_is_taken_until_its_very_time(world: World) -> None:
    world.one.ask(OWNER, OPEN)
    booked = world.budget.next_write - world.limits.spacing
    world.clock.time = datetime.fromtimestamp(booked, UTC)
    assert world.one.turn(OWNER) == booked


def test_a_turn_from_the_grant_that_has_passed_is_booked_anew(world: World) -> None:
    world.one.ask(OWNER, OPEN)
    world.clock.pass_(seconds=0.5)
    world.other.turn(OWNER)
    assert world.one.turn(OWNER) == world.budget.next_write - world.limits.spacing


def test_a_turn_that_was_over_before_it_was_written_is_left(world: World) -> None:
    swap, late = world.store.swap, iter((0.5, 0.0))

    def slow(key: str, text: str, version: int) -> Document | None:
        world.clock.pass_(seconds=next(late))
        return swap(key, text, version)

    began = world.seconds
    world.store.swap = slow  # type: ignore[method-assign]
    assert world.one.turn(OWNER) == began + 0.5 + SLOWER * 0.5


@pytest.mark.parametrize("seconds", [0.2, 1.0, 4.0])
def test_a_turn_is_booked_however_long_the_table_takes(world: World, seconds: float) -> None:
    swap = world.store.swap

    def slow(key: str, text: str, version: int) -> Document | None:
        world.clock.pass_(seconds=seconds)
        return swap(key, text, version)

    world.store.swap = slow  # type: ignore[method-assign]
    turns = [gate.turn(OWNER) for gate in (world.one, world.other, world.one, world.other)]
    booked = [at for at in turns if at]
    assert len(booked) == len(turns)
    assert all(later - earlier >= 1 for earlier, later in itertools.pairwise(booked))
    world.store.swap = swap  # type: ignore[method-assign]
    world.one.turn(OWNER)
    world.clock.pass_(minutes=1)
    assert world.one.turn(OWNER) == world.seconds + LEAD, "a table that is quick again is not waited for"


def test_a_turn_is_not_over_before_its_time_has_passed(world: World) -> None:
    swap = world.store.swap

    def just_in_time(key: str, text: str, version: int) -> Document | None:
        world.clock.time = datetime.fromtimestamp(world.seconds + LEAD, UTC)
        return swap(key, text, version)

    began = world.seconds
    world.store.swap = just_in_time  # type: ignore[method-assign]
    assert world.one.turn(OWNER) == world.seconds == began + LEAD
    assert world.store.documents["budget#acme"].version == 1


def test_an_opening_too_is_booked_later_where_the_table_is_slow(world: World) -> None:
    swap = world.store.swap

    def slow(key: str, text: str, version: int) -> Document | None:
        world.clock.pass_(seconds=1)
        return swap(key, text, version)

    world.store.swap = slow  # type: ignore[method-assign]
    world.one.failed(OWNER)
    began = world.seconds
    world.one.ask(OWNER, OPEN)
    assert world.one.turn(OWNER) == began + SLOWER


def test_a_look_reads_the_budget_as_it_is_now(world: World) -> None:
    assert world.one.look("Acme") == Budget()
    world.one.ask(OWNER, OPEN)
    world.other.ask(OWNER, OPEN)
    assert world.one.look("Acme") == world.budget
    assert sum(count for _, count in world.budget.minutes) == 2


def test_owners_have_budgets_of_their_own_whatever_the_case_of_their_names(world: World) -> None:
    world.one.failed("acme")
    assert set(world.store.documents) == {"budget#acme"}
    world.one.failed("Umbrella")
    world.other.failed("UMBRELLA")
    assert set(world.store.documents) == {"budget#acme", "budget#umbrella"}
    assert world.store.documents["budget#umbrella"].version == 2


def test_a_granted_write_costs_one_write_and_no_reading_once_the_row_is_known(world: World) -> None:
    world.one.ask(OWNER, OPEN)
    world.store.calls.clear()
    world.one.ask(OWNER, OPEN)
    assert world.store.calls == ["swap"]


def test_a_refusal_and_a_granted_read_write_nothing(world: World) -> None:
    world.one.ask(OWNER, READ)
    world.one.limited(OWNER, world.clock.now() + timedelta(minutes=5))
    world.store.calls.clear()
    assert isinstance(world.other.ask(OWNER, OPEN), Denied)
    assert "swap" not in world.store.calls


def test_what_is_known_to_be_used_up_is_not_read_again() -> None:
    world = World(Limits(per_hour=1, hour_reserves=(0, 0)))
    world.one.ask(OWNER, OPEN)
    world.one.ask(OWNER, OPEN)  # it may write that an opening waits
    world.store.calls.clear()
    answer = world.one.ask(OWNER, OPEN)
    assert isinstance(answer, Denied)
    assert (answer.reason, world.store.calls) == ("BUDGET", [])


def test_an_answer_that_changes_nothing_writes_nothing(world: World) -> None:
    world.one.answered(OWNER, Response(200))
    assert world.store.documents == {}


@pytest.mark.parametrize("call", [OPEN, READ])
def test_what_github_told_one_worker_stops_all(world: World, call: Call) -> None:
    world.other.ask(OWNER, call)
    world.one.limited(OWNER, world.clock.now() + timedelta(minutes=5))
    assert world.other.ask(OWNER, call) == Denied(world.seconds + 300, Denial.RATE_LIMITED)


@pytest.mark.parametrize("call", [OPEN, READ])
def test_a_breaker_that_one_worker_closed_is_closed_for_all(world: World, call: Call) -> None:
    for _ in range(3):
        world.one.failed(OWNER)
    assert isinstance(world.one.ask(OWNER, call), Denied)
    world.clock.pass_(seconds=30)
    assert isinstance(world.other.ask(OWNER, READ), Granted)
    assert isinstance(world.one.ask(OWNER, call), Denied), "the other's probe is under way"
    world.other.answered(OWNER, Response(200))
    assert isinstance(world.one.ask(OWNER, call), Granted)


def test_failures_of_different_workers_are_in_a_row(world: World) -> None:
    for gate in (world.one, world.other, world.one):
        gate.failed(OWNER)
    assert world.other.ask(OWNER, READ) == Denied(world.seconds + 30, Denial.BREAKER_OPEN)


def test_a_limit_without_a_time_lasts_a_minute(world: World) -> None:
    world.one.limited(OWNER, None)
    assert world.one.ask(OWNER, READ) == Denied(world.seconds + 60, Denial.RATE_LIMITED)


def test_the_last_call_of_a_primary_limit_stops_all(world: World) -> None:
    reset = str(int(world.seconds) + 100)
    headers = {"x-ratelimit-remaining": "0", "x-ratelimit-reset": reset}
    world.one.answered(OWNER, Response(200, headers))
    assert world.other.ask(OWNER, READ) == Denied(float(reset) + 1, Denial.RATE_LIMITED)


@pytest.mark.parametrize("ahead", [-290, 0, 45])
def test_the_reset_of_a_primary_limit_is_by_githubs_own_clock(world: World, ahead: int) -> None:
    theirs = world.clock.now() + timedelta(seconds=ahead)
    headers = {
        "date": format_datetime(theirs, usegmt=True),
        "x-ratelimit-remaining": "0",
        "x-ratelimit-reset": str(int(theirs.timestamp()) + 100),
    }
    world.one.answered(OWNER, Response(200, headers))
    assert world.other.ask(OWNER, READ) == Denied(world.seconds + 101, Denial.RATE_LIMITED)


class Crowd(MemoryStore):
    """Another worker books before each of our writes."""

    def __init__(self, clock: ManualClock) -> None:
        super().__init__()
        self.clock, self.crowded = clock, True

    def swap(self, key: str, text: str, version: int) -> Document | None:
        if self.crowded:
            self.crowded = False
            SharedBudget(self, Limits(patience=60), self.clock.now).ask(OWNER, OPEN)
            self.crowded = True
        return super().swap(key, text, version)


@pytest.fixture
def crowd() -> Crowd:
    return Crowd(ManualClock())


def test_a_worker_that_never_gets_its_turn_is_sent_away_for_a_moment(crowd: Crowd) -> None:
    answer = SharedBudget(crowd, Limits(patience=60), crowd.clock.now).ask(OWNER, OPEN)
    assert answer == Denied(crowd.clock.now().timestamp() + BUSY, Denial.BUSY)
    assert crowd.documents["budget#acme"].version == SWAPS


def test_a_turn_that_was_never_granted_is_not_taken(crowd: Crowd) -> None:
    gate = SharedBudget(crowd, Limits(patience=60), crowd.clock.now)
    gate.ask(OWNER, OPEN)
    crowd.crowded = False
    assert gate.turn(OWNER) == crowd.clock.now().timestamp() + LEAD + SWAPS


def test_a_turn_that_cannot_be_had_is_none(crowd: Crowd) -> None:
    class Turns(Crowd):
        def swap(self, key: str, text: str, version: int) -> Document | None:
            super().swap(key, text, version)
            return self.documents[key]

    assert SharedBudget(Turns(crowd.clock), Limits(), crowd.clock.now).turn(OWNER) is None


def test_without_the_table_there_is_no_turn(world: World) -> None:
    def away(key: str, text: str, version: int) -> Document | None:
        raise StoreUnavailable("away")

    world.store.swap = away  # type: ignore[method-assign]
    assert world.one.turn(OWNER) is None


def test_a_report_lost_to_a_crowd_is_given_up_and_repeated_by_the_next(crowd: Crowd) -> None:
    gate = SharedBudget(crowd, Limits(), crowd.clock.now)
    gate.limited(OWNER, None)
    assert crowd.documents["budget#acme"].version == SWAPS
    crowd.crowded = False
    assert isinstance(gate.ask(OWNER, READ), Granted)
    gate.limited(OWNER, None)
    assert isinstance(gate.ask(OWNER, READ), Denied)


class Shared(MemoryStore):
    """One table for threads: each of its calls is atomic, as DynamoDB's are."""

    def __init__(self) -> None:
        super().__init__()
        self.lock = Lock()

    def load(self, key: str) -> Document:
        with self.lock:
            return super().load(key)

    def swap(self, key: str, text: str, version: int) -> Document | None:
        with self.lock:
            return super().swap(key, text, version)


def test_exactly_one_of_many_workers_probes() -> None:
    clock, store = ManualClock(), Shared()
    gates = [SharedBudget(store, Limits(), clock.now) for _ in range(16)]
    for gate in gates[:3]:
        gate.failed(OWNER)
    clock.pass_(seconds=30)
    with ThreadPoolExecutor(16) as workers:
        answers = list(workers.map(lambda gate: gate.ask(OWNER, READ), gates))
    assert sum(isinstance(answer, Granted) for answer in answers) == 1


def test_many_workers_together_get_no_more_than_the_limit() -> None:
    clock, store = ManualClock(), Shared()
    limits = Limits(per_minute=12, minute_reserves=(0, 0), spacing=0)
    gates = [SharedBudget(store, limits, clock.now) for _ in range(8)]
    with ThreadPoolExecutor(8) as workers:
        answers = list(workers.map(lambda n: gates[n % 8].ask(OWNER, OPEN), range(64)))
    granted = [answer for answer in answers if isinstance(answer, Granted)]
    assert 1 <= len(granted) <= 12
    counted = TypeAdapter(Budget).validate_json(store.documents["budget#acme"].text)
    assert [count for _, count in counted.minutes] == [len(granted)]


# What it tells


def test_every_call_is_counted_by_how_it_ended_and_its_id_noted(world: World) -> None:
    telemetry = Recorder()
    gate = SharedBudget(world.store, world.limits, world.clock.now, telemetry)
    with telemetry.bound():
        gate.answered(OWNER, Response(200, {"x-github-request-id": "AB:1"}))
        telemetry.event("STEP")
        gate.answered(OWNER, Response(400))
        gate.limited(OWNER, None)
        gate.failed(OWNER)
    outcomes = [by["outcome"] for name, _, by in telemetry.counts if name == "GitHubCalls"]
    assert outcomes == ["OK", "REFUSED", "RATE_LIMITED", "FAILED"]
    assert telemetry.named("STEP") == [{"github_request_id": "AB:1"}]


def test_the_breakers_changes_and_githubs_wishes_to_wait_are_told_once(world: World) -> None:
    telemetry = Recorder()
    gate = SharedBudget(world.store, world.limits, world.clock.now, telemetry)
    for _ in range(4):
        gate.failed(OWNER)
    for _ in range(2):
        gate.answered(OWNER, Response(200))
    gate.limited(OWNER, world.clock.now() + timedelta(minutes=5))
    few = {"x-ratelimit-remaining": "9", "x-ratelimit-reset": str(int(world.seconds) + 100)}
    gate.answered(OWNER, Response(200, few))

    def told(seconds: float, failures: int | None = None) -> dict[str, object]:
        until = world.clock.now() + timedelta(seconds=seconds) if seconds else None
        return {"github_request_id": None, "owner": OWNER, "until": until, "failures": failures}

    assert telemetry.events == [
        ("BREAKER_OPENED", told(30, 3)),
        ("BREAKER_CLOSED", told(0)),
        ("RATE_LIMITED", told(300)),
        ("CALLS_SCARCE", told(101)),
    ]
