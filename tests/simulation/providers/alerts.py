"""Alerts as an Alertmanager keeps, groups and routes them, and what it notes of a notification."""

from dataclasses import dataclass, field, replace

ALL = -1
"""A mute of everything."""

APART = 32
"""Conditions that are so far apart have the same labels, at installations that know nothing of each other."""


@dataclass(frozen=True)
class Labels:
    """A label set, by which an alert is known; a rule that was edited has another `edition`."""

    condition: int
    edition: int = 0
    special: str = ""

    @property
    def fingerprint(self) -> str:
        """The hash of the labels."""
        specials = ("", "no data", "error")
        return f"{self.condition % APART + (self.edition << 16) + (specials.index(self.special) << 32):016x}"


@dataclass(frozen=True)
class Alert:
    """An alert as it is kept: it has ended once `ends` has passed, whether that was said or not."""

    labels: Labels
    starts: float
    ends: float
    priority: str = "P1"
    reason: str = ""

    def merged(self, younger: "Alert", now: float) -> "Alert":
        """The two as one where they overlap, else the younger."""
        inside = (self.starts < younger.ends < self.ends) or (self.starts < younger.starts < self.ends)
        if not inside:
            return younger
        both_ended = younger.ends <= now and self.ends <= now
        outlasts = self.ends > younger.ends and (both_ended or younger.ends > now)
        ends = self.ends if outlasts else younger.ends
        return replace(younger, starts=min(self.starts, younger.starts), ends=ends)


@dataclass(frozen=True)
class Route:
    """How often a receiver is notified, in seconds; Grafana's webhook has no `retries` within a flush."""

    wait: float = 10.0
    interval: float = 60.0
    repeat: float = 1800.0
    together: bool = True
    send_resolved: bool = True
    retries: bool = True


@dataclass
class Group:
    """Alerts that are notified together; `timer` numbers the flush that is to come."""

    alerts: dict[Labels, Alert] = field(default_factory=dict)
    flushed: bool = False
    timer: int = 0


@dataclass(frozen=True)
class Entry:
    """What was last notified of a group."""

    firing: frozenset[Labels]
    resolved: frozenset[Labels]
    at: float


@dataclass(frozen=True)
class Flush:
    """A group at a flush: all its alerts, and those that are not muted."""

    key: int
    group: Group
    alerts: list[Alert]
    shown: list[Alert]
    at: float
    life: int

    @property
    def firing(self) -> frozenset[Labels]:
        return frozenset(alert.labels for alert in self.shown if alert.ends > self.at)

    @property
    def resolved(self) -> frozenset[Labels]:
        return frozenset(alert.labels for alert in self.shown if alert.ends <= self.at)
