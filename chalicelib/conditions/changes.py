"""Changes: what happened to an issue, found by comparing its status before and after a step. Pure."""

from collections.abc import Iterator

from chalicelib.conditions.comments import Comment
from chalicelib.conditions.facts import FactKind
from chalicelib.conditions.row import Issue, Status


def opened(before: Status, after: Status) -> Issue | None:
    """Return the issue that we opened; None for one that was taken over, whose opening we could not time."""
    issue, known = after.issue, before.issue
    if issue is None or issue.opened_at is None:
        return None
    return None if known and known.opened_at == issue.opened_at else issue


def happened(before: Status, after: Status) -> Iterator[FactKind]:
    """Name what happened, in order.

    Closing and reopening count whoever did it; otherwise a mirror that shows what is open would be wrong. An
    issue that was deleted leaves nothing to link to, and is not mirrored.
    """
    issue, known = after.issue, before.issue
    if issue is None:
        return
    fresh = opened(before, after) is not None
    if fresh:
        yield FactKind.OPENED
    elif known and not known.open and issue.open:
        yield FactKind.REOPENED
    if known and not fresh and _escalated(known, issue):
        yield FactKind.ESCALATED
    if not issue.open and (fresh or (known and known.open)):
        yield FactKind.CLOSED


def _escalated(known: Issue, issue: Issue) -> bool:
    """Whether a comment of ours called more people: for a higher priority, or the next tier."""
    key = issue.comment_key
    return bool(key) and key != known.comment_key and Comment.of(key).calls
