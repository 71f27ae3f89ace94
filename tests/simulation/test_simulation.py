"""The simulation itself: that every promise holds, that a seed replays, that a breakage is seen."""

import os
from dataclasses import replace
from pathlib import Path
from unittest.mock import patch

import pytest

from chalicelib.adapters import reading
from chalicelib.adapters.registry import OWN_EMITTERS, SOURCES
from tests.simulation import coverage, mutants, oracle
from tests.simulation.drafting import Compares, begin, end, scenario
from tests.simulation.generate import generate
from tests.simulation.providers import emitters
from tests.simulation.providers.alertmanager import SENDERS, Alertmanagers
from tests.simulation.providers.alerts import APART
from tests.simulation.providers.emitters import Emitters
from tests.simulation.providers.provider import Happens
from tests.simulation.run import run
from tests.simulation.scenario import Scenario, Setting
from tests.simulation.shrink import shrink

PAGE = Path(__file__).parents[2] / "docs/reliability.md"

pytestmark = pytest.mark.no_cover  # other tests measure that; here it would take most of the time

SEEDS = int(os.environ.get("SEEDS", "50"))
"""More in `make check-rest`, any number with `make simulate`."""
AT_ONCE = 25


@pytest.mark.parametrize("first", range(0, SEEDS, AT_ONCE))
def test_whatever_happens_every_promise_holds(first: int) -> None:
    broken = {seed: found for seed in range(first, first + AT_ONCE) if (found := run(generate(seed)).broken)}
    assert broken == {}, "replay with: python -m tests.simulation --seed SEED"


@pytest.mark.parametrize("source", [OWN_EMITTERS, *emitters.OTHERS])
def test_a_source_without_a_model_speaks_by_its_template(source: str) -> None:
    setup = Emitters("emitter", source=source)
    said = (begin(1, setup, 0), Happens(200, setup.name, "repeats", 0), end(900, setup, 0))
    assert run(scenario(1, Setting((setup,)), *said[:2])).broken == ()  # it fires on, as the console shows
    result = run(scenario(1, Setting((setup,)), *said))
    assert result.broken == ()
    counts = ("a message", "step: OpenIssue", "step: CloseIssue")
    assert [result.counts[name if "step" in name else f"{source}: {name}"] for name in counts] == [3, 1, 1]


@pytest.mark.parametrize("lists", [False, True])
def test_one_fingerprint_of_two_alertmanagers_that_are_no_cluster_is_two_issues(*, lists: bool) -> None:
    result = run(of_two_alertmanagers(lists=lists))
    assert result.broken == ()
    assert [result.counts[f"step: {step}"] for step in ("OpenIssue", "CloseIssue")] == [2, 1]


def test_without_the_sender_in_the_identity_it_would_be_one() -> None:
    nameless = replace(SOURCES["alertmanager"], ids_per_sender=False)
    with patch.dict(reading.__dict__, {"SOURCES": {**SOURCES, "alertmanager": nameless}}):
        result = run(of_two_alertmanagers())
    assert oracle.FIRES in {promise for promise, _ in result.broken}


def of_two_alertmanagers(*, lists: bool = False) -> Scenario:
    """Both fire under one fingerprint, and one ends."""
    east, west = (Alertmanagers(name, sender=name) for name in SENDERS)
    said = (begin(1, east, 0), begin(5, west, APART), end(900, east, 0), Compares(900 + oracle.SOON + 60))
    return scenario(1, Setting((east, west), lists=lists), *said)


def test_a_seed_replays_exactly() -> None:
    assert run(generate(11)).trace == run(generate(11)).trace


@pytest.mark.parametrize("name", mutants.MUTANTS)
def test_every_breakage_still_finds_what_it_breaks(name: str) -> None:
    with mutants.MUTANTS[name]():
        pass


def test_the_page_counts_what_there_is() -> None:
    expected = coverage.expected()
    faults = {each.partition(": ")[2] for each in expected["faults"]}
    counted = f"{len(faults)} kinds of faults, {len(expected['states'])} states"
    text = " ".join(PAGE.read_text(encoding="utf-8").split())
    people = f"{len(expected['actions of people'])} things that people do"
    broken = f"breaks the code in {len(mutants.MUTANTS)} ways"
    assert [said for said in (counted, people, broken) if said not in text] == []


def test_a_breakage_is_caught_and_reduced_to_what_matters() -> None:
    with mutants.MUTANTS["ignore the intent"]():
        failed = next(result for seed in range(100) if (result := run(generate(seed))).broken)
        reduced = shrink(failed)
        stimuli = reduced.scenario.stimuli
        fewer = [stimuli[:place] + stimuli[place + 1 :] for place in range(len(stimuli))]
        without = [run(replace(reduced.scenario, stimuli=each)) for each in fewer]
    promise = failed.broken[0][0]
    assert (promise, reduced.broken[0][0]) == ("1. an episode is opened once", promise)
    assert len(stimuli) <= 3 < len(failed.scenario.stimuli)
    assert [each for each in without if each.broken and each.broken[0][0] == promise] == []
