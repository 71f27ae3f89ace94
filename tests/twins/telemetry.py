"""Telemetry's twin: events, counts and measures as data; a metric that is not listed is a mistake."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from chalicelib.telemetry.metrics import BY_NAME
from chalicelib.telemetry.telemetry import Telemetry

Told = tuple[str, float, dict[str, str]]


class Recorder(Telemetry):
    """Keeps what was told; `bound_keys` are on every event."""

    def __init__(self) -> None:
        self.events: list[tuple[str, dict[str, Any]]] = []
        self.problems: list[tuple[str, BaseException]] = []
        self.counts: list[Told] = []
        self.measures: list[Told] = []
        self.bound_keys: dict[str, Any] = {}

    def event(self, name: str, **keys: object) -> None:
        self.events.append((name, self.bound_keys | keys))

    def problem(self, name: str, error: BaseException, **keys: object) -> None:
        self.problems.append((name, error))

    def count(self, name: str, number: float = 1, **dimensions: str) -> None:
        self.counts.append(_listed(name, number, dimensions))

    def measure(self, name: str, value: float, **dimensions: str) -> None:
        self.measures.append(_listed(name, value, dimensions))

    @contextmanager
    def bound(self, **keys: object) -> Iterator[None]:
        before = self.bound_keys
        self.bound_keys = before | keys
        try:
            yield
        finally:
            self.bound_keys = before

    def note(self, **keys: object) -> None:
        self.bound_keys = self.bound_keys | keys

    def named(self, name: str) -> list[dict[str, Any]]:
        return [keys for each, keys in self.events if each == name]


def _listed(name: str, value: float, dimensions: dict[str, str]) -> Told:
    assert set(BY_NAME[name].dimensions) == dimensions.keys(), f"{name} is not by {', '.join(dimensions)}"
    return name, value, dimensions
