"""`doctor` gets the time that the first look of reconcile takes, and no more."""

from pathlib import Path
from subprocess import CompletedProcess
from typing import Any
from unittest.mock import patch

import pytest

from ops.deployment import Faults
from ops.setup import proof
from ops.setup.__main__ import Terminal
from ops.setup.step import Setup, Wanted


@pytest.mark.parametrize("bad", [0, 2])
def test_it_asks_again_until_all_is_well(
    bad: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    answers = [CompletedProcess[str]([], 1, "1 thing to do.", "")] * bad
    answers.append(CompletedProcess[str]([], 0, "All is well.", ""))
    slept: list[float] = []
    setup = Setup("dev", Terminal(yes=True), Wanted(region="us-west-2"), tmp_path, sleep=slept.append)
    with patch("ops.setup.proof.subprocess.run", lambda *_, **__: answers.pop(0)):
        proof.doctor(setup)
    assert slept == [proof.POLL_SECONDS] * bad
    assert "All is well." in capsys.readouterr().out


def test_what_stays_wrong_is_said_and_ends_the_setup(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def wrong(*_: Any, **__: Any) -> CompletedProcess[str]:
        return CompletedProcess([], 1, "WRONG table", "")

    setup = Setup("dev", Terminal(yes=True), Wanted(region="us-west-2"), tmp_path, sleep=lambda _: None)
    with patch("ops.setup.proof.subprocess.run", wrong), pytest.raises(Faults, match="doctor"):
        proof.doctor(setup)
    assert "WRONG table" in capsys.readouterr().out
