"""Last time: how the episode before the current one ended, as far as the row knows. Pure."""

from dataclasses import replace

from chalicelib.conditions.issue import Closer
from chalicelib.conditions.related_issues import Ending, LastTime
from chalicelib.conditions.row import AlertState, Issue


def last_time(row: AlertState) -> LastTime | None:
    """Return how the last episode ended; None if there was none, or the row does not know.

    If a person closed the issue first, that is how it ended: nothing was written about what came after.
    """
    issue, earlier = row.status.issue, [e for e in row.spec.episodes if e.began != row.spec.episode]
    last = earlier[-1] if earlier else None
    if issue and issue.episode == row.spec.episode:
        issue = None
    if issue and last and issue.episode != last.began:
        issue = None  # the episode in between got no issue
    closed = issue.over_at if issue and issue.closed_by is Closer.PERSON else None
    if issue and closed and (last is None or closed < last.ended):
        return _in_issue(LastTime(issue.episode, closed, Ending.BY_PERSON), issue, issue.closer)
    if last is None:
        return None
    told = LastTime(last.began, last.ended, Ending.BY_ITSELF if last.recovered else Ending.UNWATCHED)
    return _in_issue(told, issue, issue.acked_by) if issue else told


def _in_issue(told: LastTime, issue: Issue, person: str) -> LastTime:
    """Add who had it, and what that person wrote last, which is known if it was read for commands."""
    found = [remark.id for remark in issue.remarks if person and remark.author == person]
    return replace(told, ref=issue.ref, url=issue.url, person=person, comment=max(found, default=0))
