"""What may be long: description, panel, table, folded details; shortened to fit."""

import json
from collections.abc import Iterator
from dataclasses import dataclass

from chalicelib.adapters import registry
from chalicelib.quantities import counted, shortened
from chalicelib.render import data, firings, history, links, markdown, people, picture
from chalicelib.render.redaction import HIDDEN
from chalicelib.render.view import SHORT, View
from chalicelib.routing import Details
from chalicelib.telemetry.masking import MASKED, mask, names_credential

ABOVE = {"team", "teams", "priority"}
"""Labels that the first screen already shows."""

FOLDER = "grafana_folder"
"""A label that every Grafana alert has, and that means next to nothing to a person."""


@dataclass(frozen=True, slots=True)
class Room:
    """How much there is room for: code points of texts, values, payload and data, rows of the table.

    `table` is how many code points of a storm's table.
    """

    text: int
    rows: int
    value: int
    raw: int
    data: int = 0
    note: str = ""
    table: int = 48_000


_CUT = "Some of it is left out here: GitHub limits the length of an issue."
ROOMS = (
    Room(text=4000, rows=70, value=1000, raw=20_000, data=12_000),
    Room(text=4000, rows=70, value=200, raw=5_000, data=6_000, note=_CUT),
    Room(text=2000, rows=20, value=100, raw=0, data=3_000, note=_CUT, table=36_000),
    Room(text=0, rows=0, value=0, raw=0, note=_CUT, table=20_000),
)


def texts(view: View, room: Room) -> Iterator[str]:
    """Write the description, and the full summary if the headline has only its beginning."""
    alert, headline = view.alert, view.headline
    if len(alert.summary or "") > SHORT:
        yield view.text(alert.summary, room.text)
    first, _, more = (alert.description or "").strip().partition("\n")
    told = len(first) <= SHORT and view.line(first) == headline
    yield view.text(more if told else alert.description, room.text)


def rest(view: View, room: Room) -> Iterator[str]:
    """Write the sections at the end for which there is room; the caller leaves out empty ones."""
    if room.text:
        image = view.shown(view.alert.links.image_url)
        yield f"![Panel]({image})" if image and view.route.details is not Details.NONE else ""
        yield folded("Chart of what was measured", picture.in_full(view))
        yield _table(view, room)
        earlier, reason = history.earlier(view), view.alert.reason or ""
        yield _annotations(view, room)
        if len(reason) > SHORT or view.told_shorter:
            yield folded("The whole reason", view.text(reason, room.text))
        yield folded("Commands", people.folded(view) if view.firing else "")
        told = [*firings.drawn(view), "\n".join(earlier)] if earlier else []
        yield folded(f"Earlier firings ({len(earlier)})", "\n\n".join(told))
        yield folded("What the provider sent", _raw(view, room.raw))
        yield folded(data.SUMMARY, data.data(view, room.data))
    yield room.note


def _table(view: View, room: Room) -> str:
    labels, ours = _cells(view, room, _labels(view)), _cells(view, room, _ours(view))
    if len(labels + ours) > 1:
        labels = [cells for cells in labels if cells[0] != FOLDER]
    rows = labels[: room.rows] + ours
    if not rows:
        return ""
    kind = registry.of_alert(view.alert.source).label
    lines = [f"| {kind} | Value |", "|---|---|", *(f"| {name} | {value} |" for name, value in rows)]
    left_out = len(labels) - room.rows
    return "\n".join(lines) + (f"\n\n{counted(left_out, kind.lower())} more." if left_out > 0 else "")


def _annotations(view: View, room: Room) -> str:
    """Fold away whatever else the rule says, if labels may be shown."""
    if view.route.details is Details.NONE:
        return ""
    rows = _cells(
        view, room, ((name, shortened(value)) for name, value in links.other_annotations(view).items())
    )
    lines = [
        "| Annotation | Value |",
        "|---|---|",
        *(f"| {name} | {value} |" for name, value in rows[: room.rows]),
    ]
    return folded(f"More from the rule ({len(rows)})", "\n".join(lines)) if rows else ""


def _cells(view: View, room: Room, pairs: Iterator[tuple[str, str]]) -> list[tuple[str, str]]:
    shown = ((name, MASKED if names_credential(name) else value) for name, value in pairs)
    written = [(view.line(name, 100), view.line(value, room.value)) for name, value in shown]
    return [cells for cells in written if all(cells) and cells[1] != HIDDEN]


def _labels(view: View) -> Iterator[tuple[str, str]]:
    if view.route.details is not Details.NONE:
        pairs = (pair for pair in view.alert.labels.items() if pair[0].casefold() not in ABOVE)
        yield from (pair for pair in pairs if view.words(pair[1]) != view.headline)


def _ours(view: View) -> Iterator[tuple[str, str]]:
    """Add values that are not labels: ids if they may be shown, and the figures of a reason without words."""
    alert = view.alert
    if view.route.details is not Details.NONE:
        yield "Sender", alert.sender or ""
    if view.route.details is Details.FULL:
        account = alert.identity.account_id or ""
        yield "Account", account if account != alert.sender else ""
        yield "Provider's id", alert.identity.alarm_id or ""
    if view.measured:
        yield "Value", alert.reason or ""


def _raw(view: View, limit: int) -> str:
    raw = view.alert.raw_provider
    if not raw or not limit or view.route.details is not Details.FULL:
        return ""
    written = mask(json.dumps(raw, indent=2, ensure_ascii=False))
    return markdown.code_block(markdown.cut(written, limit), "json")


def folded(summary: str, content: str) -> str:
    """Fold content away under a summary; empty if there is no content."""
    return f"<details>\n<summary>{summary}</summary>\n\n{content}\n\n</details>" if content else ""
