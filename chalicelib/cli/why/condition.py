"""The condition: whether it fires, and whether its issue is open. Pure."""

from collections.abc import Iterator
from datetime import datetime

from chalicelib.cli import rows, words
from chalicelib.cli.why.case import Case
from chalicelib.cli.why.verdict import Cause, Kind, Verdict
from chalicelib.conditions import heartbeats
from chalicelib.conditions.plan import plan
from chalicelib.conditions.row import AlertState
from chalicelib.render.words import moment

HAS_ISSUE = Cause(
    "HAS_ITS_ISSUE",
    Kind.WELL,
    "{title} has an open issue: {issue}, firing since {since}.",
    "Nothing; `show` says what happens next.",
)
BEATING = Cause(
    "HEARTBEAT_COMES",
    Kind.WELL,
    "{title} is not firing: its heartbeat arrived at {last}; an issue opens if none follows by {overdue}.",
    "Nothing. If that is too late, set its interval; see docs/heartbeats.md.",
)
ENDED = Cause(
    "ENDED",
    Kind.WELL,
    "{title} is not firing: it ended at {ended}, and {issue}.",
    "Nothing. If it is firing, check its sender: no firing later than that end has arrived.",
)
END_ALONE = Cause(
    "END_BEFORE_ANY_FIRING",
    Kind.WELL,
    "Only the end of {title} has arrived, at {ended}: an earlier firing now comes too late to open an issue.",
    "Nothing; the next firing opens an issue.",
)
CAUSES = (HAS_ISSUE, BEATING, ENDED, END_ALONE)


def has_issue(case: Case) -> Verdict | None:
    """Return that it fires and has its issue."""
    row = case.row
    issue = row.status.issue if row else None
    if row is None or issue is None or not issue.open or not row.spec.firing:
        return None
    return HAS_ISSUE.verdict(
        case.place.cli("show", str(issue.ref)),
        [
            ("issue", issue.url),
            ("next", words.step(plan(row, case.now, case.place.policy))),
            *facts(row, case.now),
        ],
        title=case.title,
        issue=issue.ref,
        since=moment(row.spec.episode or row.spec.at, case.now),
    )


def ended(case: Case) -> Verdict | None:
    """Return that it does not fire."""
    row = case.row
    if row is None or row.spec.firing:
        return None
    at, show = moment(row.spec.at, case.now), case.place.cli("show", row.fingerprint)
    if overdue_at := heartbeats.deadline(row.spec):
        overdue = moment(overdue_at, case.now)
        return BEATING.verdict(show, facts(row, case.now), title=case.title, last=at, overdue=overdue)
    if row.spec.alert is None:
        return END_ALONE.verdict(show, facts(row, case.now), title=case.title, ended=at)
    return ENDED.verdict(show, facts(row, case.now), title=case.title, ended=at, issue=_issue(row, case.now))


def facts(row: AlertState, now: datetime) -> Iterator[tuple[str, object]]:
    """List what distinguishes one condition from another."""
    yield "condition", rows.state(row, now)
    if alert := row.spec.alert or heartbeats.newest(row.spec):
        yield "priority", f"{alert.priority}, {alert.source}, {', '.join(alert.teams)}"
    yield "fingerprint", row.fingerprint
    yield "request", row.correlation_id


def _issue(row: AlertState, now: datetime) -> str:
    issue = row.status.issue
    if issue is None or (row.status.told or row.spec.at) < (row.spec.episode or row.spec.at):
        return "it had no issue by then; this condition's next issue will mention it"
    if issue.closed_at is None:
        return f"its issue {issue.ref} is still open"
    return f"its issue {issue.ref} was closed at {moment(issue.closed_at, now)}"
