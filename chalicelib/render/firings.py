"""Earlier firings as a chart: how many began in each hour, or on each day, this one included."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from chalicelib.quantities import counted
from chalicelib.render import chart
from chalicelib.render.view import View

FEWEST = 5
"""With fewer firings, the list says as much."""

NARROWEST = 3
"""The same with fewer bars."""

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
MOST_HOURS, MOST_DAYS = 24, 28
"""Each bar has a unique name on the axis: no hour of a day twice, and no day of a month."""


def drawn(view: View) -> Iterator[str]:
    """Draw the firings that a row has kept, if there are enough for a chart."""
    began = sorted({view.began, *(episode.began for episode in view.row.spec.episodes)})
    last = began[-1]
    step, most, name = (HOUR, MOST_HOURS, "hour") if last - began[0] < DAY - HOUR else (DAY, MOST_DAYS, "day")
    first = max(_start(began[0], step), _start(last, step) - step * (most - 1))
    counts = [0] * ((_start(last, step) - first) // step + 1)
    for at in began:
        if at >= first:
            counts[(at - first) // step] += 1
    if sum(counts) < FEWEST or len(counts) < NARROWEST:
        return
    line = chart.blocks(tuple(float(count) or None for count in counts))
    when = f"from {_named(first, step)} to {_named(last, step)}"
    yield f"`{line}` {counted(sum(counts), 'firing')}, by {name}, {when}"
    labels = (f'"{first + step * place:{"%H" if step == HOUR else "%d"}}"' for place in range(len(counts)))
    yield chart.mermaid(f"[{', '.join(labels)}]", tuple(map(float, counts)))


def _start(at: datetime, step: timedelta) -> datetime:
    return at.replace(hour=at.hour if step == HOUR else 0, minute=0, second=0, microsecond=0)


def _named(at: datetime, step: timedelta) -> str:
    return f"{at:%H}:00 UTC ({at:%Y-%m-%d})" if step == HOUR else f"{at:%Y-%m-%d}"
