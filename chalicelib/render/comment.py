"""Comments: what is said besides the body, because a comment notifies."""

from collections.abc import Callable
from datetime import datetime

from chalicelib.lifecycle.state import AlertState, IssueRef
from chalicelib.render.marker import comment_marker
from chalicelib.render.view import View
from chalicelib.routing import Routing


def comment(row: AlertState, routing: Routing, key: str, now: datetime) -> str:
    """Write the comment that `key` names by its first word: `repeat`, `escalation` or `resolved`."""
    view = View.of(row, routing, now)
    write = next((write for kind, write in _KINDS.items() if key.startswith(kind)), None)
    if write is None:
        raise ValueError(f"no such comment: {key}")
    said = [part for part in write(view) if part]
    return "\n\n".join([*said, comment_marker(row.fingerprint, view.began, key)])


def duplicate(ref: IssueRef) -> str:
    """Say which issue lives on where two were open for one condition."""
    return f"Duplicate of {ref}\n\nBoth are about the same condition; what follows is told there."


def _repeat(view: View) -> list[str]:
    return [f"Still firing: {view.since()}. {view.reported()}", view.reason]


def _escalation(view: View) -> list[str]:
    issue, priority = view.row.status.issue, view.alert.priority
    before = f" from {issue.announced}" if issue and issue.announced != priority else ""
    raised = f"Raised{before} to {view.severity(priority)}; firing {view.since()}."
    return [raised, view.links(), view.mentions(priority), view.reason]


def _resolved(view: View) -> list[str]:
    return [view.ending(), "This issue stays open until a person closes it, as its team wishes."]


_KINDS: dict[str, Callable[[View], list[str]]] = {
    "repeat": _repeat,
    "escalation": _escalation,
    "resolved": _resolved,
}
