"""What a benchmark's runs may be called."""

from collections.abc import Sequence

import pytest

from tests.bench.gate import (
    RUNS,
    AtLeast,
    AtMostTimes,
    Exactly,
    Figure,
    Result,
    Row,
    Run,
    Target,
    Under,
    Verdict,
)


def result(target: Target, figures: Sequence[Figure], yardsticks: Sequence[float] | None = None) -> Result:
    row = Row("row", "what", "unit", {"figure": target}, lambda: Run({}))
    beside: list[float | None] = [*yardsticks] if yardsticks else [None] * len(figures)
    runs = [Run({"figure": figure}, each) for figure, each in zip(figures, beside, strict=True)]
    return Result(row, tuple(runs))


def verdict(target: Target, figures: Sequence[Figure], yardsticks: Sequence[float] | None = None) -> Verdict:
    return result(target, figures, yardsticks).verdict("figure")


@pytest.mark.parametrize(
    ("figure", "expected"), [(12.4, Verdict.REACHED), (12.5, Verdict.REACHED), (12.6, Verdict.MISSED)]
)
def test_a_figure_is_held_to_its_yardstick(figure: float, expected: Verdict) -> None:
    assert verdict(AtMostTimes(1.25), [figure] * RUNS, [10.0] * RUNS) is expected


def test_medians_are_compared_not_the_best_run_nor_the_worst() -> None:
    assert verdict(AtLeast(10), [1, 1, 1, 10, 11, 11, 11]) is Verdict.REACHED
    assert verdict(AtLeast(10), [1, 1, 1, 9, 99, 99, 99]) is Verdict.MISSED


def test_what_must_hold_each_time_is_judged_by_the_worst_run() -> None:
    assert verdict(Under(60), [1, 1, 1, 1, 1, 1, 61]) is Verdict.REACHED
    assert verdict(Under(60, worst=True), [1, 1, 1, 1, 1, 1, 61]) is Verdict.MISSED


def test_a_count_must_be_the_same_in_every_run() -> None:
    assert verdict(Exactly("1 read"), ["1 read"] * RUNS) is Verdict.REACHED
    assert verdict(Exactly("1 read"), ["1 read"] * (RUNS - 1) + ["2 reads"]) is Verdict.MISSED


def test_a_yardstick_that_spreads_by_more_than_a_fifth_judges_nothing() -> None:
    steady, unsteady = [9.0, 10, 10, 10, 10, 10, 11], [9.0, 10, 10, 10, 10, 10, 11.1]
    assert verdict(AtMostTimes(1.25), [1.0] * RUNS, steady) is Verdict.REACHED
    assert verdict(AtMostTimes(1.25), [1.0] * RUNS, unsteady) is Verdict.TOO_NOISY
    assert verdict(AtMostTimes(1.25), [99.0] * RUNS, unsteady) is Verdict.TOO_NOISY


@pytest.mark.parametrize(
    ("target", "figures", "expected"),
    [
        (AtLeast(10), [12, 11, 14], Verdict.TOO_FEW_RUNS),
        (AtLeast(10), [13.5, 13, 14], Verdict.REACHED),
        (AtLeast(10), [7.5, 9, 6], Verdict.TOO_FEW_RUNS),
        (AtLeast(10), [7, 7.5, 6.5], Verdict.MISSED),
        (Under(60, worst=True), [20, 40, 30], Verdict.TOO_FEW_RUNS),
        (Under(60, worst=True), [20, 39, 30], Verdict.REACHED),
        (Exactly("1 read"), ["1 read"] * 3, Verdict.REACHED),
        (Exactly("1 read"), ["1 read", "1 read", "2 reads"], Verdict.MISSED),
        (Exactly(0), [0, 0, 0], Verdict.REACHED),
    ],
)
def test_three_runs_are_enough_where_they_lie_further_from_the_target_than_apart(
    target: Target, figures: list[Figure], expected: Verdict
) -> None:
    assert verdict(target, figures) is expected
    assert verdict(target, figures[:2]) is Verdict.TOO_FEW_RUNS
