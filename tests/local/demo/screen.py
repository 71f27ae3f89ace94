"""What the demo shows: a live table in a terminal, one line a change elsewhere."""

import sys
import time
from collections import Counter
from collections.abc import Iterable
from types import TracebackType
from typing import Self

from rich.console import Console, Group
from rich.live import Live
from rich.table import Table
from rich.text import Text

from tests.local.demo.watch import Life, Watch

TIMES_A_SECOND = 5
CROWD = 5
WIDE = 100
"""Columns from which on there is room for the source next to the alert."""
WIDTHS = {"source": 10, "condition": 9, "reason": 12, "issue": 10, "state": 11, "latency": 7}
STYLES = {"FIRING": "bold red", "RESOLVED": "green", "open": "red"}


class Screen:
    """Shows the watch's lives and what is happening now."""

    def __init__(self, watch: Watch) -> None:
        self._watch = watch
        self._console = Console(highlight=False)
        self._began = time.monotonic()
        self._told: dict[str, tuple[str, ...]] = {}
        self._opened: set[str] = set()
        self._acts: list[str] = []
        self._live = Live(console=self._console, auto_refresh=False) if self._console.is_terminal else None
        self._drawn = 0.0

    def __enter__(self) -> Self:
        if self._live:
            self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.refresh(at_once=True)
        if self._live:
            self._live.stop()

    def act(self, sentence: str) -> None:
        """Say what happens next."""
        self._acts.append(sentence)
        if self._live is None:
            self._line(f"-- {sentence}")
        self.refresh(at_once=True)

    def say(self, sentence: str) -> None:
        """Say something below everything else."""
        self._console.print(sentence, markup=False)

    def refresh(self, *, at_once: bool = False) -> None:
        """Show what has changed, not too often."""
        self._watch.look()
        if self._live is None:
            self._changes()
        elif at_once or time.monotonic() - self._drawn > 1 / TIMES_A_SECOND:
            self._live.update(Group(self._table(), *self._story()), refresh=True)
            self._drawn = time.monotonic()

    def _changes(self) -> None:
        for fingerprint, life in self._watch.lives.items():
            before = self._told.get(fingerprint, ())
            if before != life.summary():
                self._told[fingerprint] = life.summary()
                self._line(_sentence(life, first_issue=fingerprint not in self._opened))
                if life.issue:
                    self._opened.add(fingerprint)

    def _line(self, text: str) -> None:
        print(f"{time.monotonic() - self._began:6.1f} s  {text}", flush=True)

    def _table(self) -> Table:
        table = Table(box=None, header_style="dim", pad_edge=False, padding=(0, 1, 0, 0), expand=True)
        table.add_column("alert", no_wrap=True, ratio=1)
        shown = [name for name in WIDTHS if name != "source" or self._console.width >= WIDE]
        for heading in shown:
            width = WIDTHS[heading]
            table.add_column(heading, no_wrap=True, min_width=width, max_width=width)
        for lives in _crowds(self._watch.lives.values()):
            cells = _cells(lives[0]) if len(lives) == 1 else _summed(lives)
            table.add_row(f"{lives[0].priority} {_named(lives)}", *(cells[name] for name in shown))
        return table

    def _story(self) -> list[Text]:
        earlier = [Text(f"  {sentence}", style="dim") for sentence in self._acts[-4:-1]]
        return [Text(""), *earlier, *(Text(f"> {sentence}", style="bold") for sentence in self._acts[-1:])]


def _crowds(lives: Iterable[Life]) -> list[list[Life]]:
    """Put the alerts of a storm together, so that the table fits on a screen."""
    crowds: dict[tuple[str, str], list[Life]] = {}
    for life in lives:
        crowds.setdefault((life.source, _head(life)), []).append(life)
    return [
        part for each in crowds.values() for part in ([each] if len(each) >= CROWD else [[i] for i in each])
    ]


def _head(life: Life) -> str:
    return life.title.partition(" [")[0]


def _named(lives: list[Life]) -> str:
    return lives[0].title if len(lives) == 1 else f"{_head(lives[0])} ({len(lives)} alerts)"


def _summed(lives: list[Life]) -> dict[str, Text | str]:
    """What is true of all of them, or of how many of them it is true."""
    cells = _cells(lives[0])
    for name in ("condition", "state"):
        counts = Counter(str(_cells(life)[name]) or "none" for life in lives)
        (most, number), *others = counts.most_common()
        cells[name] = cells[name] if not others else f"{number} {most}"
    return cells | {"issue": "", "latency": ""}


def _cells(life: Life) -> dict[str, Text | str]:
    return {
        "source": life.source,
        "condition": Text(life.condition, style=STYLES.get(life.condition, "")),
        "reason": life.reason,
        "issue": life.issue.removeprefix("example-org/"),
        "state": Text(life.state, style=STYLES.get(life.state, "magenta")),
        "latency": "" if life.latency is None else f"{life.latency:.1f} s",
    }


def _sentence(life: Life, *, first_issue: bool) -> str:
    """One line of all that the table has; how soon the first issue came is said once."""
    issue = f"{life.issue} {life.state}" if life.issue else "no issue yet"
    after = f" (opened after {life.latency:.1f} s)" if first_issue and life.latency is not None else ""
    return f"{life.priority} {life.title} [{life.source}] {life.condition} by {life.reason}: {issue}{after}"


def interactive() -> bool:
    """Whether a person can press a key."""
    return sys.stdin.isatty() and sys.stdout.isatty()
