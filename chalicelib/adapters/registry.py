"""The list of sources: those in this folder, and those that an installation defines in `custom.toml`."""

import pkgutil
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING

from chalicelib.adapters import own
from chalicelib.adapters.source import Source
from chalicelib.alert_values import Kind

if TYPE_CHECKING:
    from chalicelib.alert import AlertEvent


class Sources(Mapping[str, Source]):
    """Sources by name, each the `SOURCE` of the module with that name, which is loaded on first use.

    In a module's name a hyphen is an underscore.

    `custom` reads those that the installation defines; `built_in` are the others, and have templates.
    """

    def __init__(self, *names: str, custom: Callable[[frozenset[str]], Mapping[str, Source]]) -> None:
        self.built_in = names
        self._custom = custom(frozenset(names))
        self._names = (*names, *self._custom)

    def __getitem__(self, name: str) -> Source:
        if name not in self._names:
            raise KeyError(name)
        return self._custom.get(name) or _load(name)

    def __contains__(self, name: object) -> bool:
        return name in self._names

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


@cache
def _load(name: str) -> Source:
    source: Source = import_module(f"chalicelib.adapters.{name.replace('-', '_')}").SOURCE
    return source


def _of_the_installation(taken: frozenset[str]) -> Mapping[str, Source]:
    """Read the package's `custom.toml`, if there is one; raises ConfigurationError.

    So a fault in the file stops a deployment, which imports the app.
    """
    try:
        text = pkgutil.get_data("chalicelib", "custom.toml") or b""
    except FileNotFoundError:
        return {}
    sources: Mapping[str, Source] = import_module("chalicelib.adapters.custom").sources(text.decode(), taken)
    return sources


SOURCES = Sources(
    "cloudwatch",
    "aws-backup",
    "aws-batch",
    "aws-budgets",
    "aws-ecs",
    "aws-guardduty",
    "aws-health",
    "aws-rds",
    "aws-states",
    "grafana",
    "alertmanager",
    "normalized",
    "datadog",
    "pagerduty",
    "prometheus",
    "sentry",
    "opsgenie",
    custom=_of_the_installation,
)

OWN_EMITTERS = "normalized"
"""The source whose alerts have another source's name: the program that emits them."""

PROVIDERS = frozenset(SOURCES) - {OWN_EMITTERS}
"""The sources whose alerts have the source's own name, which nobody else may use."""


TEXTS = {"AWS Budget Notification": "aws-budgets"}
"""How messages that are text, not JSON, begin, and the sources that publish them."""


def webhooks() -> tuple[str, ...]:
    """Name the sources that have a webhook."""
    return tuple(name for name, source in SOURCES.items() if source.posts)


def webhook(name: str) -> Source | None:
    """Find the source that posts to a webhook by the webhook's name; None if the name is unknown."""
    return source if (source := SOURCES.get(name)) and source.posts else None


def published(name: str) -> bool:
    """Whether a source publishes to the topic itself, so that its messages have no stamp."""
    return name in SOURCES and not SOURCES[name].posts


def of_text(text: str) -> str:
    """Name the source of a message that is text; empty if no source sends such a text."""
    return next((name for begins, name in TEXTS.items() if text.startswith(begins)), "")


def of_alert(name: str) -> Source:
    """Find a source by the name in its alert."""
    return SOURCES[name if name in PROVIDERS else OWN_EMITTERS]


def repeats(alert: "AlertEvent") -> timedelta | None:
    """Return how often its source repeats a firing alert by default: zero if never, None if unknown.

    A missing heartbeat is detected here, once, whatever its source repeats; our own alerts are recorded, not
    sent.
    """
    ours = alert.kind is Kind.HEARTBEAT or alert.source in own.OWN
    return timedelta() if ours else of_alert(alert.source).repeats


def shown_as(name: str) -> str:
    """Name the source of an alert for people."""
    if name in own.OWN:
        return own.SHOWN_AS
    return SOURCES[name].shown_as if name in PROVIDERS else name
