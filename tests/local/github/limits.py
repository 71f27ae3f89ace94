"""GitHub's rate limits, as windows that slide: primary, points, and content creation.

Figures: GitHub's "Rate limits for the REST API". Content is created by opening issues and by commenting.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field

from .errors import ApiError, primary_limit, secondary_limit

MINUTE, HOUR = 60.0, 3600.0
READING = ("GET", "HEAD", "OPTIONS")


@dataclass
class Primary:
    """One caller's requests in the hour that began with the first of them."""

    used: int = 0
    reset: float = 0.0


@dataclass
class Limits:
    """What each caller may do; a limit of None is switched off. Callers hold the world's lock."""

    now: Callable[[], float]
    requests_per_hour: int = 5000
    points_per_minute: int | None = 900
    creations_per_minute: int | None = 80
    creations_per_hour: int | None = 500
    tell_retry_after: bool = True
    refusals: Counter[str] = field(default_factory=Counter)
    creations: defaultdict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    _primary: defaultdict[str, Primary] = field(default_factory=lambda: defaultdict(Primary))
    _points: defaultdict[str, list[float]] = field(default_factory=lambda: defaultdict(list))

    def admit(self, caller: str, method: str) -> None:
        """Count a request.

        Raises ApiError 403 over the primary limit, or over the points of a minute.
        """
        primary = self._window(caller)
        if primary.used >= self.requests_per_hour:
            self.refusals["primary"] += 1
            raise primary_limit(caller)
        primary.used += 1
        points = self._points[caller]
        self._refuse_above(points, self.points_per_minute, MINUTE, "points")
        points.extend([self.now()] * (1 if method in READING else 5))

    def spare(self, caller: str) -> None:
        """Take back the count of a request that was answered by 304."""
        self._window(caller).used -= 1

    def admit_creation(self, caller: str) -> None:
        """Count the creation of an issue or comment.

        Raises ApiError 403 over what a minute or an hour allows; a refused creation does not count.
        """
        times = self.creations[caller]
        self._refuse_above(times, self.creations_per_minute, MINUTE, "creations_per_minute")
        self._refuse_above(times, self.creations_per_hour, HOUR, "creations_per_hour")
        times.append(self.now())

    def exhaust(self, caller: str, seconds: float) -> ApiError:
        """Use up the primary limit for that long, and give the refusal."""
        self._primary[caller] = Primary(self.requests_per_hour, self.now() + seconds)
        self.refusals["primary"] += 1
        return primary_limit(caller)

    def busiest(self, seconds: float) -> int:
        """The most creations of one caller in any window of that length, since the start."""
        return max((_busiest(times, seconds) for times in self.creations.values()), default=0)

    def headers(self, caller: str) -> dict[str, str]:
        """The headers that tell a caller where it stands."""
        limit, used, reset = self.standing(caller)
        return {
            "X-RateLimit-Limit": str(limit),
            "X-RateLimit-Remaining": str(max(limit - used, 0)),
            "X-RateLimit-Used": str(used),
            "X-RateLimit-Reset": str(reset),
            "X-RateLimit-Resource": "core",
        }

    def standing(self, caller: str) -> tuple[int, int, int]:
        """Limit, used, and the epoch second of the reset."""
        primary = self._window(caller)
        return self.requests_per_hour, primary.used, math.ceil(primary.reset)

    def _window(self, caller: str) -> Primary:
        primary = self._primary[caller]
        if primary.reset <= self.now():
            primary.used, primary.reset = 0, self.now() + HOUR
        return primary

    def _refuse_above(self, times: list[float], limit: int | None, window: float, name: str) -> None:
        if limit is None:
            return
        recent = times[bisect_right(times, self.now() - window) :]
        if len(recent) < limit:
            return
        self.refusals[name] += 1
        free_at = recent[-limit] + window
        wait = max(1, math.ceil(free_at - self.now())) if self.tell_retry_after else None
        raise secondary_limit(wait, creating=name != "points")


def _busiest(times: list[float], seconds: float) -> int:
    return max((bisect_left(times, start + seconds) - at for at, start in enumerate(times)), default=0)
