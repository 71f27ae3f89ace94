"""Intents: what is written down before a step, and what the budget is asked for. Pure."""

from collections.abc import Callable, Iterable
from datetime import datetime

from chalicelib import render
from chalicelib.alert import Condition, Priority
from chalicelib.conditions.calls import Kind
from chalicelib.conditions.on_call import Called
from chalicelib.conditions.row import AlertState, Intent
from chalicelib.conditions.steps import AddComment, Adopt, OpenIssue, Recover, ReopenIssue, Work
from chalicelib.rate_limit.rules import Call
from chalicelib.routing import Route, Routing

OnCall = Callable[[Iterable[str]], tuple[Called, ...]]
"""Says who is on call now for some teams."""


def nobody(_: Iterable[str]) -> tuple[Called, ...]:
    """Return that nobody is on call."""
    return ()


def intent(
    row: AlertState, step: Work, routing: Routing, now: datetime, on_call: OnCall = nobody
) -> Intent | None:
    """Return the intent of a step; a look for an unfinished step keeps that step's own intent."""
    alert, episode = row.spec.alert, row.spec.episode
    if step.verb is None or alert is None or episode is None:
        return row.intent
    route = routing.route(alert.teams)
    return Intent(
        verb=step.verb,
        episode=episode,
        generation=row.spec.generation,
        since=now,
        repository=route.repository,
        key=step.key if isinstance(step, AddComment) else "",
        title=render.title(alert, routing),
        labels=routing.labels(alert),
        priority=alert.priority,
        teams=alert.teams,
        on_call=on_call(routing.owners(alert.teams)) if _calls(step, route) else (),
    )


def _calls(step: Work, route: Route) -> bool:
    """Whether a step calls whoever is on call then; a mention that an edit adds cannot be relied on."""
    return route.on_call and (step.kind is Kind.OPEN or isinstance(step, ReopenIssue))


def repository(row: AlertState, step: Work, routing: Routing) -> str:
    """Name the repository that a step is about; it decides the installation and the budget."""
    issue, alert = row.status.issue, row.spec.alert
    if isinstance(step, Adopt):
        return step.ref.repository
    if isinstance(step, Recover):
        return step.intent.repository
    if issue is None or isinstance(step, OpenIssue):
        return routing.route(alert.teams if alert else ()).repository
    return issue.ref.repository


def call(row: AlertState, step: Work) -> Call:
    """Return what the budget is asked for; an issue whose alert has already resolved comes last."""
    if step.kind is Kind.OPEN and row.spec.condition is Condition.RESOLVED:
        return Call(step.kind, Priority.P3)
    return Call(step.kind, row.rank, for_others=row.rank is not row.priority)
