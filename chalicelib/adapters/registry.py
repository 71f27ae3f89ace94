"""The list of sources."""

from collections.abc import Iterator, Mapping
from functools import cache
from importlib import import_module

from chalicelib.adapters.source import Source


class Sources(Mapping[str, Source]):
    """Sources by name, each the `SOURCE` of the module of that name, which is loaded on first use."""

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
    "datadog",
)

OWN_EMITTERS = "normalized"
"""The source whose alerts name another: the program that emits them."""

PROVIDERS = frozenset(SOURCES) - {OWN_EMITTERS}
"""The sources whose alerts bear the source's own name, which nobody else may take."""


def webhooks() -> tuple[str, ...]:
    """Name the sources that have a webhook."""
    return tuple(name for name, source in SOURCES.items() if source.posts)


def webhook(name: str) -> Source | None:
    """Find the source that posts to a webhook by the webhook's name; None if the name is unknown."""
    return source if (source := SOURCES.get(name)) and source.posts else None


def of_alert(name: str) -> Source:
    """Find a source by the name in its alert."""
    return SOURCES[name if name in PROVIDERS else OWN_EMITTERS]


def shown_as(name: str) -> str:
    """Name the source of an alert for people."""
    return SOURCES[name].shown_as if name in PROVIDERS else name
