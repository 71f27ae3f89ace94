"""Outcome: how a step's result, or a look at GitHub, changes the status. Pure."""

from dataclasses import replace
from datetime import datetime, timedelta
from operator import attrgetter

from chalicelib.alert import AlertEvent, Condition, Priority
from chalicelib.conditions import acknowledgement, wishes
from chalicelib.conditions.clocks import APART, by_ours
from chalicelib.conditions.enrichment import after_opening
from chalicelib.conditions.issue import IssueRef, Seen
from chalicelib.conditions.row import AlertState, Intent, Issue, Status, Verb
from chalicelib.conditions.tiers import called_by_opening
from chalicelib.labels import ROUTED_PREFIXES

PRIORITY = len("[P1] ")
_planned_on = attrgetter("ref", "open", "closed_by", "muted", "quiet")


def opened(row: AlertState, intent: Intent, seen: Seen, now: datetime, *, found: bool = False) -> Status:
    """Make the opened issue the row's, whether the answer arrived or the issue was found."""
    ahead = timedelta() if found else _ahead_of_us(seen, now)
    before = row.status.issue
    # What a person reopened stays open, though another storm gets an issue of its own.
    continued = before.ref if before and before.open and not before.kept_open else None
    having = acknowledgement.carried(before, intent.episode)
    having |= {"called_at": now, "tier": called_by_opening(before, intent.priority)}
    issue = Issue(
        **seen.remembered(),
        **having,
        episode=intent.episode,
        title=intent.title,
        labels=intent.labels,
        priority=intent.priority,
        teams=intent.teams,
        generation=intent.generation,
        spoke_at=now,
        commented_at=now,
        announced=intent.priority,
        closed_by_our_clock=by_ours(seen.closed_at, intent.since, now) if seen.closed_at else None,
        heard_at=intent.since,
        opened_at=now,
        opened_for=intent.episode,
        clock_ahead=ahead,
        left_out=seen.left_out,
        continues=continued is not None,
        on_call=intent.on_call,
    )
    snoozed_until = row.status.snoozed_until if _ahead(row.status.snoozed_until, now) else None
    return replace(
        row.status,
        issue=issue,
        predecessor=before.ref if before else row.status.predecessor,
        superseded=continued,
        incident=row.status.incident if continued else None,
        told=intent.episode,
        failures=0,
        snoozed_until=snoozed_until,
        enrichment=after_opening(row.status.enrichment, has_parent=seen.has_parent),
    )


def _ahead(moment: datetime | None, now: datetime) -> bool:
    return moment is not None and moment > now


def closed_duplicate(row: AlertState, duplicate: IssueRef) -> Status:
    """A duplicate needs nothing more, whether it was closed or cannot be."""
    left = None if row.status.superseded == duplicate else row.status.superseded
    return replace(row.status, superseded=left)


def observed(row: AlertState, seen: Seen, now: datetime) -> Status:
    """Accept what GitHub shows; if an issue that we closed is open, a person reopened it."""
    issue = row.status.issue
    if issue is None:
        return row.status
    begun = row.intent
    ours = begun is not None and begun.verb is Verb.REOPEN
    reopened = not issue.open and not ours and row.spec.condition is Condition.RESOLVED
    issue = replace(
        acknowledgement.observed(issue, seen, now),
        **seen.remembered(),
        title=seen.title if begun and seen.title == begun.title else issue.title,
        labels=issue.labels + _set_by(begun, issue, seen),
        closed_by_our_clock=_closed_by_our_clock(issue, seen, now, begun),
        kept_open=seen.open and (issue.kept_open or reopened),
    )
    return replace(row.status, issue=issue, wishes=wishes.seen(row.status.wishes, muted=seen.muted))


def _closed_by_our_clock(issue: Issue, seen: Seen, now: datetime, begun: Intent | None) -> datetime | None:
    """When it was closed: after we last knew it open, closed it or reopened it, and before now."""
    if seen.closed_at is None or seen.closed_at == issue.closed_at:
        return issue.closed_by_our_clock if seen.closed_at else None
    after = begun.since if begun and begun.verb is Verb.REOPEN else issue.over_at or issue.spoke_at
    return by_ours(seen.closed_at - issue.clock_ahead, after, now)


