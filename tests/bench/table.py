"""The table, for a person, and the raw figures, for a program."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from statistics import median
from typing import Any

from rich.console import Console
from rich.table import Table

from tests.bench.gate import Figure, Result, Verdict, middle, numbers, spread

STYLES = {Verdict.REACHED: "green", Verdict.MISSED: "bold red"}


def show(results: Sequence[Result], machine: str, console: Console) -> None:
    """Print the table."""
    table = Table(title="Benchmarks", caption=machine, caption_justify="left")
    for column in ("what", "measured", "yardstick, same run", "to reach", ""):
        table.add_column(column, overflow="fold")
    for result in results:
        for name in result.row.targets:
            table.add_row(*_cells(result, name))
    console.print(table)


def _cells(result: Result, name: str) -> list[str]:
    row, verdict = result.row, result.verdict(name)
    what = row.what if len(row.targets) == 1 else f"{row.what}: {name}"
    style = STYLES.get(verdict, "yellow")
    target = row.targets[name].text
    return [what, _measured(result, name), _yardstick(result), target, f"[{style}]{verdict}[/{style}]"]


def _measured(result: Result, name: str) -> str:
    figures = result.figures(name)
    told = f"{_told(figures)} {result.row.unit}".strip()
    if not result.yardsticks or "times" not in result.row.targets[name].text:
        return told
    return f"{middle(figures) / median(result.yardsticks):.2f} times ({told})"


def _yardstick(result: Result) -> str:
    if not result.yardsticks:
        return result.row.yardstick
    return f"{result.row.yardstick}: {_told(result.yardsticks)} {result.row.unit}"


def _told(figures: Sequence[Figure]) -> str:
    """The median, and how far the runs lie apart."""
    known = numbers(figures)
    if not known:
        return " / ".join(sorted({str(figure) for figure in figures}))
    return f"{median(known):,.4g} ±{spread(known) / 2:.0%}"


def write(results: Sequence[Result], machine: str, file: Path) -> None:
    """Write the table and every run as JSON."""
    file.parent.mkdir(exist_ok=True)
    told = {"machine": machine, "rows": [_raw(result) for result in results]}
    file.write_text(json.dumps(told, indent=2) + "\n", encoding="utf-8")


def _raw(result: Result) -> dict[str, Any]:
    return {
        "row": result.row.key,
        "what": result.row.what,
        "unit": result.row.unit,
        "yardstick": result.row.yardstick,
        "targets": {name: target.text for name, target in result.row.targets.items()},
        "verdicts": {name: result.verdict(name) for name in result.row.targets},
        "runs": [asdict(run) for run in result.runs],
    }
