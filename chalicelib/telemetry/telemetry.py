"""Logs and metrics: events with keys, counted by few dimensions, as the work knows them."""

from contextlib import AbstractContextManager, nullcontext


class Telemetry:
    """Where events, counts and measurements go; this one drops them, for commands that only look."""

    def event(self, name: str, **keys: object) -> None:
        """Log an event."""

    def problem(self, name: str, error: BaseException, **keys: object) -> None:
        """Log an error that a person should look at, with where it was raised, and count it."""

    def count(self, name: str, number: float = 1, **dimensions: str) -> None:
        """Add to a count."""

    def measure(self, name: str, value: float, **dimensions: str) -> None:
        """Record a measured value."""

    def bound(self, **keys: object) -> AbstractContextManager[None]:  # noqa: ARG002 - nobody sees them
        """Put keys on every event until it ends."""
        return nullcontext()

    def note(self, **keys: object) -> None:
        """Put keys on every event until the innermost `bound` ends."""


SILENT = Telemetry()
