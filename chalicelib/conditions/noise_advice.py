"""What to do about a noisy rule, from its numbers. Pure."""

from chalicelib.adapters.noise_review import Advice, Suggestion
from chalicelib.conditions.noise import Noise

GROUP_FROM = 5
"""Grouping helps a rule from this many conditions on, and this many openings on one day."""

WAITS = (2, 5, 10, 15, 30)
"""How many minutes a rule may wait before it fires; longer would hide what a person has to see."""

ENOUGH = 3
"""Fewer issues than these show no pattern."""

MANY_DAYS = 10
"""A rule that fires on this many days of a month reports what is normal."""


def suggestion(noise: Noise) -> Suggestion | None:
    """Suggest what would make a rule quieter: the mildest change that its figures support."""
    looks = (_group, _measure_longer, _wait, _muted, _delete, _threshold)
    return next((found for look in looks if (found := look(noise))), None)


def _group(noise: Noise) -> Suggestion | None:
    """Many conditions at once: half of its issues were opened on a single day."""
    busiest = max(noise.opened.values(), default=0)
    if min(noise.conditions, busiest) < GROUP_FROM or busiest * 2 < noise.times:
        return None
    return Suggestion(advice=Advice.GROUP, part=busiest, of=noise.times, limit=noise.conditions)


def _measure_longer(noise: Noise) -> Suggestion | None:
    """It flaps: a third of its issues did."""
    if noise.flapped < 2 or noise.flapped * 3 < noise.times:
        return None
    return Suggestion(advice=Advice.MEASURE_LONGER, part=noise.flapped, of=noise.times)


def _wait(noise: Noise) -> Suggestion | None:
    """Half of its issues were over so soon that waiting would have avoided them, and nobody needed them."""
    if noise.untouched * 2 < noise.closed:
        return None
    for minutes in WAITS:
        short = sum(seconds <= minutes * 60 for seconds in noise.to_resolve)
        if short >= ENOUGH and short * 2 >= len(noise.to_resolve):
            return Suggestion(advice=Advice.WAIT, part=short, of=len(noise.to_resolve), limit=minutes)
    return None


def _muted(noise: Noise) -> Suggestion | None:
    """People mute it: half of its issues."""
    if noise.muted < 2 or noise.muted * 2 < noise.times:
        return None
    return Suggestion(advice=Advice.MUTED, part=noise.muted, of=noise.times)


def _delete(noise: Noise) -> Suggestion | None:
    """Nobody touched a single one."""
    if noise.closed < ENOUGH or noise.untouched < noise.closed or noise.to_ack:
        return None
    return Suggestion(advice=Advice.DELETE, part=noise.untouched, of=noise.closed)


def _threshold(noise: Noise) -> Suggestion | None:
    """It fires on many days, and people leave half of its issues alone."""
    if len(noise.opened) < MANY_DAYS or noise.untouched * 2 < noise.closed:
        return None
    return Suggestion(advice=Advice.THRESHOLD, part=len(noise.opened), of=noise.times)
