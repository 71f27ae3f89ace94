"""The best that a storm can be drained, under limits and reserves: by brute force, second by second.

Always the most urgent that waits and for which there is room. `exhaustive` tries every order and every pause
instead, which only small storms allow; a test holds one to the other.
"""

from bisect import bisect_right
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

from chalicelib.rate_limit.rules import Limits

MINUTE, HOUR = 60.0, 3600.0


@dataclass(frozen=True, slots=True)
class Wanted:
    """An issue that is wanted from a second on; the priority is 0 to 3."""

    at: float
    priority: int


def best(wanted: Sequence[Wanted], limits: Limits, forever: float = 1e6) -> list[float]:
    """Return the seconds of the openings, in their order."""
    coming = deque(sorted(wanted, key=lambda each: each.at))
    waiting = [0, 0, 0, 0]
    opened: list[float] = []
    second = 0.0
    while (coming or any(waiting)) and second < forever:
        while coming and coming[0].at <= second:
            waiting[coming.popleft().priority] += 1
        for priority, count in enumerate(waiting):
            if count and room(opened, second, priority, limits):
                waiting[priority] -= 1
                opened.append(second)
                break
        second += limits.spacing
    return opened


def exhaustive(wanted: tuple[Wanted, ...], limits: Limits, forever: int) -> float:
    """Return the earliest second of the last opening, over every schedule that the limits allow."""

    def last(opened: tuple[float, ...], waiting: tuple[Wanted, ...], second: float) -> float:
        if not waiting or second > forever:
            return float(forever) if waiting else max(opened, default=0.0)
        outcomes = [last(opened, waiting, second + limits.spacing)]
        for number, each in enumerate(waiting):
            rest = waiting[:number] + waiting[number + 1 :]
            ahead = any(
                other.priority < each.priority and other.at <= second
                for other in rest
                if room(opened, second, other.priority, limits)
            )
            if each.at <= second and not ahead and room(opened, second, each.priority, limits):
                outcomes.append(last((*opened, second), rest, second + limits.spacing))
        return min(outcomes)

    return last((), wanted, 0.0)


def room(opened: Sequence[float], second: float, priority: int, limits: Limits) -> bool:
    """Say whether the limits let an issue of this priority be opened now."""
    in_minute, in_hour = _since(opened, second - MINUTE), _since(opened, second - HOUR)
    return in_minute < limits.per_minute - _kept(limits.minute_reserves, priority) and in_hour < (
        limits.per_hour - _kept(limits.hour_reserves, priority)
    )


def _since(opened: Sequence[float], second: float) -> int:
    return len(opened) - bisect_right(opened, second)


def _kept(reserves: tuple[int, int], priority: int) -> int:
    return (0, reserves[0], sum(reserves), sum(reserves))[priority]
