"""Profiles: runs that show one fault of the outside, and little else, as chance would seldom draw it."""

from collections.abc import Callable
from random import Random

from tests.simulation import (
    beat_profiles,
    called,
    incident_profiles,
    inhibition,
    oracle,
    slow_profiles,
    storm_profiles,
    window_profiles,
)
from tests.simulation.called import CallsTiers
from tests.simulation.drafting import AHEAD, Compares, begin, cloudwatch, emitter, end, scenario
from tests.simulation.people import Acts
from tests.simulation.providers.alertmanager import SENDERS, Alertmanagers
from tests.simulation.providers.alerts import APART, Route
from tests.simulation.providers.cloudwatch import CloudWatches
from tests.simulation.providers.emitters import Emitters
from tests.simulation.providers.provider import Happens, Setup
from tests.simulation.scenario import Scenario, Setting
from tests.simulation.weather import Crashes, Fails, Spell

EACH = 7
"""One of this many seeds has a profile."""


STORMS_EACH = 28
"""One of this many seeds has a profile of a storm; drawn separately, so that other seeds stay the same."""

INCIDENTS = 28 // 4
"""Which of those seeds have a profile of an incident."""


def profile(seed: int) -> Scenario | None:
    """Draw a run of a profile, where the seed has one."""
    chance = Random(f"{seed}/profile")
    if seed % STORMS_EACH == INCIDENTS:
        return chance.choice(incident_profiles.PROFILES)(seed, chance)
    if seed % STORMS_EACH == STORMS_EACH // 2:
        return chance.choice(storm_profiles.PROFILES)(seed, chance)
    return chance.choice(PROFILES)(seed, chance) if seed % EACH == EACH // 2 else None


def _an_answer_lacks_it(seed: int, chance: Random) -> Scenario:
    """An alarm fires for long, and a replica that is behind does not know it at one of the looks."""
    setup, number = cloudwatch(chance), chance.randrange(16)
    began, lasts = chance.uniform(0, 300), chance.uniform(2500, 5000)
    lacks = Happens(began + chance.uniform(10, 1500), setup.name, "lack an alarm", number)
    setting = Setting((setup,), hostile=chance.random() < 0.3)
    return scenario(seed, setting, begin(began, setup, number), lacks, end(began + lasts, setup, number))


def _contributors_take_turns(seed: int, chance: Random) -> Scenario:
    """One of an alarm's contributors ends, and the other fires on."""
    setup, number = cloudwatch(chance, contributors=True), chance.randrange(16)
    one, other = chance.sample((0.1, 0.9), 2)
    ends = chance.uniform(500, 2000)
    return scenario(
        seed,
        Setting((setup,), hostile=chance.random() < 0.3),
        begin(chance.uniform(0, 200), setup, number, one),
        begin(chance.uniform(0, 400), setup, number, other),
        end(ends, setup, number, one),
        end(ends + chance.uniform(2000, 4000), setup, number, other),
    )


def _closed_by_another_clock(seed: int, chance: Random) -> Scenario:
    """A person closes an issue soon, and by GitHub's clock that was before the condition began."""
    setup: Setup = chance.choice((CloudWatches, Emitters))(
        "provider", chance.choice((0.0, 45.0, 290.0, 600.0))
    )
    began, number = chance.uniform(0, 100), chance.randrange(16)
    closes = Acts(began + chance.uniform(5, 60), "close", 0.0, chance.random() < 0.7)
    setting = Setting((setup,), github_ahead=chance.choice((-30.0, -290.0, -600.0)))
    ends = end(began + chance.uniform(600, 3000), setup, number)
    return scenario(seed, setting, begin(began, setup, number), closes, ends)


def _table_away(seed: int, chance: Random) -> Scenario:
    """The table is away for longer than a message may be received without success."""
    setup, number = emitter(chance), chance.randrange(16)
    fault = chance.choice(("throttled", "silent"))
    away = Fails(chance.uniform(0, 60), "table", fault, 10_000, chance.uniform(6000, 9000))
    said = away.at + chance.uniform(-20, 600)
    back = begin(away.at + away.seconds + 30, setup, number + 16)
    return scenario(
        seed,
        Setting((setup,), batch=chance.choice((1, 10))),
        away,
        begin(max(0.0, said), setup, number),
        back,
    )


def _marker_pasted(seed: int, chance: Random) -> Scenario:
    """A person copies text between issues, and the marker with it; nobody tells us."""
    setup, (one, other) = emitter(chance), chance.sample(range(8), 2)
    pasted = Acts(chance.uniform(60, 600), "paste a marker", chance.random(), heard=False)
    setting = Setting((setup,), github_ahead=chance.choice(AHEAD), board=chance.random() < 0.5)
    ends = end(pasted.at + chance.uniform(2000, 6000), setup, chance.choice((one, other)))
    return scenario(
        seed, setting, begin(0.0, setup, one), begin(chance.uniform(5, 50), setup, other), pasted, ends
    )


def _installed_otherwise(seed: int, chance: Random) -> Scenario:
    """The App is reinstalled, or its tokens end, when all running workers know it; then something fires."""
    setup, states = emitter(chance), ("installed again", "tokens revoked")
    spell = Spell(chance.uniform(800, 1200), chance.choice(states), 20.0)
    fires = spell.at + chance.uniform(5, 900)
    return scenario(
        seed,
        Setting((setup,)),
        begin(chance.uniform(0, 20), setup, 0, word="P0"),
        spell,
        begin(fires, setup, 1, word="P0"),
        Compares(fires + oracle.SOON + 1),
    )


