"""Grafana: rules are evaluated, their states become alerts for the Alertmanager within.

Written from github.com/grafana/grafana, `pkg/services/ngalert/state` (state.go, compat.go): a state keeps its
start while it alerts; each evaluation moves its end four minutes ahead, so that one that is late is an end;
no data and errors are alerts of their own name, and so of their own fingerprint; what was edited, deleted or
lost its series ends with a reason.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from tests.simulation.providers import payload
from tests.simulation.providers.alerts import ALL, Alert, Labels, Route
from tests.simulation.providers.listing import Lists
from tests.simulation.providers.peer import Peer
from tests.simulation.providers.provider import Answered, Happens, Shown, State, title

if TYPE_CHECKING:
    from tests.simulation.world import World

INTERVAL = 60.0
LASTS = 4 * INTERVAL

TROUBLES = (
    *("mute timing", "silence one", "stall", "restart with data", "restart without data"),
    *("edit", "delete", "lose the series", "lose data", "fail"),
)
SEEN = (
    *("a message", "a repeat", "a flush without a second try", "no data", "an error", "an edited rule"),
    *("a deleted rule", "a series that is gone", "an end by timeout", "firing again with its old start"),
    *("an end is swallowed: mute timing", "an end is swallowed: silenced"),
)
SPECIAL = {"lose data": "no data", "fail": "error"}


@dataclass(frozen=True)
class Grafanas:
    """A Grafana; an older one lets an alert expire where a newer one ends it."""

    name: str
    ahead: float = 0.0
    older: bool = False
    route: Route = field(default_factory=lambda: Route(retries=False))

    def build(self, world: "World") -> "Grafana":
        return Grafana(world, self)


@dataclass(frozen=True)
class _Rule:
    """A rule's state; `special` is what its evaluation gives instead of a value, `truth` that value."""

    fires: bool = False
    since: float = 0.0
    priority: str = "P1"
    edition: int = 0
    special: str = ""
    truth: bool = False
    deleted: bool = False


