"""What is measured, what it is held to, and what three to seven runs of it say."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from statistics import median
from typing import Protocol

FEWEST_RUNS = 3
RUNS = 7
"""Of a row that is near to a target; of others, fewer say the same."""

MOST_SPREAD = 0.20

Figure = float | str
"""A number, or a count in words that must come out the same in every run."""


class Verdict(StrEnum):
    """What becomes of a figure."""

    REACHED = "reached"
    MISSED = "missed"
    TOO_NOISY = "too noisy"
    TOO_FEW_RUNS = "too few runs"


@dataclass(frozen=True, slots=True)
class Run:
    """One run: its figures by name, and the yardstick that was measured with them."""

    figures: Mapping[str, Figure]
    yardstick: float | None = None


class Target(Protocol):
    """What a figure is held to."""

    @property
    def text(self) -> str:
        """The target in words."""

    def met(self, figures: Sequence[Figure], yardsticks: Sequence[float]) -> bool:
        """Say whether the runs reach it."""


@dataclass(frozen=True, slots=True)
class AtMostTimes:
    """The median is at most this many times the yardstick's."""

    factor: float

    @property
    def text(self) -> str:
        """The target in words."""
        return f"at most {self.factor:g} times"

    def met(self, figures: Sequence[Figure], yardsticks: Sequence[float]) -> bool:
        """Say whether the runs reach it."""
        return middle(figures) <= self.factor * median(yardsticks)


@dataclass(frozen=True, slots=True)
class AtLeast:
    """The median is at least this."""

    least: float

    @property
    def text(self) -> str:
        """The target in words."""
        return f"at least {self.least:,g}"

    def met(self, figures: Sequence[Figure], yardsticks: Sequence[float]) -> bool:
        """Say whether the runs reach it."""
        return middle(figures) >= self.least


@dataclass(frozen=True, slots=True)
class Under:
    """The median is under this; of what must hold every time, `worst` counts instead."""

    limit: float
    worst: bool = False

    @property
    def text(self) -> str:
        """The target in words."""
        return f"under {self.limit:,g}" + (" each time" if self.worst else "")

    def met(self, figures: Sequence[Figure], yardsticks: Sequence[float]) -> bool:
        """Say whether the runs reach it."""
        return (max(numbers(figures)) if self.worst else middle(figures)) < self.limit


@dataclass(frozen=True, slots=True)
class Exactly:
    """Every run counts this."""

    count: Figure

    @property
    def text(self) -> str:
        """The target in words."""
        return str(self.count)

    def met(self, figures: Sequence[Figure], yardsticks: Sequence[float]) -> bool:
        """Say whether the runs reach it."""
        return set(figures) == {self.count}


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the table: `measure` does one run, `targets` hold its figures by name.

    `yardstick` says what is measured with it.
    """

    key: str
    what: str
    unit: str
    targets: Mapping[str, Target]
    measure: Callable[[], Run]
    yardstick: str = ""


@dataclass(frozen=True, slots=True)
class Result:
    """A row and its runs."""

    row: Row
    runs: tuple[Run, ...]

    def figures(self, name: str) -> list[Figure]:
        """The figure of that name in each run."""
        return [run.figures[name] for run in self.runs]

    @property
    def yardsticks(self) -> list[float]:
        """The yardstick of each run that has one."""
        return [run.yardstick for run in self.runs if run.yardstick is not None]

    @property
    def noisy(self) -> bool:
        """Whether the yardstick spreads too far to measure by."""
        return bool(self.yardsticks) and spread(self.yardsticks) > MOST_SPREAD

    @property
    def enough(self) -> bool:
        """Whether there were seven runs, or three that are clear about every figure."""
        if FEWEST_RUNS <= len(self.runs) < RUNS:
            return all(map(self._clear, self.row.targets))
        return len(self.runs) >= RUNS

    def _clear(self, name: str) -> bool:
        """Whether a verdict would be the same if every run were off by as much as they lie apart."""
        figures, target = self.figures(name), self.row.targets[name]
        known = numbers(figures)
        if not known:
            return True
        apart = max(known) - min(known)
        moved = ([figure + by for figure in known] for by in (-apart, 0, apart))
        return len({target.met(each, self.yardsticks) for each in moved}) == 1

    def verdict(self, name: str) -> Verdict:
        """Judge a figure; what is too noisy is neither reached nor missed."""
        if not self.enough:
            return Verdict.TOO_FEW_RUNS
        if self.noisy:
            return Verdict.TOO_NOISY
        met = self.row.targets[name].met(self.figures(name), self.yardsticks)
        return Verdict.REACHED if met else Verdict.MISSED


def numbers(figures: Sequence[Figure]) -> list[float]:
    """Those figures that are numbers."""
    return [figure for figure in figures if not isinstance(figure, str)]


def middle(figures: Sequence[Figure]) -> float:
    """The median of the numbers."""
    return median(numbers(figures))


def spread(values: Sequence[float]) -> float:
    """How far apart the smallest and the largest are, as a share of the median."""
    centre = median(values)
    return (max(values) - min(values)) / centre if centre else 0.0
