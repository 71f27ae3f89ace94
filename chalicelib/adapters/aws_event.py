"""An event of an AWS service, as EventBridge sends it, and what is read from it. Pure.

docs.aws.amazon.com/eventbridge/latest/userguide/eb-events-structure.html
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from chalicelib.adapters import console, fields
from chalicelib.adapters.fields import quoted
from chalicelib.alert_values import MAX_REASON, Condition, Kind
from chalicelib.errors import Rejected

ACCOUNT, REGION = "123456789012", "us-west-2"
"""The account and region in templates."""

_UNCHANGED = "Have the rule send the event unchanged."


@dataclass(frozen=True, slots=True)
class Arn:
    """An ARN; `resource` is what follows the account."""

    text: str
    partition: str
    resource: str

    @property
    def name(self) -> str:
        """The last part, after any slash or colon."""
        return self.resource.replace(":", "/").rpartition("/")[2]


@dataclass(frozen=True, slots=True)
class Event:
    """An event; `said` is what its rule adds."""

    payload: Mapping[str, Any]
    said: Mapping[str, str]
    kind: str
    account: str
    region: str
    time: object
    resources: tuple[object, ...] = ()
    detail: Mapping[str, Any] = field(default_factory=dict)

    def text(self, name: str) -> str:
        """Read a text or number of the detail as one line; empty if it is neither."""
        found = self.detail.get(name)
        return fields.title(str(found), MAX_REASON) if isinstance(found, str | int) else ""

    def page(self, thing: Arn, home: str, rest: str = "") -> str | None:
        """Return the address of a console page, in the partition of a thing; `rest` follows the region."""
        return console.page(thing.partition, self.region, f"{home}?region={self.region}{rest}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Occurrence:
    """What a service reports about one of its things.

    - `id` identifies the thing for good; `name` and `what` name it and its trouble in a title, `pieces`
      distinguish it from others with the same title
    - `tags` are the thing's own, `severity` is a word of the service's
    - `at`, `account` and `region` are its own, if they differ from the event's
    """

    state: Condition
    id: str
    name: str
    what: str = ""
    link: str | None = None
    pieces: tuple[str, ...] = ()
    reason: str = ""
    description: object = None
    labels: Mapping[str, object] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)
    severity: str = ""
    kind: Kind = Kind.CONDITION
    at: str = ""
    account: str = ""
    region: str = ""


def read(payload: Mapping[str, Any]) -> Event:
    """Read an event, alone or within what its rule adds."""
    event = fields.mapping(payload.get("event", payload))
    resources = event.get("resources")
    return Event(
        payload=payload,
        said=fields.strings(payload) if "event" in payload else {},
        kind=fields.word(event.get("detail-type")),
        account=fields.word(event.get("account")),
        region=fields.word(event.get("region")),
        time=event.get("time"),
        resources=tuple(resources) if isinstance(resources, list) else (),
        detail=fields.mapping(event.get("detail")),
    )


def joined(*parts: str) -> str:
    """Join the parts of a reason."""
    return ": ".join(filter(None, parts))


def state(event: Event, name: str, states: Mapping[str, Condition | None]) -> Condition | None:
    """Read a word of the detail; raises Rejected if it is not among `states`."""
    word = event.text(name)
    if word in states:
        return states[word]
    raise Rejected(
        "UNKNOWN_STATUS",
        f"`{name}` must be one of {', '.join(states)}, not {quoted(event.detail.get(name))}",
        _UNCHANGED,
    )


def arn(value: object) -> Arn:
    """Read an ARN; raises Rejected."""
    text = fields.title(value, fields.MAX_ID)
    match text.split(":", 5):
        case ["arn", partition, _, _, _, resource] if resource:
            return Arn(text, partition, resource)
    raise Rejected(
        "INVALID_ARN", f"the event has no valid ARN where one is expected: {quoted(value)}", _UNCHANGED
    )
