"""Its turn: a condition that is due, delayed only by time or by a fault of ours. Pure."""

from datetime import timedelta

from chalicelib.cli.why.case import Case
from chalicelib.cli.why.condition import facts
from chalicelib.cli.why.verdict import Cause, Kind, Verdict
from chalicelib.conditions.row import AlertState
from chalicelib.quantities import counted
from chalicelib.render.words import moment

NOW = Cause(
    "BEING_OPENED",
    Kind.COMING,
    "A worker is handling {title} right now; its claim ends at {until}.",
    "Ask again in a minute.",
)
SOON = Cause(
    "DUE",
    Kind.COMING,
    "{title} has been due since {since}, nothing is blocking it, and its issue opens within a minute.",
    "Ask again in a minute.",
)
LATE = Cause(
    "OVERDUE",
    Kind.OURS,
    "{title} has been due since {since} and nothing is blocking it, but reconcile has not reached it.",
    "Check whether reconcile is running: its schedule, its log, the alarm `reconcile-missing`.",
)
UNENDING = Cause(
    "STEPS_NEVER_END",
    Kind.OURS,
    "{title} has no issue, because {steps} in a row started and never finished; the next starts at {until}.",
    "Search the log for STEPS_NEVER_END and its fingerprint; see steps-unending in docs/on-call.md.",
)
CAUSES = (NOW, SOON, LATE, UNENDING)
PATIENCE = timedelta(minutes=5)
NEVER_ENDING = 3
"""As sync counts them."""


def held(case: Case, row: AlertState) -> Verdict:
    """Return that a worker has it, or that each one that had it died."""
    until = moment(row.lease.until, case.now) if row.lease else ""
    show, about = case.place.cli("show", row.fingerprint), facts(row, case.now)
    unended = row.lease.unended if row.lease else 0
    if unended >= NEVER_ENDING:
        return UNENDING.verdict(show, about, title=case.title, steps=counted(unended, "step"), until=until)
    return NOW.verdict(show, about, title=case.title, until=until)


def due(case: Case, row: AlertState) -> Verdict:
    """Return that it is due, or has been for too long."""
    since = row.due_at or row.spec.seen_at
    cause = LATE if case.now - since > PATIENCE else SOON
    return cause.verdict(
        case.place.cli("doctor"), facts(row, case.now), title=case.title, since=moment(since, case.now)
    )
