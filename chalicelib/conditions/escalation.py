"""Escalation: how people of a higher priority are called. Pure.

GitHub notifies people of a mention in a new issue or comment, but not reliably of one that an edit adds
(github.com/isaacs/github/issues/310). After the 2,000th comment we write few, so that the last 500 remain for
this. If an issue takes no comments at all (it is locked, or has 2,500:
github.com/digitaldrywood/detent/issues/1540), it continues in a new one, which calls people, and is closed as
its duplicate.
"""

from chalicelib.alert import AlertEvent
from chalicelib.conditions.calling import calls
from chalicelib.conditions.comments import Comment
from chalicelib.conditions.row import AlertState, Issue
from chalicelib.conditions.steps import AddComment, OpenIssue, Step


def escalation(row: AlertState, issue: Issue, alert: AlertEvent) -> Step | None:
    """Call the people of a priority higher than those called so far, unless somebody wants it quiet.

    Nobody is called if the parent of its storm calls them. If GitHub refused the parent, they are called now,
    unless somebody has it.
    """
    worse = alert.priority < issue.announced
    alone = issue.uncalled and issue.opened_for == row.spec.episode and not issue.acked_by
    if not (row.spec.firing and (worse or alone)) or issue.quiet or not calls(row):
        return None
    if issue.comments_closed:
        return OpenIssue()
    kind = Comment.ESCALATION if worse else Comment.ALONE
    return AddComment(issue.ref, kind.key(row.spec.generation))
