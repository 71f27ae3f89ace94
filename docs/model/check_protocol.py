"""Explores every state of the model and checks the invariants: `python docs/model/check_protocol.py`.

`--without CLAUSE` leaves a rule out, and shows the shortest way to what then breaks.
"""

import argparse
import sys
from collections import deque
from collections.abc import Callable
from typing import NamedTuple

from protocol_actions import actions
from protocol_people import found as found_by_drift
from protocol_state import CLAUSES, IDLE, NONE, PEOPLE, State, Without

FIRES, ENDS, AGAIN = ("FIRING", 1), ("RESOLVED", 1), ("FIRING", 2)
WORLDS = {
    "it fires; a lost answer": State(script=(FIRES,), lost=1),
    "it fires, ends and fires again; a lost answer": State(script=(FIRES, ENDS, AGAIN), lost=1),
    "it fires; a crash, a lost answer and a refusal": State(script=(FIRES,), crashes=1, lost=1, refusals=1),
    "it fires and ends; a lost answer and a refusal": State(script=(FIRES, ENDS), lost=1, refusals=1),
    "it fires, ends and fires again; two crashes": State(script=(FIRES, ENDS, AGAIN), crashes=2),
    "it fires, ends and fires again; a crash and a lost answer": State(
        script=(FIRES, ENDS, AGAIN), crashes=1, lost=1
    ),
    "it fires, ends and fires again; a person acts": State(script=(FIRES, ENDS, AGAIN), people=1),
    "it fires and ends; a person acts twice": State(script=(FIRES, ENDS), people=2),
    "it fires and ends; a lost answer, and a person acts": State(script=(FIRES, ENDS), people=1, lost=1),
}
"""What the provider reports, what people do and what goes wrong, with one condition and two workers."""


def at_rest(s: State, without: Without = NONE) -> bool:
    """Whether nothing happens any more, until the provider or a person does something new."""
    workers = all(worker.phase == IDLE for worker in s.workers)
    return workers and not (s.row.due or s.row.lease or s.flights or found_by_drift(s, without))


def opened(s: State) -> list[int]:
    """Number the open issues."""
    return [number for number, issue in enumerate(s.issues, 1) if issue.open]


def left_open(s: State) -> bool:
    """Whether every open issue was reopened by a person after the end."""
    issues = [s.issues[number - 1] for number in opened(s)]
    return all(issue.ended and issue.person == s.row.episode for issue in issues)


def knows(s: State) -> bool:
    """Whether the row knows that a person closed or reopened its issue."""
    issue = s.issues[s.row.issue - 1] if s.row.issue else None
    return issue is None or not issue.person or issue.open == s.row.open


INVARIANTS: dict[str, Callable[[State, bool], bool]] = {
    "an opening that may have happened is never overwritten": lambda s, _: not s.overwritten,
    "at rest, a condition has at most one open issue": lambda s, rest: not rest or len(opened(s)) <= 1,
    "what a person did is never undone or overlooked": lambda s, _: not s.undone,
    "at rest, the row knows what a person did": lambda s, rest: not rest or knows(s),
    "at rest, a condition that fires has an open issue, unless a person closed it": (
        lambda s, rest: not (rest and s.row.firing) or bool(opened(s)) or s.row.closed == s.row.episode
    ),
    "at rest, a condition that has ended has no open issue, unless a person reopened it": (
        lambda s, rest: not rest or s.row.firing or left_open(s)
    ),
}
"""Functions of a state, and of whether it is at rest."""


class Found(NamedTuple):
    """What an exploration found: how many states, and the invariant that breaks, with the way there."""

    states: int
    broken: str = ""
    way: tuple[str, ...] = ()


def explore(world: State, without: Without = NONE) -> Found:
    """Visit every state that can be reached, the nearest first, until an invariant breaks."""
    came_from: dict[State, tuple[State, str] | None] = {world: None}
    waiting = deque([world])
    while waiting:
        state = waiting.popleft()
        rest = at_rest(state, without)
        for name, holds in INVARIANTS.items():
            if not holds(state, rest):
                return Found(len(came_from), name, _way(came_from, state))
        for action, then in actions(state, without):
            if then not in came_from:
                came_from[then] = (state, action)
                waiting.append(then)
    return Found(len(came_from))


def _way(came_from: dict[State, tuple[State, str] | None], state: State) -> tuple[str, ...]:
    way: list[str] = []
    while step := came_from[state]:
        state, action = step
        way.append(action)
    return tuple(reversed(way))


def worlds(without: Without) -> dict[str, State]:
    """Return the worlds in which the clauses left out could matter."""
    return {name: world for name, world in WORLDS.items() if world.people or not without & PEOPLE}


def first_broken(without: Without) -> Found:
    """Find what breaks in the smallest world in which something does."""
    found = Found(0)
    for world in worlds(without).values():
        found = explore(world, without)
        if found.broken:
            break
    return found


def main() -> int:
    """Read the command line; 1 if an invariant breaks."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--without", action="append", choices=CLAUSES, default=[], metavar="CLAUSE")
    without = frozenset(parser.parse_args().without)
    for name, world in worlds(without).items():
        found = explore(world, without)
        way = [f"{number:4} {action}\n" for number, action in enumerate(found.way, 1)]
        said = f"BROKEN after {len(way)} steps: {found.broken}" if found.broken else "every invariant holds"
        sys.stdout.writelines([f"{name}\n{found.states:,} states: {said}\n", *way])
        if found.broken:
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
