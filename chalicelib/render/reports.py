"""The values in the reports of a firing alert, as a line of blocks and as a chart."""

from chalicelib import quantities
from chalicelib.conditions.readings import Reading, number
from chalicelib.render import chart
from chalicelib.render.view import View
from chalicelib.render.words import moment
from chalicelib.routing import Details

FEWEST = 3
"""With fewer values, a chart shows nothing."""


def in_short(view: View) -> str:
    """Write `▁▃█` 22 to 93 in 5 reports since 03:10 UTC; empty if there is too little to show."""
    readings = _shown(view)
    if not readings:
        return ""
    values = tuple(reading.value for reading in readings)
    low, high = quantities.number(min(values)), quantities.number(max(values))
    spread = low if low == high else f"{low} to {high}"
    return f"`{chart.blocks(values)}` {view.line(spread)} in {_when(view, readings)}"


def in_full(view: View) -> str:
    """Draw them, with the threshold that the rule's author named."""
    readings = _shown(view)
    if not readings:
        return ""
    values = tuple(reading.value for reading in readings)
    measured = view.alert.measurement
    limit = number(measured.threshold or "") if measured else None
    limits = [] if limit is None else [(limit,) * len(values)]
    numbers = ", ".join(f'"{place}"' for place in range(1, len(values) + 1))
    drawn = chart.mermaid(f'"reports" [{numbers}]', values, limits)
    line = "" if limit is None else f" The line is the threshold, {view.line(quantities.configured(limit))}."
    return f"The values of {_when(view, readings)}.{line}\n\n{drawn}" if drawn else ""


def _shown(view: View) -> tuple[Reading, ...]:
    readings = view.row.spec.readings
    return readings if len(readings) >= FEWEST and view.route.details is not Details.NONE else ()


def _when(view: View, readings: tuple[Reading, ...]) -> str:
    return f"{quantities.counted(len(readings), 'report')} since {moment(readings[0].at, view.began)}"
