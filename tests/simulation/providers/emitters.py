"""Somebody's own emitter: it posts what it sees at once, in batches, from several workers of its own.

Its order is only in its times, ids may change with a release, and some of what it says is lost with it. A
source that has no model of its own is one, too: it sends what its template says, one alert at a time, to the
webhook or to the topic.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from chalicelib.adapters.registry import OWN_EMITTERS, SOURCES
from chalicelib.adapters.source import Example
from chalicelib.alert import Priority
from tests.simulation.providers.provider import HOSTILE, Happens, Shown, State, instant, team, title

if TYPE_CHECKING:
    from tests.simulation.world import World

AGAIN = 300.0
"""Seconds after which it sends again what was not answered."""

MODELLED = {OWN_EMITTERS, "alertmanager", "cloudwatch", "grafana"}
OTHERS = tuple(sorted(name for name, each in SOURCES.items() if each.ends and name not in MODELLED))
"""Sources that have no model of their own, and report ends."""

JUDGED_ON_RECEIPT = "prometheus"
"""Its end counts once that time has passed; a real one says it for 15 minutes, should its clock be ahead."""

TROUBLES = ("holds back", "tells everything", "changes an id")
SEEN = ("several in one batch", "out of order", "a changed id", "sent again", "a message")


@dataclass(frozen=True)
class Emitters:
    """An emitter of the canonical schema, or of what another source sends."""

    name: str
    ahead: float = 0.0
    source: str = OWN_EMITTERS

    def build(self, world: "World") -> "Emitter":
        return Emitter(world, self)


@dataclass(frozen=True)
class _Known:
    """A condition as the emitter knows it; `anew` says that its last firing began a period."""

    fires: bool
    since: float
    priority: str
    edition: int = 0
    anew: bool = True
    spoke: float = 0.0
    recovered: bool = True


class Emitter:
    """It remembers its conditions, and what it holds back."""

    def __init__(self, world: "World", setup: Emitters) -> None:
        self._world, self.source = world, setup.source
        self.ahead = 0.0 if setup.source == JUDGED_ON_RECEIPT else setup.ahead
        self.rests_at = 0.0
        self._known: dict[int, _Known] = {}
        self._holds = self._turns = False
        self._held: list[dict[str, Any]] = []

    def happen(self, event: Happens) -> None:
        """Let a condition change, or its messages be held back for a while."""
        now, number = self._world.schedule.time, event.condition
        known = self._known.get(number, _Known(False, now, event.word))
        match event.what:
            case "fires" if not known.fires:
                self._say(
                    number,
                    replace(known, fires=True, since=now, priority=event.word, spoke=now, anew=True),
                )
            case "ends" if known.fires:
                self._say(
                    number, replace(known, fires=False, since=now, spoke=now, recovered=event.which < 0.8)
                )
            case "worsens" | "repeats" if known.fires:
                worse = event.word if event.what == "worsens" else known.priority
                self._say(number, replace(known, priority=worse, spoke=now, anew=False))
            case "begins anew" if known.fires:
                since = now if self._own else known.since
                self._say(number, replace(known, since=since, spoke=now, anew=True))
            case "tells everything":
                self._post([self._entry(each, one) for each, one in self._known.items()])
            case "changes an id" if known.fires and self._own:
                self._renames(number, known, now)
            case "holds back":
                self._holds, self._turns = True, event.which < 0.8
                self._world.spell(event.seconds, lambda world: self._release())

    def heal(self) -> None:
        """What it holds back is out by now."""

    def console(self) -> Mapping[str, Shown]:
        """Show what it believes."""
        return {
            title(number): Shown(State.FIRING if known.fires else State.QUIET, known.since)
            for number, known in self._known.items()
        }

    def _renames(self, number: int, known: _Known, now: float) -> None:
        """A release changes how the id is made: the old one ends as the new one begins, in one batch."""
        self._count("a changed id")
        old = self._entry(number, replace(known, fires=False, spoke=now, recovered=False))
        self._known[number] = replace(known, edition=known.edition + 1, spoke=now, anew=True)
        self._post([self._entry(number, self._known[number]), old])

    def _say(self, number: int, known: _Known) -> None:
        self._known[number] = known
        self._post([self._entry(number, known)])

    def _post(self, entries: list[dict[str, Any]]) -> None:
        if self._holds:
            self._held += entries
        else:
            self._deliver(entries)

    def _release(self) -> None:
        """What was held back goes out in one batch, mostly the newest first."""
        held, self._holds, self._held = self._held[:: -1 if self._turns else 1], False, []
        if self._turns and len(held) > 1:
            self._count("out of order")
        self._deliver(held)

    def _deliver(self, entries: list[dict[str, Any]]) -> None:
        for batch in [entries] if self._own and entries else [[each] for each in entries]:
            self._send(batch)

    def _send(self, entries: list[dict[str, Any]]) -> None:
        self._count("a message")
        if len(entries) > 1:
            self._count("several in one batch")

        def answered(status: int | None) -> None:
            if status is None or status >= 500:
                self._count("sent again")
                self._world.schedule.at(self._world.schedule.time + AGAIN, lambda: self._send(entries))

        body = entries if self._own else entries[0]
        if SOURCES[self.source].posts:
            self._world.post(self.source, json.dumps(body).encode(), answered)
        else:
            self._world.publish(body)

    @property
    def _own(self) -> bool:
        return self.source == OWN_EMITTERS

    def _entry(self, number: int, known: _Known) -> Any:
        return _entry(number, known, self.ahead) if self._own else self._templated(number, known)

    def _templated(self, number: int, known: _Known) -> Any:
        """What the source's template says of a condition, to the millisecond, which is all that it has."""
        at = datetime.fromtimestamp(known.spoke + self.ahead, UTC)
        owner = (team(number) or "unheard-of", Priority(known.priority))
        return SOURCES[self.source].template(Example(at, None if known.fires else at, title(number), *owner))

    def _count(self, what: str) -> None:
        self._world.count(f"{self.source}: {what}")


def _entry(number: int, known: _Known, ahead: float) -> dict[str, Any]:
    edition = f"-of-release-{known.edition}" if known.edition else ""
    return {
        "source": "ci-watcher",
        "state": "FIRING" if known.fires else "RESOLVED",
        "title": title(number),
        "summary": HOSTILE,
        "priority": known.priority,
        "occurred_at": instant(known.spoke + ahead),
        "teams": [team(number) or "unheard-of"],
        "identity": {"alarm_id": f"condition-{number}{edition}"},
        "began_anew": known.fires and known.anew,
        "recovered": known.recovered,
    }
