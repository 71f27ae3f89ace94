"""Somebody's emitter of notifications: news, some of it in series, some of which expires or is withdrawn.

Nothing of it ever fires. It posts what it has to say until that is taken, and some of it again.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from random import Random
from typing import TYPE_CHECKING, Any

from chalicelib.adapters.registry import OWN_EMITTERS
from tests.simulation.providers.provider import Happens, Shown, instant

if TYPE_CHECKING:
    from tests.simulation.world import World

NAME = "newsroom"
AGAIN = 300.0
"""Seconds after which it sends again what was not answered."""

IN_SERIES = 2
"""How many subjects have a series of their own; a notification about any other stands alone."""

SUBJECTS = 4
GAPS = (0.4, 5, 70, 700, 2000)
LASTS = (0.0, 0.0, 30.0, 900.0, 4000.0)
"""Seconds until a notification expires; never for none."""

SEEN = ("of a series", "alone", "expires", "sent again", "withdrawn")


@dataclass(frozen=True)
class Newsrooms:
    """An emitter of notifications."""

    name: str = NAME
    ahead: float = 0.0

    def build(self, world: "World") -> "Newsroom":
        return Newsroom(world, self.ahead)


@dataclass(frozen=True)
class Sent:
    """A notification: when it was sent, in true time, and when it expires, if it does."""

    title: str
    series: str
    at: float
    expires_at: float | None
    withdrawn: bool = False


class Newsroom:
    """It remembers what it has sent, by subject, the oldest first."""

    source = NAME

    def __init__(self, world: "World", ahead: float) -> None:
        self._world, self.ahead, self.rests_at = world, ahead, 0.0
        self.sent: dict[int, list[Sent]] = {}

    def happen(self, event: Happens) -> None:
        """Send something new of a subject, or again, or withdraw what was sent last."""
        told = self.sent.setdefault(event.condition, [])
        match event.what:
            case "sends":
                told.append(self._new(event, len(told)))
                self._post(told[-1], event.word)
            case "sends again" if told:
                self._count("sent again")
                self._post(told[-1], event.word)
            case "withdraws" if told and not told[-1].withdrawn:
                self._count("withdrawn")
                told[-1] = replace(told[-1], withdrawn=True)
                self._post(told[-1], event.word)

    def heal(self) -> None:
        """Nothing is wrong with it."""

    def console(self) -> Mapping[str, Shown]:
        """Show no condition: it has none."""
        return {}

    def _new(self, event: Happens, number: int) -> Sent:
        now, alone = self._world.schedule.time, event.condition >= IN_SERIES
        expires_at = now + self.ahead + event.seconds if event.seconds else None
        self._count("alone" if alone else "of a series")
        if expires_at:
            self._count("expires")
            self.rests_at = max(self.rests_at, expires_at)
        title = f"News {event.condition} no {number}"
        return Sent(title, title if alone else f"series-{event.condition}", now, expires_at)

    def _post(self, sent: Sent, priority: str) -> None:
        def answered(status: int | None) -> None:
            if status is None or status >= 500:
                self._world.schedule.at(self._world.schedule.time + AGAIN, lambda: self._post(sent, priority))

        self._world.post(OWN_EMITTERS, json.dumps(self._entry(sent, priority)).encode(), answered)

    def _entry(self, sent: Sent, priority: str) -> dict[str, Any]:
        said_at = self._world.schedule.time if sent.withdrawn else sent.at
        entry = {
            "source": NAME,
            "kind": "notification",
            "state": "RESOLVED" if sent.withdrawn else "FIRING",
            "title": sent.title,
            "priority": priority,
            "occurred_at": instant(said_at + self.ahead),
            "teams": ["infra"],
            "identity": {"alarm_id": sent.title},
            "collapse_key": sent.series,
            "expires_at": instant(sent.expires_at) if sent.expires_at else None,
        }
        return {name: value for name, value in entry.items() if value is not None}

    def _count(self, what: str) -> None:
        self._world.count(f"{NAME}: {what}")


def drawn(chance: Random, span: float, ahead: float) -> tuple[tuple[Newsrooms, ...], Iterator[Happens]]:
    """Draw an emitter in some runs, and what it sends within `span` seconds."""
    if chance.random() >= 0.2:
        return (), iter(())
    return (Newsrooms(ahead=ahead),), _story(chance, span)


def _story(chance: Random, span: float) -> Iterator[Happens]:
    at = chance.uniform(0, 3)
    subjects = chance.sample(range(SUBJECTS), chance.choice((1, 2, 2)))
    while at < span:
        what = chance.choice(("sends", "sends", "sends", "sends again", "withdraws"))
        number, lasts = chance.choice(subjects), chance.choice(LASTS)
        yield Happens(at, NAME, what, number, lasts, word=chance.choice(("P2", "P3")))
        at += chance.choice(GAPS) * chance.uniform(0.5, 1.5)
