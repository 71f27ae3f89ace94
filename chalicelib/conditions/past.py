"""Past: what became of a condition's issues, counted by month (UTC). Pure.

An opening, an acknowledgement or a closing counts in the month in which the row learns of it. Each counts
once, and the figures of a past month do not change.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from chalicelib.conditions import changes
from chalicelib.conditions.issue import Closer
from chalicelib.conditions.row import AlertState, Issue, Status, Verb
from chalicelib.conditions.tally import Month, Opening, Past
from chalicelib.labels import FLAPPING_LABEL

MONTHS = 2
"""How many months a row keeps: this one, and the last one for its review."""

SAMPLES = 20
"""How many times of each kind a month keeps, the newest ones; a median needs no more."""


def noted(claimed: AlertState, settled: AlertState, now: datetime) -> AlertState:
    """Add to a settled row what its step did to its issue, or found there; notifications are not counted."""
    known = settled.status.past or Past()
    past = known if settled.spec.news else _after(known, claimed, settled, now)
    return settled if past == known else replace(settled, status=replace(settled.status, past=past))


def month_of(at: datetime) -> str:
    """Name a month as `2026-11`."""
    return f"{at:%Y-%m}"


def _after(past: Past, claimed: AlertState, settled: AlertState, now: datetime) -> Past:
    known, issue = claimed.status.issue, settled.status.issue
    opening, month = past.opening, past.month(month_of(now))
    if known is not None and known.open:
        # Without an opening, an earlier version opened it.
        opening = opening or Opening(known.opened_at or known.episode)
    elif issue is not None and (issue.open or changes.opened(claimed.status, settled.status)):
        ours = claimed.intent is not None and claimed.intent.verb in (Verb.OPEN, Verb.REOPEN)
        opening = Opening(now, touched=not ours)
        month = _opened(month, now.day) if ours else month
    else:
        opening = None
    if opening is None or issue is None:
        return replace(past, opening=None)
    # In a storm, people act on the storm's issue instead of this one.
    touched = settled.group is not None or _touched(claimed.status, settled.status, issue)
    seen = _seen(opening, issue, touched=touched)
    month = _counted(month, opening, seen, issue, now)
    if not issue.open:
        month = _closed(seen, month, issue, now)
    others = [each for each in past.months if each.name != month.name]
    months = (*others, month) if month != Month(month.name) else past.months
    return Past(months[-MONTHS:], seen if issue.open else None)


def _opened(month: Month, day: int) -> Month:
    days = dict(month.opened)
    return replace(month, opened=tuple(sorted((days | {day: days.get(day, 0) + 1}).items())))


def _seen(opening: Opening, issue: Issue, *, touched: bool) -> Opening:
    return Opening(
        opening.at,
        acked=opening.acked or bool(issue.acked_by),
        touched=opening.touched or touched,
        flapped=opening.flapped or FLAPPING_LABEL in issue.labels,
        muted=opening.muted or issue.muted,
    )


def _counted(month: Month, before: Opening, opening: Opening, issue: Issue, now: datetime) -> Month:
    """Count what happened since the opening and has not been counted yet."""
    flapped = month.flapped + (opening.flapped and not before.flapped)
    month = replace(month, flapped=flapped, muted=month.muted + (opening.muted and not before.muted))
    if not opening.acked or before.acked:
        return month
    acked_at = issue.acked_at - issue.clock_ahead if issue.acked_at else now
    return replace(month, to_ack=_kept(month.to_ack, acked_at - opening.at))


def _touched(before: Status, after: Status, issue: Issue) -> bool:
    """Whether a person did something to it, as far as a row shows; an assignment by hand does not."""
    known = before.issue if before.issue and before.issue.ref == issue.ref else issue
    spoke = after.heard != before.heard or issue.remarks != known.remarks
    labelled = (issue.muted, issue.quiet) != (known.muted, known.quiet)
    return bool(issue.acked_by or after.snoozed_until or issue.kept_open or spoke or labelled)


def _closed(opening: Opening, month: Month, issue: Issue, now: datetime) -> Month:
    untouched = issue.closed_by is Closer.US and not opening.touched
    lasted = (issue.over_at or now) - opening.at
    resolved = _kept(month.to_resolve, lasted)
    return replace(month, closed=month.closed + 1, untouched=month.untouched + untouched, to_resolve=resolved)


def _kept(times: tuple[int, ...], length: timedelta) -> tuple[int, ...]:
    return (*times, max(0, round(length.total_seconds())))[-SAMPLES:]
