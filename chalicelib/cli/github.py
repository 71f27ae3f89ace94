"""A stage's issues and its sync, as its functions have them: of the same budget, under the same leases."""

from chalicelib.act import Act
from chalicelib.cli.stage import Stage
from chalicelib.github.gate import Gate
from chalicelib.github.issues import GitHubIssues
from chalicelib.sync import Sync
from chalicelib.telemetry import SILENT
from chalicelib.wiring.clock import CLOCK
from chalicelib.wiring.rules import limits_of, timing_of


def issues(stage: Stage) -> GitHubIssues:
    """The tracker."""
    return GitHubIssues(stage.github(_gate(stage)))


def sync(stage: Stage) -> Sync:
    """What takes steps; it logs nothing, so whoever uses it reads the row again to see what became of it."""
    tracker = issues(stage)
    return Sync(
        rows=stage.store,
        permits=_gate(stage),
        act=Act(lambda: tracker, stage.policy.routing, CLOCK.now, stage.store.of_issue),
        clock=CLOCK,
        policy=stage.policy,
        timing=timing_of(stage.settings),
        telemetry=SILENT,
    )


def _gate(stage: Stage) -> Gate:
    return Gate(stage.store, limits_of(stage.settings), CLOCK.now)
