"""The sources: which there are, and what is common to all."""

from collections.abc import Iterator, Mapping
from functools import cache
from importlib import import_module
from typing import Any

from chalicelib.adapters import canary
from chalicelib.adapters.fields import Ignored, Ownership, Parsed, quoted
from chalicelib.adapters.source import Source
from chalicelib.errors import Rejected


class Sources(Mapping[str, Source]):
    """Sources by name, each the `SOURCE` of the module of that name, which is loaded when it is asked for."""

    def __init__(self, *names: str) -> None:
        self._names = names

    def __getitem__(self, name: str) -> Source:
        if name not in self._names:
            raise KeyError(name)
        return _load(name)

    def __contains__(self, name: object) -> bool:
        return name in self._names

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


@cache
def _load(name: str) -> Source:
    source: Source = import_module(f"chalicelib.adapters.{name}").SOURCE
    return source


SOURCES = Sources(
    "cloudwatch",
    "grafana",
    "alertmanager",
    "normalized",
)

OWN_EMITTERS = "normalized"
"""The source whose alerts name another: the program that emits them."""

PROVIDERS = frozenset(SOURCES) - {OWN_EMITTERS}
"""The sources whose alerts bear the source's own name, which nobody else may take."""


def webhooks() -> tuple[str, ...]:
    """Name the sources that have a webhook."""
    return tuple(name for name, source in SOURCES.items() if source.posts)


def webhook(name: str) -> Source | None:
    """Find the source that posts to the webhook of a name; None if there is none."""
    return source if (source := SOURCES.get(name)) and source.posts else None


def of_alert(name: str) -> Source:
    """Find the source of an alert that names it so."""
    return SOURCES[name if name in PROVIDERS else OWN_EMITTERS]


def shown_as(name: str) -> str:
    """Name the source of an alert for people."""
    return SOURCES[name].shown_as if name in PROVIDERS else name


def parse(name: str, payload: Mapping[str, Any], missing: Ownership | None) -> list[Parsed]:
    """Read the alerts of a message; `missing` is taken where a firing one names no owner. Raises Rejected."""
    if name == canary.SOURCE:
        return canary.parse(payload)
    if name not in SOURCES:
        raise Rejected(
            "UNKNOWN_SOURCE",
            f"the message names a source that nothing reads: {quoted(name)}",
            f"Set the attribute `source` to one of {', '.join(SOURCES)}, or none for CloudWatch.",
        )
    alerts = SOURCES[name].parse(payload, missing)
    return canary.keep_team([_own(each, name) for each in alerts])


def _own(alert: Parsed, name: str) -> Parsed:
    """Keep alerts from the issues of another source, to which that source's name leads; raises Rejected."""
    if isinstance(alert, Ignored):
        return alert
    others = name == OWN_EMITTERS and alert.source not in {*PROVIDERS, canary.SOURCE}
    if others or alert.source == name:
        return alert
    raise Rejected(
        "RESERVED_SOURCE",
        f"the source {quoted(alert.source)} is a provider's own name",
        "Name in `source` the program that emits the alert.",
    )
