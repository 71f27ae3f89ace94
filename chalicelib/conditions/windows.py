"""Maintenance windows: when no issue is opened or updated, for which alerts, why, and who asked. Pure."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from chalicelib.alert import AlertEvent
from chalicelib.conditions.nothing import Held, Quiet
from chalicelib.routing import Routing

LONGEST = timedelta(days=30)
"""The longest window that the file may have."""


@dataclass(frozen=True, slots=True)
class Scope:
    """What a window covers: alerts that match everything named here; every alert if nothing is named.

    `repository` is where the alert's issue would be. For an alert with several teams all must be named, since
    the others asked for nothing.
    """

    repository: str = ""
    teams: frozenset[str] = frozenset()
    sources: frozenset[str] = frozenset()
    labels: tuple[tuple[str, str], ...] = ()

    def covers(self, alert: AlertEvent, routing: Routing) -> bool:
        """Whether an alert is covered; GitHub ignores case in a repository's name."""
        repository = routing.route(alert.teams).repository
        return (
            (not self.repository or self.repository.lower() == repository.lower())
            and (not self.teams or self.teams.issuperset(routing.owners(alert.teams)))
            and (not self.sources or alert.source in self.sources)
            and all(alert.labels.get(name) == value for name, value in self.labels)
        )


@dataclass(frozen=True, slots=True)
class Window:
    """One window; `by` is who asked for it on a board, empty if it is from the file."""

    begins: datetime
    ends: datetime
    scope: Scope = Scope()
    reason: str = ""
    by: str = ""

    def at(self, now: datetime) -> Iterator["Window"]:
        """Yield itself, if it is active now."""
        if self.begins <= now < self.ends:
            yield self


@dataclass(frozen=True, slots=True)
class Recurring:
    """A window that comes back on some days of the week, 0 being Monday, at a time of day in its time zone.

    It begins by local time, and lasts equally long in every season. A local time that a clock change skips
    counts as if the clocks had not changed; if it occurs twice, the first counts (PEP 495).
    """

    days: frozenset[int]
    starts: time
    lasts: timedelta
    zone: ZoneInfo
    scope: Scope = Scope()
    reason: str = ""

    def at(self, now: datetime) -> Iterator[Window]:
        """Yield each of its occurrences that is active now."""
        today = now.astimezone(self.zone).date()
        for back in range(self.lasts.days + 2):
            day = today - timedelta(days=back)
            begins = datetime.combine(day, self.starts, self.zone).astimezone(UTC)
            if day.weekday() in self.days:
                yield from Window(begins, begins + self.lasts, self.scope, self.reason).at(now)


Rule = Window | Recurring


def active(rules: Iterable[Rule], now: datetime) -> list[Window]:
    """List the windows that are active now, the one that ends last first."""
    found = [window for rule in rules for window in rule.at(now)]
    return sorted(found, key=lambda window: window.ends, reverse=True)


def covering(alert: AlertEvent, rules: Iterable[Rule], routing: Routing, now: datetime) -> Window | None:
    """Find the window that covers an alert now; of several the one that ends last."""
    covers = (window for window in active(rules, now) if window.scope.covers(alert, routing))
    return next(covers, None)


def held_by(window: Window) -> Held:
    """Return what a window that holds a row back looks like in the row."""
    return Held(Quiet.MAINTENANCE, window.ends, window.reason, window.by)
