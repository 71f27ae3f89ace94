"""Draft: what a new issue of a row is to contain. Pure."""

from datetime import datetime

from chalicelib import render
from chalicelib.conditions.calling import calls, parent_id
from chalicelib.conditions.issue import Draft
from chalicelib.conditions.row import AlertState, Intent
from chalicelib.conditions.steps import needed
from chalicelib.routing import Routing


def draft(row: AlertState, intent: Intent, routing: Routing, now: datetime) -> Draft:
    """Combine what the intent to open an issue says with what the routing table adds."""
    alert = needed(row.spec.alert)
    route = routing.route(alert.teams, row.called)
    return Draft(
        title=intent.title,
        body=render.body(row, routing, now),
        labels=intent.labels,
        assignees=route.assignees if calls(row) else (),
        parent=parent_id(row),
        type=route.type,
        fields=routing.fields(alert),
    )
