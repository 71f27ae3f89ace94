"""Incidents: what `/sev` declares and ends, recorded as a row of our own."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

from chalicelib.adapters import incident, own
from chalicelib.adapters.incident import Entry, Incident, Subject, What
from chalicelib.alert import AlertEvent, Condition
from chalicelib.conditions import timeline
from chalicelib.conditions.incident_link import IncidentLink
from chalicelib.conditions.issue import IssueRef
from chalicelib.conditions.record import Recorded, record
from chalicelib.conditions.row import AlertState, Status
from chalicelib.errors import Contended
from chalicelib.quantities import counted
from chalicelib.store.ports import Rows
from chalicelib.sync import claims
from chalicelib.sync.declarations import Asked, Declarations
from chalicelib.telemetry import log_keys
from chalicelib.telemetry.telemetry import Telemetry

TRIES = 8
MOST_OPEN = 50
"""How many open incidents are looked at."""


class Index(Protocol):
    """What is needed of the table's indexes."""

    def of_our_own(self, source: str, limit: int) -> list[str]:
        """List fingerprints of the rows of one of our own sources that fire, the newest first."""


@dataclass(frozen=True)
class Incidents:
    """Records incidents; every method may be called twice. `template` returns the sections for a team."""

    rows: Rows
    index: Index
    template: Callable[[str], str]
    now: Callable[[], datetime]
    telemetry: Telemetry

    def on_alert(self, row: AlertState, alert: AlertEvent, asked: Asked) -> Status:
        """Declare one for an alert; if the alert is part of an open one, an answer will name that one."""
        link = self._open_one(row) or self._declare_of(row, alert, asked)
        if link.fingerprint != asked.fingerprint:
            again = (*(each for each in link.asked if each != asked.comment), asked.comment)
            link = replace(link, asked=again)
        return replace(row.status, incident=link)

    def on_issue(self, ref: IssueRef, asked: Asked) -> bool:
        """Declare one for an issue's alert, unless it is part of one; False if it is not an alert's issue."""
        name = self.rows.of_issue(ref)
        row = self.rows.get(name) if name else None
        if row is None or row.spec.alert is None or is_one(row):
            return False
        if self._open_one(row) is None:
            self.link(row, self._declare_of(row, row.spec.alert, asked))
        return True

    def _open_one(self, row: AlertState) -> IncidentLink | None:
        """Find the open incident that a row is part of, which the row does not say before it is free."""
        if (link := row.status.incident) and self.is_open(link):
            return link
        for each in self.open():
            content, issue = Incident.read(each.spec.alert), each.status.issue
            if content and row.fingerprint in content.members:
                return IncidentLink(each.fingerprint, issue.ref if issue else None)
        return None

    def open(self) -> list[AlertState]:
        """Read the incidents that are open."""
        rows = self.rows.several(self.index.of_our_own(own.INCIDENT, MOST_OPEN))
        return [row for row in rows if row.spec.firing]

    def link(self, row: AlertState, link: IncidentLink) -> None:
        """Note in a row which incident it is part of; if a worker has the row, reconcile does it later."""
        if not claims.busy(row, self.now()):
            status = replace(row.status, incident=link)
            self.rows.note(replace(row, status=status, due_at=self.now()))

    def _declare_of(self, row: AlertState, alert: AlertEvent, asked: Asked) -> IncidentLink:
        """Declare the incident of an alert, for whoever asked first; its worker may have stopped midway."""
        first = Declarations(self.rows, self.now).first(row.fingerprint, asked)
        title, name = first.title or alert.title, first.title or alert.rule
        since = min(row.spec.episode or first.at, first.at)
        self.declare(first, Subject(title, name, alert.priority, alert.teams), since, (row.fingerprint,))
        return IncidentLink(first.fingerprint)

    def declare(self, asked: Asked, subject: Subject, since: datetime, members: tuple[str, ...] = ()) -> None:
        """Record a new incident, unless it is recorded already."""
        now = self.now()
        if self.rows.get(asked.fingerprint):
            return
        entry = Entry(at=asked.at, what=What.DECLARED, who=asked.author)
        content = Incident(
            declared_by=asked.author,
            since=since,
            members=members,
            timeline=(entry,),
            template=self.template(subject.teams[0])[: incident.MAX_TEMPLATE],
        )
        event = incident.alert(content, asked.identity, subject, now)
        recorded = record(None, event, now)
        if self._write(recorded, now):  # else another worker was faster
            self._tell("DECLARED", event, recorded, None, asked.author)

    def end(self, row: AlertState, entry: Entry, *, how: str) -> AlertState:
        """Record that it is over, and add the last line of its timeline; raises Contended."""
        for _ in range(TRIES):
            current = self.rows.get(row.fingerprint) or row
            event, content = current.spec.alert, Incident.read(current.spec.alert)
            if event is None or current.spec.condition is Condition.RESOLVED:
                return current
            now, said = self.now(), how
            if content:
                members = self.rows.several(content.members)
                content = timeline.with_entry(timeline.grown(content, current, members), entry)
                current = record(current, incident.grown(event, content, _next(current, now)), now).row
                said = _with_rest(how, members)
            over = event.ended(_next(current, now), said, recovered=True)
            recorded = record(current, over, now)
            if written := self._write(recorded, now):
                self._tell("RESOLVED", over, recorded, current, entry.who)
                return written
        raise Contended(f"the row of the incident {row.fingerprint} kept changing; it is ended later")

    def grow(self, row: AlertState, event: AlertEvent, content: Incident) -> AlertState:
        """Record what is new in an incident; if another worker writes first, the rest follows in a minute."""
        now = self.now()
        recorded = record(row, incident.grown(event, content, _next(row, now)), now)
        return self._write(recorded, now) or row

    def _write(self, recorded: Recorded, now: datetime) -> AlertState | None:
        return self.rows.record(replace(recorded.as_of(now), due_at=now))

    def is_open(self, link: IncidentLink) -> bool:
        """Whether the incident that a row is part of is still open."""
        known = self.rows.get(link.fingerprint)
        return known is not None and known.spec.firing

    def _tell(
        self, action: str, event: AlertEvent, recorded: Recorded, before: AlertState | None, author: str
    ) -> None:
        keys = log_keys.alert(event, recorded.reason, before, self.now())
        self.telemetry.event(
            "INCIDENT", **(keys | {"action": action, "source": event.source, "author": author})
        )
        self.telemetry.count("AlertsRecorded", source=event.source, reason=recorded.reason.value)


def _next(row: AlertState, now: datetime) -> datetime:
    """Return a time later than the row's, which another worker's clock may have put slightly ahead."""
    return max(now, row.spec.at + timedelta(microseconds=1))


def _with_rest(how: str, members: Sequence[AlertState]) -> str:
    """Add to how an incident ended that some of its conditions had not; its page says no more of them."""
    firing = sum(row.spec.firing for row in members)
    return f"{how} Still firing at that time: {counted(firing, 'alert')}." if firing else how


def is_one(row: AlertState) -> bool:
    """Whether a row is an incident's own."""
    return row.spec.alert is not None and row.spec.alert.source == own.INCIDENT
