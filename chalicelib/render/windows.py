"""Maintenance: what the board shows about active windows, and what they hold back."""

from collections.abc import Iterator, Sequence

from chalicelib.conditions.windows import Scope, Window
from chalicelib.quantities import counted
from chalicelib.render import markdown
from chalicelib.render.view import View
from chalicelib.render.words import moment
from chalicelib.telemetry.masking import mask

MOST_LISTED = 20
MAX_NAME = 120
MAX_SAID = 300

HELP = (
    "<sub>Maintenance: comment `/maintenance 2h new disks` to hold back every alert of this repository, or "
    "add `team=storage`, `source=grafana` or `label:cluster=eu-1` to hold back only those. "
    "`/maintenance end` ends it.</sub>"
)


def maintenance(windows: Sequence[Window], held: Sequence[View]) -> Iterator[str]:
    """Say until when, why and by whom, and list what fires without an issue because of it."""
    if not windows and not held:
        return
    yield "### Maintenance"
    if windows:
        yield "\n".join(map(_window, windows))
    ordered = sorted(held, key=lambda view: (view.alert.priority, view.began))
    lines = [_line(view) for view in ordered[:MOST_LISTED]]
    left_out = len(ordered) - len(lines)
    if lines:
        yield "Held back; what still fires at the end gets its issue then:"
        yield "\n".join([*lines, *([f"- and {counted(left_out, 'other')}"] if left_out else [])])


def _window(window: Window) -> str:
    """Describe a window; a person's name in it is not a mention, since the board notifies nobody."""
    by = f"by {_said(window.by)}" if window.by else ""
    details = ", ".join(filter(None, [_said(window.reason), by]))
    return f"- **Until {moment(window.ends)}**, {_covered(window.scope)}" + (
        f": {details}" if details else ""
    )


def _covered(scope: Scope) -> str:
    named = [f"team {team}" for team in sorted(scope.teams)]
    named += [f"source {source}" for source in sorted(scope.sources)]
    named += [f"label {name}={value}" for name, value in scope.labels]
    return _said(", ".join(named)) or "every alert"


def _said(words: str) -> str:
    return markdown.line(markdown.cut(mask(words), MAX_SAID))


def _line(view: View) -> str:
    name, teams = view.line(view.title, MAX_NAME), ", ".join(map(view.line, view.owners))
    return f"- {view.alert.priority} {name}, {teams}, since {moment(view.began)}"
