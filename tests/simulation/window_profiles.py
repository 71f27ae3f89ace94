"""Profiles of maintenance: what fires while a window lasts, and outlives it; and windows for any run."""

from collections.abc import Callable, Iterator, Sequence
from random import Random

from chalicelib.conditions.windows import Rule, Scope
from tests.simulation import oracle
from tests.simulation.drafting import Compares, begin, cloudwatch, emitter, end, scenario
from tests.simulation.maintenance import Asks, window
from tests.simulation.scenario import Scenario, Setting, Stimulus

LENGTHS = (300.0, 900.0, 3000.0)
SOURCES = (frozenset[str](), frozenset({"cloudwatch"}), frozenset({"alertmanager", "grafana"}))


def rules(chance: Random, happens: Sequence[Stimulus]) -> tuple[Rule, ...]:
    """Draw windows of the file, in some runs."""
    if chance.random() > 0.15:
        return ()
    begins = [
        max(0.0, chance.choice(happens).at - chance.uniform(0, 400)) for _ in range(chance.choice((1, 2)))
    ]
    scope = Scope(sources=chance.choice(SOURCES))
    return tuple(window(each, chance.choice(LENGTHS), scope) for each in begins)


def asks(chance: Random, span: float) -> Iterator[Stimulus]:
    """Draw what somebody asks for on the board, in some of the runs that have one."""
    if chance.random() < 0.3:
        length = chance.choice(("5m", "20m", "1h"))
        at = chance.uniform(0, span)
        yield Asks(at, f"/maintenance {length} new disks", chance.random() < 0.7)
        if chance.random() < 0.3:
            yield Asks(at + chance.uniform(60, 900), "/maintenance end", chance.random() < 0.7)


def _in_the_file(seed: int, chance: Random) -> Scenario:
    """It fires while a window lasts, or before and gets worse in it; at the end its issue says so."""
    setup, numbers = chance.choice((emitter(chance), cloudwatch(chance))), chance.sample((0, 2, 4, 6), 3)
    began, lasts = chance.uniform(200, 400), chance.choice(LENGTHS)
    within = [chance.uniform(began + 5, began + lasts - 5) for _ in numbers]
    before, comes, goes = numbers
    fires = [
        begin(chance.uniform(0, 60), setup, before, word="P2"),
        begin(within[0], setup, before, word="P0"),
        begin(within[1], setup, comes, word=chance.choice(("P0", "P2"))),
        begin(within[2], setup, goes, word="P0"),
        end(chance.uniform(within[2], began + lasts) + 1, setup, goes),
    ]
    over = began + lasts
    looks = (Compares(over + oracle.SOON + 1), Compares(over + 900.0))
    tiers = chance.random() < 0.3
    return scenario(seed, Setting((setup,), tiers=tiers, maintenance=(window(began, lasts),)), *fires, *looks)


def _on_the_board(seed: int, chance: Random) -> Scenario:
    """Somebody asks for a window, and perhaps ends it early; what still fires has its issue soon after."""
    setup, numbers = emitter(chance), chance.sample((0, 2, 4, 6), 2)
    asked, minutes = chance.uniform(900, 1200), chance.choice((10, 20))
    fires = [begin(asked + chance.uniform(200, 500), setup, number) for number in numbers]
    heard = chance.random() < 0.8
    says: list[Stimulus] = [Asks(asked, f"/maintenance {minutes}m new disks", heard)]
    over = asked + 60.0 * minutes
    if chance.random() < 0.5:
        early = chance.uniform(asked + 60, over)
        says.append(Asks(early, "/maintenance end", heard))
    return scenario(seed, Setting((setup,), board=True), *fires, *says, Compares(over + oracle.SOON + 1))


PROFILES: tuple[Callable[[int, Random], Scenario], ...] = (_in_the_file, _on_the_board)
