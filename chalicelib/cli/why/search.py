"""Which rows a subject means: found by key where it is one, else by its words among the rows listed."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from chalicelib.alert import Condition, Identity, Priority, fingerprint
from chalicelib.cli import rows
from chalicelib.cli.why.subject import Subject, fits
from chalicelib.conditions.alarm_state import arn_of, name_of
from chalicelib.conditions.row import AlertState
from chalicelib.wiring.rules import policy
from chalicelib.wiring.stage import Stage
from chalicelib.wiring.table import census, store

MOST = 1000
"""Rows of each index that are looked through."""
LONGEST_ARN = 2000
"""Characters; no alarm has a longer one."""
NONE = "none"
ENDED = 7
"""Days back for which conditions that have ended are looked through."""


def find(stage: Stage, subject: Subject, now: datetime) -> list[AlertState]:
    """Find the rows that are meant, those that fire first; where a whole title fits, parts do not count."""
    if subject.issue:
        holder = store(stage).of_issue(subject.issue)
        return rows.read(stage, [holder] if holder else [])
    if direct := store(stage).get(_key(stage, subject)):
        return [direct]
    if subject.arn:
        return [row for row in _listed(stage, now) if (arn_of(row) or "") == subject.arn]
    known = [(row, _fits(subject, row)) for row in _listed(stage, now)]
    best = max((each for _, each in known), default=0)
    found = [row for row, each in known if each and each == best]
    return sorted(found, key=lambda row: (row.spec.condition is not Condition.FIRING, row.priority))


def firing(stage: Stage, now: datetime) -> list[AlertState]:
    """List the rows that fire and have no open issue, the most urgent first."""
    found = (row for row in _listed(stage, now, ended=0) if row.spec.condition is Condition.FIRING)
    missing = [row for row in found if row.spec.alert and not (row.status.issue and row.status.issue.open)]
    return sorted(missing, key=lambda row: (row.priority, row.spec.at))


def _key(stage: Stage, subject: Subject) -> str:
    """Name the row that a whole fingerprint, or an alarm's name or ARN, stands for."""
    if subject.fingerprint:
        return subject.fingerprint
    arn = subject.arn or stage.arn("cloudwatch", f"alarm:{subject.words}")
    _, _, _, region, account_id, *_ = arn.split(":")
    if len(arn) > LONGEST_ARN:
        return NONE
    return fingerprint("cloudwatch", Identity(account_id=account_id, region=region, alarm_id=arn))


def _fits(subject: Subject, row: AlertState) -> int:
    if subject.fingerprint and row.fingerprint.startswith(subject.fingerprint):
        return 2
    issue = row.status.issue
    return fits(subject.words, (rows.title(row), issue.title if issue else "", name_of(arn_of(row) or "")))


def _listed(stage: Stage, now: datetime, *, ended: int = ENDED) -> list[AlertState]:
    """Read the rows that an index lists: due, with an issue, or ended lately."""
    return store(stage).several(list(dict.fromkeys(_names(stage, now, ended))))


def _names(stage: Stage, now: datetime, ended: int) -> Iterator[str]:
    for priority in Priority:
        yield from store(stage).due(priority, now + rows.EVER, MOST)
        yield from census(stage).with_open_issue(priority, MOST)
    for repository in sorted(policy(stage.settings).routing.repositories):
        yield from census(stage).newest_in(repository, MOST)
    for days in range(ended):
        yield from census(stage).resolved((now - timedelta(days=days)).date(), MOST)
