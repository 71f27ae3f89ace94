"""Over: whether a condition ended so long ago that nobody goes on looking at its issue. Pure."""

from datetime import datetime, timedelta

from chalicelib.alert import Condition
from chalicelib.conditions.row import AlertState

LONG = timedelta(days=90)


def for_long(row: AlertState, now: datetime) -> bool:
    """Say whether it has ended and its issue closed long ago, with nothing left to do or to lift."""
    issue = row.status.issue
    if issue is None or issue.closed_at is None or issue.muted or row.due_at or row.intent:
        return False
    # By GitHub's clock, as minutes of these months count for nothing.
    return row.spec.condition is Condition.RESOLVED and issue.closed_at < now - LONG