def _ahead_of_us(seen: Seen, now: datetime) -> timedelta:
    """How far GitHub's clock is ahead of ours: the answer to a change contains the time of the change.

    A difference larger than clocks may have means that nothing was changed.
    """
    ahead = seen.changed_at - now
    return ahead if abs(ahead) <= APART else timedelta()


def _set_by(begun: Intent | None, issue: Issue, seen: Seen) -> tuple[str, ...]:
    """Labels that one of our steps set although its answer was lost."""
    meant = begun.labels if begun else ()
    return tuple(label for label in meant if label in seen.labels and label not in issue.labels)


def surprising(issue: Issue, seen: Seen) -> bool:
    """Whether people changed what the plan was based on."""
    return _planned_on(issue) != _planned_on(seen)


def adopted(row: AlertState, alert: AlertEvent, seen: Seen, title: str) -> Status:
    """Make another open issue of the condition the row's; what it shows is read from it, and rewritten.

    `title` is the one that we would give it. If a person reopened it after the condition resolved, it stays
    open. GitHub does not say who reopened it; if it was open all along, as before a transfer, nobody did.
    """
    if not seen.open or row.spec.episode is None:
        return row.status
    before = row.status.issue
    kept_open = before.kept_open if before and before.open else seen.reopened
    labels = tuple(label for label in seen.labels if label.startswith(ROUTED_PREFIXES))
    priority = next((each for each in Priority if f"Pri:{each}" in labels), alert.priority)
    issue = Issue(
        **seen.remembered(),
        **({"called_at": row.spec.seen_at} | acknowledgement.carried(before, row.spec.episode)),
        episode=row.spec.episode,
        title=seen.title if same_title(title, seen.title) else "",
        labels=(*labels, *(label for label in (before.labels if before else ()) if label in seen.labels)),
        priority=priority,
        teams=alert.teams,
        generation=0,
        spoke_at=row.spec.seen_at,
        commented_at=row.spec.seen_at,
        announced=priority,
        kept_open=kept_open and row.spec.condition is Condition.RESOLVED,
        heard_at=row.spec.began_by_our_clock,
    )
    return replace(row.status, issue=issue, told=row.spec.episode, failures=0)


def same_title(ours: str, seen: str) -> bool:
    """Whether titles are the same except for the priority, which is ours to change."""
    return seen[:2] == "[P" and seen[PRIORITY:] == ours[PRIORITY:]


def gone(row: AlertState) -> Status:
    """Forget an issue that was deleted, and what people asked for on it.

    A condition that still fires gets another.
    """
    return replace(row.status, issue=None, commands=(), replies=())


def shown(row: AlertState, alert: AlertEvent, seen: Seen, title: str, now: datetime) -> Status:
    """Record that the body was written from this row (perhaps while reopening or closing it).

    `title` is the one that is ours.
    """
    issue, episode = row.status.issue, row.spec.episode
    if issue is None or episode is None:
        return row.status
    ahead = _ahead_of_us(seen, now)
    # It was read just before: if it is closed now, this step closed it.
    issue = replace(acknowledgement.shown(row, issue, seen, now), spoke_at=now, clock_ahead=ahead)
    issue = replace(
        issue,
        **seen.remembered(),
        episode=episode,
        title=title,
        priority=alert.priority,
        teams=alert.teams,
        generation=row.spec.generation,
        announced=max(issue.announced, alert.priority),
        closed_by_our_clock=_closed_by_our_clock(issue, seen, now, row.intent),
        kept_open=False,
        on_call=row.on_call,
        incident=row.status.incident.ref if row.status.incident else None,
    )
    snoozed_until = row.status.snoozed_until if seen.open else None
    return replace(row.status, issue=issue, told=episode, failures=0, snoozed_until=snoozed_until)
