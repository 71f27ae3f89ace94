"""Which rows a subject means: found by key if it is one, otherwise by its words among the listed rows."""

from datetime import datetime, timedelta

from chalicelib.alert import Identity, fingerprint
from chalicelib.cli import rows
from chalicelib.cli.why.subject import PART, Subject, fits
from chalicelib.conditions.alarm_state import arn_of, name_of
from chalicelib.conditions.row import AlertState
from chalicelib.conditions.unopened import unopened
from chalicelib.wiring.rules import policy
from chalicelib.wiring.stage import Stage
from chalicelib.wiring.table import census, store

MOST = 1000
"""How many rows of each index are searched."""
LONGEST_ARN = 2000
"""In characters; no alarm has a longer name."""
NONE = "none"
ENDED = 7
"""How many days back ended conditions are searched."""


def find(stage: Stage, subject: Subject, now: datetime) -> list[AlertState]:
    """Find the rows that are meant: firing ones first, and by a full title before a part of it."""
    if subject.issue:
        holder = store(stage).of_issue(subject.issue)
        return rows.read(stage, [holder] if holder else [])
    if direct := store(stage).get(_key(stage, subject)):
        return [direct]
    best: list[AlertState] = []
    for listed in (rows.living, _over):
        found = [(fit, row) for row in listed(stage, now, MOST) if (fit := _fits(subject, row))]
        if whole := [row for fit, row in found if fit > PART]:
            return whole
        best += [row for _, row in found]
    return list({row.fingerprint: row for row in best}.values())


def firing(stage: Stage, now: datetime) -> list[AlertState]:
    """List the rows that fire or are news and have no open issue, the most urgent first."""
    rules = policy(stage.settings)
    return [row for row in rows.living(stage, now, MOST) if unopened(row, now, rules)]


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
        return PART + 1
    if subject.arn:
        return PART + 1 if arn_of(row) == subject.arn else 0
    issue = row.status.issue
    return fits(subject.words, (rows.title(row), issue.title if issue else "", name_of(arn_of(row) or "")))


def _over(stage: Stage, now: datetime, limit: int) -> list[AlertState]:
    """Read the rows that ended recently, or whose issue was closed recently."""
    repositories = sorted(policy(stage.settings).routing.repositories)
    names = [name for repository in repositories for name in census(stage).newest_in(repository, limit)]
    days = [(now - timedelta(days=back)).date() for back in range(ENDED)]
    return rows.read(stage, [*names, *(name for day in days for name in census(stage).resolved(day, limit))])
