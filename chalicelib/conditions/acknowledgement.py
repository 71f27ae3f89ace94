"""Acknowledgement: who has an alert, for how long, and since when it waits for somebody. Pure.

An acknowledgement lasts for one episode, or for all of them while the condition flaps.
"""

from dataclasses import replace
from datetime import datetime
from typing import Any

from chalicelib.conditions.issue import Seen
from chalicelib.conditions.row import AlertState, Issue
from chalicelib.conditions.wishes import Wish
from chalicelib.labels import FLAPPING_LABEL


def acknowledged(issue: Issue, author: str, at: datetime) -> Issue:
    """Record that somebody has it, as of `at` by GitHub's clock."""
    return replace(issue, acked_by=author, acked_at=at)


def given_back(issue: Issue, by: Wish, now: datetime) -> Issue:
    """Record that nobody has it any more; the first tier is called first again."""
    return replace(issue, acked_by="", acked_at=None, given_back=by, called_at=now, tier=0)


def left_to_people(issue: Issue, now: datetime) -> Issue:
    """Record that it waits for people from now on, because they asked for that or were called."""
    return replace(issue, called_at=now)


def shown(row: AlertState, issue: Issue, seen: Seen, now: datetime) -> Issue:
    """The issue is about to show the row's episode: acknowledging the last one does not cover a new one."""
    episode, began = row.spec.episode, row.spec.began_by_our_clock
    if episode and began and episode > issue.episode and FLAPPING_LABEL not in issue.labels:
        holds = issue.acked_at is not None and issue.acked_at - issue.clock_ahead >= began
        called_at = issue.called_at if issue.called_at and issue.called_at >= began else now
        again = replace(issue, called_at=called_at, tier=0)
        return again if holds else replace(again, acked_by="", acked_at=None)
    return observed(issue, seen, now)


def observed(issue: Issue, seen: Seen, now: datetime) -> Issue:
    """If it was reopened, or a label that kept it quiet was removed, it waits for people from now on."""
    reopened = seen.open and not issue.open
    loud = (issue.muted and not seen.muted) or (issue.quiet and not seen.quiet)
    return left_to_people(issue, now) if reopened or loud else issue


def carried(before: Issue | None, episode: datetime) -> dict[str, Any]:
    """Return what carries over to another issue that takes the place of an open one."""
    if before is None or not before.open or before.episode != episode:
        return {}
    names = ("acked_by", "acked_at", "called_at", "tier")
    return {name: getattr(before, name) for name in names}


def waits_since(row: AlertState, issue: Issue) -> datetime:
    """Return since when it waits for an acknowledgement, as far as an older row says."""
    called_at = issue.called_at or issue.opened_at or issue.commented_at
    return max(called_at, row.status.snoozed_until or called_at)
