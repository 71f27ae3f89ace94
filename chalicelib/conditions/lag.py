"""Behind: since when GitHub does not show what the provider says. Pure.

A row that is tried again later is due later each time, so its due time does not tell how long it waits.
"""

from datetime import datetime

from chalicelib.alert import Condition
from chalicelib.conditions.issue import Closer
from chalicelib.conditions.row import AlertState, Issue
from chalicelib.labels import FLAPPING_LABEL


def since(row: AlertState) -> datetime | None:
    """Since when a due row's issue is missing though it fires, or open though it has ended; else None.

    By our own clock, as it says how late we are.
    """
    issue, spec = row.status.issue, row.spec
    if row.due_at is None or spec.alert is None or row.status.snoozed_until or (issue and _held(issue)):
        return None
    shown = issue is not None and issue.open
    if spec.condition is Condition.FIRING:
        return None if shown else spec.began_by_our_clock
    return spec.seen_at if shown and issue and not issue.kept_open else None


def _held(issue: Issue) -> bool:
    """Whether it is left as it is for people's sake, or because it flaps."""
    unwanted = issue.closed_by is Closer.PERSON and issue.state_reason == "not_planned"
    return issue.muted or unwanted or FLAPPING_LABEL in issue.labels
