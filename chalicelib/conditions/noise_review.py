"""The noise review: a team's month, with its noisiest rules first. Pure."""

from datetime import datetime
from statistics import median

from chalicelib.adapters.noise_review import Counts, Review, Rule
from chalicelib.conditions.noise import Noise, Rules, both
from chalicelib.conditions.noise_advice import suggestion

MOST_RULES = 30
"""How many rules a review lists."""

SUGGESTIONS = 5
"""How many of the noisiest rules get a suggestion."""


def review(team: str, month: datetime, days: int, rules: Rules, *, partial: bool) -> Review:
    """Write a team's review of a month with this number of `days`."""
    total = Noise()
    for noise in rules.values():
        total = both(total, noise)
    opened = {rule: noise for rule, noise in rules.items() if rule[1] and noise.times}
    noisiest = sorted(opened.items(), key=lambda each: (-each[1].times, -each[1].untouched, each[0]))
    return Review(
        team=team,
        month=month,
        total=_counts(total),
        days=tuple(total.opened.get(day, 0) for day in range(1, days + 1)),
        rules=tuple(
            Rule(
                source=source,
                name=name,
                counts=_counts(noise),
                url=noise.url,
                suggestion=suggestion(noise) if place < SUGGESTIONS else None,
            )
            for place, ((source, name), noise) in enumerate(noisiest[:MOST_RULES])
        ),
        rules_in_all=len(opened),
        partial=partial,
    )


def _counts(noise: Noise) -> Counts:
    return Counts(
        conditions=noise.conditions,
        opened=noise.times,
        closed=noise.closed,
        untouched=noise.untouched,
        flapped=noise.flapped,
        muted=noise.muted,
        to_ack=_median(noise.to_ack),
        to_resolve=_median(noise.to_resolve),
    )


def _median(seconds: tuple[int, ...]) -> int | None:
    return round(median(seconds)) if seconds else None
