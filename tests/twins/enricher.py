"""A look-up for issues that finds nothing, fails, or takes far longer than it may."""

from collections.abc import Callable
from datetime import datetime

from chalicelib.conditions.enrichment import Enrichment, EnrichmentUnavailable
from chalicelib.conditions.row import AlertState
from tests.simulation.outside import Outside

DOWN, SLOW = 0.3, 0.5
"""Below the first chance it is down; below the second it is slow."""

TOO_LONG = 20.0
"""Seconds, far above the limit: what comes after it must hold all the same."""


class EnricherTwin:
    """Is asked, and counted by the outside."""

    kind = "twin"

    def __init__(self, outside: Outside, fails: Callable[[], bool]) -> None:
        self._outside, self._fails = outside, fails

    def enrich(self, row: AlertState, known: Enrichment, before: datetime) -> Enrichment:
        return self._outside("enricher.enrich", lambda: self._answer(known))

    def _answer(self, known: Enrichment) -> Enrichment:
        chance = self._outside.chance() if self._fails() else 1.0
        if chance < DOWN:
            raise EnrichmentUnavailable("no answer")
        if chance < SLOW:
            self._outside.sleep(TOO_LONG)
        return known
