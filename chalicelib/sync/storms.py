"""Storms: before an alert's issue is opened, finds the storm that it is part of, or begins one.

This costs one read of the storms' rows that it may be part of and, if none of them is open, one query. Rows
of other alerts are read only if there are enough of them for a storm. If it fails, the alert is on its own.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Protocol

from chalicelib.adapters import storm
from chalicelib.adapters.storm import MOST_MEMBERS, Cause, Storm
from chalicelib.alert import AlertEvent, Priority
from chalicelib.conditions import causes, lag, storms
from chalicelib.conditions.enrichment import Enrichment, EnrichmentUnavailable
from chalicelib.conditions.group import Group
from chalicelib.conditions.row import AlertState
from chalicelib.conditions.steps import needed
from chalicelib.errors import AlertingError, Contended
from chalicelib.routing import Routing
from chalicelib.store.ports import Rows
from chalicelib.telemetry.telemetry import Telemetry

NEAR = 100
"""How many of a team's newest alerts are searched for a storm: what BatchGetItem reads at once."""

TRIES = 8
"""How many parts of a storm are tried: 3,200 members are more issues than GitHub takes in an hour."""

A_CALL = timedelta(seconds=1)
"""How much time must be left for another call."""

FRESH = timedelta(seconds=10)
"""How long the result of a look-up is used without reading the storm again."""


class Index(Protocol):
    """What is needed of the table's indexes."""

    def began(self, team: str, since: datetime, limit: int) -> list[str]:
        """List fingerprints of what fires for a team outside storms, from a time on, the newest first."""

    def size(self, storm: str, limit: int) -> int:
        """Count what fires in a storm, up to a limit."""


@dataclass(frozen=True, slots=True)
class StormEnricher:
    """Finds the storm of an alert, and records one that begins."""

    index: Index
    rows: Rows
    routing: Routing
    now: Callable[[], datetime]
    telemetry: Telemetry

    kind = "storm"

    def enrich(self, row: AlertState, known: Enrichment, before: datetime) -> Enrichment:
        """Add the storm; raises StoreUnavailable and Contended."""
        alert, began = needed(row.spec.alert), needed(row.spec.began_by_our_clock)
        possible = () if known.group else causes.causes(alert)
        at_least = self.routing.route(alert.teams).storm_at
        if not (possible and at_least):
            return known
        first = self._by_name([storm.fingerprint(cause) for cause in possible])
        for cause in possible:
            parent = first.get(storm.fingerprint(cause))
            if (
                parent
                and parent.spec.firing
                and (joined := self._taken_in(cause, parent, [row], begin=False))
            ):
                return replace(known, group=joined)
        if found := self._beginning(row, began, at_least, before):
            cause, members = found
            begun = self._taken_in(cause, first.get(storm.fingerprint(cause)), members, begin=True)
            return replace(known, group=begun)
        return known

    def _beginning(
        self, row: AlertState, began: datetime, at_least: int, before: datetime
    ) -> tuple[Cause, list[AlertState]] | None:
        """Look for a storm among what began with an alert; the last of its members is the alert's row."""
        newest = self.index.began(needed(row.spec.alert).teams[0], began - causes.WINDOW, NEAR)
        others = [name for name in newest if name != row.fingerprint]
        if len(others) + 1 < at_least:
            return None
        self._in_time(before)
        near = self.rows.several(others)
        if not causes.begins(row, near, at_least):
            return None
        self._in_time(before)
        telling = dict.fromkeys(name for each in near for name in causes.more_telling(each))
        open_storms = {name for name, each in self._by_name([*telling]).items() if each.spec.firing}
        return causes.begins(row, near, at_least, open_storms)

    def _taken_in(
        self, cause: Cause, parent: AlertState | None, members: Sequence[AlertState], *, begin: bool
    ) -> Group | None:
        """Find the part of a cause's storm that takes the last of `members`; a new storm is recorded.

        With `begin`, they become a storm of their own if none takes them. The first worker to record it has
        begun it.
        """
        part, full, began = 1, False, needed(members[-1].spec.began_by_our_clock)
        for _ in range(TRIES):
            if not parent or not parent.spec.firing:
                if not (full or begin):
                    return None
                content = storms.consisting_of(members, cause, part, continues=full)
                if written := self._record(parent, content):
                    return storms.as_group(written)
            else:
                full, goes_on = False, Storm.read(parent.spec.alert)
                if goes_on is None or causes.admits(goes_on, began):
                    size = self.index.size(parent.fingerprint, MOST_MEMBERS)
                    full = size >= MOST_MEMBERS
                    if not full:
                        return storms.as_group(parent, size)
                part += 1
            parent = self.rows.get(storm.fingerprint(cause, part))
        raise Contended("no part of the storm could be found or recorded: the alert stays on its own")

    def _record(self, parent: AlertState | None, content: Storm) -> AlertState | None:
        written = self.rows.record(storms.recorded(parent, content, self.now()))
        if written:
            self.telemetry.event("STORM", fingerprint=written.fingerprint, **content.logged)
        return written

    def _by_name(self, names: Sequence[str]) -> Mapping[str, AlertState]:
        return {row.fingerprint: row for row in self.rows.several(names)} if names else {}

    def _in_time(self, before: datetime) -> None:
        if self.now() + A_CALL > before:
            raise EnrichmentUnavailable("the table took too long to look for a storm")


@dataclass(frozen=True, slots=True)
class Parents:
    """The storms of alerts whose issues are about to be opened.

    `known` is when each was last found to call people, by the fingerprint of its row and by teams.
    """

    rows: Rows
    telemetry: Telemetry
    known: dict[tuple[str, tuple[str, ...]], datetime] = field(default_factory=dict)

    def led(self, row: AlertState, now: datetime, advance: Callable[[AlertState], None]) -> AlertState:
        """Open a storm's issue before that of its member, which is to name it.

        If the storm has ended, calls nobody or people of other teams, or cannot be read, the member is on its
        own again.
        """
        group, alert = row.group, row.spec.alert
        if group is None or alert is None or not self._matters(row, alert, group, now):
            return row
        parent = self._parent(row, group, now, advance)
        same = parent and parent.spec.alert and parent.spec.alert.teams == alert.teams
        current = storms.as_group(parent) if parent and same else None
        if current and (lag.shown(row) or group.ref == current.ref):
            self.known[group.fingerprint, alert.teams] = now
            return row  # its own row keeps what it says about its issue as a sub-issue
        enriched = replace(needed(row.enrichment), group=current)
        return replace(row, status=replace(row.status, enrichment=enriched))

    def _parent(
        self, row: AlertState, group: Group, now: datetime, advance: Callable[[AlertState], None]
    ) -> AlertState | None:
        try:
            parent = self.rows.get(group.fingerprint)
            if parent and parent.due_at and parent.due_at <= now:  # else it rests, or is put off
                advance(parent)
                parent = self.rows.get(group.fingerprint)
        except AlertingError as error:
            self.telemetry.problem("STORM_UNKNOWN", error, fingerprint=row.fingerprint)
            return None
        return parent

    def _matters(self, row: AlertState, alert: AlertEvent, group: Group, now: datetime) -> bool:
        """Whether it matters what became of the storm: the row waits for its issue, or has become worse.

        A P0 calls its people itself, and waits for nothing.
        """
        issue = row.status.issue
        if alert.priority is Priority.P0:
            return False
        if issue and issue.open:
            return alert.priority < issue.announced
        last = self.known.get((group.fingerprint, alert.teams), needed(row.enrichment).at)
        return group.ref is None or last + FRESH < now
