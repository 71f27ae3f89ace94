"""A condition keeps its title, by which people recognise and find it. Pure."""

from datetime import datetime, timedelta

from chalicelib.alert import AlertEvent, Condition
from chalicelib.conditions.row import AlertState

KEPT = timedelta(days=1)
"""For how long after its end; a new issue long after may have a better one."""


def kept(row: AlertState | None, alert: AlertEvent, received_at: datetime) -> AlertEvent:
    """Give an alert the title that its condition has.

    What is in brackets sets an alert apart from the siblings that it had when it was first received. Siblings
    come and go without changing a title; a different name before the brackets is a real change.
    """
    before = row.spec.alert if row else None
    if row is None or before is None or before.title == alert.title:
        return alert
    over = row.spec.condition is Condition.RESOLVED and received_at - row.spec.at > KEPT
    if over or _name(before.title) != _name(alert.title):
        return alert
    return alert.model_copy(update={"title": before.title})


def _name(title: str) -> str:
    return title.partition(" [")[0]
