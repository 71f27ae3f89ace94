"""A source: all that is particular to one kind of sender, in one object.

A new source is one file that holds its `Source`, samples in `tests/samples/<name>`, its name in
`registry.SOURCES` and a paragraph in the README; everything else derives. The webhook loads the file of the
source that posts, so nothing slow is imported there: the canonical alert comes from `canonical`, and where
reading is long, it has a module of its own (`late`).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib import import_module
from typing import TYPE_CHECKING, Any

from chalicelib.adapters import texts
from chalicelib.alert_values import Priority
from chalicelib.errors import NotAccepted

if TYPE_CHECKING:
    from chalicelib.adapters.fields import Ownership, Parsed

Payload = dict[str, Any]
Parse = Callable[[Mapping[str, Any], "Ownership | None"], "list[Parsed]"]


@dataclass(frozen=True, slots=True)
class Example:
    """A condition that a template tells of: since when it fires and, where it has ended, when."""

    began: datetime
    ended: datetime | None = None
    name: str = "Runner queue too long"
    team: str = "ci-runners"
    priority: Priority = Priority.P1

    def either(self, fires: str, ended: str) -> str:
        """Choose the word for what it does."""
        return ended if self.ended else fires

    @property
    def told_at(self) -> str:
        """When that was so, as most senders write it: `2026-11-23T03:10:00.000Z`."""
        return instant(self.ended or self.began)


def late(module: str) -> Parse:
    """Name the module of this folder whose `parse` to take, which is loaded when the first alert is read."""

    def parse(payload: Mapping[str, Any], missing: "Ownership | None") -> "list[Parsed]":
        parsed: list[Parsed] = import_module(f"chalicelib.adapters.{module}").parse(payload, missing)
        return parsed

    return parse


def none_cut_off(_: object) -> int:
    """Say that the sender left no alert out, of a source whose senders never do."""
    return 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A kind of sender.

    `shown_as` is its name for people, `label` what people call the pairs that its alerts carry, and
    `to_route` what to do for an alert to name its team. The others are functions:

    - `parse` reads the alerts of a message, and takes an owner for those that name none; raises Rejected
    - `split` makes one payload of each alert in the body of a request; raises NotAccepted
    - `ended` says whether such a payload tells of an end, and `cut_off` how many alerts a body lacks
    - `template` writes what the source would send of an example, as a payload to start from
    - `mend` puts a `team` and a `priority` into a payload, where the source has them
    - `looks_like` says whether what was parsed from JSON is a message of this source

    `posts` says whether it posts to a webhook of its own; otherwise it publishes to the topic itself.
    `identifying` are the names in a payload that survive however little room there is, in lower case.
    `repeats` is how often it sends again what still fires, with the start it has had all along, where nobody
    set that; zero says that it never does, None that it is to be learned of each alert.
    """

    name: str
    shown_as: str
    to_route: str
    parse: Parse
    template: Callable[[Example], Payload]
    mend: Callable[[Payload, dict[str, str]], None]
    looks_like: Callable[[object], bool]
    ended: Callable[[Mapping[str, Any]], bool]
    split: Callable[[object], list[Payload]]
    identifying: frozenset[str]
    cut_off: Callable[[object], int] = none_cut_off
    repeats: timedelta | None = None
    label: str = "Label"
    posts: bool = True

    def cut(self, payload: Mapping[str, Any], limit_bytes: int = 200_000) -> Payload:
        """Shorten one alert to `limit_bytes` of JSON in ASCII; what identifies it goes last."""
        return texts.fit(payload, limit_bytes, self.identifying)


def alone(body: object) -> list[Payload]:
    """Take a body that is one alert; raises NotAccepted."""
    return [an_object(body)]


def an_object(body: object) -> Payload:
    """Read a body that must be an object; raises NotAccepted."""
    if isinstance(body, dict):
        return body
    raise NotAccepted(400, "NOT_AN_OBJECT", "the body is JSON but no object")


def instant(moment: datetime) -> str:
    """Write a time to the millisecond, in UTC."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
