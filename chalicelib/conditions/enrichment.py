"""Enrichment: what an issue shows beyond its own row, looked up once for each episode. Pure."""

from dataclasses import dataclass, field, replace
from datetime import datetime

from chalicelib.conditions.group import Group
from chalicelib.conditions.related_issues import LastTime, RelatedIssues
from chalicelib.conditions.series import Series
from chalicelib.errors import AlertingError


class EnrichmentUnavailable(AlertingError):
    """A look-up failed or took too long; the issue is opened without it."""


@dataclass(frozen=True, slots=True)
class Enrichment:
    """What was looked up for the issue of an episode, at the time `at` of our clock.

    Each kind has its own field; one that found nothing, or failed, keeps its default.
    """

    episode: datetime
    at: datetime
    metric: Series | None = None
    related: RelatedIssues = field(default_factory=RelatedIssues)
    last_time: LastTime | None = None
    group: Group | None = None


def after_opening(known: Enrichment | None, *, has_parent: bool) -> Enrichment | None:
    """Forget the id of a storm's issue that GitHub did not make the parent, so that it is asked once more."""
    if has_parent or known is None or known.group is None:
        return known
    return replace(known, group=replace(known.group, id=0))
