"""Rows whose last step did not succeed: what GitHub refused, and what the budget put off."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime

from chalicelib.cli import next_command, rows
from chalicelib.cli.doctor.finding import Finding
from chalicelib.cli.doctor.github_fixes import fix
from chalicelib.conditions.row import AlertState
from chalicelib.conditions.setbacks import Denial
from chalicelib.quantities import counted
from chalicelib.render.words import moment
from chalicelib.routing import Routing
from chalicelib.wiring.clock import CLOCK
from chalicelib.wiring.rules import policy
from chalicelib.wiring.stage import Stage

NAME = "rows put off"
REFUSED = "refused by GitHub"
MOST = 500

WHY = {
    Denial.RATE_LIMITED: "GitHub asked us to wait",
    Denial.CALLS_SCARCE: "the last GitHub calls are reserved for P0 and P1",
    Denial.BREAKER_OPEN: "GitHub does not answer",
    Denial.BUDGET: "the budget has no room",
    Denial.BUSY: "others are using the budget right now",
}


def put_off(stage: Stage) -> Iterator[Finding]:
    """Report how many rows wait and why, and what GitHub refused, in its own words."""
    now = CLOCK.now()
    living = rows.living(stage, now, MOST)
    found = [*_put_off(stage, living, now), *_refused(living, policy(stage.settings).routing, now)]
    yield from found or [Finding(NAME, "none")]


def _put_off(stage: Stage, living: list[AlertState], now: datetime) -> Iterator[Finding]:
    by_reason = defaultdict[Denial, list[AlertState]](list)
    for row in living:
        if (setback := row.status.put_off) and now < setback.until:
            by_reason[setback.reason].append(row)
    for reason, those in by_reason.items():
        until = max(row.status.put_off.until for row in those if row.status.put_off)
        urgent = sum(row.priority.urgent and row.spec.firing for row in those)
        told = (
            f"{counted(len(those), 'row')}, {urgent} of them firing P0 or P1: {WHY[reason]}; "
            f"next try by {moment(until, now)}"
        )
        yield Finding(NAME, told, f"See which: {next_command.on(stage, 'list', '--due')}")


def _refused(living: list[AlertState], routing: Routing, now: datetime) -> Iterator[Finding]:
    """Group refusals by what to do about them, the newest first."""
    by_fix = defaultdict[str, list[AlertState]](list)
    for row in living:
        if refusal := row.status.refusal:
            by_fix[fix(refusal.status, refusal.message, _repository(row, routing))].append(row)
    for todo, those in by_fix.items():
        newest = max((row.status.refusal for row in those if row.status.refusal), key=lambda each: each.at)
        places = ", ".join(sorted({_repository(row, routing) for row in those}))
        told = f"{counted(len(those), 'row')} of {places}, last at {moment(newest.at, now)}: {newest}"
        yield Finding(REFUSED, told, todo)


def _repository(row: AlertState, routing: Routing) -> str:
    if row.status.issue:
        return row.status.issue.ref.repository
    return routing.route(rows.teams(row)).repository
