"""Find: looks for what an unfinished opening or comment left on GitHub, by the marker that it carries."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from typing import Protocol

from chalicelib import render
from chalicelib.lifecycle import outcome, said
from chalicelib.lifecycle.issue import IssueRef, Seen
from chalicelib.lifecycle.state import AlertState, Intent, Status, Verb
from chalicelib.lifecycle.steps import needed

ENOUGH = 2
"""How many empty looks, a while apart, end the intent."""


class Lists(Protocol):
    """What is needed of the issue tracker to look for something."""

    def read(self, ref: IssueRef, before: datetime) -> Seen:
        """Read an issue; raises Gone if it was deleted."""

    def changed(
        self, repository: str, label: str | None, since: datetime, before: datetime
    ) -> Iterator[Seen]:
        """List issues changed since a time, in any state."""

    def comments(self, ref: IssueRef, since: datetime, before: datetime) -> Iterator[str]:
        """List the bodies of our comments changed since a time."""


def find(
    tracker: Lists, row: AlertState, intent: Intent, before: datetime, now: Callable[[], datetime]
) -> AlertState:
    """Take what is found for the row's.

    An empty list is no proof of absence: only a second one ends the intent.
    """
    if intent.verb is Verb.COMMENT:
        status = _comment(tracker, row, intent, before)
    else:
        status = _issue(tracker, row, intent, before, now)
    if status:
        return replace(row, status=status, intent=None)
    looked = replace(intent, looks=intent.looks + 1, looked_at=now())
    return replace(row, intent=looked if looked.looks < ENOUGH else None)


def _issue(
    tracker: Lists, row: AlertState, intent: Intent, before: datetime, now: Callable[[], datetime]
) -> Status | None:
    mark = render.Mark(row.fingerprint, intent.episode)
    for seen in tracker.changed(intent.repository, None, intent.since, before):
        if seen.by_us and render.read_marker(seen.body) == mark:
            whole = seen if seen.open else tracker.read(seen.ref, before)
            return outcome.opened(row, intent, whole, now())
    return None


def _comment(tracker: Lists, row: AlertState, intent: Intent, before: datetime) -> Status | None:
    marker = render.comment_marker(row.fingerprint, intent.episode, intent.key)
    bodies = tracker.comments(needed(row.status.issue).ref, intent.since, before)
    found = any(marker in body for body in bodies)
    return said.commented(row, intent.priority, intent.key, intent.since) if found else None
