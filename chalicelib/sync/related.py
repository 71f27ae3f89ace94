"""Related: looks up in the table what else fires, and in the row how it ended the last time."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

from chalicelib.adapters import composite
from chalicelib.conditions import related
from chalicelib.conditions.enrichment import Enrichment, EnrichmentUnavailable
from chalicelib.conditions.last_time import last_time
from chalicelib.conditions.row import AlertState
from chalicelib.routing import Routing
from chalicelib.store.ports import Rows

NEAR = 30
"""The newest issues of the repository, closed ones included, among which related ones are looked for.

What fires for one cause begins within minutes, so they are near. With the children of a composite alarm
(`composite.MOST_CHILDREN`) all their rows are one BatchGetItem, which takes 100 keys.
"""

A_CALL = timedelta(seconds=1)
"""What must be left of the time for a second call."""


class Index(Protocol):
    """What is needed of the table's indexes."""

    def newest_in(self, repository: str, limit: int) -> list[str]:
        """List fingerprints with an issue in a repository, the newest issue first."""


@dataclass(frozen=True, slots=True)
class LastTimeEnricher:
    """Keeps how the episode before ended: the row forgets it when it takes a new issue."""

    kind = "last_time"

    def enrich(self, row: AlertState, known: Enrichment, before: datetime) -> Enrichment:  # noqa: ARG002
        """Add how it ended the last time."""
        return replace(known, last_time=last_time(row))


@dataclass(frozen=True, slots=True)
class RelatedEnricher:
    """Looks up what else fires for the same thing or team, and the issues of a composite alarm's children.

    It costs one query and one read of all rows; where the query finds none, there is no read.
    """

    index: Index
    rows: Rows
    routing: Routing
    now: Callable[[], datetime]

    kind = "related"

    def enrich(self, row: AlertState, known: Enrichment, before: datetime) -> Enrichment:
        """Add what else fires; raises StoreUnavailable and EnrichmentUnavailable."""
        alert = row.spec.alert
        if alert is None:
            return known
        repository = self.routing.route(alert.teams).repository
        newest = self.index.newest_in(repository, NEAR)
        children = composite.children(alert)
        names = [name for name in [*newest, *children.values()] if name != row.fingerprint]
        if not names:
            return known
        if self.now() + A_CALL > before:
            raise EnrichmentUnavailable("the index of issues took too long to leave time for their rows")
        found = {each.fingerprint: each for each in self.rows.several(names)}
        return replace(
            known,
            related=related.related(
                alert,
                repository,
                [found[name] for name in newest if name in found],
                {name: found[of] for name, of in children.items() if of in found},
                all_read=len(newest) < NEAR,
            ),
        )
