"""The canonical alert: what a provider reported about one condition at one moment."""

import hashlib
import json
from datetime import datetime
from functools import cached_property
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator
from pydantic.json_schema import SkipJsonSchema

from chalicelib.alert_fields import (
    NEEDS_A_NOTIFICATION,
    OF_NOTIFICATIONS,
    Interval,
    LabelName,
    LabelValue,
    Slug,
    Text,
    Url,
    UtcDatetime,
)
from chalicelib.alert_values import (
    MAX_ANNOTATIONS,
    MAX_DESCRIPTION,
    MAX_GROUP,
    MAX_LABELS,
    MAX_MEASURED,
    MAX_REASON,
    MAX_SUMMARY,
    MAX_TITLE,
    UNKNOWN_TEAM,
    Condition,
    Kind,
    Priority,
    in_utc,
)

__all__ = [
    "UNKNOWN_TEAM",
    "AlertEvent",
    "Condition",
    "Identity",
    "Kind",
    "Links",
    "Measurement",
    "Priority",
    "UtcDatetime",
    "fingerprint",
    "in_utc",
]

_KEY = json.JSONEncoder(ensure_ascii=False, check_circular=False)


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Identity(_Part):
    """Where the provider keeps the condition; together with the source, what identifies it."""

    account_id: Annotated[Text, Field(max_length=300)] | None = Field(
        None, description="AWS account, or the Grafana host and organisation"
    )
    region: Annotated[Text, Field(max_length=100)] | None = None
    alarm_id: Annotated[Text, Field(max_length=4000)] | None = Field(
        None, description="The provider's own stable id for the condition"
    )


class Links(_Part):
    """Where a person looks next."""

    runbook_url: Url | None = None
    dashboard_url: Url | None = None
    source_url: Url | None = None
    silence_url: Url | None = None
    image_url: Url | None = None


class Measurement(_Part):
    """What was measured and the limit that it crossed, each written for people: `118`, `1.4 GiB`."""

    value: Annotated[Text, Field(max_length=MAX_MEASURED)]
    threshold: Annotated[Text, Field(max_length=MAX_MEASURED)] | None = None


class AlertEvent(_Part):
    """One alert in the canonical schema, version 1."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", title="Alert", json_schema_extra={"allOf": [NEEDS_A_NOTIFICATION]}
    )

    schema_version: Literal[1] = 1
    source: Slug = Field(description="Who reports it: the name of a provider, or of your emitter")
    state: Condition
    title: Annotated[Text, Field(max_length=MAX_TITLE)]
    name: SkipJsonSchema[Annotated[Text, Field(max_length=MAX_TITLE)] | None] = None
    """The part of the title that contains no labels; set by adapters."""
    description: Annotated[str, Field(max_length=MAX_DESCRIPTION)] | None = None
    summary: Annotated[str, Field(max_length=MAX_SUMMARY)] | None = None
    reason: Annotated[str, Field(max_length=MAX_REASON)] | None = Field(
        None, description="Why the provider says so now"
    )
    priority: Priority
    occurred_at: UtcDatetime = Field(
        description="When the provider saw it, never when it was sent; a firing that is not later than "
        "the last resolution counts as a late copy"
    )
    teams: Annotated[tuple[Slug, ...], Field(min_length=1, max_length=10)]
    identity: Identity = Identity()
    links: Links = Links()
    labels: Annotated[dict[LabelName, LabelValue], Field(max_length=MAX_LABELS)] = Field(
        default_factory=dict, description="Labels or dimensions, for people"
    )
    annotations: Annotated[dict[LabelName, LabelValue], Field(max_length=MAX_ANNOTATIONS)] = Field(
        default_factory=dict,
        description="Anything else that people wrote about it; a value that is an address becomes a link",
    )
    measurement: Measurement | None = None
    kind: Kind = Kind.CONDITION
    interval: Interval | None = Field(
        None, description="How often a heartbeat comes: `5m`, `1h30m`, or seconds; learned if left out"
    )
    grace: Interval | None = Field(
        None, description="How much later than its interval a heartbeat may come before an issue is opened"
    )
    sender: SkipJsonSchema[Slug | None] = None
    """The sender whose token it came with, if it has a name; set by the webhook, never by a body."""
    muted_until: SkipJsonSchema[UtcDatetime | None] = None
    """Until when its provider suppresses its actions; set by adapters."""
    group: SkipJsonSchema[Annotated[Text, Field(max_length=MAX_GROUP)] | None] = None
    """What its provider groups it by; set by adapters."""
    collapse_key: Annotated[Text, Field(max_length=300)] | None = Field(
        None,
        description="For a notification: its series, in which at most the newest issue is open",
    )
    expires_at: UtcDatetime | None = Field(
        None,
        description="For a notification: when its issue is closed, unless somebody has closed it by then",
    )
    began_anew: bool = Field(
        default=False,
        description="The provider says that a new firing period began at occurred_at",
    )
    recovered: bool = Field(
        default=True,
        description="False if RESOLVED is not a recovery: the rule was deleted, paused or edited",
    )
    raw_provider: dict[str, Any] | None = None

    @field_validator(*OF_NOTIFICATIONS)
    @classmethod
    def _of_a_notification(cls, value: object, info: ValidationInfo) -> object:
        if value is not None and info.data.get("kind") is not Kind.NOTIFICATION:
            raise ValueError(f'needs `"kind": "{Kind.NOTIFICATION}"`')
        return value

    @cached_property
    def fingerprint(self) -> str:
        """The stable key of the condition, for every message about it, or of a series of notifications."""
        return fingerprint(self.source, self.identity, self.name or self.title, self.collapse_key)

    @property
    def rule(self) -> str:
        """The title without labels; an alert that an earlier version recorded has no `name`."""
        return self.name or self.title.partition(" [")[0]

    def ended(self, at: datetime, reason: str, *, recovered: bool) -> "AlertEvent":
        """Return what its provider would have sent at its end, if nothing was sent or received."""
        ended = {"state": Condition.RESOLVED, "occurred_at": at, "reason": reason, "recovered": recovered}
        return self.model_copy(update={**ended, "began_anew": False, "raw_provider": None})

    def says_the_same_as(self, other: "AlertEvent") -> bool:
        """Whether both say the same to a person; links are ignored, since Grafana moves their time range."""
        return _words(self) == _words(other)


def fingerprint(source: str, identity: Identity, title: str = "", collapse_key: str | None = None) -> str:
    """Make the key of a condition; its title counts only if its provider has no id for it.

    All notifications of a series have the same key, whatever their ids are.
    """
    name = {"collapse_key": collapse_key} if collapse_key else identity.alarm_id or {"title": title}
    key = [source, identity.account_id, identity.region, name]
    return hashlib.sha256(_KEY.encode(key).encode()).hexdigest()


def _words(alert: AlertEvent) -> tuple[object, ...]:
    texts = (alert.title, alert.summary, alert.description, alert.reason)
    return (alert.state, *texts, alert.priority, alert.teams)
