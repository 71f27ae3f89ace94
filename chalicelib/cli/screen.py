"""The screen: tables and text for a person, JSON for a script.

Text from providers and people is data: its markup is ignored, and its control characters are never printed.
"""

import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import typer
from rich import box
from rich.console import Console, ConsoleOptions, RenderableType
from rich.markdown import Markdown
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from chalicelib.adapters import texts

WIDTH_OF_FILES = 160
"""Columns if standard output is not a terminal."""

WIDEST = 10_000
BETWEEN = Text(" · ")

WHOLE = frozenset({"priority", "condition", "issue", "fingerprint"})
"""Columns whose cells are short, or meant to be pasted."""


def console() -> Console:
    """Return the screen as it is now."""
    return Console(
        width=None if sys.stdout.isatty() else WIDTH_OF_FILES, highlight=False, markup=False, emoji=False
    )


def plain(value: object) -> Text:
    """Write a value unchanged; nothing in it is a command to the terminal."""
    return Text(texts.clean(str(value)))


def say(*values: object) -> None:
    """Print values on one line."""
    console().print(plain(" ".join(str(value) for value in values)))


def line(value: str) -> None:
    """Print a line for scripts or for pasting: however long, it is not wrapped."""
    typer.echo(texts.line(value))


def heading(title: str) -> None:
    """Begin a part."""
    console().print(Text(texts.line(title), style="bold"))


def facts(pairs: Iterable[tuple[str, object]]) -> None:
    """Print names and values; those without a value are left out."""
    table = Table.grid(padding=(0, 2))
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for name, value in pairs:
        if value not in (None, "", ()):
            table.add_row(Text(name, style="dim"), plain(value))
    console().print(table)


@dataclass(frozen=True)
class TableRows:
    """A table; if the screen is too narrow for its longest words, each row is shown as a list."""

    columns: Sequence[str]
    cells: Sequence[Sequence[Text]]

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[RenderableType]:
        """Decide at the moment of showing: a terminal may be made wider meanwhile."""
        table = self._table()
        if console.measure(table, options=options.update(max_width=WIDEST)).minimum <= options.max_width:
            yield table
        else:
            yield from self._lines()

    def _table(self) -> Table:
        """Make the table; its cells are wrapped, never cut."""
        shown = Table(box=box.SIMPLE_HEAD, pad_edge=False)
        for index, column in enumerate(self.columns):
            widest = max((row[index].cell_len for row in self.cells), default=0)
            whole = column in WHOLE
            shown.add_column(column, overflow="fold", no_wrap=whole, min_width=widest if whole else None)
        for row in self.cells:
            shown.add_row(*row)
        return shown

    def _lines(self) -> Iterator[RenderableType]:
        yield BETWEEN.join(filter(None, [Text(column, style="dim") for column in self.columns]))
        for row in self.cells:
            line = Table.grid(padding=(0, 2))
            line.add_row(row[0], BETWEEN.join(filter(None, row[1:])))
            yield line
        yield Text()


def table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> TableRows:
    """Return a table."""
    return TableRows(columns, [tuple(map(plain, row)) for row in rows])


def show(table: TableRows) -> None:
    """Print a table."""
    console().print(table)


def issue(title: str, body: str) -> None:
    """Print an issue roughly as GitHub shows it."""
    content = Markdown(texts.clean(body), hyperlinks=False)
    console().print(Panel(content, title=plain(title), title_align="left"))


def as_json(value: object) -> None:
    """Print JSON."""
    typer.echo(json.dumps(value, indent=2, ensure_ascii=False, default=_text))


def length(passed: timedelta | None) -> str:
    """Write how long, in one unit."""
    if passed is None:
        return "-"
    seconds = passed.total_seconds()
    if seconds < 60:
        return f"{seconds:.1f} s"
    return f"{seconds / 60:.0f} min" if seconds < 7200 else f"{seconds / 3600:.0f} h"


def _text(value: object) -> str:
    return value.isoformat().replace("+00:00", "Z") if isinstance(value, datetime) else str(value)
