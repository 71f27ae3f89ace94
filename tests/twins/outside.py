"""Calls outside: how the twins of services are reached, so that a simulation can come in between."""

from collections.abc import Callable
from typing import Protocol, TypeVar

T = TypeVar("T")


class Outside(Protocol):
    """Carries a call to its effect; `point` names it, e.g. `table.claim`."""

    def __call__(self, point: str, effect: Callable[[], T]) -> T:
        """Return what the effect returns, unless something comes in between."""


def direct(point: str, effect: Callable[[], T]) -> T:
    """Nothing comes in between."""
    return effect()
