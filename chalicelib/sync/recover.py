"""Recover: finds what an unfinished opening or comment left on GitHub, by the marker in its text."""

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
"""How many empty looks, some time apart, end the intent: the list may lag, though it rarely does.

A lag of eight minutes was reported once: github.com/judell/bram/issues/254
"""


class Lists(Protocol):
    """What looking for something needs from the issue tracker."""

    def read(self, ref: IssueRef, before: datetime) -> Seen:
        """Read an issue; raises Gone if it was deleted."""

    def changed(
        self, repository: str, label: str | None, since: datetime, before: datetime
    ) -> Iterator[Seen]:
        """List issues changed since a time, in any state."""

    def comments(self, ref: IssueRef, since: datetime, before: datetime) -> Iterator[str]:
        """List the bodies of our comments changed since a time."""


Holder = Callable[[IssueRef], str | None]
"""Returns the fingerprint of the row that holds an issue."""


def nobody(ref: IssueRef) -> str | None:
    """Answer that no row holds an issue."""


@dataclass(frozen=True, slots=True)
class MarkerSearch:
    """Looks on GitHub for the result of an intent."""

    tracker: Lists
    holder: Holder
    now: Callable[[], datetime]

    def find(self, row: AlertState, intent: Intent) -> AlertState:
        """Give the row what is found, unless another row holds it.

        An empty list is no proof of absence: only the second one ends the intent.
        """
        if intent.verb is Verb.COMMENT:
            status = _comment(self.tracker, row, intent)
        else:
            status = self._issue(row, intent)
        if status:  # so it took effect, though no answer came
            return replace(row, status=replace(status, refusal=None), intent=None)
        looked = replace(intent, looks=intent.looks + 1, looked_at=self.now())
        return replace(row, intent=looked if looked.looks < ENOUGH else None)

    def _issue(self, row: AlertState, intent: Intent) -> Status | None:
        mark, before_it = render.Mark(row.fingerprint, intent.episode), row.status.issue
        for seen in self.tracker.changed(intent.repository, None, intent.since, row.lease_end):
            marked = seen.by_us and mark in render.read_markers(seen.body)
            if before_it and before_it.ref == seen.ref:
                continue  # the issue that it continues has the same marker
            # People copy text from one issue to another, and copy the hidden marker with it.
            if marked and self.holder(seen.ref) in (None, row.fingerprint):
                whole = seen if seen.open else self.tracker.read(seen.ref, row.lease_end)
                return outcome.opened(row, intent, whole, self.now(), found=True)
        return None


def _comment(tracker: Lists, row: AlertState, intent: Intent) -> Status | None:
    marker = render.comment_marker(row.fingerprint, intent.episode, intent.key)
    bodies = tracker.comments(needed(row.status.issue).ref, intent.since, row.lease_end)
    found = any(marker in body for body in bodies)
    return written.commented(row, intent.priority, intent.key, intent.since) if found else None
