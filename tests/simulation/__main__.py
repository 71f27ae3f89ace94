"""Runs many seeds, and tells how far it is, what was covered, and what broke.

`python -m tests.simulation [--runs N] [--first SEED] [--jobs N]`; `--seed N` replays one.
"""

import argparse
import os
import sys
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor

from tests.simulation import coverage
from tests.simulation.generate import generate
from tests.simulation.run import run
from tests.simulation.shrink import shrink, story

AT_ONCE = 50
"""Seeds that a process is given at once."""

Result = tuple[int, list[int], Counter[str]]


def seeds(first: int, count: int) -> Result:
    """Run some seeds; returns how many, those that broke, and what was covered."""
    broken: list[int] = []
    counts: Counter[str] = Counter()
    for seed in range(first, first + count):
        result = run(generate(seed))
        counts += result.counts
        if result.broken:
            broken.append(seed)
    return count, broken, counts


def _results(first: int, runs: int, jobs: int) -> Iterator[Result]:
    pieces = [(start, min(AT_ONCE, first + runs - start)) for start in range(first, first + runs, AT_ONCE)]
    with ProcessPoolExecutor(jobs) as pool:
        yield from pool.map(seeds, *zip(*pieces, strict=True))


def simulate(first: int, runs: int, jobs: int) -> int:
    """Run seeds in several processes; 0 only if nothing broke and nothing was left out."""
    began, done, broken, counts = time.monotonic(), 0, list[int](), Counter[str]()
    for count, found, covered in _results(first, runs, jobs):
        done, broken, counts = done + count, broken + found, counts + covered
        rate = done / (time.monotonic() - began)
        print(f"\r{done:,} of {runs:,} runs, {rate:.0f} a second, {len(broken)} broken ", end="", flush=True)
    print(*["", *coverage.table(counts)], sep="\n")
    missing = coverage.missing(counts)
    for name in missing:
        print(f"NOT COVERED: {name}")
    for seed in broken[:3]:
        print(story(shrink(run(generate(seed)))))
    print(f"{runs:,} runs, {len(broken)} broken{': seeds ' + str(broken[:20]) if broken else ''}")
    return 1 if broken or missing else 0


def replay(seed: int) -> int:
    """Run one seed; where it breaks, its history is reduced to what matters."""
    result = run(generate(seed))
    print(story(shrink(result) if result.broken else result))
    return 1 if result.broken else 0


def main() -> int:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    parser.add_argument("--runs", type=int, default=1000)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--seed", type=int)
    asked = parser.parse_args()
    if asked.seed is not None:
        return replay(asked.seed)
    return simulate(asked.first, asked.runs, asked.jobs)


if __name__ == "__main__":
    sys.exit(main())
