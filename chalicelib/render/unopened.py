"""Words for why a condition that fires has no open issue, in one sentence of plain text.

GitHub's words and people's names in it are foreign text: whoever shows it must escape it.
"""

from datetime import datetime
from typing import assert_never

from chalicelib.conditions.nothing import Held, Quiet
from chalicelib.conditions.row import AlertState, Verb
from chalicelib.conditions.setbacks import Denial, Refusal
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
    refusal_now,
)
from chalicelib.render.words import moment

_DENIALS = {
    Denial.RATE_LIMITED: "GitHub asked us to wait (rate limit)",
    Denial.CALLS_SCARCE: "the last GitHub calls of this hour are reserved for P0 and P1",
    Denial.BREAKER_OPEN: "GitHub keeps failing to answer (circuit breaker)",
    Denial.BUDGET: "waiting for the budget",
    Denial.BUSY: "waiting for its turn",
}
_BEGUN = {
    Verb.OPEN: "an issue may have been opened",
    Verb.REOPEN: "the issue may have been reopened",
    Verb.CHANGE: "the issue may have been changed",
    Verb.COMMENT: "a comment may have been added",
}


def why(cause: Unopened, now: datetime, budget: str = "") -> str:  # noqa: C901 - one case a cause
    """Say why, and until when; `budget` says how much of the budget is used, and how many rows come first."""
    match cause:
        case Disabled():
            return "GitHub is disabled on this stage (GITHUB_ENABLED=false)"
        case InProgress(until):
            return f"a worker is on it, until {moment(until, now)} at the latest"
        case Unfinished(intent, refusal, until):
            return (
                f"{_BEGUN[intent.verb]}, but no answer came; next check{_again(until, now)}{_last(refusal)}"
            )
        case ClosedByPerson(ref, by, at, until):
            ends = (
                f"until {moment(until, now)}, because it is flapping"
                if until
                else "until the condition resolves"
            )
            return f"{by or 'a person'} closed {ref}{_at(at, now)}; quiet {ends}"
        case NotPlanned(ref, by, at, until):
            ends = f" until {moment(until, now)}" if until else " for a while"
            return f"{by or 'a person'} closed {ref} as not planned{_at(at, now)}; quiet{ends}"
        case Muted(ref):
            return f"muted on {ref}, until someone unmutes it"
        case Snoozed(ref, until):
            return (
                "snoozed" + (f" on {ref}" if ref else "") + (f" until {moment(until, now)}" if until else "")
            )
        case Held():
            return held_back(cause, now)
        case Waiting(put_off, refusal):
            used = f": {budget}" if budget and put_off.reason is Denial.BUDGET else ""
            return (
                f"{_DENIALS[put_off.reason]}{used}, until about {moment(put_off.until, now)}{_last(refusal)}"
            )
        case Failing(refusal, until):
            return f"{failed(refusal)}; next try{_again(until, now)}"
        case Due(until):
            return f"due since {moment(until, now)}" if until and until <= now else "due now"
        case _:
            assert_never(cause)


def held_back(held: Held, now: datetime) -> str:
    """Say what holds it back: a condition, or a window with its end, reason and author."""
    if held.reason is Quiet.INHIBITED:
        return f"held back while {held.what or 'another condition'} fires"
    details = ", ".join(filter(None, (held.what, held.by and f"by {held.by}")))
    return f"maintenance until {moment(held.until, now)}" + (f" ({details})" if details else "")


def setback(row: AlertState, now: datetime) -> str:
    """Say why a row's next step, such as an update of its issue, failed or was put off; empty if neither."""
    put_off, refusal = row.status.put_off, row.status.refusal
    if put_off and now < put_off.until:
        return f"{_DENIALS[put_off.reason]}, until about {moment(put_off.until, now)}{_last(refusal)}"
    return f"{failed(refusal)}; next try{_again(row.due_at, now)}" if refusal and row.due_at else ""


def hindrance(row: AlertState) -> str:
    """Say why the newest step failed or was put off, without times that change at each attempt; or empty."""
    if refusal := refusal_now(row):
        return f"{failed(refusal)}, since {moment(refusal.since)}"
    return _DENIALS[row.status.put_off.reason] if row.status.put_off else ""


def failed(refusal: Refusal) -> str:
    """Say what GitHub answered, or that no answer came."""
    if refusal.status is None:
        return f"failed: {refusal.message.rstrip('.')}"
    return f"GitHub answered {refusal.status}: {refusal.message.rstrip('.')}"


def _last(refusal: Refusal | None) -> str:
    return f"; the last try: {failed(refusal)}" if refusal else ""


def _again(until: datetime | None, now: datetime) -> str:
    return f" at {moment(until, now)}" if until and until > now else " within a minute"


def _at(at: datetime | None, now: datetime) -> str:
    return f" at {moment(at, now)}" if at else ""
