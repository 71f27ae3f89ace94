"""Recover: looks for what an unfinished opening or comment left on GitHub, by the marker that it carries."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from chalicelib import render
from chalicelib.conditions import outcome, written
from chalicelib.conditions.issue import IssueRef, Seen
from chalicelib.conditions.row import AlertState, Intent, Status, Verb
from chalicelib.conditions.steps import needed

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


Holder = Callable[[IssueRef], str | None]
"""Names the row that holds an issue, by its fingerprint."""


def nobody(ref: IssueRef) -> str | None:
    """No row holds any issue."""


@dataclass(frozen=True, slots=True)
class MarkerSearch:
    """Looks on GitHub for what an intent left there."""

    tracker: Lists
    holder: Holder
    now: Callable[[], datetime]

    def find(self, row: AlertState, intent: Intent) -> AlertState:
        """Take what is found for the row's, unless another row holds it.

        An empty list is no proof of absence: only a second one ends the intent.
        """
        if intent.verb is Verb.COMMENT:
            status = _comment(self.tracker, row, intent)
        else:
            status = self._issue(row, intent)
        if status:  # so it had its effect, whatever came instead of an answer
            return replace(row, status=replace(status, refusal=None), intent=None)
        looked = replace(intent, looks=intent.looks + 1, looked_at=self.now())
        return replace(row, intent=looked if looked.looks < ENOUGH else None)

    def _issue(self, row: AlertState, intent: Intent) -> Status | None:
        mark, before_it = render.Mark(row.fingerprint, intent.episode), row.status.issue
        for seen in self.tracker.changed(intent.repository, None, intent.since, row.lease_end):
            marked = seen.by_us and mark in render.read_markers(seen.body)
            if before_it and before_it.ref == seen.ref:
                continue  # what it continues has the same marker
            # People copy text from issue to issue, and the marker, which they do not see, goes with it.
            if marked and self.holder(seen.ref) in (None, row.fingerprint):
                whole = seen if seen.open else self.tracker.read(seen.ref, row.lease_end)
                return outcome.opened(row, intent, whole, self.now(), found=True)
        return None


def _comment(tracker: Lists, row: AlertState, intent: Intent) -> Status | None:
    marker = render.comment_marker(row.fingerprint, intent.episode, intent.key)
    bodies = tracker.comments(needed(row.status.issue).ref, intent.since, row.lease_end)
    found = any(marker in body for body in bodies)
    return written.commented(row, intent.priority, intent.key, intent.since) if found else None
