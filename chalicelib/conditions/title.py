"""Title: a condition keeps its title, by which people recognise and find it. Pure."""

from datetime import datetime, timedelta

from chalicelib.alert import AlertEvent, Condition
from chalicelib.conditions.row import AlertState

KEPT = timedelta(days=1)
"""How long after its end a title is kept; a new issue long after that may have a better one."""

SHORTENED = "…"
"""What replaced the middle of names of more than 80 characters."""


def kept(row: AlertState | None, alert: AlertEvent, received_at: datetime) -> AlertEvent:
    """Give an alert the title that its condition already has.

    The tail, in brackets, tells an alert from the siblings that it had when it was first received. Siblings
    come and go without changing a title; a different name before the brackets is a real change. So are other
    labels once it has ended: Grafana's classic conditions have those of the series that fires now.
    """
    before = row.spec.alert if row else None
    if row is None or before is None or (before.title, before.name) == (alert.title, alert.name):
        return alert
    ended = row.spec.condition is Condition.RESOLVED
    over = ended and (received_at - row.spec.at > KEPT or before.labels != alert.labels)
    if over or not _same_name(before, alert):
        return alert
    return alert.model_copy(update={"title": before.title, "name": before.name})


def _same_name(before: AlertEvent, alert: AlertEvent) -> bool:
    """Compare names; an alert recorded by an earlier version has none, and its title begins with it."""
    if alert.name is None or before.name is not None:
        return before.rule == alert.rule
    start, _, _ = before.title.partition(SHORTENED)
    whole = before.title.startswith(alert.name) and before.title[len(alert.name) :][:2] in {"", " ["}
    return whole or (start != before.title and alert.name.startswith(start))
