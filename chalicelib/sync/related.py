"""Related: looks up in the table what else fires, and in the row how the last episode ended."""

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
"""How many of the repository's newest issues, closed ones included, are searched for related ones.

Conditions with one cause begin within minutes of each other, so they are near. Together with the children
of a composite alarm (`composite.MOST_CHILDREN`), their rows fit into one BatchGetItem of 100 keys
(docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchGetItem.html).
"""

A_CALL = timedelta(seconds=1)
"""How much time must be left for a second call."""


class Index(Protocol):
    """What this needs from the table's indexes."""

    def newest_in(self, repository: str, limit: int) -> list[str]:
        """List fingerprints with an issue in a repository, the newest issue first."""


@dataclass(frozen=True, slots=True)
class LastTimeEnricher:
    """Keeps how the previous episode ended: the row forgets it when it takes a new issue."""

    kind = "last_time"

    def enrich(self, row: AlertState, known: Enrichment, before: datetime) -> Enrichment:  # noqa: ARG002
        """Add how the last episode ended."""
        return replace(known, last_time=last_time(row))


@dataclass(frozen=True, slots=True)
class RelatedEnricher:
    """Looks up what else fires for the same thing or team, and the issues of a composite alarm's children.

    It costs one query and one read of all the rows; if the query finds nothing, there is no read.
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
            raise EnrichmentUnavailable("the index of issues answered too late to read the rows it names")
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
