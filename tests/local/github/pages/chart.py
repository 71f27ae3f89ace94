"""A chart as GitHub draws it from Mermaid: of its language as much as we use, bars over bars, and lines."""

from __future__ import annotations

import re
from html import escape

WIDTH, HEIGHT = 700, 300
LEFT, BOTTOM = 40, 30
SHARE = 0.7
"""How much of its place a bar takes; where the axis is of numbers, bars touch."""

_NUMBER = r"(-?\d+(?:\.\d+)?)"
_PALETTE = re.compile(r'"plotColorPalette":\s*"([^"]*)"')
_LIST = re.compile(r"\[([^\]]*)\]")
_HEIGHTS = re.compile(rf"y-axis\s+{_NUMBER}\s+-->\s+{_NUMBER}")
_NUMBERS = re.compile(rf'x-axis\s+"([^"]*)"\s+{_NUMBER}\s+-->\s+{_NUMBER}')


def svg(source: str) -> str | None:
    """Draw an `xychart-beta` of bars, perhaps with lines; None where it is another kind of chart."""
    lines = [line.strip() for line in source.splitlines()]
    limits, numbers = _HEIGHTS.search(source), _NUMBERS.search(source)
    names = [_items(line) for line in lines if line.startswith("x-axis")]
    plots = [line for line in lines if line.startswith(("bar", "line"))]
    bars = [plot for plot in plots if plot.startswith("bar")]
    if "xychart-beta" not in lines or not limits or not names or not bars:
        return None
    places = len(_items(bars[0]))
    low, high = float(limits[1]), float(limits[2])
    palette = _PALETTE.search(source)
    colors = [color.strip() for color in palette[1].split(",")] if palette else []
    drawn = [
        _drawn(
            plot, [(float(n) - low) / (high - low) for n in _items(plot)], color, 1.0 if numbers else SHARE
        )
        for plot, color in zip(plots, colors + ["#888888"] * len(plots), strict=False)
    ]
    if numbers:
        words = [_word(_middle(0, 1), HEIGHT - 8, f"{numbers[1]}, from {numbers[2]} to {numbers[3]}")]
    else:
        words = [_word(_middle(place, places), HEIGHT - 8, name) for place, name in enumerate(names[0])]
    axis = [_word(LEFT / 2, HEIGHT - BOTTOM, limits[1]), _word(LEFT / 2, 14, limits[2])]
    return f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img">{"".join([*drawn, *words, *axis])}</svg>'


def _items(line: str) -> list[str]:
    found = _LIST.search(line)
    return [item.strip().strip('"') for item in found[1].split(",")] if found else []


def _middle(place: int, places: int) -> float:
    return LEFT + (place + 0.5) * (WIDTH - LEFT) / places


def _drawn(plot: str, shares: list[float], color: str, width: float) -> str:
    if plot.startswith("bar"):
        return "".join(_bar(place, share, len(shares), color, width) for place, share in enumerate(shares))
    points = " ".join(
        f"{_middle(place, len(shares)):.1f},{_top(share):.1f}" for place, share in enumerate(shares)
    )
    return f'<polyline points="{points}" fill="none" stroke="{escape(color)}" stroke-width="2"/>'


def _bar(place: int, share: float, places: int, color: str, part: float) -> str:
    width = part * (WIDTH - LEFT) / places
    top, left = _top(share), _middle(place, places) - width / 2
    size = f'x="{left:.1f}" y="{top:.1f}" width="{width:.1f}" height="{HEIGHT - BOTTOM - top:.1f}"'
    return f'<rect {size} fill="{escape(color)}"/>'


def _top(share: float) -> float:
    return HEIGHT - BOTTOM - share * (HEIGHT - BOTTOM - 10)


def _word(x: float, y: float, text: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="middle" font-size="13">{escape(text)}</text>'
