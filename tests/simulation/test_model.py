"""What the code does in a run, whatever goes wrong, is a path of the model in docs/model."""

import os
from dataclasses import replace
from random import Random
from unittest.mock import patch

import pytest

from chalicelib.conditions.steps import needed
from chalicelib.sync import recover
from protocol_state import OPEN
from tests.simulation import mutants
from tests.simulation.declaring import FillsIn, Says, TakesOff
from tests.simulation.drafting import begin, emitter, end, scenario
from tests.simulation.generate import generate
from tests.simulation.model_path import refused
from tests.simulation.model_trace import CLAIM, EFFECT, SETTLE, Event, trace
from tests.simulation.people import Acts
from tests.simulation.scenario import Scenario, Setting
from tests.simulation.weather import Crashes, Fails, Spell

pytestmark = pytest.mark.no_cover

SEEDS = int(os.environ.get("SEEDS", "50")) // 5
"""Sixty in `make check-rest`."""
PEOPLE = (Acts, Says, FillsIn, TakesOff)
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


def test_every_run_is_a_path_of_the_model() -> None:
    assert {seed: found for seed in range(SEEDS) if (found := refused(traced(seed)))} == {}


def in_scope(seed: int) -> list[Event]:
    """Run one of the simulation's own scenarios without people, and leave out what the model does.

    That is notifications, a team whose issues stay open, and lists that lag for longer than sync waits.
    """
    whole = generate(seed)
    alone = tuple(each for each in whole.stimuli if not isinstance(each, PEOPLE))
    setting = replace(whole.setting, workers_apart=0.0, comment_cap=Setting().comment_cap)
    result, events = trace(replace(whole, setting=setting, stimuli=alone))
    assert result.broken == ()
    if result.counts["state: lists lag"] or result.counts["fault github: empty list"]:
        return []
    alerts = [(event.fingerprint, event.row.spec) for event in events if event.row]
    other = {of for of, spec in alerts if spec.news or (spec.alert and "keepers" in spec.alert.teams)}
    return [event for event in events if event.fingerprint not in other]


def test_so_is_every_run_of_the_simulation_without_people() -> None:
    traces = {seed: in_scope(seed) for seed in range(SEEDS)}
    assert {seed: found for seed, events in traces.items() if (found := refused(events))} == {}
    assert sum(event.what == SETTLE for events in traces.values() for event in events) > 5 * SEEDS


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
    """Whether some run is not a path of the model, whether or not it breaks a promise."""
    return any(refused(trace(drawn(seed))[1]) for seed in range(75))


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
