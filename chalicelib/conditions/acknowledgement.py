"""Acknowledgement: who has an alert, how long that holds, and since when it waits for somebody. Pure.

Somebody has an alert for one episode, and for all of them while it flaps.
"""

from dataclasses import replace
from datetime import datetime
from typing import Any

from chalicelib.conditions.issue import Seen
from chalicelib.conditions.row import AlertState, Issue
from chalicelib.labels import FLAPPING_LABEL


def acknowledged(issue: Issue, author: str, at: datetime) -> Issue:
    """Somebody has it, as of `at` by GitHub's clock."""
    return replace(issue, acked_by=author, acked_at=at)


def given_back(issue: Issue, now: datetime) -> Issue:
    """Nobody has it any more, and the first tier has its turn again."""
    return replace(issue, acked_by="", acked_at=None, called_at=now, tier=0)


def left_to_people(issue: Issue, now: datetime) -> Issue:
    """It waits for people from now on, who asked for that or were called."""
    return replace(issue, called_at=now)


def shown(row: AlertState, issue: Issue, seen: Seen, now: datetime) -> Issue:
    """The issue is about to show the row's episode: of a new one, nobody has it who only had the last."""
    episode, began = row.spec.episode, row.spec.began_by_our_clock
    if episode and began and episode > issue.episode and FLAPPING_LABEL not in issue.labels:
        holds = issue.acked_at is not None and issue.acked_at - issue.clock_ahead >= began
        called_at = issue.called_at if issue.called_at and issue.called_at >= began else now
        again = replace(issue, called_at=called_at, tier=0)
        return again if holds else replace(again, acked_by="", acked_at=None)
    return observed(issue, seen, now)


def observed(issue: Issue, seen: Seen, now: datetime) -> Issue:
    """It was opened again, or a label taken off that kept it quiet: it waits for people from now on."""
    reopened = seen.open and not issue.open
    loud = (issue.muted and not seen.muted) or (issue.quiet and not seen.quiet)
    return left_to_people(issue, now) if reopened or loud else issue


def carried(before: Issue | None, episode: datetime) -> dict[str, Any]:
    """What of it holds for another issue that takes the place of an open one."""
    if before is None or not before.open or before.episode != episode:
        return {}
    names = ("acked_by", "acked_at", "called_at", "tier")
    return {name: getattr(before, name) for name in names}


def waits_since(row: AlertState, issue: Issue) -> datetime:
    """Since when it waits for somebody to acknowledge it; as far as an older row tells."""
    called_at = issue.called_at or issue.opened_at or issue.commented_at
    return max(called_at, row.status.snoozed_until or called_at)
