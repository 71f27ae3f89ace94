"""Two regions share a strongly consistent table, and every promise holds, whichever leaves and when.

With a table whose replicas agree a second later, as with global tables by default, it does not.
"""

import os
from collections import Counter
from functools import partial

import pytest

from tests.simulation.regions import Regions, drawn
from tests.simulation.run import Run, run

pytestmark = pytest.mark.no_cover

SEEDS = int(os.environ.get("SEEDS", "50")) // 3
DOUBLE = "1. an episode is opened once"


def runs(seeds: range, behind: float = 0.0) -> list[Run]:
    return [run(drawn(seed), partial(Regions, behind=behind)) for seed in seeds]


def test_whichever_region_leaves_every_promise_holds() -> None:
    found = runs(range(SEEDS))
    assert {each.scenario.seed: each.broken for each in found if each.broken} == {}
    counts: Counter[str] = sum((each.counts for each in found), Counter())
    expected = ("region 0", "region 1", "ended: with its region", "a write at once")
    assert [name for name in expected if not counts[name]] == []


def test_replicas_that_agree_a_second_later_open_an_issue_twice() -> None:
    broken = {promise for each in runs(range(8), behind=1.0) for promise, _ in each.broken}
    assert DOUBLE in broken
