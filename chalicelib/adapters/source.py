"""A source: everything that is particular to one kind of sender, in one object.

To add a source, write one file with its `Source`, put samples into `tests/samples/<name>`, add its name to
`registry.SOURCES`, and write its page in docs/senders; everything else follows from these
(docs/adding-a-source.md). The webhook loads the file of the source that posts, so import nothing slow there:
take the canonical alert from `canonical`, or give a long reader its own module (`late`).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from importlib import import_module
from typing import TYPE_CHECKING, Any

from chalicelib.adapters import texts
from chalicelib.adapters.signing import Signing, as_grafana_does
from chalicelib.alert_values import Priority
from chalicelib.errors import NotAccepted

if TYPE_CHECKING:
    from chalicelib.adapters.fields import Parsed
    from chalicelib.adapters.owner_rules import OwnerRules

MOST_BYTES = 200_000
"""For one alert in a message: SNS accepts 262,144 by default, attributes included."""

Payload = dict[str, Any]
Parse = Callable[[Mapping[str, Any], "OwnerRules"], "list[Parsed]"]


@dataclass(frozen=True, slots=True)
class Example:
    """The condition that a template is about: when it began and, if it has ended, when."""

    began: datetime
    ended: datetime | None = None
    name: str = "Runner queue too long"
    team: str = "ci-runners"
    priority: Priority = Priority.P1

    def either(self, fires: str, ended: str) -> str:
        """Return the word for its state."""
        return ended if self.ended else fires

    @property
    def at(self) -> str:
        """When it entered its state, as most senders write it: `2026-11-23T03:10:00.000Z`."""
        return instant(self.ended or self.began)


@dataclass(frozen=True, slots=True)
class Request:
    """A request without its body: the path after the source's name, and when it was received.

    Header names are in lower case.
    """

    received_at: datetime
    path: tuple[str, ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)


def late(module: str) -> Parse:
    """Read alerts with the `parse` of another module of this folder, loaded with the first alert."""

    def parse(payload: Mapping[str, Any], rules: "OwnerRules") -> "list[Parsed]":
        parsed: list[Parsed] = import_module(f"chalicelib.adapters.{module}").parse(payload, rules)
        return parsed

    return parse


def as_posted(body: object, request: Request) -> object:
    """Return a body that needs nothing from its request; raises NotAccepted for a path: it has none."""
    no_other_path(request)
    return body


def no_other_path(request: Request, *paths: tuple[str, ...]) -> None:
    """Raise NotAccepted if a path is neither empty nor one of these."""
    if request.path and request.path not in paths:
        raise NotAccepted(
            404,
            "UNKNOWN_PATH",
            "there is nothing under this path; the source's page in docs/senders has the address",
        )


def nothing_more(_: str) -> Mapping[str, Any]:
    """Add nothing to the number of alerts in the answer."""
    return {}


def none_cut_off(_: object) -> int:
    """Count the alerts that a body leaves out, for sources that never leave any out."""
    return 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A kind of sender.

    - `name` is that of its file, its webhook and its alerts; `shown_as` is what people call it
    - `to_route` says how its alerts get a team, `label` what their labels are called
    - `parse` reads the alerts in a message; their owners come from `owner.owner`, by the rules passed in.
      Raises Rejected
    - `complete` adds to the body of a request what only the request says. Raises NotAccepted
    - `split` turns the body of a request into one payload for each alert. Raises NotAccepted
    - `ended` says whether such a payload reports an end; `cut_off` counts the alerts that a body leaves out
    - `answer` is what its clients expect in an answer, besides the number of alerts, with the request's id
    - `template` writes what the source would send for an example
    - `mend` sets `team` and `priority` in a payload, where the source has them
    - `looks_like` says whether parsed JSON is a message of this source, `known_by` how it is recognised
    - `identifying` names, in lower case, what is kept however large the rest of a payload is
    - `repeats` is how often, by default, it sends a firing alert again with the same start: zero if never,
      None if that has to be learned for each alert
    - `ids_per_sender` says that two senders may use one id for two conditions, as two separate Alertmanagers
      do; the sender's name, if it has one, is then part of the identity, as the account
    - `ends` is False if it only sends news, whose end is never reported
    - `rules` says that its alerts come from rules like Prometheus's, some of which always fire
    - `posts` is False if it has no webhook, because it publishes to the topic itself
    - `authorization` is the word before the token in the header of that name, in lower case; Bearer and Basic
      are read as well, and so is the header `X-<name>-Token`
    - `signing` says how its service signs, if not as Grafana does
    """

    name: str
    shown_as: str
    to_route: str
    parse: Parse
    template: Callable[[Example], Any]
    mend: Callable[[Payload, dict[str, str]], None]
    looks_like: Callable[[object], bool]
    known_by: str
    ended: Callable[[Mapping[str, Any]], bool]
    split: Callable[[object], list[Payload]]
    identifying: frozenset[str]
    complete: Callable[[object, Request], object] = as_posted
    cut_off: Callable[[object], int] = none_cut_off
    answer: Callable[[str], Mapping[str, Any]] = nothing_more
    repeats: timedelta | None = None
    label: str = "Label"
    ids_per_sender: bool = False
    rules: bool = False
    ends: bool = True
    posts: bool = True
    authorization: str = "bearer"
    signing: Signing | None = None

    @property
    def signs(self) -> Signing:
        """How it signs what it sends."""
        return self.signing or as_grafana_does(self.name)

    def payloads(self, body: object, request: Request) -> list[Payload]:
        """Make one payload for each alert in a request; raises NotAccepted."""
        return self.split(self.complete(body, request))

    def cut(self, payload: Mapping[str, Any], limit_bytes: int = MOST_BYTES) -> Payload:
        """Shorten one alert to `limit_bytes` of JSON in ASCII; what identifies it is removed last."""
        return texts.fit(payload, limit_bytes, self.identifying)


def alone(body: object) -> list[Payload]:
    """Return a body that is one alert; raises NotAccepted."""
    return [an_object(body)]


def an_object(body: object) -> Payload:
    """Read a body that must be an object; raises NotAccepted."""
    if isinstance(body, dict):
        return body
    raise NotAccepted(400, "NOT_AN_OBJECT", "the body is JSON but not an object")


def instant(moment: datetime) -> str:
    """Write a time to the millisecond, in UTC."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
