"""Rules of the pure modules."""

import os

from hypothesis import HealthCheck, settings

ALL = 100
"""Examples for each rule where all are drawn; Hypothesis's own number."""

# A deadline would be a timed assertion, which fails where others use the machine.
settings.register_profile("few", deadline=None, max_examples=ALL // 5)
settings.register_profile("all", deadline=None, max_examples=ALL)
settings.load_profile(os.environ.get("EXAMPLES", "few"))


def up_to(examples: int, without: list[HealthCheck] | None = None) -> settings:
    """Draw so many examples with EXAMPLES=all, as `make coverage` has it, and a fifth of them otherwise."""
    share = max(1, examples * settings().max_examples // ALL)
    return settings(max_examples=share, suppress_health_check=without or [])
