"""On call, wired: only with a file, and look-ups are loaded only where they are made."""

import pkgutil
from collections.abc import Iterator

import pytest

from chalicelib.conditions.on_call import HANDOFF
from chalicelib.sync import intents
from chalicelib.wiring import on_call, rules
from chalicelib.wiring.github import sync
from chalicelib.wiring.reconcile import reconcile
from chalicelib.wiring.stage import Stage
from tests.twins.stage import holding

FILE = """
fallback = ["@o/leads"]

[team.storage]
rotation = {people = ["mona"], starts = 2026-01-05T09:00:00, shift = "1w"}

[team.infra]
calendar = "https://calendar.example.org/infra.ics"

[team.asked]
pagerduty = ["PX"]
"""


@pytest.fixture
def stage() -> Stage:
    return holding({}, ALERTING_ACCOUNT_ID="123456789012")


@pytest.fixture
def file(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A package with a file of who is on call."""
    read = pkgutil.get_data
    monkeypatch.setattr(
        pkgutil, "get_data", lambda *name: FILE.encode() if name[1] == "on_call.toml" else read(*name)
    )
    rules.on_call_file.cache_clear()
    yield
    rules.on_call_file.cache_clear()


def chores(stage: Stage) -> set[str]:
    return {name for name, _ in reconcile(stage).chores}


@pytest.mark.usefixtures("file")
def test_with_a_file_alerts_call_whoever_is_on_and_the_others_are_asked(stage: Stage) -> None:
    known = on_call.on_call(stage)
    assert known
    assert list(known.rosters.teams) == ["storage", "infra", "asked"]
    assert sync(stage).on_call == known.called
    assert on_call.commands(stage) == {HANDOFF: known}
    assert list(on_call.reader(stage).sources) == ["infra", "asked"]
    assert "ON_CALL_FAILED" in chores(stage)
    never = holding({}, ALERTING_ACCOUNT_ID="123456789012", ON_CALL_INTERVAL_MINUTES="0")
    assert "ON_CALL_FAILED" not in chores(never)


def test_without_a_file_nothing_of_it_is_there(stage: Stage) -> None:
    assert on_call.on_call(stage) is None
    assert sync(stage).on_call is intents.nobody
    assert (on_call.commands(stage), list(on_call.duties(stage, "o/r")), on_call.asked()) == ({}, [], ())
    assert list(on_call.reader(stage).sources) == []
    assert "ON_CALL_FAILED" not in chores(stage)
