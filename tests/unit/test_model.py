"""The model of sync in docs/model: its clauses suffice, and its page says what each is needed for."""

from pathlib import Path

import pytest

import check_protocol
from check_protocol import INVARIANTS, WORLDS, explore, first_broken
from protocol_actions import actions
from protocol_state import CLAUSES, State

PAGE = Path(check_protocol.__file__).with_name("README.md")
NEVER_TWICE, ONE, PEOPLE, KNOWN, SHOWN, ENDED = INVARIANTS
BROKEN = {
    NEVER_TWICE: "an opening that may have happened is overwritten",
    ONE: "a condition has two open issues",
    PEOPLE: "what a person did is undone or overlooked",
    KNOWN: "a row does not know what a person did",
    SHOWN: "a condition that fires has no open issue",
    ENDED: "a condition that has ended keeps its issue",
}
"""How the page says that an invariant is broken."""

SMALL = [
    name
    for name in WORLDS
    if name.endswith(("a lost answer", "a refusal", "acts twice")) and "a crash and" not in name
]
"""The worlds that take about a second; the command explores all."""


@pytest.mark.parametrize("name", SMALL)
def test_in_every_state_every_invariant_holds(name: str) -> None:
    found = explore(WORLDS[name])
    assert (found.broken, found.way) == ("", ())
    assert found.states > 1000


@pytest.mark.parametrize("clause", CLAUSES)
def test_without_a_clause_what_its_page_names_breaks(clause: str) -> None:
    found = first_broken(frozenset({clause}))
    row = f"| {clause} | {CLAUSES[clause]} | {BROKEN[found.broken]} |"
    assert row in PAGE.read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize("name", [SMALL[0], *SMALL[2:]])
def test_from_every_state_of_the_model_it_can_come_to_rest(name: str) -> None:
    assert stuck(WORLDS[name]) == []


def stuck(world: State) -> list[State]:
    """States from which rest cannot be reached."""
    before: dict[State, list[State]] = {world: []}
    waiting = [world]
    while waiting:
        state = waiting.pop()
        for _, then in actions(state):
            if then not in before:
                before[then] = []
                waiting.append(then)
            before[then].append(state)
    resting = [state for state in before if check_protocol.at_rest(state) and not state.script]
    reached, waiting = set(resting), list(resting)
    while waiting:
        for state in before[waiting.pop()]:
            if state not in reached:
                reached.add(state)
                waiting.append(state)
    return [state for state in before if state not in reached]
