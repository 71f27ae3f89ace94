"""Prometheus and its Alertmanagers: one, a cluster of two, or two that know nothing of each other.

Prometheus sends what fires to every Alertmanager once a minute, each time with an end four minutes ahead, and
what has ended for another quarter of an hour (`rules/alerting.go`). An Alertmanager that hears nothing until
that end takes it for the end of the alert, and is sent the same alert with its old start later.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING

from tests.simulation.providers import payload
from tests.simulation.providers.alerts import ALL, Alert, Labels, Route
from tests.simulation.providers.listing import Lists
from tests.simulation.providers.peer import Peer
from tests.simulation.providers.provider import Answered, Happens, Shown, State, title

if TYPE_CHECKING:
    from tests.simulation.world import World

RESEND = 60.0
LASTS = 4 * RESEND
RETAINED = 900.0
SHORT = 600.0

SENDERS = ("east", "west")
"""Those that have a token of their own, by the name of a sender."""

MUTES = ("silenced", "inhibited")
TROUBLES = (
    *("silence one", "silence all", "inhibit one"),
    *("cut off", "partition", "restart with data", "restart without data", "prometheus restarts"),
)
"""What may happen to it besides its conditions; each lasts for a while."""

SEEN = (
    *("a repeat", "a retry within the group's interval", "an end that is not sent"),
    *(f"an end is swallowed: {how}" for how in MUTES),
    *("an end by timeout", "firing again with its old start", "firing though it is over"),
    *("a cluster", "two that are no cluster", "a sender by name", "a message"),
)
"""What a run may show of it."""


@dataclass(frozen=True)
class Alertmanagers:
    """Alertmanagers behind one Prometheus, whose clocks agree; they may have a token of their own."""

    name: str
    ahead: float = 0.0
    peers: int = 1
    clustered: bool = True
    route: Route = field(default_factory=Route)
    sender: str = ""

    def build(self, world: "World") -> "Alertmanager":
        return Alertmanager(world, self)


@dataclass
class _Rule:
    """A rule of Prometheus: its start as Prometheus has it, and when it ended if that is still remembered.

    `began` is when it came to fire, whatever Prometheus has forgotten since.
    """

    began: float
    starts: float
    fires: bool = False
    ended: float | None = None
    priority: str = "P1"


class Alertmanager:
    """Prometheus, its Alertmanagers, and who can reach whom."""

    source = "alertmanager"

    def __init__(self, world: "World", setup: Alertmanagers) -> None:
        self._world, self._setup, self.ahead, self.sender = world, setup, setup.ahead, setup.sender
        self.rests_at = 0.0
        self._rules: dict[int, _Rule] = {}
        self._up, self._cut, self._ticking, self._halted = True, set[int](), False, False
        self._told: dict[Labels, float] = {}
        self.peers = [
            Peer(world.schedule, setup.route, partial(self._post, index), self._count)
            for index in range(setup.peers)
        ]
        for index, peer in enumerate(self.peers):
            peer.position = index
        self._join()
        if setup.peers > 1:
            self._count("a cluster" if setup.clustered else "two that are no cluster")
        if setup.sender:
            self._count("a sender by name")

    def happen(self, event: Happens) -> None:
        """Let a condition change, or trouble begin."""
        now = self._world.schedule.time
        rule = self._rules.setdefault(event.condition, _Rule(now, now))
        peer = self.peers[int(event.which * len(self.peers))]
        match event.what:
            case "fires" if not rule.fires:
                began = rule.began if self._unnoticed(event.condition, rule) else now
                self._change(event.condition, _Rule(began, now, fires=True, priority=event.word))
            case "ends" if rule.fires:
                self._change(event.condition, replace(rule, fires=False, ended=now))
            case "worsens" if rule.fires:
                self._change(event.condition, replace(rule, priority=event.word))
            case "silence one" | "silence all" | "inhibit one":
                how = "inhibited" if event.what == "inhibit one" else "silenced"
                for each in self._know(peer, how):
                    each.mute(ALL if event.what == "silence all" else event.condition, how, event.seconds)
            case "cut off":
                self._cut.add(self.peers.index(peer))
                self._later(event.seconds, lambda: self._cut.discard(self.peers.index(peer)))
            case "partition":
                self._part()
                self._later(event.seconds, self._join)
            case "restart with data" | "restart without data":
                peer.stop(keeps_data=event.what == "restart with data")
                self._later(event.seconds, peer.start)
            case "prometheus restarts":
                self._up = False
                self._later(event.seconds, self._restarted)

    def _unnoticed(self, condition: int, rule: _Rule) -> bool:
        """Whether its last end was so short that nobody learned of it: to people it is one firing."""
        ended, now = rule.ended or 0.0, self._world.schedule.time
        return now < ended + SHORT and self._told.get(Labels(condition), 0.0) < ended

    def heal(self) -> None:
        """Let all be well, and fall silent after a few repeats."""
        for peer in self.peers:
            peer.mutes.clear()
        self.rests_at = self._world.schedule.time + 1.2 * self._setup.route.repeat + 600
        self._world.schedule.at(self.rests_at, self._halt)

    def console(self) -> Mapping[str, Shown]:
        """Show what Prometheus shows, and whether it is muted everywhere."""
        return {title(number): self._shown(number, rule) for number, rule in self._rules.items()}

    def _shown(self, number: int, rule: _Rule) -> Shown:
        if not rule.fires:
            return Shown(State.QUIET, rule.ended or rule.starts)
        muted = all(peer.muted(Labels(number)) for peer in self.peers)
        return Shown(State.MUTED if muted else State.FIRING, rule.began)

    def lists(self) -> list[Lists]:
        """Every Alertmanager is asked by itself."""
        return [Lists(peer, self.source, self.ahead) for peer in self.peers]

    # Prometheus

    def _change(self, condition: int, rule: _Rule) -> None:
        self._rules[condition] = rule
        self._send(condition, rule)
        if not self._ticking:
            self._ticking = True
            self._world.schedule.at(self._world.schedule.time + RESEND, self._tick)

    def _send(self, condition: int, rule: _Rule) -> None:
        """Send to whom can be reached what fires, or has ended not long ago."""
        now = self._world.schedule.time
        over = rule.ended is None or rule.ended + RETAINED < now
        if not self._up or self._halted or (not rule.fires and over):
            return
        ends = now + LASTS if rule.fires else float(rule.ended or 0.0)
        for index, peer in enumerate(self.peers):
            if index not in self._cut:
                peer.put(Alert(Labels(condition), rule.starts, ends, rule.priority))

    def _tick(self) -> None:
        if self._halted:
            return
        now = self._world.schedule.time
        for condition, rule in self._rules.items():
            self._send(condition, rule)
        self._ticking = any(
            rule.fires or (rule.ended or 0.0) + RETAINED > now for rule in self._rules.values()
        )
        if self._ticking:
            self._world.schedule.at(now + RESEND, self._tick)

    def _restarted(self) -> None:
        """Prometheus forgets what has ended; what fires still is found to fire from now on."""
        if self._up:
            return
        now = self._world.schedule.time
        self._up = True
        for condition, rule in self._rules.items():
            self._change(condition, replace(rule, starts=now if rule.fires else rule.starts, ended=None))

    # Alertmanagers

    def _know(self, peer: Peer, how: str) -> list[Peer]:
        """Whom a silence reaches: a cluster shares it. What inhibits comes from Prometheus, to all."""
        return (
            [*{id(each): each for each in (peer, *peer.peers)}.values()] if how == "silenced" else self.peers
        )

    def _part(self) -> None:
        for peer in self.peers:
            peer.peers = []

    def _join(self) -> None:
        if self._setup.clustered:
            for peer in self.peers:
                peer.peers = [other for other in self.peers if other is not peer]
            for peer in self.peers:
                if peer.up:
                    peer.catch_up()

    def _post(self, index: int, alerts: list[Alert], answered: Answered) -> None:
        self._count("a message")
        for alert in alerts:
            self._notice(alert)
        body = json.dumps(
            payload.group(self.source, alerts, self.ahead, together=self._setup.route.together)
        ).encode()
        self._world.post(self.source, body, answered, self.sender)

    def _notice(self, alert: Alert) -> None:
        """Count what is remarkable in what is sent."""
        rule, labels = self._rules[alert.labels.condition], alert.labels
        if alert.ends:
            self._told[labels] = self._world.schedule.time
            if rule.fires and rule.starts < alert.ends:
                self._count("an end by timeout")
        elif not rule.fires:
            self._count("firing though it is over")
        elif alert.starts < self._told.get(labels, 0.0):
            self._count("firing again with its old start")

    def _halt(self) -> None:
        self._halted = True
        for peer in self.peers:
            peer.halt()

    def _later(self, seconds: float, end: Callable[[], None]) -> None:
        """Let trouble end, at the latest when the world is left alone."""
        self._world.spell(seconds, lambda world: end())

    def _count(self, what: str) -> None:
        self._world.count(f"{self.source}: {what}")
