"""Profiles of incidents: in quiet, in trouble, and of a storm; and what people say of them in any run."""

from collections.abc import Callable, Iterator, Sequence
from random import Random

from tests.simulation import faults
from tests.simulation.declaring import (
    DECLARES,
    ENDS,
    NAMES_ONE,
    OF_A_STORM,
    ON_THE_BOARD,
    FillsIn,
    Says,
    TakesOff,
)
from tests.simulation.drafting import begin, cloudwatch, emitter, end, scenario
from tests.simulation.incidents import INSIDER, STRANGE
from tests.simulation.people import Acts
from tests.simulation.providers.cloudwatch import CloudWatches
from tests.simulation.providers.provider import Setup
from tests.simulation.scenario import Scenario, Setting, Stimulus
from tests.simulation.timelines import Reads
from tests.simulation.weather import Crashes, Fails, Spell

TITLES = ("", "", "Registry is down", "All | runners @pinged-person <b>")
WHERE = (DECLARES, DECLARES, DECLARES, OF_A_STORM, ON_THE_BOARD, NAMES_ONE)
CALLS = ("open", "edit", "read", "comment", "comments", "react", "permission", "attach", "list")
TOUCHED = ("get", "record", "claim", "settle", "rest", "swap", "load", "query_groups", "query_issues")


def asks(chance: Random, times: Sequence[float]) -> Iterator[Stimulus]:
    """Draw what people say of incidents in any run, from soon after something was said."""
    for _ in range(chance.choice((1, 1, 2, 3))):
        at = chance.choice(times) + chance.choice((5.0, 60.0, 700.0)) * chance.uniform(0.2, 1)
        yield from _declares(chance, at)


def _declares(chance: Random, at: float, place: str = "") -> Iterator[Stimulus]:
    """Somebody declares one, perhaps twice, or in vain; and perhaps ends it, and perhaps twice."""
    which, title = chance.random(), chance.choice(TITLES)
    place = place or chance.choice(WHERE)
    author = STRANGE if chance.random() < 0.1 else INSIDER
    heard = chance.random() < 0.8
    yield Says(at, place, which, title, author, heard)
    if chance.random() < 0.3:
        again = chance.choice((place, DECLARES, NAMES_ONE))
        yield Says(at + chance.choice((0.2, 3.0, 90.0)), again, which, title, INSIDER, heard)
    if chance.random() < 0.5:
        yield FillsIn(at + chance.uniform(5, 600))
    if chance.random() < 0.3:
        yield TakesOff(at + chance.uniform(120, 900))
    over = at + chance.choice((20.0, 300.0, 1500.0)) * chance.uniform(0.5, 2)
    if chance.random() < 0.7:
        if chance.random() < 0.2:
            yield Says(over - 10, ENDS, chance.random(), author=STRANGE)
        yield Says(over, ENDS, chance.random(), heard=heard)
        if chance.random() < 0.3:
            yield Says(over + chance.choice((0.2, 90.0)), ENDS, chance.random())


def _at_once(chance: Random, minute: float) -> Iterator[Stimulus]:
    """Two people declare one of an alert: on the board, just before it is read, and on the alert's issue."""
    which = chance.random()
    yield Spell(minute - 30, "indexes lag", chance.choice((40.0, 120.0)))
    yield Says(minute - chance.uniform(5, 20), NAMES_ONE, which)
    yield Says(minute + chance.uniform(-2, 3), DECLARES, which)


def _in_quiet(seed: int, chance: Random) -> Scenario:
    """Nothing fails: a timeline holds all that happened, within minutes."""
    setup, number = chance.choice((emitter(chance), cloudwatch(chance))), chance.choice((0, 2, 4, 6))
    began, said = chance.uniform(0, 60), chance.uniform(100, 200)
    word = chance.choice(("P1", "P2"))
    happens = [begin(began, setup, number, word=word)]
    if chance.random() < 0.6:
        happens.append(end(said + chance.uniform(200, 600), setup, number))
        happens.append(begin(happens[-1].at + chance.uniform(100, 900), setup, number, word=word))
    acts = [Acts(said + chance.uniform(60, 1500), chance.choice(("comment", "ack")), 0.0) for _ in range(2)]
    over = said + chance.uniform(2000, 2500)
    return scenario(
        seed,
        Setting((setup,), incidents=True),
        *happens,
        Says(said, DECLARES, title=chance.choice(TITLES)),
        FillsIn(said + chance.uniform(30, 300)),
        *acts,
        Reads(said + 240),
        Reads(over - 1),
        Says(over, ENDS),
        Reads(over + 240, over=True),
    )


