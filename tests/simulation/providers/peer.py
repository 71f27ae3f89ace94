"""One Alertmanager: groups are flushed, muted alerts left out, the rest compared with what was last notified.

Written from github.com/prometheus/alertmanager, which Grafana embeds too: `dispatch/dispatch.go` (aggrGroup),
`notify/dedup_stage.go`, `notify/notify.go` (stages, retries, the wait for peers), `alert.Merge` and
`provider/mem`. What is muted is dropped before it is compared, and a flush without an error forgets what has
ended: so an end that happens while an alert is muted is never notified.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Protocol

from tests.simulation.providers.alerts import ALL, Alert, Entry, Flush, Group, Labels, Route
from tests.simulation.providers.provider import Answered

PEER_WAIT = 15.0
"""Seconds that each peer waits for the one before it (`cluster.peer-timeout`)."""

FIRST_BACKOFF, MOST_BACKOFF = 1.0, 60.0


class Clock(Protocol):
    """The schedule of the world."""

    time: float

    def at(self, time: float, action: Callable[[], object]) -> None:
        """Do something at a time."""


Post = Callable[[list[Alert], Answered], None]


class Peer:
    """A process: its alerts are in memory, its log of notifications on disk and with its peers."""

    def __init__(self, clock: Clock, route: Route, post: Post, count: Callable[[str], None]) -> None:
        self._clock, self._route, self._post, self._count = clock, route, post, count
        self.alerts: dict[Labels, Alert] = {}
        self.groups: dict[int, Group] = {}
        self.log: dict[int, Entry] = {}
        self.mutes: list[tuple[int, str, float]] = []
        self.peers: list[Peer] = []
        self.position = 0
        self.up, self._life, self.started_at = True, 0, clock.time - 86_400
        self._halted_at = float("inf")

    @property
    def now(self) -> float:
        """The time; none passes once it has been halted."""
        return min(self._clock.time, self._halted_at)

    @property
    def halted(self) -> bool:
        """Whether it is left as it is."""
        return self._halted_at < float("inf")

    def halt(self) -> None:
        """Say no more."""
        self._halted_at = self.now

    # What happens to it

    def put(self, alert: Alert) -> None:
        """Take an alert from a client."""
        if not self.up or self.halted:
            return
        now, known = self._clock.time, self.alerts.get(alert.labels)
        alert = known.merged(alert, now) if known else alert
        self.alerts[alert.labels] = alert
        key = 0 if self._route.together else alert.labels.condition
        group = self.groups.get(key)
        if group is None:
            group = self.groups[key] = Group()
            self._arm(key, group, self._route.wait)
        group.alerts[alert.labels] = alert
        if not group.flushed and alert.starts + self._route.wait < now:
            self._arm(key, group, 0.0)

    def mute(self, condition: int, how: str, seconds: float) -> None:
        """Silence or inhibit a condition, or everything, for a while."""
        self.mutes.append((condition, how, self._clock.time + seconds))

    def stop(self, *, keeps_data: bool) -> None:
        """Alerts are lost; silences and the log only where the disk is."""
        self.up, self._life = False, self._life + 1
        self.alerts.clear()
        self.groups.clear()
        if not keeps_data:
            self.log.clear()
            self.mutes.clear()

    def start(self) -> None:
        """It runs again, and hears from its peers what they notified."""
        if not self.up:
            self.up, self.started_at = True, self._clock.time
        self.catch_up()

    def catch_up(self) -> None:
        """Exchange logs with the peers."""
        for peer in self.peers:
            for key, entry in peer.log.items():
                self.learn(key, entry)
            for key, entry in self.log.items():
                peer.learn(key, entry)

    def learn(self, key: int, entry: Entry) -> None:
        """A peer notified a group; the newer entry counts."""
        known = self.log.get(key)
        if self.up and (known is None or known.at < entry.at):
            self.log[key] = entry

    def muted(self, labels: Labels) -> str:
        """How an alert is muted, if it is."""
        now = self._clock.time
        found = (how for which, how, until in self.mutes if until > now and which in (ALL, labels.condition))
        return next(found, "")

    # The pipeline

    def _arm(self, key: int, group: Group, seconds: float) -> None:
        group.timer += 1
        timer, life = group.timer, self._life
        self._clock.at(self._clock.time + seconds, lambda: self._flush(key, timer, life))

    def _flush(self, key: int, timer: int, life: int) -> None:
        group = self.groups.get(key)
        if group is None or life != self._life or timer != group.timer or self.halted:
            return
        if not group.alerts:
            del self.groups[key]
            return
        group.flushed = True
        self._arm(key, group, self._route.interval)
        now = self._clock.time
        alerts = list(group.alerts.values())
        shown = [alert for alert in alerts if not self.muted(alert.labels)]
        self._count_swallowed(key, alerts, now)
        flush = Flush(key, group, alerts, shown, now, life)
        if not shown:
            self._forget(flush)
        elif self.position and self.peers:
            self._clock.at(now + PEER_WAIT * self.position, lambda: self._dedup(flush))
        else:
            self._dedup(flush)

    def _count_swallowed(self, key: int, alerts: list[Alert], now: float) -> None:
        entry = self.log.get(key)
        for alert in alerts:
            if alert.ends <= now and entry and alert.labels in entry.firing and self.muted(alert.labels):
                self._count(f"an end is swallowed: {self.muted(alert.labels)}")

    def _dedup(self, flush: Flush) -> None:
        """Go on if the receiver does not know this already."""
        if flush.life != self._life or self.halted:
            return
        entry = self.log.get(flush.key)
        if self._needs_update(entry, flush):
            self._notify(flush, FIRST_BACKOFF)
        else:
            self._forget(flush)

    def _needs_update(self, entry: Entry | None, flush: Flush) -> bool:
        if entry is None:
            return bool(flush.firing)
        if not flush.firing <= entry.firing:
            return True
        if not flush.firing:
            return bool(entry.firing)
        if self._route.send_resolved and not flush.resolved <= entry.resolved:
            return True
        if entry.at < self._clock.time - self._route.repeat:
            self._count("a repeat")
            return True
        return False

    def _notify(self, flush: Flush, backoff: float) -> None:
        """Send, and where nobody answers try again until the next flush is near."""
        if flush.life != self._life or self.halted:
            return

        def answered(status: int | None) -> None:
            if flush.life != self._life:
                return
            if status is not None and status < 300:
                self._sent(flush)
            elif not self._route.retries:
                self._count("a flush without a second try")
            elif self._clock.time + backoff < flush.at + max(self._route.interval, 10.0):
                self._count("a retry within the group's interval")
                wait = min(2 * backoff, MOST_BACKOFF)
                self._clock.at(self._clock.time + backoff, lambda: self._notify(flush, wait))

        told = [a for a in flush.shown if self._route.send_resolved or a.labels in flush.firing]
        if told:
            ended = [replace(a, ends=0.0) if a.labels in flush.firing else a for a in told]
            self._post(ended, answered)
        else:
            self._count("an end that is not sent")
            self._sent(flush)

    def _sent(self, flush: Flush) -> None:
        entry = Entry(flush.firing, flush.resolved, self._clock.time)
        self.log[flush.key] = entry
        for peer in self.peers:
            peer.learn(flush.key, entry)
        self._forget(flush)

    def _forget(self, flush: Flush) -> None:
        """Nobody is to hear again of what has ended, unless it was changed meanwhile."""
        for alert in flush.alerts:
            if alert.ends <= flush.at and flush.group.alerts.get(alert.labels) is alert:
                del flush.group.alerts[alert.labels]
