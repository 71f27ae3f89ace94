"""What providers say in a run: conditions fire, repeat, escalate, resolve, recur, skip a resolution."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from random import Random

from tests.simulation.provider import JUNK, SOURCES, Junk, Says, Told
from tests.simulation.scenario import START

GAPS = (0.4, 5, 40, 70, 240, 700, 2000, 4000)
"""Seconds between two things that happen to a condition: less than a call takes, up to hours."""

DELIVERIES: tuple[tuple[float, ...], ...] = (
    *((0.1,), (0.1,), (0.1,), (0.1,), (0.1, 0.1), (0.1, 0.4, 1.5)),
    *((8.0,), (45.0,), (0.1, 70.0), (400.0,), (3.0, 1500.0), (7200.0,)),
)
"""After how many seconds the copies of a message come into the queue."""

AHEAD = (0.0, 0.0, 0.0, 0.0, -30.0, 45.0, 1500.0)
"""By how many seconds a provider's clock is ahead."""

MOST = 25
"""Things said in a run."""

ENDS = ("", "", "", "RuleDeleted", "MissingSeries")
PRIORITIES = ("P0", "P1", "P2", "P3")


@dataclass
class _Condition:
    """A condition as its provider knows it."""

    number: int
    source: str
    ahead: float
    told: Told
    known: bool = False
    story: list[tuple[float, Told]] = field(default_factory=list)


def histories(chance: Random, span: float, *, hostile: bool) -> Iterator[Says | Junk]:
    """Draw what is said within `span` seconds; where not `hostile`, each message comes once, at once."""
    source = chance.choice(SOURCES)
    conditions = [_condition(chance, number, source) for number in range(chance.choice((1, 1, 1, 2, 3)))]
    for each in conditions:
        at = chance.uniform(0, 3)
        while at < span:
            each.story.append((at, _next(chance, each, at)))
            at += chance.choice(GAPS) * chance.uniform(0.5, 1.5)
    changes = [(at, each, told) for each in conditions for at, told in each.story]
    for at, speaker, told in sorted(changes, key=lambda change: change[0])[:MOST]:
        said = (told, *_others(chance, conditions, speaker, at))
        yield Says(at, speaker.source, said, chance.choice(DELIVERIES) if hostile else (0.1,))
    if chance.random() < 0.15:
        yield Junk(chance.uniform(0, span), chance.choice(tuple(JUNK)))


def _condition(chance: Random, number: int, source: str) -> _Condition:
    """Mostly of the same source as the others, so that they may come in one request."""
    source = source if chance.random() < 0.8 else chance.choice(SOURCES)
    told = Told(number + 4 * chance.randrange(4), "resolved", 0.0, priority=chance.choice(PRIORITIES))
    return _Condition(number, source, chance.choice(AHEAD), told)


def _next(chance: Random, condition: _Condition, at: float) -> Told:
    """What happens to the condition next; a resolution may be skipped, a firing may be told again."""
    now, before = START + at + condition.ahead, condition.told
    if before.state != "firing":
        again = chance.random() < 0.1 and condition.known
        condition.told = before if again else replace(before, state="firing", began=now, anew=True)
    else:
        condition.told = _while_firing(chance, condition, now)
    condition.known = True
    if condition.source == "cloudwatch" and chance.random() < 0.05:
        return replace(condition.told, state="no data", ended=now)
    return condition.told


def _while_firing(chance: Random, condition: _Condition, now: float) -> Told:
    before, drawn = condition.told, chance.random()
    if drawn < 0.5:
        return replace(before, state="resolved", ended=now, why=chance.choice(ENDS))
    if drawn < 0.6:
        return replace(before, began=now, anew=True)
    if drawn < 0.75:
        before = replace(before, priority=chance.choice(PRIORITIES))
    keeps_time = condition.source in ("grafana", "alertmanager")
    return before if keeps_time else replace(before, began=now, anew=False)


def _others(chance: Random, conditions: list[_Condition], speaker: _Condition, at: float) -> Iterator[Told]:
    """Other conditions of the group as they were then, told again along with the one that changed."""
    if speaker.source == "cloudwatch" or chance.random() < 0.4:
        return
    for other in conditions:
        known = [told for then, told in other.story if then <= at]
        if other is not speaker and other.source == speaker.source and known:
            yield known[-1]
