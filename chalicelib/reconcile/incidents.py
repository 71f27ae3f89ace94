"""Incidents: each minute, adds to their timelines what became of their conditions.

New siblings join, every member's issue names the incident and becomes its sub-issue, and an incident is over
when a person has closed its issue.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from chalicelib.adapters.incident import Entry, Incident, What
from chalicelib.conditions import siblings, timeline
from chalicelib.conditions.incident_link import IncidentLink
from chalicelib.conditions.issue import IssueRef
from chalicelib.conditions.row import AlertState, Issue
from chalicelib.conditions.steps import needed
from chalicelib.conditions.suppression import closed_in_this_episode
from chalicelib.reconcile.apart import apart
from chalicelib.store.ports import Rows
from chalicelib.sync.incidents import Incidents

NEAR = 30
"""How many of a repository's newest issues are searched for siblings."""

MOST_ADDED = 5
"""How many sub-issues are added to an incident in a minute: each is a call that the budget counts."""

Add = Callable[[IssueRef, Issue, str, datetime], bool]
"""Makes the issue of a row a sub-issue of another; False if there is no room for the call now."""


class Index(Protocol):
    """What is needed of the table's indexes."""

    def members(self, storm: str, limit: int) -> list[str]:
        """List fingerprints of what fires in a storm, the longest-firing first."""

    def newest_in(self, repository: str, limit: int) -> list[str]:
        """List fingerprints with an issue in a repository, the newest issue first."""


@dataclass(frozen=True)
class IncidentKeeper:
    """Keeps the open incidents up to date."""

    index: Index
    rows: Rows
    incidents: Incidents
    add: Add
    now: Callable[[], datetime]

    def keep(self, until: datetime) -> None:
        """Look at each open incident; those that there is no time for are looked at in the next minute.

        GitHub is asked last, so that everything is recorded even when GitHub is away.
        """
        kept = []
        for row in self._open():
            with self._apart(row):
                if self.now() < until:
                    kept.append(self._keep(row))
        for row in kept:
            with self._apart(row):
                self._attach(row, until)

    def _apart(self, row: AlertState) -> AbstractContextManager[None]:
        return apart(self.incidents.telemetry, "INCIDENTS_FAILED", fingerprint=row.fingerprint)

    def _open(self) -> list[AlertState]:
        return [row for row in self.incidents.open() if Incident.read(row.spec.alert)]

    def _keep(self, row: AlertState) -> AlertState:
        """Record what is new, and note in its members' rows which incident they are part of."""
        issue, event = row.status.issue, needed(row.spec.alert)
        known = needed(Incident.read(event))
        content = siblings.joined(known, self._siblings(known))
        members = self.rows.several(content.members)
        content = timeline.grown(content, row, members)
        current = self.incidents.grow(row, event, content) if content != known else row
        for member in members:
            self._link(member, row.fingerprint, issue)
        if issue and closed_in_this_episode(row):
            return self._closed(current, issue)
        return current

    def _closed(self, row: AlertState, issue: Issue) -> AlertState:
        """End it because a person closed its issue, as `/sev resolved` does."""
        at, who = issue.closed_at or self.now(), issue.closer
        entry = Entry(at=at, what=What.CLOSED, of=row.fingerprint, who=who)
        return self.incidents.end(row, entry, how=f"Closed by {who}." if who else "Its issue was closed.")

    def _siblings(self, known: Incident) -> list[str]:
        """Find what else fires with the cause, or for the thing, of the condition that it was declared on."""
        subject = self.rows.get(known.members[0]) if known.members else None
        if subject is None or len(known.members) >= siblings.MOST_MEMBERS:
            return []
        issue = subject.status.issue
        near = self.index.newest_in(issue.ref.repository, NEAR) if issue else []
        named = list(siblings.children(subject))
        if storm := siblings.storm_of(subject):
            named += [storm, *self.index.members(storm, siblings.MOST_MEMBERS)]
        found = {row.fingerprint: row for row in self.rows.several([*named, *near])}
        return list(
            siblings.found(
                subject,
                [found[name] for name in named if name in found],
                [found[name] for name in near if name in found],
            )
        )

    def _attach(self, row: AlertState, until: datetime) -> None:
        """Make the issues of members its sub-issues, each only once, since people may remove them again."""
        parent, event = row.status.issue, needed(row.spec.alert)
        content = needed(Incident.read(event))
        if parent is None or not parent.open:
            return
        added: list[str] = []
        left = siblings.unattached(content, self.rows.several(content.members))
        try:
            for name, issue in left[:MOST_ADDED]:
                if not self.add(parent.ref, issue, name, until):
                    break
                added.append(siblings.attached(name, issue))
        finally:
            if added:
                attached = content.model_copy(update={"attached": (*content.attached, *added)})
                self.incidents.grow(row, event, attached)

    def _link(self, member: AlertState, name: str, issue: Issue | None) -> None:
        """Note in a member's row which incident it is part of, unless it is part of another."""
        link, ref = member.status.incident, issue.ref if issue else None
        if member.status.issue is None:
            return
        if link and link.fingerprint != name and self.incidents.is_open(link):
            return
        asked = link.asked if link and link.fingerprint == name else ()
        newer = IncidentLink(name, ref, asked)
        if newer != link:
            self.incidents.link(member, newer)
