"""A step that is run alone, before those that it needs, says which one to run first."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from ops import __main__ as verbs
from ops import functions, terraform
from ops.deployment import Faults
from ops.setup import deployment, senders, webhook
from ops.setup.__main__ import Terminal
from ops.setup.step import Setup, Wanted
from tests.account import empty_account


@pytest.fixture
def setup(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Setup]:
    """The stage prod, which has a file and nothing else."""
    folder = tmp_path / "infra-extra" / "stages"
    folder.mkdir(parents=True)
    (folder / "prod.toml").write_text('region = "us-east-1"\n', encoding="utf-8")
    with empty_account(monkeypatch):
        yield Setup("prod", Terminal(yes=True), Wanted(), tmp_path)


def test_without_the_secret_of_the_events_it_names_the_step_that_makes_it(setup: Setup) -> None:
    with pytest.raises(Faults, match="run the step `tokens` first"):
        webhook.point(setup)


def test_before_the_deployment_there_is_nothing_to_paste(
    setup: Setup, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(functions, "url", lambda _: None)
    monkeypatch.setattr(terraform, "outputs", lambda _: {})
    with pytest.raises(Faults, match="run the step `deploy` first"):
        senders.show(setup)


@pytest.mark.parametrize(("running", "done"), [(set(), ["plan", "change"]), ({"digest"}, ["deploy"])])
def test_a_stage_that_runs_already_is_deployed_as_ever_with_its_question(
    setup: Setup, monkeypatch: pytest.MonkeyPatch, running: set[str], done: list[str]
) -> None:
    taken = list[str]()
    monkeypatch.setattr(functions, "digests", lambda _: running)
    for verb in ("plan", "change", "deploy"):
        monkeypatch.setattr(verbs, verb, lambda _, verb=verb: taken.append(verb))
    deployment.deploy(setup)
    assert taken == done
