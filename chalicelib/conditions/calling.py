"""Calling: whether an issue calls people, or the parent of its storm calls them in its place. Pure.

So many alerts of one cause wake people once. P0 calls as ever, whatever it is a part of.
"""

from chalicelib.adapters import own, storm
from chalicelib.alert import Priority
from chalicelib.conditions.row import AlertState


def calls(row: AlertState) -> bool:
    """Whether its issue mentions and assigns people, and calls tiers.

    A further part of a storm's table calls nobody either, as the first part has.
    """
    alert, known = row.spec.alert, row.enrichment
    if alert is None or storm.continues(alert) or not own.calls(alert.source):
        return False
    return alert.priority is Priority.P0 or known is None or known.group is None


def parent_id(row: AlertState) -> int:
    """Give GitHub's id of the issue that a new one becomes a sub-issue of; 0 if none is known."""
    known = row.enrichment
    return known.group.id if known and known.group else 0
