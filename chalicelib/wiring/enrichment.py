"""The enrichers of a stage: a new one is a file in the folder of what it asks, and a line here."""

from functools import cache

from chalicelib.sync.enrich import Enricher
from chalicelib.wiring.stage import Stage


@cache
def enrichers(stage: Stage) -> tuple[Enricher, ...]:  # noqa: ARG001 - what a stage has, each of them asks
    """Wire what issues show beyond their row, in the order in which it is looked up."""
    return ()
