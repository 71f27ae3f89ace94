"""The issue: our block of its body, which opens with what matters to a person woken by it."""

from collections.abc import Callable
from datetime import datetime

from chalicelib.adapters import registry
from chalicelib.alert import UNKNOWN_TEAM
from chalicelib.conditions.row import AlertState, Issue, Verb
from chalicelib.render import (
    history,
    incident,
    links,
    marker,
    notification,
    own_pages,
    people,
    picture,
    related,
    sections,
    storm,
)
from chalicelib.render.stale import is_unheard, unheard
from chalicelib.render.view import View
from chalicelib.routing import Routing

MAX_BODY = 65_536
"""GitHub's limit, in code points."""


def body(row: AlertState, routing: Routing, now: datetime, *, previous: str = "") -> str:
    """Write the body of an issue to open, or `previous` with our block rewritten.

    What people wrote stays as it is, even if that leaves no room for our words or our marker.
    """
    view, parts = View.of(row, routing, now), marker.split(previous)
    opening = not previous and (row.intent is None or row.intent.verb is Verb.OPEN)
    issue = None if opening else row.status.issue
    opened = min(at for at in (parts.opened, issue.episode if issue else None, view.began) if at)
    below = own_pages.BELOW.get(view.alert.source) if opening else None
    after = f"\n\n{below(view)}" if below else parts.after
    written = _paragraphs(view, issue, opened)
    begin = marker.marker(row.fingerprint, view.began)
    end = marker.end_marker(opened, row.correlation_id)
    for room in sections.ROOMS:
        whole = parts.before + "\n\n".join([begin, *filter(None, written(room)), end]) + after
        if len(whole) <= MAX_BODY:
            return whole
    bare = f"{parts.before}{begin}\n{end}{parts.after}"
    return bare if len(bare) <= MAX_BODY else previous


def _paragraphs(view: View, issue: Issue | None, opened: datetime) -> Callable[[sections.Room], list[str]]:
    """Return what writes the paragraphs as far as there is room; empty ones are left out."""
    if page := own_pages.PAGES.get(view.alert.source):
        return lambda room: [*page(view, issue, room), incident.named(view, issue)]
    head, story = _news(view, issue) if view.row.spec.news else _condition(view, issue, opened)
    story = [*story, _fix_routing(view)]
    return lambda room: [
        *head,
        *sections.texts(view, room),
        view.why(),
        *story,
        *sections.rest(view, room),
    ]


def _condition(view: View, issue: Issue | None, opened: datetime) -> tuple[list[str], list[str]]:
    here = issue.ref.repository if issue else view.route.repository
    story = [*history.story(view, opened, issue), *related.related(view, here)]
    of = [storm.part_of(view, here), incident.named(view, issue)]
    return [*_head(view, people.called(view, issue)), *of], story


def _news(view: View, issue: Issue | None) -> tuple[list[str], list[str]]:
    return [*notification.head(view, issue)], [*notification.story(view, issue)]


def _head(view: View, called: str) -> list[str]:
    """Write what a person needs first."""
    return [
        "" if view.firing else view.ending(),
        " ".join(unheard(view)) if is_unheard(view) else "",
        f"**{view.headline}**",
        picture.in_short(view),
        view.facts(),
        links.links(view),
        people.who_has_it(view),
        called,
    ]


def _fix_routing(view: View) -> str:
    if view.alert.teams != (UNKNOWN_TEAM,):
        return ""
    how = registry.of_alert(view.alert.source).to_route
    return f"It names no team, so {view.owners[0]} has it. To route it: {how}."
