"""The enrichers of a stage: to add one, add a file to the folder of what it asks, and a line here."""

from functools import cache

from chalicelib.sync.enrich import Enricher
from chalicelib.sync.related import LastTimeEnricher, RelatedEnricher
from chalicelib.wiring.clock import CLOCK
from chalicelib.wiring.metrics import LateMetricData
from chalicelib.wiring.rules import policy
from chalicelib.wiring.stage import Stage
from chalicelib.wiring.table import census, store


@cache
def enrichers(stage: Stage) -> tuple[Enricher, ...]:
    """Wire what issues show beyond their own row, in the order in which it is looked up."""
    related = RelatedEnricher(census(stage), store(stage), policy(stage.settings).routing, CLOCK.now)
    charts = (LateMetricData(stage),) if stage.settings.metric_charts else ()
    return (LastTimeEnricher(), related, *charts)
