"""The enrichers of a stage: a new one is a file in the folder of what it asks, and a line here."""

from functools import cache

from chalicelib.sync.enrich import Enricher
from chalicelib.wiring.metrics import LateMetricData
from chalicelib.wiring.stage import Stage


@cache
def enrichers(stage: Stage) -> tuple[Enricher, ...]:
    """Wire what issues show beyond their row, in the order in which it is looked up."""
    return (LateMetricData(stage),) if stage.settings.metric_charts else ()
