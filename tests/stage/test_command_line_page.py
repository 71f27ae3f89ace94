"""The page of the command line, walked through as a new operator would."""

import re
import shlex
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.cli import calls
from tests.cli.prompt import Answered
from tests.cli.stack import Prompt
from tests.local import examples

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/command-line.md").read_text(encoding="utf-8")
PROGRAM = ".venv/bin/python -m chalicelib.cli "
WALK = [command.removeprefix(PROGRAM) for command in re.findall(r"^\$ (.+)$", PAGE, re.MULTILINE)]


@pytest.fixture
def _examples(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The examples of `make local`, which lie in the project's own folder."""
    examples.write(tmp_path / examples.FOLDER, datetime.now(UTC))
    monkeypatch.chdir(tmp_path)


@pytest.mark.usefixtures("_examples")
def test_an_operator_finds_out_why_mends_replays_and_sees_the_issue(prompt: Prompt) -> None:
    send, look, rehearse, replay, listed = WALK
    assert prompt(send).code == 0
    prompt.settle("the rejection")
    seen = prompt(look)
    assert "MISSING_TEAM" in seen.words
    assert "TEAM=" in seen.words.partition("to do")[2]

    repository = prompt.stack.github.world.repository("example-org/ci-infra")
    rehearsed = prompt(rehearse)
    assert (rehearsed.code, rehearsed.words.count("POST /repos/example-org/ci-infra/issues")) == (0, 1)
    assert repository.listed == []

    assert prompt(replay).code == 0
    prompt.wait_until(lambda: len(repository.listed) == 1 and prompt.stack.quiet(), "the issue")
    shown: Answered = prompt(listed)
    assert "macos-queue-too-long" in shown.words
    assert "example-org/ci-infra#1 open" in shown.words, shown.out
    assert "0 messages" in prompt(look).words
    assert "[P1] macos-queue-too-long" in prompt("show --issue example-org/ci-infra#1").out


def test_its_table_names_every_command() -> None:
    cells = " ".join(re.findall(r"^\| (`.+?) \|", PAGE, re.MULTILINE))
    assert set(re.findall(r"(?<=`)[a-z]+|(?<= )[a-z]+(?=`)", cells)) == {
        word for name, _ in calls.leaves() for word in name.split()
    }


def test_each_line_of_the_walk_is_a_command_line() -> None:
    assert all(len(shlex.split(line)) > 1 for line in WALK)
