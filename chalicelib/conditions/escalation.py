"""Escalation: how people of a higher priority are called. Pure.

GitHub notifies of a mention in a new issue or comment, and not of one that an edit brings. Comments are few
after the 2,000th, so that its last 500 are for this. An issue that takes none at all (locked, or 2,500 of
them) is continued in a fresh one, which calls people, and is then closed as its duplicate.
"""

from chalicelib.alert import AlertEvent, Condition
from chalicelib.conditions.calling import calls
from chalicelib.conditions.comments import Comment
from chalicelib.conditions.row import AlertState, Issue
from chalicelib.conditions.steps import AddComment, OpenIssue, Step


def escalation(row: AlertState, issue: Issue, alert: AlertEvent) -> Step | None:
    """Call the people of a priority higher than those called so far, unless somebody wants it quiet.

    Nor is anybody called where its storm's parent calls them.
    """
    worse = row.spec.condition is Condition.FIRING and alert.priority < issue.announced
    if not worse or issue.quiet or not calls(row):
        return None
    if issue.comments_closed:
        return OpenIssue()
    return AddComment(issue.ref, Comment.ESCALATION.key(row.spec.generation))
