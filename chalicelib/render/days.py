"""The board's chart: how many alerts of each priority ended on each of the last days."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from chalicelib.alert import Priority
from chalicelib.render.words import SEVERITIES

_COLORS = {Priority.P0: "#b60205", Priority.P1: "#d93f0b", Priority.P2: "#fbca04", Priority.P3: "#c5c9ce"}


@dataclass(frozen=True, slots=True)
class Day:
    """How many alerts of each priority ended on a day."""

    day: date
    ended: Mapping[Priority, int]


def chart(days: Sequence[Day]) -> Iterator[str]:
    """Draw sums, the largest first: Mermaid draws one series over another (mermaid-js/mermaid#7392)."""
    if not any(sum(day.ended.values()) for day in days):
        return
    heights = {p: [sum(day.ended.get(q, 0) for q in Priority if q <= p) for day in days] for p in Priority}
    drawn = [p for p in reversed(Priority) if any(day.ended.get(p) for day in days)]
    palette = ", ".join(_COLORS[p] for p in drawn)
    yield "### Alerts a day, by priority"
    lines = [
        f'%%{{init: {{"themeVariables": {{"xyChart": {{"plotColorPalette": "{palette}"}}}}}}}}%%',
        "xychart-beta",
        "    x-axis [" + ", ".join(f'"{day.day:%d}"' for day in days) + "]",
        f"    y-axis 0 --> {max(heights[Priority.P3])}",
        *(f"    bar [{', '.join(map(str, heights[p]))}]" for p in drawn),
    ]
    yield "\n".join(["```mermaid", *lines, "```"])
    names = ", ".join(f"{p} {SEVERITIES[p]}" for p in reversed(drawn))
    yield f"From the bottom up: {names}; by the day on which they ended."
