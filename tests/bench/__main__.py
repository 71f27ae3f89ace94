"""`python -m tests.bench`: measures every row, or those named, and prints the table.

Exits 0 only if every figure reaches its target. Nothing else should run on the machine meanwhile.
"""

import argparse
import os
import sys
from contextlib import redirect_stdout
from pathlib import Path

from rich.console import Console

from tests.bench import machine, table
from tests.bench.gate import RUNS, Result, Row, Verdict
from tests.bench.rig import rig
from tests.bench.rows import rows

FIGURES = Path("build") / "bench.json"
REPEATS = 3
"""How often a row that is too noisy is measured, at most."""


def main() -> int:
    """Measure, print and write; returns the exit code."""
    arguments = _arguments()
    console = Console(file=sys.stdout, width=None if sys.stdout.isatty() else 150)
    # The log of what is measured in this process is written, and goes nowhere.
    with Path(os.devnull).open("w", encoding="utf-8") as nowhere, redirect_stdout(nowhere), rig() as shared:
        chosen = [row for row in rows(shared) if not arguments.rows or row.key in arguments.rows]
        results = [_repeated(row, arguments.runs) for row in chosen]
    table.show(results, machine.described(), console)
    table.write(results, machine.described(), FIGURES)
    console.print(f"The raw figures are in {FIGURES}.")
    verdicts = [result.verdict(name) for result in results for name in result.row.targets]
    return 0 if all(verdict is Verdict.REACHED for verdict in verdicts) else 1


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("rows", nargs="*", help="keys of rows, as the figures name them; all if none")
    parser.add_argument("--runs", type=int, default=RUNS, help="maximum runs of a row")
    return parser.parse_args()


def _repeated(row: Row, runs: int) -> Result:
    """Measure a row, and once more if its yardstick was too noisy."""
    for _ in range(REPEATS):
        result = _measured(row, runs)
        if not result.noisy:
            break
    return result


def _measured(row: Row, runs: int) -> Result:
    """Run a row until its verdict is clear."""
    result = Result(row, ())
    while len(result.runs) < runs and not result.enough:
        print(f"{row.key}: run {len(result.runs) + 1} of at most {runs}", file=sys.stderr, flush=True)
        result = Result(row, (*result.runs, row.measure()))
    return result


if __name__ == "__main__":
    sys.exit(main())
