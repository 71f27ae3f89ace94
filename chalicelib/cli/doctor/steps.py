"""Rows whose steps never end: the process that begins one is stopped or dies, each time."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from chalicelib.alert import Priority
from chalicelib.cli import next_command
from chalicelib.cli.doctor.finding import Finding
from chalicelib.quantities import counted
from chalicelib.store.ports import Rows
from chalicelib.sync.claims import NEVER_ENDING
from chalicelib.wiring.clock import CLOCK
from chalicelib.wiring.stage import Stage
from chalicelib.wiring.table import store

NAME = "steps"
LONGEST_LEASE = timedelta(minutes=30)
MOST = 500


def ended(stage: Stage) -> Iterator[Finding]:
    """Check that no row's steps begin again and again without an end."""
    found = unending(store(stage), CLOCK.now())
    told = f"{counted(len(found), 'row')} whose steps never end" if found else "all come to an end"
    where = next_command.on(stage, "show", found[0]) if found else ""
    fix = f"See docs/on-call.md, steps-unending, and where: {where}" if found else ""
    yield Finding(NAME, told, fix)


def unending(rows: Rows, now: datetime) -> list[str]:
    """List rows with three unsettled claims in a row; they are due when the lease ends."""
    names = [name for priority in Priority for name in rows.due(priority, now + LONGEST_LEASE, MOST)]
    return [row.fingerprint for row in rows.several(names) if row.lease and row.lease.unended >= NEVER_ENDING]
