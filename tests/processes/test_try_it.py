"""The commands of docs/try-it.md, run as they stand there, on the stack that they are for.

Only the ports are others, in a copy of the project: those of the page may be in use on this machine.
"""

import re
import shlex
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from tests.local.patience import HTTP_SECONDS, finished, wait_until
from tests.local.processes import Process
from tests.local.stack import ROOT
from tests.local.stack.environment import child_environment
from tests.local.stack.ports import AWS_PORT, GITHUB_PORT, HTTP_PORT, answers, free_port

PORTS = (AWS_PORT, GITHUB_PORT, HTTP_PORT)
COPIED = ("app.py", "chalicelib", ".chalice", "docs", "tests", "README.md", "Makefile", "pyproject.toml")
INSTALLED = ("requirements.txt", "requirements-dev.txt")
NAMING_PORTS = (
    ".chalice/config.json",
    "docs/try-it.md",
    "tests/local/stack/__main__.py",
    "tests/local/stack/ports.py",
)
NOT_COPIED = shutil.ignore_patterns("__pycache__", "deployed", "deployments")


@dataclass(frozen=True)
class Copy:
    """A copy of the project with ports of its own."""

    path: Path
    ports: dict[int, int]

    @classmethod
    def make(cls, path: Path) -> "Copy":
        for name in (*COPIED, *INSTALLED):
            if (ROOT / name).is_dir():
                shutil.copytree(ROOT / name, path / name, ignore=NOT_COPIED)
            else:
                shutil.copy(ROOT / name, path)
        (path / ".venv").symlink_to((ROOT / ".venv").resolve())
        copy = cls(path, {port: free_port() for port in PORTS})
        for name in NAMING_PORTS:
            file = path / name
            file.write_text(copy.moved(file.read_text(encoding="utf-8")), encoding="utf-8")
        return copy

    def moved(self, text: str) -> str:
        """Name our ports instead of the page's."""
        return re.sub(r"\b\d{4}\b", lambda port: str(self.ports.get(int(port[0]), port[0])), text)

    @property
    def commands(self) -> list[str]:
        """The page's commands."""
        page = (self.path / "docs/try-it.md").read_text(encoding="utf-8")
        return re.findall(r"^\$ (.+)$", page, re.MULTILINE)

    @property
    def by_hand(self) -> list[str]:
        """Of those, what runs in a terminal of its own."""
        return [each for each in self.commands if "--without-http" in each or "chalice local" in each]

    def run(self, command: str) -> str:
        """Run a command that ends, in a shell, from the project's folder."""
        done = finished(["bash", "-ec", command], cwd=self.path, env=child_environment())
        assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    @contextmanager
    def running(self, command: str, log: str, ready: Callable[[Process], bool]) -> Iterator[None]:
        """Run what a terminal of its own would."""
        words = shlex.split(command)
        process = Process(command, words, log=self.path / log, env=child_environment(), cwd=self.path)
        try:
            process.wait_until(lambda: ready(process))
            yield
        finally:
            process.stop()

    def issues_shown(self, repository: str) -> str:
        """The page of a repository's open issues, as a person would read it."""
        page = httpx.get(
            f"http://127.0.0.1:{self.ports[GITHUB_PORT]}/{repository}/issues",
            headers={"Accept": "text/html"},
            timeout=HTTP_SECONDS,
            trust_env=False,
        )
        return page.text

    def wait_for(self, repository: str, title: str) -> None:
        """Wait until the page shows an issue, while it shows more and more."""

        def shown() -> str:
            return self.issues_shown(repository)

        wait_until(lambda: title in shown(), f"the issue {title}", shown)


@pytest.fixture(scope="module", params=["make local", "by hand"])
def copy(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Copy]:
    """The stack of `make local`, and the same with the webhook started by hand."""
    copy = Copy.make(tmp_path_factory.mktemp("project"))
    with ExitStack() as stopping:
        if request.param == "make local":
            command = copy.run("make --dry-run local | grep tests.local.stack").strip()
            stopping.enter_context(copy.running(command, "stack.log", printed("Read the issues")))
        else:
            without_http, by_hand = copy.by_hand
            stopping.enter_context(copy.running(without_http, "stack.log", printed("Read the issues")))
            port = copy.ports[HTTP_PORT]
            health = f"http://127.0.0.1:{port}/health"
            webhook = copy.running(f"{by_hand} --port {port}", "http.log", lambda _: answers(health))
            stopping.enter_context(webhook)
        yield copy


def printed(words: str) -> Callable[[Process], bool]:
    return lambda process: words in process.output()


def test_what_the_readme_says_to_paste_becomes_issues(copy: Copy) -> None:
    for command in copy.commands:
        if command not in copy.by_hand:
            copy.run(command)
    copy.wait_for("example-org/ci-infra", "[P1] Runner queue too long")
    copy.wait_for("example-org/alerts", "[P2] Disk almost full")
    copy.wait_for("example-org/alerts", "[P2] Nightly backup is late")
    copy.wait_for("example-org/ci-infra", "[P0] arm64-queue-too-long")