def _in_trouble(seed: int, chance: Random) -> Scenario:
    """Workers die, calls fail and people act, about when it is declared, and when it is ended."""
    setup = chance.choice((emitter(chance), cloudwatch(chance)))
    numbers = chance.sample((0, 2, 4, 6), chance.choice((1, 1, 2)))
    fires = [begin(chance.uniform(0, 100), setup, number) for number in numbers]
    ends = [end(chance.uniform(300, 2500), setup, number) for number in numbers if chance.random() < 0.6]
    again = [begin(each.at + chance.uniform(20, 900), setup, each.condition) for each in ends[:1]]
    said = chance.uniform(110, 900)
    declared = list(_declares(chance, said, chance.choice((DECLARES, DECLARES, NAMES_ONE, ON_THE_BOARD))))
    if (dice := Random(f"{seed}/at once")).random() < 0.2:
        declared = list(_at_once(dice, 60.0 * dice.randint(14, 20)))
    near = [each.at for each in declared]
    trouble = [_trouble(chance, chance.choice(near)) for _ in range(chance.randint(0, 4))]
    acts = [
        Acts(
            chance.choice(near) + chance.uniform(0.5, 300),
            chance.choice(("close", "reopen", "comment", "ack", "write below", "retitle", "transfer")),
            chance.random(),
            chance.random() < 0.7,
        )
        for _ in range(chance.choice((0, 1, 2)))
    ]
    others = any(each.action == "transfer" for each in acts)
    setting = Setting(
        (setup,),
        batch=chance.choice((1, 10)),
        board=True,
        incidents=True,
        others=others,
        tiers=chance.random() < 0.3,
        workers_apart=chance.choice((0.0, 2.0)),
    )
    return scenario(seed, setting, *fires, *ends, *again, *declared, *trouble, *acts)


def _trouble(chance: Random, near: float) -> Stimulus:
    service, names = chance.choice((("table", TOUCHED), ("github", CALLS), ("github", CALLS)))
    point, at = (
        f"{service}.{chance.choice(names)}",
        near + chance.choice((0.0, 1.0, 5.0, 60.0)) * chance.random(),
    )
    if chance.random() < 0.45:
        return Crashes(at, point, chance.choice(("before", "after")))
    if chance.random() < 0.15:
        return Spell(at, chance.choice(("lists lag a little", "indexes lag")), 300.0)
    return Fails(at, point, chance.choice(tuple(faults.of(point))), chance.choice((1, 1, 2, 4)))


def _of_a_storm(seed: int, chance: Random) -> Scenario:
    """Alerts of one account are a storm, and an incident is declared on its issue, or on an alert's."""
    setup: Setup = CloudWatches("cloudwatch")
    fires = [
        begin(chance.uniform(0, 60), setup, 2 * number, word="P2") for number in range(chance.randint(3, 5))
    ]
    ends = [end(chance.uniform(900, 2500), setup, each.condition) for each in fires]
    said = chance.uniform(100, 600)
    place = chance.choice((OF_A_STORM, OF_A_STORM, DECLARES))
    trouble = [_trouble(chance, said) for _ in range(chance.choice((0, 0, 1, 2)))]
    setting = Setting((setup,), storm_at=2, incidents=True, board=chance.random() < 0.3)
    return scenario(seed, setting, *fires, *ends, *_declares(chance, said, place), *trouble)


PROFILES: tuple[Callable[[int, Random], Scenario], ...] = (_in_quiet, _in_trouble, _in_trouble, _of_a_storm)
