"""What the code does in a run, whatever goes wrong, is a path of the model in docs/model."""

from dataclasses import replace
from random import Random
from unittest.mock import patch

import pytest

from chalicelib.conditions.steps import needed
from chalicelib.sync import recover
from protocol_state import OPEN
from tests.simulation import mutants
from tests.simulation.drafting import begin, emitter, end, scenario
from tests.simulation.model_path import refused
from tests.simulation.model_trace import CLAIM, EFFECT, Event, trace
from tests.simulation.scenario import Scenario, Setting
from tests.simulation.weather import Crashes, Fails, Spell

pytestmark = pytest.mark.no_cover

SEEDS = 25
CALLS = ("table.claim", "table.settle", "github.open", "github.edit", "github.read", "github.list")
FAULTS = {
    "github": ("timeout", "timeout, done", "502", "502, done", "dropped, done", "no connection", "frozen"),
    "table": ("throttled", "silent, done", "retried", "late", "frozen"),
}


def drawn(seed: int) -> Scenario:
    """A condition that begins and ends, while calls fail, workers crash and lists lag; nobody else acts."""
    chance = Random(seed)
    setup, at = emitter(chance), 1.0
    happens = []
    for _ in range(chance.randint(1, 3)):
        happens += [begin(at, setup, 0), end(at + chance.choice((5, 40, 400)), setup, 0)]
        at = happens[-1].at + chance.choice((5, 40, 400, 4000))
    near = [each.at + chance.choice((0.0, 0.5, 2.0, 60.0, 70.0)) for each in happens for _ in range(2)]
    fails = []
    for when in near:
        call = chance.choice(CALLS)
        fails.append(
            Fails(when, call, chance.choice(FAULTS[call.partition(".")[0]]), chance.choice((1, 1, 2)))
        )
    crashes = [Crashes(chance.choice(near), chance.choice(CALLS), chance.choice(("before", "after")))]
    lags = [Spell(chance.choice(near), "lists lag a little", 300.0)] if chance.random() < 0.5 else []
    return scenario(seed, Setting((setup,)), *happens, *fails, *crashes, *lags)


def traced(seed: int) -> list[Event]:
    result, events = trace(drawn(seed))
    assert result.broken == ()
    return events


BREAKAGES = (
    "drop the lease",
    "ignore the intent",
    "claim without the revision",
    "settle without its condition",
    "clear due though the row moved",
    "a claimed row is not due",
    "act before claim",
    "take an unknown outcome for not done",
)


@pytest.mark.parametrize("name", BREAKAGES)
def test_code_that_breaks_a_clause_leaves_the_model(name: str) -> None:
    with mutants.MUTANTS[name]():
        assert leaves()


def test_code_that_looks_only_once_leaves_the_model() -> None:
    with patch.object(recover, "ENOUGH", 1):
        assert leaves()


def leaves() -> bool:
    """Whether some run is no path of the model, whether or not it breaks a promise."""
    return any(refused(trace(drawn(seed))[1]) for seed in range(3 * SEEDS))


def test_every_run_is_a_path_of_the_model() -> None:
    assert {seed: found for seed in range(SEEDS) if (found := refused(traced(seed)))} == {}


def changed(events: list[Event], place: int, *instead: Event) -> Event | None:
    return refused([*events[:place], *instead, *events[place + 1 :]])


def test_a_trace_with_a_changed_event_is_refused() -> None:
    events = traced(0)
    assert refused(events) is None
    opened = next(place for place, event in enumerate(events) if (event.what, event.step) == (EFFECT, OPEN))
    claimed = max(place for place in range(opened) if events[place].what == CLAIM)
    effect, claim = events[opened], events[claimed]
    assert changed(events, opened, effect, effect._replace(number=effect.number + 1))
    assert changed(events, opened, effect._replace(worker="another"))
    assert changed(events, claimed)
    assert changed(events, claimed, claim._replace(row=replace(needed(claim.row), intent=None)))
    assert changed(events, claimed, claim, claim._replace(worker="another"))
