"""The pages of our own that reconcile keeps, wired: storms, lists of what waits, and incidents."""

from functools import partial

from chalicelib.reconcile.incidents import IncidentKeeper
from chalicelib.reconcile.reconcile import Work
from chalicelib.reconcile.storms import StormKeeper
from chalicelib.reconcile.sub_issues import SubIssues
from chalicelib.reconcile.waiting import WaitingLists
from chalicelib.wiring import incidents as wired
from chalicelib.wiring.clock import CLOCK
from chalicelib.wiring.github import gate, issues, sync
from chalicelib.wiring.rules import policy
from chalicelib.wiring.stage import Stage
from chalicelib.wiring.table import census, store


def storms(stage: Stage) -> Work:
    """Wire what keeps the issues of storms."""
    attach, advance = _sub_issues(stage).attach, sync(stage).advance
    return StormKeeper(store(stage), census(stage), advance, attach, CLOCK.now, stage.telemetry).check


def waiting(stage: Stage) -> Work:
    """Wire what lists the alerts that wait for an issue."""
    routing = policy(stage.settings).routing
    return WaitingLists(store(stage), census(stage), routing, sync(stage).advance, CLOCK.now).check


def incidents(stage: Stage) -> Work:
    """Wire what keeps the issues of incidents."""
    add, records = _sub_issues(stage).add, wired.incidents(stage)
    return IncidentKeeper(census(stage), store(stage), records, add, CLOCK.now).keep


def _sub_issues(stage: Stage) -> SubIssues:
    return SubIssues(store(stage), partial(issues, stage), gate(stage), CLOCK.now, stage.telemetry)
