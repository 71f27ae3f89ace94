"""Opening: whether a condition gets a new issue, or its previous one is reopened. Pure."""

from datetime import datetime

from chalicelib.adapters import storm
from chalicelib.conditions.issue import Closer
from chalicelib.conditions.policy import Policy
from chalicelib.conditions.row import AlertState
from chalicelib.conditions.steps import OpenIssue, ReopenIssue, Step
from chalicelib.conditions.suppression import wrongly_over


def opening(row: AlertState, now: datetime, policy: Policy) -> Step:
    """Choose between a new issue and reopening the one closed a moment ago, which a flapping alert keeps.

    An issue that a person closed as over is reopened if its episode goes on.
    """
    issue = row.status.issue
    if issue and issue.over_at and not of_another(row):
        ours, same = issue.closed_by is Closer.US, issue.episode == row.spec.episode
        if (same and (ours or wrongly_over(row))) or (ours and now - issue.over_at < policy.reopen_window):
            return ReopenIssue(issue.ref)
    return OpenIssue()


def of_another(row: AlertState) -> bool:
    """Whether its issue is about a storm of other alerts, so that this one still has to call people."""
    issue, alert = row.status.issue, row.spec.alert
    other_episode = issue is not None and issue.episode != row.spec.episode
    return other_episode and alert is not None and storm.fresh(alert)
