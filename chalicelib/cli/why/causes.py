"""The causes, in the order in which they are checked: the first that applies is the verdict."""

from chalicelib.cli.why import (
    condition,
    github,
    key,
    letters,
    notification,
    payload,
    people,
    queue,
    sender,
    turn,
    webhook,
)
from chalicelib.cli.why.case import Case, Check
from chalicelib.cli.why.unopened import withheld
from chalicelib.cli.why.verdict import Cause, Verdict

CHECKS: tuple[Check, ...] = (
    condition.has_issue,
    withheld,
    key.unknown,
    letters.rejected,
    notification.notification,
    condition.ended,
    sender.alarm,
    queue.waiting,
    webhook.refused,
)
CAUSES: tuple[Cause, ...] = tuple(
    cause
    for each in (condition, notification, payload, webhook, queue, letters, people, github, turn, sender, key)
    for cause in each.CAUSES
)
"""Every cause there is, as docs/command-line.md lists them."""


def verdict_of(case: Case) -> Verdict:
    """Find the cause that applies; if none does, the alert never arrived."""
    found = (verdict for check in CHECKS if (verdict := check(case)))
    return next(found, None) or sender.never(case)
