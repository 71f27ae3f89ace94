"""Rules of the pure modules."""

import os
from collections.abc import Callable, Hashable, Iterable, Sequence
from itertools import cycle, islice, product
from typing import TypeVar

from hypothesis import HealthCheck, settings

Case = TypeVar("Case")
Other = TypeVar("Other")

ALL = 100
"""Examples for each rule where all are drawn; Hypothesis's own number."""

# A deadline would be a timed assertion, which fails where others use the machine.
settings.register_profile("few", deadline=None, max_examples=ALL // 5)
settings.register_profile("all", deadline=None, max_examples=ALL)
settings.load_profile(os.environ.get("EXAMPLES", "few"))


def up_to(examples: int, without: list[HealthCheck] | None = None) -> settings:
    """Draw this many examples with EXAMPLES=all, as `make coverage` has it, and a fifth of them otherwise."""
    share = max(1, examples * settings().max_examples // ALL)
    return settings(max_examples=share, suppress_health_check=without or [])


def one_each(cases: Iterable[Case], kind: Callable[[Case], Hashable]) -> list[Case]:
    """Take every case with EXAMPLES=all, and otherwise the first of each kind."""
    every = list(cases)
    if settings().max_examples == ALL:
        return every
    return list({kind(case): case for case in reversed(every)}.values())[::-1]


def pairs(ones: Sequence[Case], others: Sequence[Other]) -> list[tuple[Case, Other]]:
    """Make every pair with EXAMPLES=all, and otherwise enough pairs for each to be in one."""
    if settings().max_examples == ALL:
        return list(product(ones, others))
    return list(islice(zip(cycle(ones), cycle(others), strict=False), max(len(ones), len(others))))
