"""From a seed to a scenario; each run has some kinds of trouble and not others, so that all combine."""

from collections.abc import Callable, Iterator
from random import Random

from tests.simulation import faults, incident_profiles, storm_profiles, window_profiles
from tests.simulation.histories import History, ahead_of_time, history
from tests.simulation.outside import POINTS
from tests.simulation.people import ACTIONS, Acts
from tests.simulation.profiles import profile
from tests.simulation.providers import newsroom
from tests.simulation.scenario import Scenario, Setting, Stimulus
from tests.simulation.weather import STATES, Crashes, Fails, Spell

SPANS = (60.0, 600.0, 600.0, 1800.0, 1800.0, 5400.0, 14_000.0)
ALL_POINTS = tuple(
    point
    for service, names in POINTS.items()
    for name in names
    if (point := f"{service}.{name}") not in storm_profiles.POINTS
)
"""Calls to disturb; those that only a storm makes are disturbed where there is one."""

RARE = (
    *(
        "table.ask",
        "cloudwatch.describe",
        "lookups.list",
        "table.rest",
        "queue.reject",
        "queue.requeue",
        "github.comments",
        "github.comment",
    ),
    *("github.label", "github.unlabel", "github.react", "github.permission"),
)
"""Calls that few runs make, and that are therefore disturbed more often."""


WORKERS_APART = (0.0, 0.0, 2.0, 60.0, 300.0)
"""By how many seconds workers' clocks may be off, either way; AWS takes no call from one further off."""


SELDOM_CRASHED = ("github.list", "github.permission", "github.permission", "lookups.list")
"""Calls at which chance alone would let a worker crash less than once in 2,000 runs."""

EFFECTIVE = tuple(name for name in faults.of("github.open") if name.endswith(", done"))
"""Failures of an opening that has taken effect."""


def generate(seed: int) -> Scenario:
    """Draw a scenario, of a profile where the seed has one."""
    if drawn_so := profile(seed):
        return drawn_so
    chance = Random(seed)
    span = chance.choice(SPANS)
    drawn = history(chance, span)
    newsrooms, news = newsroom.drawn(dice := Random(f"{seed}/news"), span, ahead_of_time(dice))
    drawn = History((*drawn.cast, *newsrooms), (*drawn.happens, *news))
    times = [stimulus.at for stimulus in drawn.happens]
    trouble = [
        *_some(chance, 0.6, 6, lambda: _fails(chance, times)),
        *_some(chance, 0.35, 3, lambda: Crashes(_near(chance, times), _point(chance), _when(chance))),
        *_some(chance, 0.25, 2, lambda: _outage(chance, times)),
        *_some(chance, 0.25, 2, lambda: _spell(chance, times)),
        *_some(chance, 0.5, 5, lambda: _acts(chance, times)),
        *(_plot(chance, chance.choice(times)) if chance.random() < 0.2 else ()),
        *_some(Random(f"{seed}/crashes"), 0.12, 1, lambda: _seldom_crashes(Random(f"{seed}/crash"), times)),
    ]
    trouble += window_profiles.asks(Random(f"{seed}/asks"), span)
    if (dice := Random(f"{seed}/sev")).random() < 0.08 and times:
        trouble += incident_profiles.asks(dice, times)
    others = any(isinstance(each, Acts) and each.action == "transfer" for each in trouble)
    stimuli = sorted([*drawn.happens, *trouble], key=lambda each: each.at)
    return Scenario(seed, _setting(seed, chance, drawn, others=others), tuple(stimuli))


def _setting(seed: int, chance: Random, drawn: History, *, others: bool) -> Setting:
    tight = chance.random() < 0.12
    return Setting(
        cast=drawn.cast,
        github_ahead=ahead_of_time(chance),
        workers_apart=Random(f"{seed}/workers").choice(WORKERS_APART),
        hostile=chance.random() < 0.6,
        lists=chance.random() < 0.3,
        batch=chance.choice((1, 2, 10)),
        window=Random(f"{seed}/window").choice((0.0, 0.0, 0.3)),
        per_minute=3 if tight else 75,
        per_hour=9 if tight else 480,
        comment_cap=chance.choice((0, 1, 2)) if chance.random() < 0.1 else 2500,
        others=others,
        board=chance.random() < 0.2,
        mirror=Random(f"{seed}/mirror").random() < 0.4,
        tiers=Random(f"{seed}/tiers").random() < 0.4,
        incidents=Random(f"{seed}/sev").random() < 0.08,
        enriched=Random(f"{seed}/enriched").random() < 0.4,
        storm_at=2 if Random(f"{seed}/storms").random() < 0.1 else 0,
        maintenance=window_profiles.rules(Random(f"{seed}/windows"), drawn.happens),
    )


def _some(chance: Random, likely: float, most: int, draw: Callable[[], Stimulus]) -> Iterator[Stimulus]:
    """None, or some of a kind."""
    if chance.random() < likely:
        for _ in range(chance.randint(1, most)):
            yield draw()


def _near(chance: Random, times: list[float]) -> float:
    """A time soon after something was said, when there is work to disturb."""
    return max(
        0.0, chance.choice(times) + chance.choice((-0.1, 0.5, 2.0, 9.0, 60.0, 700.0)) * chance.random()
    )


def _point(chance: Random) -> str:
    return chance.choice((*ALL_POINTS, *RARE, *RARE, *RARE))


def _seldom_crashes(chance: Random, times: list[float]) -> Crashes:
    return Crashes(chance.choice(times), chance.choice(SELDOM_CRASHED), _when(chance))


def _when(chance: Random) -> str:
    return chance.choice(("before", "after"))


def _fails(chance: Random, times: list[float]) -> Fails:
    point = _point(chance)
    fault = chance.choice(tuple(faults.of(point)))
    return Fails(_near(chance, times), point, fault, chance.choice((1, 1, 1, 2, 4)))


def _outage(chance: Random, times: list[float]) -> Fails:
    """A whole service is away for a while."""
    service = chance.choice(("table", "github", "github"))
    fault = chance.choice(tuple(faults.of(f"{service}.")))
    lasts = chance.choice((5.0, 60.0, 600.0, 3000.0, *((9000.0,) if service == "table" else ())))
    return Fails(_near(chance, times), service, fault, 10_000, lasts)


def _spell(chance: Random, times: list[float]) -> Spell:
    return Spell(_near(chance, times), chance.choice(tuple(STATES)), chance.choice((20.0, 300.0, 3000.0)))


def _plot(chance: Random, at: float) -> tuple[Stimulus, ...]:
    """Troubles that matter together: they would seldom meet by chance."""
    lost = Fails(at, "github.open", chance.choice(EFFECTIVE), chance.choice((1, 1, 2)))
    return chance.choice(
        (
            (lost, Spell(at, "lists lag a little", 3000.0)),
            (lost, Fails(at, "github.list", "empty list")),
            (Fails(at, "table.rest", "late", 4),),
        )
    )


def _acts(chance: Random, times: list[float]) -> Acts:
    return Acts(
        _near(chance, times) + 0.3, chance.choice(tuple(ACTIONS)), chance.random(), chance.random() < 0.7
    )