def _over_in_a_batch(seed: int, chance: Random) -> Scenario:
    """What an emitter holds back for a while is over when it comes, all in one message."""
    setup, number = emitter(chance), chance.randrange(16)
    held = Happens(0.0, setup.name, "holds back", seconds=chance.uniform(30, 200), which=0.9)
    fires = chance.uniform(1, 15)
    return scenario(
        seed,
        Setting((setup,), batch=chance.choice((2, 10)), window=0.3),
        held,
        begin(fires, setup, number, word=chance.choice(("P1", "P2", "P3"))),
        end(fires + chance.uniform(1, 10), setup, number),
        Compares(held.seconds + oracle.SOON + 1),
    )


def _one_of_a_group_ends(seed: int, chance: Random) -> Scenario:
    """Alerts are notified together; one of them ends while the others fire."""
    route = Route(wait=chance.choice((0.0, 5.0)), interval=30.0, repeat=1200.0)
    setup = Alertmanagers("alertmanager", chance.choice(AHEAD), route=route)
    numbers, ends = chance.sample(range(8), 3), chance.uniform(100, 500)
    fires = [begin(chance.uniform(0, 20), setup, number) for number in numbers]
    compares = Compares(ends + oracle.SOON + 60)
    return scenario(seed, Setting((setup,)), *fires, end(ends, setup, numbers[0]), compares)


def _one_fingerprint_for_two_things(seed: int, chance: Random) -> Scenario:
    """Two Alertmanagers that know nothing of each other, each a sender, give two things the same labels."""
    route = Route(wait=chance.choice((0.0, 5.0)), interval=30.0, repeat=1200.0)
    ahead, number = chance.choice(AHEAD), chance.randrange(16)
    east, west = (Alertmanagers(name, ahead, route=route, sender=name) for name in SENDERS)
    fires, ends = chance.uniform(0, 30), chance.uniform(300, 900)
    return scenario(
        seed,
        Setting((east, west), lists=chance.random() < 0.5, batch=chance.choice((1, 10))),
        begin(fires, east, number),
        begin(chance.uniform(0, 60), west, number + APART),
        end(ends, east, number) if chance.random() < 0.6 else end(ends, west, number + APART),
        Compares(ends + oracle.SOON + 60),
    )


def _said_while_it_is_written(seed: int, chance: Random) -> Scenario:
    """A call to GitHub is on its way for seconds; its provider says otherwise, and a worker dies."""
    setup, number, began = emitter(chance), chance.randrange(16), chance.uniform(0, 30)
    ends = began + chance.choice((chance.uniform(0.8, 4), 60.0))
    again = ends + chance.uniform(0.8, 4)
    late = Fails(began, "github.open", "slow", 1)
    if ends > began + 9:
        late = Fails(ends, "github.edit", "slow", chance.choice((1, 2)))
    happens = [begin(began, setup, number), end(ends, setup, number)]
    if chance.random() < 0.8:
        happens.append(begin(again, setup, number))
    crash = [Crashes(ends, "table.rest", "after")] if chance.random() < 0.7 else []
    setting = Setting((setup,), batch=chance.choice((1, 10)))
    return scenario(seed, setting, *happens, late, *crash)


def _nobody_acknowledges(seed: int, chance: Random) -> Scenario:
    """A P0 or P1 fires for long, and perhaps somebody has it, of which perhaps nobody tells us."""
    setup, number = chance.choice((emitter(chance), cloudwatch(chance))), chance.choice((0, 2, 4, 6))
    began = chance.uniform(0, 60)
    due = began + chance.choice((1, 2)) * called.AFTER
    lost = Fails(due, "github.comment", chance.choice(("502", "502, done", "slow")), 1)
    dies = Crashes(due, "github.comment", chance.choice(("before", "after")))
    trouble = chance.choice(((), (lost,), (dies,)))
    said = [Acts(chance.uniform(60, 2600), chance.choice(("ack", "ack", "comment")), 0.0, heard=False)]
    if chance.random() < 0.5:
        said.append(Acts(said[0].at + chance.uniform(60, 900), "unack", 0.0, chance.random() < 0.7))
    calls = CallsTiers(chance.uniform(1600, 3600))
    fires = begin(began, setup, number, word=chance.choice(("P0", "P1")))
    return scenario(
        seed, Setting((setup,), tiers=True), fires, *trouble, *(said if chance.random() < 0.6 else ()), calls
    )


def _flaps_unacknowledged(seed: int, chance: Random) -> Scenario:
    """It flaps for an hour, which is nobody's word that it is nobody's business."""
    setup, number = emitter(chance), chance.choice((0, 2, 4, 6))
    fires = [begin(at, setup, number) for at in range(20, 4500, 240)]
    ends = [end(each.at + chance.uniform(60, 150), setup, number) for each in fires[:-1]]
    return scenario(seed, Setting((setup,), tiers=True), *fires, *ends, CallsTiers(4900.0))


PROFILES: tuple[Callable[[int, Random], Scenario], ...] = (
    _an_answer_lacks_it,
    _contributors_take_turns,
    _closed_by_another_clock,
    _table_away,
    _marker_pasted,
    _installed_otherwise,
    _over_in_a_batch,
    _one_of_a_group_ends,
    _one_fingerprint_for_two_things,
    _said_while_it_is_written,
    _nobody_acknowledges,
    _flaps_unacknowledged,
    *slow_profiles.PROFILES,
    *inhibition.PROFILES,
    *window_profiles.PROFILES,
    *beat_profiles.PROFILES,
)
