"""How much of the code the tests hold: a sample of small changes to it, each of which a test should notice.

`python -m tests.mutation [--sample 300] [--folders conditions sync ...]`

mutmut makes the changes and runs the tests that reach each (docs: mutmut.readthedocs.io). The sample is the
same in every run of the same code: those whose names have the smallest hashes. What no test noticed is shown,
and has to be explained in tests/mutants.toml, or a test has to be written: a change that alters nothing that
anybody could see is `equivalent`, and does not count. Exits with 1 below `SCORE`, or if an explanation is of
no use any more.
"""

import argparse
import hashlib
import json
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
TREE = ROOT / "build/mutants/tree"
PYTHON = ROOT / "build/mutants/venv/bin/python"
EXPLAINED = ROOT / "tests/mutants.toml"
FOLDERS = ("adapters", "conditions", "rate_limit", "store", "sync")
SCORE = 0.95
KILLED, NO_TESTS = (1, 3), (5, 33)
NONE = "no-such-mutant"


@dataclass(frozen=True, slots=True)
class Mutant:
    """A change: where it is, as mutmut names it, and the line as it becomes."""

    name: str
    becomes: str

    @property
    def function(self) -> str:
        """The function that it is in."""
        return self.name.rpartition("__mutmut_")[0].removeprefix("chalicelib.")


def main(arguments: Sequence[str]) -> int:
    """Make the changes, try a sample of them, and say what came of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sample", type=int, default=300)
    parser.add_argument("--folders", nargs="*", default=FOLDERS)
    chosen = parser.parse_args(arguments)
    _copy()
    _mutmut("run", NONE)  # which makes the changes and learns what each test reaches, and then finds nothing
    names = sorted(
        (name for name in _outcomes() if name.split(".")[1] in chosen.folders),
        key=lambda name: hashlib.sha256(name.encode()).digest(),
    )
    if not names:
        sys.exit("mutmut made no changes: see what it says with `cd build/mutants/tree && mutmut run`")
    sample = names[: chosen.sample]
    _mutmut("run", *sample)
    outcomes = _outcomes()
    survivors = [Mutant(name, _becomes(name)) for name in sample if outcomes[name] not in KILLED]
    return _report(len(sample), survivors, [name for name in sample if outcomes[name] in NO_TESTS])


def _report(tried: int, survivors: Sequence[Mutant], unreached: Sequence[str]) -> int:
    explained = tomllib.loads(EXPLAINED.read_text(encoding="utf-8"))["equivalent"]
    known = {(each["function"], each["becomes"]): each["why"] for each in explained}
    found = {(mutant.function, mutant.becomes) for mutant in survivors}
    counted = [mutant for mutant in survivors if (mutant.function, mutant.becomes) not in known]
    for mutant in survivors:
        why = known.get((mutant.function, mutant.becomes))
        word = "equivalent" if why else "no test reaches it" if mutant.name in unreached else "SURVIVED"
        print(f"{word}: {mutant.name}\n    {mutant.becomes}" + (f"\n    {why}" if why else ""))
    equivalent = len(found & known.keys())
    score = 1 - len(counted) / max(1, tried - equivalent)
    print(f"{tried} changes, {equivalent} equivalent, {len(counted)} unnoticed: {score:.1%} noticed")
    return 0 if score >= SCORE else 1


def _copy() -> None:
    """Copy what git tracks, so that no test sees the changes by accident."""
    shutil.rmtree(TREE, ignore_errors=True)
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True)
    for name in filter(None, listed.stdout.split("\0")):
        (TREE / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, TREE / name)


def _mutmut(*arguments: str) -> str:
    run = subprocess.run(
        [PYTHON, "-m", "mutmut", *arguments], cwd=TREE, capture_output=True, text=True, check=False
    )
    if run.returncode and NONE not in arguments:
        sys.exit(f"mutmut failed:\n{run.stdout[-4000:]}\n{run.stderr[-4000:]}")
    return run.stdout


def _outcomes() -> Mapping[str, int | None]:
    """Read how the tests ended with each change: pytest's exit code, None if it was not tried."""
    return dict(_recorded())


def _recorded() -> Iterator[tuple[str, int | None]]:
    for file in sorted((TREE / "mutants").rglob("*.meta")):
        yield from json.loads(file.read_text(encoding="utf-8"))["exit_code_by_key"].items()


def _becomes(name: str) -> str:
    """Read what a change makes of the lines that it is in."""
    lines = _mutmut("show", name).splitlines()
    added = [line[1:].strip() for line in lines if line.startswith("+") and not line.startswith("+++")]
    return " ".join(line for line in added if not line.startswith("def "))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
