"""Changes: what happened to an issue, told by the status before a step and after it. Pure."""

from chalicelib.conditions.row import Issue, Status


def opened(before: Status, after: Status) -> Issue | None:
    """Name the issue that we opened; not one that was taken over, whose opening was not ours to time."""
    issue, known = after.issue, before.issue
    if issue is None or issue.opened_at is None:
        return None
    return None if known and known.opened_at == issue.opened_at else issue
