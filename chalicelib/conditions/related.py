"""Related: which other conditions fire for the same thing, or otherwise for the same team. Pure."""

from collections.abc import Iterable, Mapping, Sequence

from chalicelib.adapters import own, thing
from chalicelib.alert import UNKNOWN_TEAM, AlertEvent
from chalicelib.conditions.related_issues import RelatedIssue, RelatedIssues
from chalicelib.conditions.row import AlertState, Issue

MOST_LISTED = 5
MOST_CHILDREN = 10


def related(
    alert: AlertEvent,
    repository: str,
    near: Sequence[AlertState],
    children: Mapping[str, AlertState],
    *,
    all_read: bool,
) -> RelatedIssues:
    """Choose from the rows `near`, the newest issue first, and a composite alarm's `children` by name.

    Only conditions that fire and have an open issue in the same repository count: whoever can read one of the
    issues can read the other, so no title is shown to anyone who may not see it. A page of our own does not
    count, since it is about alerts.
    """
    linked = [(name, row, issue) for name, row in children.items() if (issue := fires_in(repository, row))]
    known = {alert.fingerprint, *(row.fingerprint for _, row, _ in linked)}
    found = [each for each in near if each.fingerprint not in known]
    ranked = sorted(_alike(alert, repository, found), key=lambda each: not each.shared)
    return RelatedIssues(
        listed=tuple(ranked[:MOST_LISTED]),
        more=len(ranked[MOST_LISTED:]),
        at_least=not all_read,
        children=tuple(RelatedIssue(issue.ref, name) for name, _, issue in linked[:MOST_CHILDREN]),
    )


def fires_in(repository: str, row: AlertState) -> Issue | None:
    """Find the open issue of a condition that fires, if it is in the repository."""
    issue = row.status.issue
    shown = issue is not None and issue.open and issue.ref.is_in(repository)
    return issue if row.spec.firing and shown else None


def _alike(alert: AlertEvent, repository: str, rows: Iterable[AlertState]) -> Iterable[RelatedIssue]:
    about, teams = thing.of(alert), {*alert.teams} - {UNKNOWN_TEAM}
    for row in rows:
        other, issue = row.spec.alert, fires_in(repository, row)
        if other is None or issue is None or other.source in own.OWN:
            continue
        shared = thing.shared(about, thing.of(other))
        if shared or teams & {*other.teams}:
            yield RelatedIssue(issue.ref, issue.title or other.name or other.title, shared)
