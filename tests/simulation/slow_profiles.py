"""Profiles of an outside that is slow and lags, and of what people do where nobody tells us of it."""

from collections.abc import Callable
from random import Random

from tests.simulation.drafting import AHEAD, Compares, FindsNoDouble, begin, emitter, end, scenario
from tests.simulation.people import Acts
from tests.simulation.providers.alertmanager import Alertmanagers
from tests.simulation.providers.alerts import Route
from tests.simulation.scenario import Scenario, Setting
from tests.simulation.weather import Fails, Spell


def _table_slow(seed: int, chance: Random) -> Scenario:
    """Every call to the table takes a second or two: what fires has its issue before long."""
    setup, numbers = emitter(chance), chance.sample(range(8), 3)
    fire = [begin(chance.uniform(0, 30), setup, number, word="P0") for number in numbers]
    setting = Setting((setup,), takes=(("table", chance.choice((1.0, 2.0))),), batch=chance.choice((1, 10)))
    return scenario(seed, setting, *fire, Compares(600.0))


def _lists_long(seed: int, chance: Random) -> Scenario:
    """A list takes longer to read than a function may run, and of what is missing from it nobody tells us."""
    setup, numbers = emitter(chance), range(14)
    fire = [begin(chance.uniform(0, 60), setup, number) for number in numbers]
    deleted = Acts(chance.uniform(300, 900), "delete", chance.random(), heard=False)
    setting = Setting((setup,), page=1, takes=(("github.list", 9.0),))
    return scenario(seed, setting, *fire, deleted)


def _lists_lag(seed: int, chance: Random) -> Scenario:
    """The answer to an opening is lost, and lists are minutes behind: the double is found soon after."""
    setup, began = emitter(chance), chance.uniform(0, 600)
    lost = Fails(began, "github.open", "502, done")
    setting = Setting((setup,), github_ahead=chance.choice((0.0, 0.0, -30.0)))
    lag = Spell(0.0, "lists lag", 2000.0)
    return scenario(seed, setting, lag, lost, begin(began, setup, 0), FindsNoDouble(began + 2700))


def _moved_while_it_flaps(seed: int, chance: Random) -> Scenario:
    """We opened it again ourselves; a person moves it, and we find it there before its row is due."""
    setup, (number, before, after) = emitter(chance), chance.sample((0, 2, 4, 6), 3)
    flaps = [begin(each, setup, number) for each in (20.0, 110.0, 200.0, 290.0)]
    flaps += [end(each.at + chance.uniform(30, 50), setup, number) for each in flaps]
    moved = Acts(chance.uniform(370, 600), "transfer", 0.6, heard=False)
    looks = (Fails(moved.at, "github.open", "502"), begin(moved.at + 1, setup, after))
    setting = Setting((setup,), others=True)
    return scenario(seed, setting, begin(0.0, setup, before), *flaps, moved, *looks)


def _transferred(seed: int, chance: Random) -> Scenario:
    """A person transfers a firing issue to a repository that no route names; it is written to there."""
    setup, number = emitter(chance), chance.choice((0, 2, 4, 6))
    worse = begin(chance.uniform(300, 600), setup, number, word="P0")
    moved = Acts(chance.uniform(60, 200), "transfer", 0.6, heard=chance.random() < 0.5)
    ends = end(chance.uniform(3000, 5000), setup, number)
    return scenario(seed, Setting((setup,)), begin(0.0, setup, number, word="P2"), moved, worse, ends)


def _asked_to_wait(seed: int, chance: Random) -> Scenario:
    """GitHub says until when its limit lasts, by a clock that is behind ours."""
    setup, began = emitter(chance), chance.uniform(0, 60)
    limit = Fails(began, "github.open", "primary limit")
    setting = Setting((setup,), github_ahead=chance.choice((-290.0, -600.0)))
    fire = (begin(began, setup, 0), begin(began + chance.uniform(60, 600), setup, 1))
    return scenario(seed, setting, limit, *fire)


def _begun_again_unheard(seed: int, chance: Random) -> Scenario:
    """A person closes it, it ends, of which no word is sent, and it begins again."""
    route = Route(wait=0.0, interval=30.0, repeat=1200.0, send_resolved=False)
    ahead = chance.choice((*AHEAD, -600.0, -600.0, -600.0))
    setup, number = Alertmanagers("alertmanager", ahead, route=route), chance.randrange(16)
    closes = Acts(chance.uniform(60, 200), "close", 0.0, chance.random() < 0.7)
    ended = closes.at + chance.uniform(60, 200)
    again = begin(ended + chance.uniform(700, 1300), setup, number)
    return scenario(
        seed, Setting((setup,)), begin(0.0, setup, number), closes, end(ended, setup, number), again
    )


PROFILES: tuple[Callable[[int, Random], Scenario], ...] = (
    _table_slow,
    _lists_long,
    _lists_lag,
    _moved_while_it_flaps,
    _transferred,
    _asked_to_wait,
    _begun_again_unheard,
)
