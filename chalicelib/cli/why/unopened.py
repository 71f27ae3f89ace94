"""Why a firing condition has no open issue: each case in the words of its own file. Pure."""

from typing import assert_never

from chalicelib.cli.why import github, people, turn
from chalicelib.cli.why.case import Case
from chalicelib.cli.why.verdict import Verdict
from chalicelib.conditions.nothing import Held
from chalicelib.conditions.row import AlertState
from chalicelib.conditions.unopened import (
    ClosedByPerson,
    Disabled,
    Due,
    Failing,
    InProgress,
    Muted,
    NotPlanned,
    Snoozed,
    Unfinished,
    Unopened,
    Waiting,
    unopened,
)


def withheld(case: Case) -> Verdict | None:
    """Return what the row says about a condition that fires and has no open issue."""
    why = unopened(case.row, case.now, case.place.policy) if case.row else None
    return _verdict(case, case.row, why) if case.row and why else None


def _verdict(case: Case, row: AlertState, why: Unopened) -> Verdict:  # noqa: C901 - one case a cause
    match why:
        case Disabled():
            return people.disabled(case, why)
        case ClosedByPerson() | NotPlanned():
            return people.closed(case, why)
        case Muted():
            return people.muted(case, why)
        case Snoozed():
            return people.snoozed(case, why)
        case Held():
            return people.held_back(case, why)
        case Waiting():
            return github.waiting(case, why.put_off, why.refusal)
        case Failing():
            return github.failing(case, why)
        case Unfinished():
            return github.unfinished(case, why)
        case InProgress():
            return turn.held(case, row)
        case Due():
            return github.due(case) or turn.due(case, row)
        case _:
            assert_never(why)
