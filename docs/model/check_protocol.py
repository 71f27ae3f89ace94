"""Explores every state of the model and checks the invariants: `python docs/model/check_protocol.py`.

`--without CLAUSE` leaves a rule out, and shows the shortest way to what then breaks.
"""

import argparse
import sys
from collections import deque
from collections.abc import Callable
from typing import NamedTuple

from protocol_actions import actions
from protocol_state import CLAUSES, IDLE, NONE, State, Without

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
}
"""What the provider says and what goes wrong, at any time, with one condition and two workers."""


def at_rest(s: State) -> bool:
    """Whether nothing happens any more, until the provider says something new."""
    workers = all(worker.phase == IDLE for worker in s.workers)
    return workers and not (s.row.due or s.row.lease or s.flights)


def opened(s: State) -> list[int]:
    """Number the open issues."""
    return [number for number, issue in enumerate(s.issues, 1) if issue.open]


INVARIANTS: dict[str, Callable[[State], bool]] = {
    "an opening that may have happened is never overwritten": lambda s: not s.overwritten,
    "at rest, a condition has at most one open issue": lambda s: not at_rest(s) or len(opened(s)) <= 1,
    "at rest, a condition that fires has an open issue": (
        lambda s: not (at_rest(s) and s.row.firing) or bool(opened(s))
    ),
    "at rest, a condition that has ended has no open issue": (
        lambda s: not at_rest(s) or s.row.firing or not opened(s)
    ),
}


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
        for name, holds in INVARIANTS.items():
            if not holds(state):
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


def first_broken(without: Without) -> Found:
    """Find what breaks in the smallest world in which something does."""
    found = Found(0)
    for world in WORLDS.values():
        found = explore(world, without)
        if found.broken:
            break
    return found


def main() -> int:
    """Read the command line; 1 if an invariant breaks."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--without", action="append", choices=CLAUSES, default=[], metavar="CLAUSE")
    without = frozenset(parser.parse_args().without)
    for name, world in WORLDS.items():
        found = explore(world, without)
        way = [f"{number:4} {action}\n" for number, action in enumerate(found.way, 1)]
        said = f"BROKEN after {len(way)} steps: {found.broken}" if found.broken else "every invariant holds"
        sys.stdout.writelines([f"{name}\n{found.states:,} states: {said}\n", *way])
        if found.broken:
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
