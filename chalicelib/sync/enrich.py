"""Enrich: looks up what an issue shows beyond its own row, before the issue is opened.

What is found is kept in the row's status, so that later edits show it without another look-up. Nothing here
may prevent an issue from being opened: a failed look-up is logged, and the issue is opened without it.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Protocol

from chalicelib.adapters import own
from chalicelib.conditions.enrichment import Enrichment, EnrichmentUnavailable
from chalicelib.conditions.row import AlertState
from chalicelib.conditions.steps import OpenIssue, ReopenIssue, UpdateIssue, Work
from chalicelib.sync.claims import Clock
from chalicelib.telemetry.telemetry import Telemetry

LIMIT = timedelta(seconds=3)
"""The longest all look-ups for one issue may take together; clients have shorter limits of their own."""

FRESH = timedelta(minutes=10)
"""How long a look-up's result may wait for its issue, for example while the budget is used up."""

AFTER_FAILURE = timedelta(seconds=60)
"""How long a worker skips a failed look-up: a silent service would cost seconds for every row."""


class Enricher(Protocol):
    """Looks up one kind of what issues show beyond their row."""

    @property
    def kind(self) -> str:
        """The name in the log."""

    def enrich(self, row: AlertState, known: Enrichment, before: datetime) -> Enrichment:
        """Return `known` with its own field filled in, as the row's status will keep it.

        Ends by `before`; raises EnrichmentUnavailable if that is not possible.
        """


@dataclass
class Enrichers:
    """Look up what issues show beyond their row, one after the other; without any, rows do not change."""

    each: tuple[Enricher, ...]
    clock: Clock
    telemetry: Telemetry
    _closed_until: dict[str, datetime] = field(default_factory=dict, init=False)

    def enriched(self, row: AlertState, step: Work, until: datetime) -> AlertState | None:
        """Return the row with what its issue is to show; None if nothing is to be looked up now.

        The row is not written: the step that follows does that. `until` is when that step must begin.
        """
        now, episode = self.clock.now(), row.spec.episode
        if not self.each or episode is None or now + LIMIT > until or not wanted(row, step, now):
            return None
        found = Enrichment(episode, now, group=row.group)
        for enricher in self.each:
            found = self._found(enricher, row, found, now + LIMIT)
        return replace(row, status=replace(row.status, enrichment=found))

    def _found(self, enricher: Enricher, row: AlertState, known: Enrichment, before: datetime) -> Enrichment:
        now, closed_until = self.clock.now(), self._closed_until.get(enricher.kind)
        if now >= before or (closed_until and now < closed_until):
            return known
        try:
            known = enricher.enrich(row, known, before)
        except Exception as error:  # noqa: BLE001 - logged and counted; the issue is opened without it
            self._failed(enricher, row, error)
        else:
            if self.clock.now() > before:  # it took other rows' time
                late = EnrichmentUnavailable(f"it took more than {LIMIT.total_seconds():.0f} seconds")
                self._failed(enricher, row, late)
        return known

    def _failed(self, enricher: Enricher, row: AlertState, error: Exception) -> None:
        self._closed_until[enricher.kind] = self.clock.now() + AFTER_FAILURE
        self.telemetry.problem("ENRICHMENT_FAILED", error, kind=enricher.kind, fingerprint=row.fingerprint)


def wanted(row: AlertState, step: Work, now: datetime) -> bool:
    """Whether a step writes the first body of an episode for which nothing has been looked up yet.

    Pages of our own, and news, show nothing of the kind.
    """
    known, firing = row.enrichment, row.spec.firing
    if row.spec.news or (row.spec.alert and row.spec.alert.source in own.OWN):
        return False
    if known is None:
        return isinstance(step, OpenIssue) or (firing and isinstance(step, UpdateIssue | ReopenIssue))
    return isinstance(step, OpenIssue) and now - known.at > FRESH