class Grafana:
    """The rules and the Alertmanager within."""

    source = "grafana"

    def __init__(self, world: "World", setup: Grafanas) -> None:
        self._world, self._setup, self.ahead = world, setup, setup.ahead
        self.rests_at = 0.0
        self._rules: dict[int, _Rule] = {}
        self._evaluates, self._ticking, self._halted = True, False, False
        self._states: dict[int, str] = {}
        self._told: dict[Labels, float] = {}
        self.peer = Peer(world.schedule, setup.route, self._post, self._count)

    def happen(self, event: Happens) -> None:  # noqa: C901 - one case for each thing that happens
        """Let a condition change, or trouble begin."""
        now, number = self._world.schedule.time, event.condition
        rule = self._rules.get(number, _Rule(since=now, priority=event.word))
        match event.what:
            case "fires":
                self._sees(number, replace(rule, truth=True, priority=event.word))
            case "ends":
                self._sees(number, replace(rule, truth=False))
            case "worsens":
                self._sees(number, replace(rule, priority=event.word))
            case "lose data" | "fail" if not rule.special:
                special = SPECIAL[event.what]
                self._count("an error" if special == "error" else special)
                self._sees(number, replace(rule, special=special))
                self._world.spell(event.seconds, lambda world: self._regains(number))
            case "lose the series" if rule.fires:
                self._count("a series that is gone")
                self._ends(number, replace(rule, truth=False), "MissingSeries")
            case "edit":
                self._ends(number, rule, "Updated")
                self._count("an edited rule")
                rule = self._rules[number]
                self._sees(number, replace(rule, edition=rule.edition + 1, fires=False))
            case "delete" if not rule.deleted:
                self._count("a deleted rule")
                self._ends(number, replace(rule, deleted=True), "RuleDeleted")
            case "mute timing":
                self.peer.mute(ALL, "mute timing", event.seconds)
            case "silence one":
                self.peer.mute(number, "silenced", event.seconds)
            case "stall":
                self._evaluates = False
                self._world.spell(event.seconds, lambda world: self._resumes())
            case "restart with data" | "restart without data":
                self._evaluates = False
                self.peer.stop(keeps_data=event.what == "restart with data")
                self._world.spell(event.seconds, lambda world: self._resumes())

    def heal(self) -> None:
        """Let all be well, and fall silent after a few repeats."""
        self.peer.mutes.clear()
        self.rests_at = self._world.schedule.time + 1.2 * self._setup.route.repeat + 600
        self._world.schedule.at(self.rests_at, self._halt)

    def console(self) -> Mapping[str, Shown]:
        """Show each rule, and what stands for it while there is no data."""
        shown: dict[str, Shown] = {}
        for number, rule in self._rules.items():
            for special, name in (("", ""), ("no data", " (no data)"), ("error", " (datasource error)")):
                fires = rule.fires and not rule.deleted and special == rule.special
                shown[f"{title(number)}{name}"] = self._shown(number, rule, special, fires=fires)
        return shown

    def _shown(self, number: int, rule: _Rule, special: str, *, fires: bool) -> Shown:
        if not fires:
            return Shown(State.QUIET, rule.since)
        labels = Labels(number, rule.edition, special)
        kept = self.peer.alerts.get(labels)
        since = min(rule.since, kept.starts) if kept else rule.since
        return Shown(State.MUTED if self.peer.muted(labels) else State.FIRING, since)

    def lists(self) -> list[Lists]:
        """Its own Alertmanager is asked."""
        return [Lists(self.peer, self.source, self.ahead)]

    # Rules

    def _sees(self, number: int, rule: _Rule) -> None:
        """Evaluate a rule, now or as soon as it is evaluated again."""
        self._rules[number] = rule
        if self._evaluates and not rule.deleted:
            self._evaluate(number)
        if not self._ticking and not self._halted:
            self._ticking = True
            self._world.schedule.at(self._world.schedule.time + INTERVAL, self._tick)

    def _evaluate(self, number: int) -> None:
        """Move a state on, and send it."""
        rule, now = self._rules[number], self._world.schedule.time
        before = self._states.get(number, "")
        state = rule.special or ("alerting" if rule.truth else "")
        if state != before:
            self._states[number] = state
            if before:
                self._leaves(number, rule, before, state)
            rule = self._rules[number] = replace(rule, fires=bool(state), since=now)
        if rule.fires:
            self._send(number, rule, now + LASTS)

    def _leaves(self, number: int, rule: _Rule, before: str, state: str) -> None:
        """An end is sent; on the way to another alert an older Grafana leaves the one before to expire."""
        now = self._world.schedule.time
        special = before if before != "alerting" else ""
        if state and self._setup.older:
            return
        self.peer.put(Alert(Labels(number, rule.edition, special), now, now, rule.priority))

    def _ends(self, number: int, rule: _Rule, reason: str) -> None:
        """End what is alerting, for a reason that is not a recovery."""
        now = self._world.schedule.time
        self._rules[number] = replace(rule, fires=False, since=now)
        state = self._states.pop(number, "")
        if state and not self._halted:
            special = "" if state == "alerting" else state
            self.peer.put(Alert(Labels(number, rule.edition, special), now, now, rule.priority, reason))

    def _regains(self, number: int) -> None:
        self._sees(number, replace(self._rules[number], special=""))

    def _resumes(self) -> None:
        """States are in the database: what alerts still keeps its start."""
        self._evaluates = True
        self.peer.start()
        for number in self._rules:
            self._sees(number, self._rules[number])

    def _send(self, number: int, rule: _Rule, ends: float) -> None:
        labels = Labels(number, rule.edition, rule.special)
        self.peer.put(Alert(labels, rule.since, ends, rule.priority))

    def _tick(self) -> None:
        if self._halted:
            return
        if self._evaluates:
            for number, rule in self._rules.items():
                if not rule.deleted:
                    self._evaluate(number)
        self._ticking = any(rule.fires for rule in self._rules.values()) or not self._evaluates
        if self._ticking:
            self._world.schedule.at(self._world.schedule.time + INTERVAL, self._tick)

    # Notifications

    def _post(self, alerts: list[Alert], answered: Answered) -> None:
        self._count("a message")
        for alert in alerts:
            self._notice(alert)
        body = json.dumps(
            payload.group(self.source, alerts, self.ahead, together=self._setup.route.together)
        ).encode()
        self._world.post(self.source, body, answered)

    def _notice(self, alert: Alert) -> None:
        """Count what is remarkable in what is sent."""
        rule, labels = self._rules[alert.labels.condition], alert.labels
        same = rule.fires and labels == Labels(labels.condition, rule.edition, rule.special)
        if alert.ends:
            self._told[labels] = self._world.schedule.time
            if same and rule.since < alert.ends:
                self._count("an end by timeout")
        elif same and alert.starts < self._told.get(labels, 0.0):
            self._count("firing again with its old start")

    def _halt(self) -> None:
        self._halted = True
        self.peer.halt()

    def _count(self, what: str) -> None:
        self._world.count(f"{self.source}: {what}")
