"""Incidents broken in each of their parts: who declares one, how many, what they show, when they end."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Any
from unittest.mock import patch

from chalicelib.adapters import incident
from chalicelib.alert import Identity
from chalicelib.conditions import resolved, siblings, timeline
from chalicelib.github.issues import GitHubIssues
from chalicelib.reconcile.incidents import IncidentKeeper
from chalicelib.render import incident as page
from chalicelib.render import own_pages
from chalicelib.sync.declarations import Asked, Declarations
from chalicelib.sync.incidents import Incidents

Patch = AbstractContextManager[Any]


def _at_each_try() -> Patch:
    """Whatever declares one twice declares two."""
    count = iter(range(10**9))
    new = property(lambda self: Identity(alarm_id=f"comment {self.comment} {next(count)}"))
    return patch.object(Asked, "identity", new)


def _forgetful() -> Patch:
    """A timeline is read from the rows each time, and keeps nothing."""
    real = timeline.grown

    def grown(known: Any, own: Any, members: Any) -> Any:
        kept = tuple(each for each in known.timeline if not each.of)
        return real(known.model_copy(update={"timeline": kept}), own, members)

    return patch.object(timeline, "grown", grown)


def _until_its_alerts_end() -> Patch:
    """An incident is over when none of its alerts fires."""
    real: Any = vars(IncidentKeeper)["_keep"]

    def keep(self: IncidentKeeper, row: Any) -> Any:
        current = real(self, row)
        content = incident.Incident.read(current.spec.alert)
        members = self.rows.several(content.members) if content else []
        if members and not any(each.spec.condition == "FIRING" for each in members):
            entry = incident.Entry(at=self.now(), what=incident.What.RESOLVED)
            return self.incidents.end(current, entry, how="Its alerts ended.")
        return current

    return patch.object(IncidentKeeper, "_keep", keep)


def _attached_again() -> Patch:
    """Which issues it has asked for is not remembered."""
    real = siblings.unattached

    def unattached(content: Any, members: Any) -> Any:
        rows = [_parentless(row) for row in members]
        return real(content.model_copy(update={"attached": ()}), rows)

    return patch.object(siblings, "unattached", unattached)


def _parentless(row: Any) -> Any:
    issue = row.status.issue
    return replace(row, status=replace(row.status, issue=replace(issue, has_parent=False))) if issue else row


def _sections_written_again() -> Patch:
    return patch.dict(own_pages.PAGES, {"alerting-incident": _whole})


def _whole(view: Any, issue: Any, room: Any) -> Any:
    yield from page.page(view, issue, room)
    yield page.template(view)


INCIDENTS: Mapping[str, Callable[[], Patch]] = {
    "declare an incident at each try": _at_each_try,
    "declare one though its alert is part of one": lambda: patch.object(
        Incidents, "_open_one", lambda *_: None
    ),
    "declare one for each who asks at once": lambda: patch.object(
        Declarations, "first", lambda _self, _alert, asked: asked
    ),
    "let anybody declare an incident": lambda: patch.object(GitHubIssues, "may_write", lambda *_: True),
    "keep no incident up to date": lambda: patch.object(IncidentKeeper, "keep", lambda *_: None),
    "read a timeline from the rows alone": _forgetful,
    "leave people out of a timeline": lambda: patch.object(timeline, "_on_the_issue", lambda *_: ()),
    "end an incident with its alerts": _until_its_alerts_end,
    "end no incident": lambda: patch.object(Incidents, "end", lambda self, row, entry, how: row),
    "ask for no sub-issue": lambda: patch.object(IncidentKeeper, "_attach", lambda *_, **__: None),
    "ask for a sub-issue again": _attached_again,
    "write an incident's sections again": _sections_written_again,
    "name no incident on its alerts": lambda: patch.object(IncidentKeeper, "_link", lambda *_: None),
    "ask for no review": lambda: patch.object(resolved, "_review", lambda *_: None),
}
