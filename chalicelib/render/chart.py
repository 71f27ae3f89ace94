"""Charts: numbers as a line of blocks, which mail and phones show, and as Mermaid, which GitHub draws.

Only numbers go into a chart, so that no provider's text can end up as Mermaid.
"""

from collections.abc import Iterable
from decimal import Decimal

from chalicelib.conditions.series import Values

BLOCKS = "▁▂▃▄▅▆▇█"
GAP = "·"
"""Stands for a missing measurement; a space would vanish in mail."""

MEASURED, LIMIT = "#54aeff", "#cf222e"
ROOM_ABOVE = 1.05
DIGITS = 4

LARGEST = 1e15
"""Mermaid writes larger numbers in full on the axis."""


def blocks(values: Values) -> str:
    """Draw a line of blocks, the lowest value as the lowest block."""
    known = [value for value in values if value is not None]
    low, high = min(known, default=0.0), max(known, default=0.0)
    return "".join(GAP if value is None else BLOCKS[_height(value, low, high)] for value in values)


def mermaid(x_axis: str, values: Values, limits: Iterable[Values] = ()) -> str:
    """Draw bars, and lines for what they are compared with; empty if a number is too large for it.

    `x_axis` is Mermaid's own syntax. Bars stand on the lowest number, or zero if none is below; a missing
    value is drawn that low, since Mermaid has no gaps.
    """
    lines = [_filled(each) for each in limits]
    numbers = [*(value for value in values if value is not None), *(n for line in lines for n in line)]
    low, high = min(0.0, *numbers), max(0.0, *numbers)
    if max(-low, high) > LARGEST:
        return ""
    top = high * ROOM_ABOVE if high else 0.0 if low else 1.0
    colors = ", ".join([MEASURED, *[LIMIT] * len(lines)])
    drawn = [
        f'%%{{init: {{"themeVariables": {{"xyChart": {{"plotColorPalette": "{colors}"}}}}}}}}%%',
        "xychart-beta",
        f"    x-axis {x_axis}",
        f"    y-axis {_number(low * ROOM_ABOVE)} --> {_number(top)}",
        f"    bar [{_list(low if value is None else value for value in values)}]",
        *(f"    line [{_list(line)}]" for line in lines),
    ]
    return "\n".join(["```mermaid", *drawn, "```"])


def _height(value: float, low: float, high: float) -> int:
    if high == low:
        return 0
    share = (value / 2 - low / 2) / (high / 2 - low / 2)  # the halves, as their difference fits a float
    return min(int(share * len(BLOCKS)), len(BLOCKS) - 1)


def _filled(values: Values) -> list[float]:
    """Fill gaps with the value before them, since Mermaid's lines have no gaps."""
    known = [value for value in values if value is not None]
    filled: list[float] = []
    for value in values:
        filled.append(value if value is not None else filled[-1] if filled else known[0])
    return filled


def _list(numbers: Iterable[float]) -> str:
    return ", ".join(map(_number, numbers))


def _number(value: float) -> str:
    """Write a number as Mermaid reads it: without an exponent."""
    return f"{Decimal(f'{value or 0.0:.{DIGITS}g}'):f}"
