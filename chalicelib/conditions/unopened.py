"""Unopened: why a firing condition has no open issue, and until when. Pure.

These are all the cases: code that words them matches every one, and mypy reports a missing case. `until` is
when it may change by itself; None if only a person or the provider can change it.
"""

from dataclasses import dataclass
from datetime import datetime

from chalicelib.conditions import notifications
from chalicelib.conditions.issue import IssueRef
from chalicelib.conditions.nothing import Held, Nothing, Quiet
from chalicelib.conditions.policy import Policy
from chalicelib.conditions.row import AlertState, Intent, Issue
from chalicelib.conditions.setbacks import PutOff, Refusal
from chalicelib.conditions.steps import Step, needed
from chalicelib.conditions.suppression import held_back


@dataclass(frozen=True, slots=True)
class Disabled:
    """Nothing is written to GitHub on this stage."""

    name, until = "DISABLED", None


@dataclass(frozen=True, slots=True)
class InProgress:
    """A worker has it, or was stopped midway; its claim ends by itself."""

    name = "IN_PROGRESS"

    until: datetime


@dataclass(frozen=True, slots=True)
class Unfinished:
    """A step began, and nobody knows yet whether it took effect: its outcome is searched for first."""

    name = "OUTCOME_UNKNOWN"

    intent: Intent
    refusal: Refusal | None
    until: datetime | None


@dataclass(frozen=True, slots=True)
class ClosedByPerson:
    """A person closed the issue while it fired; with `until`, it flaps, and stays quiet until then."""

    name = "CLOSED_BY_PERSON"

    ref: IssueRef
    by: str
    at: datetime | None
    until: datetime | None


@dataclass(frozen=True, slots=True)
class NotPlanned:
    """A person closed the issue before this one as not planned, so repeats of it stay quiet."""

    name = "NOT_PLANNED"

    ref: IssueRef
    by: str
    at: datetime | None
    until: datetime | None


@dataclass(frozen=True, slots=True)
class Muted:
    """A person muted it, and its issue is closed."""

    name, until = "MUTED", None

    ref: IssueRef


@dataclass(frozen=True, slots=True)
class Snoozed:
    """A person snoozed it."""

    name = "SNOOZED"

    ref: IssueRef | None
    until: datetime | None


@dataclass(frozen=True, slots=True)
class Waiting:
    """The budget put it off: because of a limit of ours or GitHub's, or because GitHub does not answer.

    `refusal` is what GitHub answered before that, if it did.
    """

    name = "PUT_OFF"

    put_off: PutOff
    refusal: Refusal | None

    @property
    def until(self) -> datetime:
        """When the budget is asked again."""
        return self.put_off.until


@dataclass(frozen=True, slots=True)
class Failing:
    """The last step failed, since GitHub refused it or did not answer; it is retried at `until`."""

    name = "REFUSED"

    refusal: Refusal
    until: datetime | None


@dataclass(frozen=True, slots=True)
class Due:
    """Nothing is in its way: the next run of reconcile takes it."""

    name = "DUE"

    until: datetime | None


Unopened = (
    Disabled
    | InProgress
    | Unfinished
    | ClosedByPerson
    | NotPlanned
    | Muted
    | Snoozed
    | Held
    | Waiting
    | Failing
    | Due
)
WISHES = (ClosedByPerson, NotPlanned, Muted, Snoozed, Held)
"""What people wanted."""


def unopened(row: AlertState, now: datetime, policy: Policy) -> Unopened | None:
    """Return why a row has no open issue; None if it has one, or is neither firing nor news."""
    issue, spec = row.status.issue, row.spec
    wanted = spec.firing and not (issue and issue.open)
    if spec.alert is None or not (wanted or notifications.missing(row, now)):
        return None
    if not policy.enabled:
        return Disabled()
    held_until = row.lease.until if row.lease and row.lease.until > now else None
    refusal = refusal_now(row)
    if row.intent and (not held_until or (refusal and refusal.at >= row.intent.since)):
        return Unfinished(row.intent, refusal, held_until or row.due_at)
    if held_until:
        return InProgress(held_until)
    if wish := (notifications.held_back if spec.news else held_back)(row, now, policy):
        return _wished(wish, issue, row, policy)
    return _put_off(row, refusal, now)


def _wished(wish: Step, issue: Issue | None, row: AlertState, policy: Policy) -> Unopened:
    """Return the wish because of which a plan leaves GitHub unchanged, or that is to be reported last."""
    match wish:
        case Nothing(Quiet.SNOOZED, until):
            return Snoozed(issue.ref if issue else row.status.predecessor, until)
        case Nothing(Quiet.MUTED):
            return Muted(needed(issue).ref)
        case Nothing(held=Held() as held):
            return held
    shown = needed(issue)
    match wish:
        case Nothing(Quiet.CLOSED_BY_PERSON, until):
            return ClosedByPerson(shown.ref, shown.closer, shown.over_at, until)
        case _:
            until = shown.over_at + policy.not_planned_quiet if shown.over_at else None
            return NotPlanned(shown.ref, shown.closer, shown.over_at, until)


def refusal_now(row: AlertState) -> Refusal | None:
    """Return GitHub's refusal in this episode; one from an earlier episode no longer counts."""
    refusal, began = row.status.refusal, row.spec.began_by_our_clock
    return refusal if refusal and (began is None or refusal.at >= began) else None


def _put_off(row: AlertState, refusal: Refusal | None, now: datetime) -> Unopened:
    put_off = row.status.put_off
    if put_off and now < put_off.until:
        return Waiting(put_off, refusal)
    return Failing(refusal, row.due_at) if refusal else Due(row.due_at)
