"""Calling: whether an issue calls people, or the parent of its storm calls them instead. Pure.

So a storm wakes people once. A P0 calls people in any case.
"""

from chalicelib.adapters import own, storm
from chalicelib.alert import Priority
from chalicelib.conditions.row import AlertState


def calls(row: AlertState) -> bool:
    """Whether its issue mentions and assigns people, and calls tiers.

    The second and later parts of a storm call nobody either, because the first part does.
    """
    alert = row.spec.alert
    if alert is None or storm.continues(alert) or not own.of(alert.source).calls:
        return False
    return alert.priority is Priority.P0 or row.group is None


def parent_id(row: AlertState) -> int:
    """Return GitHub's id of the issue that a new one becomes a sub-issue of; 0 if unknown."""
    return row.group.id if row.group else 0
