"""The enrichers of a stage: to add one, add a file to the folder of what it asks, and a line here."""

from functools import cache

from chalicelib.sync.enrich import Enricher
from chalicelib.sync.related import LastTimeEnricher, RelatedEnricher
from chalicelib.sync.storms import StormEnricher
from chalicelib.wiring.clock import CLOCK
from chalicelib.wiring.metrics import LateMetricData
from chalicelib.wiring.rules import policy
from chalicelib.wiring.stage import Stage
from chalicelib.wiring.table import census, store


@cache
def enrichers(stage: Stage) -> tuple[Enricher, ...]:
    """Wire what issues show beyond their own row, in the order in which it is looked up."""
    routing = policy(stage.settings).routing
    storm = StormEnricher(census(stage), store(stage), routing, CLOCK.now, stage.telemetry)
    related = RelatedEnricher(census(stage), store(stage), routing, CLOCK.now)
    charts = (LateMetricData(stage),) if stage.settings.metric_charts else ()
    return (storm, LastTimeEnricher(), related, *charts)
