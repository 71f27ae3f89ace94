"""Notifications: news, whose issue is open until a person closes it or it expires. Pure."""

from chalicelib.cli.why.case import Case
from chalicelib.cli.why.condition import facts
from chalicelib.cli.why.verdict import Cause, Kind, Verdict
from chalicelib.conditions import notifications
from chalicelib.render.words import moment

OPEN = Cause(
    "NOTIFICATION_OPEN",
    Kind.WELL,
    "{title} is a notification: {issue} is open until a person closes it or it expires.",
    "Close the issue once you have read it.",
)
OVER = Cause(
    "NOTIFICATION_OVER",
    Kind.WELL,
    "{title} is a notification, sent at {sent}, and no longer needs an issue: {how}.",
    "Nothing; the next notification gets an issue of its own.",
)
CAUSES = (OPEN, OVER)


def notification(case: Case) -> Verdict | None:
    """Return what became of a notification."""
    row = case.row
    if row is None or not row.spec.news:
        return None
    issue, show = row.status.issue, case.place.cli("show", row.fingerprint)
    if issue and issue.open:
        evidence = [("issue", issue.url), *facts(row, case.now)]
        return OPEN.verdict(show, evidence, title=case.title, issue=issue.ref)
    how = "it expired, or its issue was deleted"
    if issue and issue.closed_at and notifications.shown(row):
        how = f"{issue.ref} was closed at {moment(issue.closed_at, case.now)}"
    return OVER.verdict(show, facts(row, case.now), title=case.title, sent=moment(row.spec.at), how=how)
