"""Enrichment: what an issue shows beyond its own row, looked up once for each episode. Pure."""

from dataclasses import dataclass, field
from datetime import datetime

from chalicelib.conditions.group import Group
from chalicelib.conditions.related_issues import LastTime, RelatedIssues
from chalicelib.conditions.series import Series
from chalicelib.errors import AlertingError


class EnrichmentUnavailable(AlertingError):
    """Something was not looked up, or not in time: the issue goes out without it."""


@dataclass(frozen=True, slots=True)
class Enrichment:
    """What was looked up for the issue of an episode, `at` a time of our clock.

    Each kind has a field of its own; one that found nothing, or failed, leaves its default.
    """

    episode: datetime
    at: datetime
    metric: Series | None = None
    related: RelatedIssues = field(default_factory=RelatedIssues)
    last_time: LastTime | None = None
    group: Group | None = None
