"""Rows of a stage: found through the table's indexes, and put into words."""

import re
from collections.abc import Iterable
from datetime import datetime, timedelta

from chalicelib.alert import Condition, Priority
from chalicelib.cli import next_command, screen
from chalicelib.cli.trouble import Trouble
from chalicelib.conditions import heartbeats
from chalicelib.conditions.issue import IssueRef
from chalicelib.conditions.row import AlertState
from chalicelib.quantities import counted
from chalicelib.render.words import duration, moment
from chalicelib.wiring.stage import Stage
from chalicelib.wiring.table import census, store

EVER = timedelta(days=365 * 50)
SHORTEST = 6
KEY = 12
"""How many hexadecimal digits of a fingerprint are shown; they identify it while it is listed."""

_PRIORITY = re.compile(r"\[P[0-3]\] ")


def living(stage: Stage, now: datetime, limit: int) -> list[AlertState]:
    """Read the rows that fire, are open, or are due now or later; the most urgent first.

    At most `limit` of each priority and kind.
    """
    found = [
        fingerprint
        for priority in Priority
        for fingerprint in (
            # In this order: a row whose issue is opened meanwhile is in at least one of them.
            *census(stage).silenced(priority, limit),
            *census(stage).held(priority, limit),
            *census(stage).late(priority, limit),
            *store(stage).due(priority, now + EVER, limit),
            *census(stage).with_open_issue(priority, limit),
            *census(stage).notifications(priority, limit),
        )
    ]
    return sorted(read(stage, found), key=lambda row: (row.priority, row.spec.at))


def read(stage: Stage, fingerprints: Iterable[str]) -> list[AlertState]:
    """Read rows, each once; the indexes lag slightly, so one may be gone."""
    return store(stage).several([*fingerprints])


def find(stage: Stage, key: str, now: datetime, limit: int) -> AlertState | None:
    """Find a row by its issue, its fingerprint, or the start of that if the row is listed."""
    if ref := IssueRef.read(key):
        fingerprint = store(stage).of_issue(ref)
        return store(stage).get(fingerprint) if fingerprint else None
    if not re.fullmatch(rf"[0-9a-f]{{{SHORTEST},64}}", key):
        raise Trouble(
            f"{key} is neither an issue (owner/name#12, or its address) nor a fingerprint. "
            f"`{next_command.on(stage, 'list')}` shows both."
        )
    if len(key) == 64:
        return store(stage).get(key)
    found = [row for row in living(stage, now, limit) if row.fingerprint.startswith(key)]
    if len(found) > 1:
        raise Trouble(f"{len(found)} fingerprints begin with {key}; give more of it.")
    return found[0] if found else None


def reference(name: str) -> IssueRef:
    """Read `owner/name#12` or an issue's address; raises Trouble if it is neither."""
    ref = IssueRef.read(name)
    if ref is None:
        raise Trouble(f"{name} is not an issue: name it as owner/name#12, or by its address.")
    return ref


def title(row: AlertState) -> str:
    """Return the condition's title, as on its issue; a tombstone only has an end."""
    issue = row.status.issue
    named = _PRIORITY.sub("", issue.title, count=1) if issue else ""
    told = row.spec.alert or heartbeats.newest(row.spec)
    return named or (told.title if told else "(only its end is known)")


def teams(row: AlertState) -> tuple[str, ...]:
    """Return the teams."""
    told = row.spec.alert or heartbeats.newest(row.spec)
    return told.teams if told else ()


def state(row: AlertState, now: datetime) -> str:
    """Say since when it has been firing or resolved, and how often it was reported."""
    spec = row.spec
    if overdue_at := heartbeats.deadline(spec):
        return f"heartbeat received at {moment(spec.at, now)}; overdue at {moment(overdue_at, now)}"
    if spec.news:
        expires_at = spec.alert.expires_at if spec.alert else None
        until = f", expires at {moment(expires_at)}" if expires_at else ""
        return f"a notification, sent at {moment(spec.at)}{until}"
    if spec.condition is Condition.RESOLVED:
        return f"resolved at {moment(spec.at)}"
    began = spec.episode or spec.at
    return f"firing since {moment(began)}, {duration(now - began)}, reported {counted(spec.count, 'time')}"


def briefly(row: AlertState, now: datetime) -> str:
    """Say how long it has been firing, or that it is not."""
    if heartbeats.newest(row.spec):
        return "beating"
    if row.spec.news:
        return "notification"
    if row.spec.condition is Condition.RESOLVED:
        return "resolved"
    return f"firing {screen.length(now - (row.spec.episode or row.spec.at))}"


def issue(row: AlertState) -> str:
    """Name its issue, and the issue's state."""
    shown = row.status.issue
    if shown is None:
        return ""
    if shown.open:
        return f"{shown.ref} open" + (", muted" if shown.muted else "")
    closer = shown.closed_by.value.lower() if shown.closed_by else "nobody"
    return f"{shown.ref} closed by {'a person' if closer == 'person' else closer}"
