"""The README's commands for playing, run as they stand there, on the stack that they are for."""

import re
import shlex
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx
import pytest

from tests.local.processes import Process
from tests.local.stack import ROOT
from tests.local.stack.environment import child_environment
from tests.local.stack.ports import AWS_PORT, GITHUB_PORT, HTTP_PORT, PortOccupiedError, answers, require_free

README = (ROOT / "README.md").read_text(encoding="utf-8")
COMMANDS = [
    command
    for command in re.findall(r"^\$ (.+)$", README, re.MULTILINE)
    if not command.startswith("make") and "deploy" not in command
]
BY_HAND = [command for command in COMMANDS if "--without-http" in command or "chalice local" in command]
PATIENCE = 60.0


@contextmanager
def running(command: str, log: Path, ready: Callable[[Process], bool]) -> Iterator[None]:
    """Run what a terminal of its own would."""
    words = [sys.executable if word == ".venv/bin/python" else word for word in shlex.split(command)]
    process = Process(command, words, log=log, env=child_environment(), cwd=ROOT)
    try:
        process.wait_until(lambda: ready(process), PATIENCE)
        yield
    finally:
        process.stop()


def run(command: str) -> str:
    """Run a command that ends, in a shell, from the project's folder."""
    done = subprocess.run(
        ["bash", "-ec", command],
        cwd=ROOT,
        env=child_environment(),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def issues_shown(repository: str) -> str:
    """The page of a repository's open issues, as a person would read it."""
    page = httpx.get(
        f"http://127.0.0.1:{GITHUB_PORT}/{repository}/issues",
        headers={"Accept": "text/html"},
        timeout=10,
        trust_env=False,
    )
    return page.text


def wait_for(*issues: tuple[str, str]) -> None:
    until = time.monotonic() + PATIENCE
    missing = set(issues)
    while missing and time.monotonic() < until:
        missing = {
            (repository, title) for repository, title in missing if title not in issues_shown(repository)
        }
        time.sleep(0.2)
    assert not missing


@pytest.fixture(scope="module", params=["make local", "by hand"])
def stack(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The stack of `make local`, and the same with the webhook started by hand."""
    try:
        for port, whose in ((AWS_PORT, "AWS"), (GITHUB_PORT, "GitHub"), (HTTP_PORT, "the webhook")):
            require_free(port, whose)
    except PortOccupiedError as occupied:
        pytest.skip(str(occupied))
    logs = tmp_path_factory.mktemp("logs")
    with ExitStack() as stopping:
        if request.param == "make local":
            command = run("make --dry-run local | grep tests.local.stack").strip()
            stopping.enter_context(running(command, logs / "stack.log", printed("Read the issues")))
        else:
            without_http, by_hand = BY_HAND
            stopping.enter_context(running(without_http, logs / "stack.log", printed("Read the issues")))
            health = f"http://127.0.0.1:{HTTP_PORT}/health"
            stopping.enter_context(running(by_hand, logs / "http.log", lambda _: answers(health)))
        yield


def printed(words: str) -> Callable[[Process], bool]:
    return lambda process: words in process.output()


def test_what_the_readme_says_to_paste_becomes_issues(stack: None) -> None:
    for command in COMMANDS:
        if command not in BY_HAND:
            run(command)
    wait_for(
        ("example-org/ci-infra", "[P1] Runner queue too long"),
        ("example-org/alerts", "[P2] Disk almost full"),
        ("example-org/alerts", "[P2] Nightly backup is late"),
        ("example-org/ci-infra", "[P0] arm64-queue-too-long"),
    )
