"""Missing: what the board shows about alerts that fire and could not get an issue."""

from collections.abc import Iterator, Sequence

from chalicelib.quantities import counted
from chalicelib.render.unopened import hindrance
from chalicelib.render.view import View
from chalicelib.render.words import moment

MOST_LISTED = 20
MAX_NAME = 120


def missing(views: Sequence[View]) -> Iterator[str]:
    """List what has no issue, the most urgent and the longest first, each with the reason."""
    if not views:
        return
    ordered = sorted(views, key=lambda view: (view.alert.priority, view.began))
    lines = [_line(view) for view in ordered[:MOST_LISTED]]
    left_out = len(ordered) - len(lines)
    yield "### Firing, without an issue"
    yield "\n".join([*lines, *([f"- and {counted(left_out, 'other')}"] if left_out else [])])


def _line(view: View) -> str:
    name, teams = view.line(view.title, MAX_NAME), ", ".join(map(view.line, view.owners))
    why = view.line(hindrance(view.row)) or "about to be opened"
    return f"- {view.alert.priority} {name}, {teams}, since {moment(view.began)}: {why}"
