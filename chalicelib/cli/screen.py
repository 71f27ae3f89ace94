"""The screen: tables and text for a person, JSON for a script.

What providers and people wrote is data: no markup in it counts, and no control character of it is printed.
"""

import json
import sys
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

import typer
from rich import box
from rich.console import Console
from rich.markdown import Markdown
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from chalicelib.adapters import texts

WIDTH_OF_FILES = 160
"""Columns where standard output is no terminal."""


WHOLE = frozenset({"priority", "condition", "issue"})
"""Columns whose cells are pasted, or short."""


def console() -> Console:
    """Make the screen as it is now."""
    return Console(
        width=None if sys.stdout.isatty() else WIDTH_OF_FILES, highlight=False, markup=False, emoji=False
    )


def plain(value: object) -> Text:
    """Write a value as it is; nothing in it is a command to the terminal."""
    return Text(texts.clean(str(value)))


def say(*values: object) -> None:
    """Print values on one line."""
    console().print(plain(" ".join(str(value) for value in values)))


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


def table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> Table:
    """Make a table; its cells are folded, never cut."""
    shown = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for column in columns:
        shown.add_column(column, overflow="fold", no_wrap=column in WHOLE)
    for row in rows:
        shown.add_row(*map(plain, row))
    return shown


def show(table: Table) -> None:
    """Print a table."""
    console().print(table)


def issue(title: str, body: str) -> None:
    """Print an issue about as GitHub shows it."""
    content = Markdown(texts.clean(body), hyperlinks=False)
    console().print(Panel(content, title=plain(title), title_align="left"))


def as_json(value: object) -> None:
    """Print JSON."""
    typer.echo(json.dumps(value, indent=2, ensure_ascii=False, default=_text))


def length(passed: timedelta | None) -> str:
    """Say how long, in one unit."""
    if passed is None:
        return "-"
    seconds = passed.total_seconds()
    if seconds < 60:
        return f"{seconds:.1f} s"
    return f"{seconds / 60:.0f} min" if seconds < 7200 else f"{seconds / 3600:.0f} h"


def _text(value: object) -> str:
    return value.isoformat().replace("+00:00", "Z") if isinstance(value, datetime) else str(value)
