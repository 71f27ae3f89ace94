"""Who speaks in a run, what happens to their conditions, and what befalls the providers themselves."""

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from chalicelib.adapters.registry import OWN_EMITTERS
from tests.simulation.junk import JUNK, Junk
from tests.simulation.providers import alertmanager, cloudwatch, emitters, grafana
from tests.simulation.providers.alertmanager import Alertmanagers
from tests.simulation.providers.alerts import Route
from tests.simulation.providers.cloudwatch import CloudWatches
from tests.simulation.providers.emitters import Emitters
from tests.simulation.providers.grafana import Grafanas
from tests.simulation.providers.provider import Happens, Setup

GAPS = (0.4, 5, 40, 70, 240, 700, 2000, 4000)
"""Seconds between two things that happen to a condition: less than a call takes, up to hours."""

LASTS = (20.0, 120.0, 400.0, 1000.0, 3000.0, 6000.0)
"""Seconds that trouble of a provider lasts."""

CLOCKS = (0.0, 0.0, 0.0, -30.0, 45.0, -290.0, 290.0, -600.0, 600.0)
"""By how many seconds a provider's clock is ahead; GitHub's may be as far the other way."""

MOST = 25
"""Things that happen to conditions in a run."""

PRIORITIES = ("P0", "P1", "P2", "P3")
OFF: dict[str, str] = {}
"""What the product cannot stand yet, and why; each is a stimulus that is not drawn."""

KINDS = ("alertmanager", "grafana", "cloudwatch", "emitter")
TROUBLES = {
    kind: tuple(name for name in troubles if f"{kind}: {name}" not in OFF)
    for kind, troubles in {
        "alertmanager": alertmanager.TROUBLES,
        "grafana": grafana.TROUBLES,
        "cloudwatch": cloudwatch.TROUBLES,
        "emitter": emitters.TROUBLES,
    }.items()
}


@dataclass(frozen=True)
class History:
    """The providers of a run, and what happens there."""

    cast: tuple[Setup, ...]
    happens: tuple[Happens | Junk, ...]


def history(chance: Random, span: float) -> History:
    """Draw what happens within `span` seconds; mostly at one provider, sometimes at two."""
    kinds = chance.sample(KINDS, 2 if chance.random() < 0.15 else 1)
    counts = [chance.choice((1, 1, 1, 2, 3))] if len(kinds) == 1 else [chance.choice((1, 2)), 1]
    cast, happens, first = list[Setup](), list[Happens | Junk](), 0
    for kind, count in zip(kinds, counts, strict=True):
        cast.append(_setup(chance, kind, span))
        numbers = [first + index + 4 * chance.randrange(4) for index in range(count)]
        changes = [each for number in numbers for each in _story(chance, kind, number, span)]
        happens += sorted(changes, key=lambda each: each.at)[:MOST]
        happens += _troubles(chance, kind, numbers, happens)
        first += count
    if chance.random() < 0.15:
        happens.append(Junk(chance.uniform(0, span), chance.choice(tuple(JUNK))))
    return History(tuple(cast), tuple(happens))


def ahead_of_time(chance: Random) -> float:
    """By how much a party's clock is ahead in this run."""
    drawn = chance.choice(CLOCKS)
    return 0.0 if "clocks" in OFF else drawn


def _setup(chance: Random, kind: str, span: float) -> Setup:
    ahead = ahead_of_time(chance)
    match kind:
        case "alertmanager":
            route = _route(chance, span, kind)
            return Alertmanagers(kind, ahead, chance.choice((1, 1, 2)), chance.random() < 0.6, route)
        case "grafana":
            return Grafanas(kind, ahead, chance.random() < 0.5, _route(chance, span, kind))
        case "cloudwatch":
            return CloudWatches(kind, ahead, chance.random() < 0.25 and "cloudwatch: contributors" not in OFF)
    # A copy of the dice, so that what else is drawn stays as it is when there is one source more.
    dice = Random()
    dice.setstate(chance.getstate())
    return Emitters(kind, ahead, dice.choice((OWN_EMITTERS, OWN_EMITTERS, *emitters.OTHERS)))


def _route(chance: Random, span: float, kind: str) -> Route:
    """Scaled: by default Alertmanager waits 30 s, and repeats each four hours."""
    return Route(
        wait=chance.choice((0.0, 5.0, 30.0)),
        interval=chance.choice((30.0, 60.0, 300.0)),
        repeat=max(span / 8, chance.choice((600.0, 1200.0, 3600.0))),
        together=chance.random() < 0.7,
        send_resolved=chance.random() < 0.93 or f"{kind}: send_resolved false" in OFF,
        retries=kind == "alertmanager",
    )


def _story(chance: Random, kind: str, number: int, span: float) -> Iterator[Happens]:
    """The life of a condition: it fires and ends, and may get worse on the way."""
    at, fires = chance.uniform(0, 3), False
    while at < span:
        what = _while_firing(chance, kind) if fires else "fires"
        fires = what not in ("ends", "lacks data")
        yield Happens(at, kind, what, number, which=chance.random(), word=chance.choice(PRIORITIES))
        at += chance.choice(GAPS) * chance.uniform(0.5, 1.5)


def _while_firing(chance: Random, kind: str) -> str:
    drawn = chance.random()
    if drawn < 0.65:
        return "ends"
    if kind == "cloudwatch":
        return "lacks data" if drawn < 0.8 else "ends"
    if kind == "emitter" and drawn < 0.9:
        return "repeats" if drawn < 0.8 else "begins anew"
    return "worsens"


def _troubles(
    chance: Random, kind: str, numbers: list[int], happens: list[Happens | Junk]
) -> Iterator[Happens]:
    """What befalls the provider, mostly about when something happens to a condition."""
    if chance.random() < 0.25 or not TROUBLES[kind]:
        return
    for _ in range(chance.choice((1, 1, 2, 3))):
        at = chance.choice(happens).at + chance.choice((-0.1, -300.0, 2.0, 60.0, 700.0)) * chance.random()
        what, lasts = chance.choice(TROUBLES[kind]), chance.choice(LASTS) * chance.uniform(0.5, 1.5)
        number, which = chance.choice(numbers), chance.random()
        yield Happens(max(0.0, at), kind, what, number, lasts, which, chance.choice(PRIORITIES))
