"""Telemetry's twin: events and counts as data."""

from typing import Any


class Recorder:
    """Keeps what was told."""

    def __init__(self) -> None:
        self.events: list[tuple[str, dict[str, Any]]] = []
        self.problems: list[tuple[str, BaseException]] = []
        self.counts: list[tuple[str, float, dict[str, str]]] = []

    def event(self, name: str, **keys: object) -> None:
        self.events.append((name, keys))

    def problem(self, name: str, error: BaseException, **keys: object) -> None:
        self.problems.append((name, error))

    def count(self, name: str, value: float = 1, **dimensions: str) -> None:
        self.counts.append((name, value, dimensions))

    def named(self, name: str) -> list[dict[str, Any]]:
        return [keys for each, keys in self.events if each == name]
