"""How much of the code the tests hold: a sample of small changes to it, each of which a test should notice.

`python -m tests.mutation [--sample 300] [--skip 0] [--only name ...]`

mutmut makes the changes (mutmut.readthedocs.io), and tests/mutation/trial.py runs the tests that reach each.
The sample is the same in every run of the same code: those whose names have the smallest hashes, so that a
smaller one is a part of a larger; `--skip 300` tries changes beyond those that `make mutants` tries. What no
test noticed is shown: a test has to be written, or the code to become simpler. A change that alters nothing
that anybody could see is `equivalent`, has its reason in tests/mutation/equivalent.toml, and does not count.
Exits with 1 below `SCORE`, or if a test notices a change that is said to be equivalent.
"""

import argparse
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
TREE = ROOT / "build/mutants/tree"
TRIAL = ROOT / "build/mutants/trial"
MUTMUT = ROOT / "build/mutants/mutmut"
EXPLAINED = ROOT / "tests/mutation/equivalent.toml"
SCORE = 0.95


@dataclass(frozen=True, slots=True)
class Change:
    """A change that was tried, what it makes of its lines, and whether a test reaches and notices it."""

    name: str
    becomes: str
    reached: bool
    noticed: bool

    @property
    def function(self) -> str:
        """The function that it is in."""
        return self.name.rpartition("__mutmut_")[0].removeprefix("chalicelib.")

    @property
    def folder(self) -> str:
        """The folder of the code that it is in."""
        return self.function.partition(".")[0]


def main(arguments: Sequence[str]) -> int:
    """Make the changes, try a sample of them, and say what came of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sample", type=int, default=300)
    parser.add_argument("--skip", type=int, default=0, help="how many changes to skip")
    parser.add_argument("--only", nargs="*", default=(), help="the names of the changes to try")
    chosen = parser.parse_args(arguments)
    _copy()
    _run("-m", "tests.mutation.changes", cwd=TREE)
    names = chosen.only or sorted(_made(), key=lambda name: hashlib.sha256(name.encode()).digest())
    return _report(_tried(names[chosen.skip : chosen.skip + chosen.sample]))


def _report(changes: Sequence[Change]) -> int:
    explained = tomllib.loads(EXPLAINED.read_text(encoding="utf-8")).get("equivalent", [])
    known = {(each["function"], each["becomes"]): each["why"] for each in explained}
    counted: Counter[str] = Counter()
    noticed: Counter[str] = Counter()
    useless = 0
    for change in changes:
        why = known.get((change.function, change.becomes))
        if why and not change.noticed:
            print(f"equivalent: {change.name}\n    {change.becomes}\n    {why}")
            continue
        counted[change.folder] += 1
        noticed[change.folder] += change.noticed
        if not change.noticed:
            word = "SURVIVED" if change.reached else "no test reaches it"
            print(f"{word}: {change.name}\n    {change.becomes}")
        elif why:
            useless += 1
            print(f"noticed, so not equivalent: {change.name}\n    {change.becomes}\n    {why}")
    score = noticed.total() / max(1, counted.total())
    folders = ", ".join(f"{folder} {noticed[folder]} of {counted[folder]}" for folder in sorted(counted))
    print(f"{len(changes)} changes, {len(changes) - counted.total()} equivalent; noticed: {folders}")
    print(f"{noticed.total()} of {counted.total()} noticed: {score:.1%}, and {SCORE:.0%} must be")
    return 0 if score >= SCORE and not useless else 1


def _copy() -> None:
    """Copy what git tracks, so that no test sees the changes by accident."""
    shutil.rmtree(TREE, ignore_errors=True)
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True)
    for name in filter(None, listed.stdout.split("\0")):
        (TREE / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, TREE / name)


def _made() -> Iterator[str]:
    """Read the names of all changes."""
    for file in (TREE / "mutants").rglob("*.meta"):
        yield from json.loads(file.read_text(encoding="utf-8"))["exit_code_by_key"]


def _tried(names: Sequence[str]) -> Sequence[Change]:
    """Try changes."""
    shutil.rmtree(TRIAL, ignore_errors=True)
    TRIAL.mkdir(parents=True)
    (TRIAL / "sample.json").write_text(json.dumps(names), encoding="utf-8")
    tests = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["mutmut"]
    _run(
        *(
            "-m",
            "pytest",
            "-q",
            "-s",
            "-p",
            "no:cacheprovider",
            "--rootdir=.",
        ),  # to which `--deselect` is relative
        *("-p", "tests.mutation.trial", "--trial", str(TRIAL)),
        *tests["pytest_add_cli_args"],
        *tests["pytest_add_cli_args_test_selection"],
        cwd=TREE / "mutants",
        MUTANT_UNDER_TEST="stats",
        PYTEST_DEBUG_TEMPROOT=str(TRIAL / "temporary"),
    )
    ended: Mapping[str, int | None] = json.loads((TRIAL / "outcomes.json").read_text(encoding="utf-8"))
    becomes: Mapping[str, str] = json.loads(_run("-m", "tests.mutation.changes", *names, cwd=TREE))
    return [Change(name, becomes[name], ended[name] is not None, bool(ended[name])) for name in names]


def _run(*arguments: str, cwd: Path, **variables: str) -> str:
    """Run Python where mutmut can be imported."""
    env = os.environ | {"PYTHONPATH": str(MUTMUT)} | variables
    command = [sys.executable, *arguments]
    run = subprocess.run(command, cwd=cwd, env=env, capture_output=True, text=True, check=False)
    if run.returncode:
        sys.exit(f"It failed:\n{run.stdout[-4000:]}\n{run.stderr[-4000:]}")
    return run.stdout


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
