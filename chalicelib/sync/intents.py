"""Intents: what a step writes down before it is taken, and asks the budget for. Pure."""

from datetime import datetime

from chalicelib import render
from chalicelib.alert import Condition, Priority
from chalicelib.conditions.row import AlertState, Intent, Verb
from chalicelib.conditions.said import ESCALATION
from chalicelib.conditions.steps import AddComment, Adopt, Find, Look, OpenIssue, ReopenIssue, Step
from chalicelib.rate_limit.rules import Call, Kind
from chalicelib.routing import Routing

VERBS = {OpenIssue: Verb.OPEN, AddComment: Verb.COMMENT, ReopenIssue: Verb.REOPEN}


def intent(row: AlertState, step: Step, routing: Routing, now: datetime) -> Intent | None:
    """Note what is begun; a look for an unfinished step leaves that step's own intent standing."""
    alert, episode = row.spec.alert, row.spec.episode
    if isinstance(step, Find | Look | Adopt) or alert is None or episode is None:
        return row.intent
    return Intent(
        verb=VERBS.get(type(step), Verb.CHANGE),
        episode=episode,
        generation=row.spec.generation,
        since=now,
        repository=routing.route(alert.teams).repository,
        key=step.key if isinstance(step, AddComment) else "",
        title=render.title(alert),
        labels=routing.labels(alert),
        priority=alert.priority,
        teams=alert.teams,
    )


def repository(row: AlertState, step: Step, routing: Routing) -> str:
    """Name the repository that a step on a row yet to be claimed is about."""
    issue, alert = row.status.issue, row.spec.alert
    if isinstance(step, Adopt):
        return step.ref.repository
    if isinstance(step, Find):
        return step.intent.repository
    if issue is None or isinstance(step, OpenIssue):
        return routing.route(alert.teams if alert else ()).repository
    return issue.ref.repository


def owner(row: AlertState, step: Step) -> str:
    """Name the account whose installation, and so whose budget, a claimed row's step is on."""
    issue, begun = row.status.issue, row.intent
    if isinstance(step, Adopt):
        return step.ref.owner
    opening = isinstance(step, OpenIssue | Find) or issue is None
    return begun.repository.partition("/")[0] if opening and begun else issue.ref.owner if issue else ""


def call(row: AlertState, step: Step) -> Call:
    """Say what the budget is asked for.

    An issue whose alert has resolved already is last in line; a comment that calls the people of a higher
    priority waits no longer than the issue that would have called them.
    """
    if isinstance(step, Find | Look | Adopt):
        return Call(Kind.READ, row.priority)
    if isinstance(step, OpenIssue):
        late = row.spec.condition is Condition.RESOLVED
        return Call(Kind.OPEN, Priority.P3 if late else row.priority)
    if isinstance(step, AddComment):
        return Call(Kind.OPEN if step.key.startswith(ESCALATION) else Kind.COMMENT, row.priority)
    return Call(Kind.CHANGE, row.priority)
