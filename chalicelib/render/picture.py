"""The picture: what a metric did before its issue was opened, in the first lines and as a chart below.

It describes that moment, so it says when it ends and never describes the present. If the metric is not known,
the values in the reports are shown, as a chart only if the source sent no image. A team whose issues show no
labels (`details = "none"`) gets none.
"""

from datetime import timedelta

from chalicelib import quantities
from chalicelib.conditions.series import Series, Values
from chalicelib.render import chart, reports
from chalicelib.render.view import View
from chalicelib.render.words import duration, moment
from chalicelib.routing import Details

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
LONG = 2 * DAY


def in_short(view: View) -> str:
    """Draw it as a line of blocks, after the figures that it belongs to: `▁▂▅█` 2 to 118 in 3 hours."""
    drawn = _in_blocks(view) or reports.in_short(view)
    return " · ".join(filter(None, [view.figures, drawn]))


def _in_blocks(view: View) -> str:
    series = _shown(view)
    if series is None:
        return ""
    known = [value for value in series.values if value is not None]
    low, high = (quantities.quantity(each, series.unit) for each in (min(known), max(known)))
    spread = low if low == high else f"{low} to {high}"
    bare = series.threshold is not None and not view.figures
    limit = f", threshold {view.line(_limit(series))}" if bare else ""
    return f"`{chart.blocks(series.values)}` {view.line(spread)} {_when(view, series)}{limit}"


def in_full(view: View) -> str:
    """Draw it as a chart, and say in words what the chart cannot."""
    series = _shown(view)
    if series is None:
        return "" if view.shown(view.alert.links.image_url) else reports.in_full(view)
    known = [value for value in series.values if value is not None]
    factor, symbol = quantities.scale(max(map(abs, known)), series.unit)
    limits = [_times(each, factor) for each in _lines(series)]
    drawn = chart.mermaid(_axis(series), _times(series.values, factor), limits)
    unit = f" in {view.line(symbol)}" if symbol else ""
    said = [f"{view.line(series.name) or 'The metric'}{unit}, {_when(view, series)}."]
    if series.upper:
        said.append("The lines are the band that CloudWatch expects.")
    elif series.threshold is not None:
        said.append(f"The line is the threshold, {view.line(_limit(series))}.")
    if missing := sum(value is None for value in series.values):
        said.append(f"Nothing was measured for {duration(series.step * missing)} of it.")
    return f"{' '.join(said)}\n\n{drawn}" if drawn else ""


def _shown(view: View) -> Series | None:
    known = view.row.enrichment
    return known.metric if known and view.route.details is not Details.NONE else None


def _when(view: View, series: Series) -> str:
    return f"in the {duration(series.lasted)} before {moment(series.until, view.began)}"


def _limit(series: Series) -> str:
    return "" if series.threshold is None else quantities.configured(series.threshold, series.unit)


def _lines(series: Series) -> list[Values]:
    if series.threshold is not None:
        return [(series.threshold,) * len(series.values)]
    return [each for each in (series.upper, series.lower) if any(value is not None for value in each)]


def _times(values: Values, factor: float) -> Values:
    return tuple(None if value is None else value * factor for value in values)


def _axis(series: Series) -> str:
    """Write the time up to the end in hours, or in days if there are many; none of it is foreign text."""
    unit, name = (DAY, "days") if series.lasted > LONG else (HOUR, "hours")
    return f'"{name} up to {series.until:%H:%M} UTC" -{series.lasted / unit:.4g} --> 0'
