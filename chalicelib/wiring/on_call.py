"""On call, wired: who is on call by `on_call.toml` and the table, and the reader of the rest."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING

from chalicelib.conditions.on_call import HANDOFF, Duty
from chalicelib.sync import intents
from chalicelib.sync.on_call import OnCall
from chalicelib.wiring.clock import CLOCK
from chalicelib.wiring.rules import on_call_file, policy_at_home
from chalicelib.wiring.stage import Stage
from chalicelib.wiring.table import store

if TYPE_CHECKING:
    from chalicelib.conditions.on_call_file import Asked
    from chalicelib.reconcile.on_call import OnCallReader


@cache
def on_call(stage: Stage) -> OnCall | None:
    """Wire what a worker knows about who is on call; None without a file."""
    file = on_call_file()
    routing = policy_at_home(stage).routing
    return OnCall(file.rosters, store(stage), routing, CLOCK.now, stage.telemetry) if file else None


def called(stage: Stage) -> intents.OnCall:
    """Return what knows whom alerts call."""
    known = on_call(stage)
    return known.called if known else intents.nobody


def duties(stage: Stage, repository: str) -> Sequence[Duty]:
    """Return who is on call for each team of a repository."""
    known = on_call(stage)
    return known.duties(repository) if known else ()


def commands(stage: Stage) -> Mapping[str, OnCall]:
    """Return the command `/handoff`, for issues and boards."""
    known = on_call(stage)
    return {HANDOFF: known} if known else {}


def asked() -> "tuple[Asked, ...]":
    """Return whom to ask for the shifts of teams."""
    file = on_call_file()
    return file.asked if file else ()


def reader(stage: Stage) -> "OnCallReader":
    """Wire the reader of calendars and PagerDuty."""
    from chalicelib.reconcile.on_call import OnCallReader
    from chalicelib.wiring.lookups import shifts

    known = on_call(stage)
    return OnCallReader(
        documents=store(stage),
        teams=known.rosters.teams if known else (),
        sources={each.team: shifts(stage, each) for each in asked()},
        now=CLOCK.now,
        telemetry=stage.telemetry,
        every=stage.settings.on_call_interval,
    )
