"""Reading who is on call: what is asked when, and what is known while there is no answer."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest

from chalicelib.conditions.on_call import OnCallUnknown
from chalicelib.conditions.on_call_notes import KEY, MOST_FAULTS, MOST_SHIFTS, Answer, OnCallNotes
from chalicelib.conditions.shifts import AHEAD, DAY, Shift
from chalicelib.errors import AlertingError, ConfigurationError, Contended
from chalicelib.reconcile.on_call import OnCallReader
from tests.twins.clock import ManualClock
from tests.twins.store import MemoryStore
from tests.twins.telemetry import Recorder
from tests.unit.builders import at

SHIFT = Shift("mona", at(-60), at(600))
NEXT = Shift("hubot", at(600), at(1200))


@dataclass
class Source:
    """Answers with shifts, or not at all."""

    meanwhile: Callable[[], object] = lambda: None
    known: list[Shift] = field(default_factory=lambda: [NEXT, SHIFT])
    faults: list[str] = field(default_factory=list)
    error: Exception | None = None
    asked: list[tuple[datetime, datetime]] = field(default_factory=list)

    def shifts(self, since: datetime, until: datetime) -> tuple[list[Shift], list[str]]:
        self.asked.append((since, until))
        self.meanwhile()
        if self.error:
            raise self.error
        return self.known, self.faults


class Bench:
    """A reader, and two teams that it asks about."""

    def __init__(self) -> None:
        self.clock, self.store, self.telemetry = ManualClock(), MemoryStore(), Recorder()
        self.clock.time = at(0)
        self.infra, self.storage = Source(), Source()
        sources = {"infra": self.infra, "storage": self.storage}
        teams = {*sources, "rotating"}
        self.reader = OnCallReader(self.store, teams, sources, self.clock.now, self.telemetry)

    def check(self, minutes: float = 0) -> None:
        self.clock.pass_(seconds=60 * minutes)
        self.reader.check(self.clock.now() + timedelta(seconds=10))

    @property
    def notes(self) -> OnCallNotes:
        return self.store.load(KEY).parsed(OnCallNotes)

    def write(self, notes: OnCallNotes) -> None:
        self.store.swap(KEY, notes.model_dump_json(), self.store.load(KEY).version)


@pytest.fixture
def bench() -> Bench:
    return Bench()


def test_the_shifts_of_the_coming_days_are_noted_every_five_minutes(bench: Bench) -> None:
    bench.check()
    assert bench.notes.answer("infra") == Answer(at=at(0), tried_at=at(0), shifts=(SHIFT, NEXT))
    assert bench.infra.asked == [(at(-60), at(0) + AHEAD + DAY)]
    bench.check(4)
    assert len(bench.infra.asked) == 1
    bench.check(1)
    assert bench.notes.answer("infra").at == at(5)


@pytest.mark.parametrize("error", [OnCallUnknown("503"), ConfigurationError("secret", ["missing"])])
def test_what_does_not_answer_is_known_as_it_was_and_holds_up_no_other(
    bench: Bench, error: AlertingError
) -> None:
    bench.check()
    bench.infra.error = error
    bench.check(5)
    assert bench.notes.answer("infra") == Answer(
        at=at(0), tried_at=at(5), shifts=(SHIFT, NEXT), why=str(error)
    )
    assert bench.notes.answer("storage").at == at(5)
    assert [name for name, _ in bench.telemetry.problems] == ["ON_CALL_UNKNOWN"]
    bench.infra.error = None
    bench.check(5)
    assert bench.notes.answer("infra") == Answer(at=at(10), tried_at=at(10), shifts=(SHIFT, NEXT))


def test_an_error_that_nobody_foresaw_holds_up_no_other_and_its_words_are_not_kept(bench: Bench) -> None:
    bench.infra.error = ValueError("Token token=abc")
    bench.check()
    assert (bench.notes.answer("infra").tried_at, bench.notes.answer("infra").why) == (at(0), "ValueError")
    assert bench.notes.answer("storage").at == at(0)
    assert [name for name, _ in bench.telemetry.problems] == ["ON_CALL_UNKNOWN"]


def test_why_it_does_not_answer_is_written_without_secrets(bench: Bench) -> None:
    bench.infra.error = OnCallUnknown("token=ghp_0123456789abcdefghijklmnopqrstuvwxyz was refused")
    bench.check()
    assert "ghp_0123456789" not in bench.store.load(KEY).text


def test_what_cannot_be_used_is_noted_and_told_once(bench: Bench) -> None:
    bench.infra.faults = [f"fault {number}" for number in range(9)]
    bench.check()
    bench.check(5)
    assert len(bench.notes.answer("infra").faults) == MOST_FAULTS
    assert [name for name, _ in bench.telemetry.problems] == ["ON_CALL_UNUSABLE"]


def test_what_is_known_of_a_team_stays_while_another_is_asked(bench: Bench) -> None:
    earlier = Answer(at=at(-1), tried_at=at(-1), shifts=(NEXT,))
    bench.write(OnCallNotes(answers={"storage": earlier}))
    bench.check()
    assert (bench.notes.answer("infra").at, bench.notes.answer("storage")) == (at(0), earlier)


def test_of_too_many_shifts_the_nearest_are_noted(bench: Bench) -> None:
    bench.infra.known = [Shift("mona", at(hour), at(hour + 1)) for hour in range(999, -1, -1)]
    bench.check()
    assert [each.begins for each in bench.notes.answer("infra").shifts] == [at(n) for n in range(MOST_SHIFTS)]


def test_without_time_the_one_that_waited_longest_is_asked_first_next_time(bench: Bench) -> None:
    bench.reader.check(bench.clock.now())
    assert bench.infra.asked == bench.storage.asked == []
    bench.write(OnCallNotes(answers={"infra": Answer(tried_at=at(-5)), "storage": Answer(tried_at=at(-6))}))
    order: list[str] = []
    bench.infra.meanwhile, bench.storage.meanwhile = (
        lambda: order.append("infra"),
        lambda: order.append("storage"),
    )
    bench.check()
    assert order == ["storage", "infra"]


def test_a_handoff_meanwhile_is_kept_and_teams_that_left_the_file_are_forgotten(bench: Bench) -> None:
    bench.write(OnCallNotes(handoffs={"rotating": (SHIFT,), "gone": (SHIFT,)}))
    handed = Shift("ann", at(0), at(5))

    def hands_over() -> None:
        bench.write(bench.notes.model_copy(update={"handoffs": {"infra": (handed,)}}))

    bench.infra.meanwhile = hands_over
    bench.check()
    assert bench.notes.handoffs == {"infra": (handed,)}
    assert bench.notes.answer("infra").shifts == (SHIFT, NEXT)


def test_if_others_keep_writing_it_is_left_to_the_next_minute(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bench.store, "swap", lambda *_: bench.store.load(KEY))
    with pytest.raises(Contended):
        bench.check()
