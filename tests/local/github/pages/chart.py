"""A chart as GitHub draws it from Mermaid: of its language as much as the board uses, bars over bars."""

from __future__ import annotations

import re
from html import escape

WIDTH, HEIGHT = 700, 300
LEFT, BOTTOM = 40, 30
SHARE = 0.7
"""How much of its place a bar takes."""

_PALETTE = re.compile(r'"plotColorPalette":\s*"([^"]*)"')
_LIST = re.compile(r"\[([^\]]*)\]")
_RANGE = re.compile(r"y-axis\s+(\d+)\s+-->\s+(\d+)")


def svg(source: str) -> str | None:
    """Draw an `xychart-beta` of bars; None where it is another kind of chart."""
    lines = [line.strip() for line in source.splitlines()]
    limits = _RANGE.search(source)
    names = [_items(line) for line in lines if line.startswith("x-axis")]
    series = [[float(n) for n in _items(line)] for line in lines if line.startswith("bar")]
    if "xychart-beta" not in lines or not limits or not names or not series:
        return None
    palette = _PALETTE.search(source)
    colors = [color.strip() for color in palette[1].split(",")] if palette else []
    bars = [
        _bar(place, value / float(limits[2]), len(names[0]), color)
        for values, color in zip(series, colors + ["#888888"] * len(series), strict=False)
        for place, value in enumerate(values)
    ]
    words = [_word(_middle(place, len(names[0])), HEIGHT - 8, name) for place, name in enumerate(names[0])]
    axis = [_word(LEFT / 2, HEIGHT - BOTTOM, limits[1]), _word(LEFT / 2, 14, limits[2])]
    return f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img">{"".join([*bars, *words, *axis])}</svg>'


def _items(line: str) -> list[str]:
    found = _LIST.search(line)
    return [item.strip().strip('"') for item in found[1].split(",")] if found else []


def _middle(place: int, places: int) -> float:
    return LEFT + (place + 0.5) * (WIDTH - LEFT) / places


def _bar(place: int, share: float, places: int, color: str) -> str:
    width = SHARE * (WIDTH - LEFT) / places
    height = share * (HEIGHT - BOTTOM - 10)
    left, top = _middle(place, places) - width / 2, HEIGHT - BOTTOM - height
    size = f'x="{left:.1f}" y="{top:.1f}" width="{width:.1f}" height="{height:.1f}"'
    return f'<rect {size} fill="{escape(color)}"/>'


def _word(x: float, y: float, text: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="middle" font-size="13">{escape(text)}</text>'
