"""Runs, for each change, the tests that reach it until one of them fails: a plugin of pytest; needs mutmut.

pytest collects once. Then a process of its own runs each file of tests, to see what they reach, and another
each change; so nothing that a test or a change leaves behind, in a cache or a loop, outlives it. What runs
when the code is loaded is reached by no test: a change of that is tried in a pytest of its own as well.
"""

import functools
import gc
import json
import os
import resource
import signal
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import groupby, zip_longest
from pathlib import Path
from typing import Any

import pytest
from mutmut.mutation.trampoline import set_mutant_under_test
from mutmut.state import state

REACH = "stats"
"""In place of a change in the variable MUTANT_UNDER_TEST: mutmut notes what is reached."""

GIGABYTES = 4
PATIENCE, SECONDS = 10, 10
"""A test may take this many times what it takes without a change, and this many seconds of processor time."""

Timed = tuple[pytest.Item, float]
Job = tuple[str, Callable[[], int]]
_CACHE = type(functools.cache(len))


def pytest_addoption(parser: pytest.Parser) -> None:
    """Take the folder that has the names of changes in `sample.json`, and that gets `outcomes.json`."""
    parser.addoption("--trial", type=Path)


def pytest_runtestloop(session: pytest.Session) -> bool:
    """Try each change, in place of running the tests."""
    folder: Path = session.config.getoption("--trial")
    at_loading = frozenset(state()._stats)
    reached = _reached(session, folder)
    outcomes: dict[str, int | None] = {}

    def jobs() -> Iterator[Job]:
        for name in json.loads((folder / "sample.json").read_text(encoding="utf-8")):
            function = name.rpartition("__mutmut_")[0]
            fresh = [item for item, _ in reached[_module(function)]] if function in at_loading else []
            if reached[function] or fresh:
                yield name, functools.partial(_tried, session, name, reached[function], fresh)
            else:
                outcomes[name] = None

    outcomes.update(_forked(jobs()))
    (folder / "outcomes.json").write_text(json.dumps(outcomes), encoding="utf-8")
    return True


def _module(function: str) -> str:
    return function.rpartition(".")[0]


def _reached(session: pytest.Session, folder: Path) -> Mapping[str, Sequence[Timed]]:
    """Run all tests without a change, and find those that reach each function and module.

    Those come first that reach little and are quick.
    """
    files = {str(path): list(items) for path, items in groupby(session.items, lambda item: item.path)}
    caches = [each for each in gc.get_objects() if isinstance(each, _CACHE)]
    gc.freeze()  # else each process copies what it only looks at
    jobs = (
        (path, functools.partial(_noted, session, items, caches, folder)) for path, items in files.items()
    )
    if failed := [path for path, code in _forked(jobs) if code]:
        pytest.exit(f"Without any change tests fail in {', '.join(failed)}", returncode=1)
    reach: dict[str, tuple[float, list[str]]] = {}
    for file in folder.glob("*.reached"):
        reach |= json.loads(file.read_text(encoding="utf-8"))
    found: dict[str, list[Timed]] = defaultdict(list)
    for item in sorted(session.items, key=lambda item: _width(*reach[item.nodeid])):
        seconds, functions = reach[item.nodeid]
        for place in {*functions, *map(_module, functions)}:
            found[place].append((item, seconds))
    return found


def _width(seconds: float, functions: Sequence[str]) -> float:
    return len(functions) * (0.01 + seconds)


def _noted(session: pytest.Session, items: Sequence[pytest.Item], caches: Sequence[Any], folder: Path) -> int:
    """Run a file's tests, and write what each of them reaches and how long it takes."""
    reach = {}
    for item, after in zip_longest(items, items[1:]):
        for cache in caches:  # what an earlier test has put into a cache would not be reached again
            if cache.__module__.startswith("chalicelib."):
                cache.cache_clear()
        state()._stats.clear()
        before = time.monotonic()
        item.ihook.pytest_runtest_protocol(item=item, nextitem=after)
        reach[item.nodeid] = time.monotonic() - before, sorted(state()._stats)
        if session.testsfailed:
            return 1
    (folder / f"{os.getpid()}.reached").write_text(json.dumps(reach), encoding="utf-8")
    return 0


def _tried(session: pytest.Session, name: str, tests: Sequence[Timed], fresh: Sequence[pytest.Item]) -> int:
    """Run tests with a change, and then those where it counts from the start; not zero once one fails."""
    set_mutant_under_test(name)
    for (item, seconds), after in zip_longest(tests, (item for item, _ in tests[1:])):
        _limit(seconds)
        item.ihook.pytest_runtest_protocol(item=item, nextitem=after)
        if session.testsfailed:
            return 1
    _limit(60)
    files = dict.fromkeys(str(item.path) for item in fresh)
    again = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", *files]
    return subprocess.run(again, check=False).returncode if fresh else 0


def _limit(seconds: float) -> None:
    """End this process, and what it starts, if a test takes far longer than it does, or waits for ever."""
    most = SECONDS + PATIENCE * seconds
    limit = int(time.process_time() + most)
    _soft_limit(resource.RLIMIT_CPU, limit)
    signal.alarm(int(5 * most))


def _soft_limit(which: int, limit: int) -> None:
    resource.setrlimit(which, (limit, resource.getrlimit(which)[1]))


def _forked(jobs: Iterable[Job]) -> Iterator[tuple[str, int]]:
    """Do each job in a process of its own, as many at once as there are cores, and give how each ended."""
    running: dict[int, str] = {}
    for name, job in jobs:
        if len(running) >= (os.cpu_count() or 1):
            yield _ended(running)
        running[_started(job)] = name
    while running:
        yield _ended(running)


def _started(job: Callable[[], int]) -> int:
    process = os.fork()
    if process:
        return process
    code = 1
    try:
        os.setsid()
        _soft_limit(resource.RLIMIT_AS, GIGABYTES << 30)
        temporary = Path(os.environ["PYTEST_DEBUG_TEMPROOT"], str(os.getpid()))
        temporary.mkdir(parents=True)
        os.environ["PYTEST_DEBUG_TEMPROOT"] = str(temporary)
        nowhere = os.open(os.devnull, os.O_WRONLY)
        for stream in (1, 2):
            os.dup2(nowhere, stream)
        code = job()
    finally:
        os._exit(code)


def _ended(running: dict[int, str]) -> tuple[str, int]:
    process, status = os.wait()
    with suppress(ProcessLookupError):
        os.killpg(process, signal.SIGKILL)  # whatever it started and left
    return running.pop(process), os.waitstatus_to_exitcode(status)
