"""Creations: how many issues and comments were created recently, and when a limit has room again. Pure.

The last 61 minutes are counted by the minute, so that every possible hour is covered; the last minute's
creations are counted one by one. Times are epoch seconds.
"""

MINUTE = 60.0
HOUR_OF_MINUTES = 61

Minutes = tuple[tuple[int, int], ...]
"""The number of creations in each epoch minute."""
Recent = tuple[float, ...]
"""The times of the last minute's creations."""


def minute_free_at(recent: Recent, limit: int, now: float) -> float:
    """When there is room within a limit for a minute."""
    return max(now, sorted(recent)[-limit] + MINUTE) if len(recent) >= limit else now


def hour_free_at(minutes: Minutes, limit: int, now: float) -> float:
    """When there is room within a limit for an hour."""
    counted = _of_the_hour(minutes, now)
    surplus = sum(count for _, count in counted) - limit
    for minute, count in sorted(counted):
        if surplus < 0:
            break
        surplus -= count
        if surplus < 0:
            return (minute + HOUR_OF_MINUTES) * MINUTE
    return now


def in_the_hour(minutes: Minutes, now: float) -> int:
    """How many there were in the last hour."""
    return sum(count for _, count in _of_the_hour(minutes, now))


def counted(minutes: Minutes, recent: Recent, at: float, now: float) -> tuple[Minutes, Recent]:
    """Count one at a time, and forget those too old to matter from now on."""
    kept, minute = dict(_of_the_hour(minutes, now)), int(at / MINUTE)
    kept[minute] = kept.get(minute, 0) + 1
    return tuple(sorted(kept.items())), (*(time for time in recent if time > now - MINUTE), at)


def _of_the_hour(minutes: Minutes, now: float) -> list[tuple[int, int]]:
    oldest = int(now / MINUTE) - HOUR_OF_MINUTES
    return [(minute, count) for minute, count in minutes if minute > oldest]
