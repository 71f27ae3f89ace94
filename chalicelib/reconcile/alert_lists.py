"""Alert lists: what Alertmanager and Grafana list now, to find ends that they do not report.

Every few minutes if an address is configured, reading only. A failed call changes nothing; an alert has ended
only if it was listed before and has been missing from the lists for some time.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

from chalicelib.alert import AlertEvent, Kind, Priority
from chalicelib.conditions import listed_alerts
from chalicelib.conditions.listed_alerts import Key, Learned, Listing, Memory, Rules, State
from chalicelib.conditions.record import record
from chalicelib.conditions.repeats import stale_at
from chalicelib.conditions.row import AlertState
from chalicelib.errors import AlertsNotListed, TooLate
from chalicelib.store.ports import Census, Rows
from chalicelib.telemetry import log_keys
from chalicelib.telemetry.telemetry import Telemetry

MOST = 500
AT_ONCE = 100
PATIENCE = timedelta(seconds=20)
"""How long a check may take of a minute that has more urgent things to do."""


class Lister(Protocol):
    """Lists the alerts of one provider, or of one of its peers."""

    def list_alerts(self, now: datetime) -> Listing:
        """List all that fire; raises AlertsNotListed."""


@dataclass(frozen=True, slots=True)
class Provider:
    """A source that lists its alerts; `apart` is how long lists must lack one that has ended.

    Every peer of a cluster is asked: all must answer, and an alert that any of them lists is firing. A
    cluster may be one `sender` of several.
    """

    source: str
    name: str
    peers: tuple[Lister, ...]
    apart: timedelta
    sender: str = ""

    @property
    def key(self) -> str:
        """Where the results of its lists are stored."""
        return f"listings#{self.source}" + (f"#{self.sender}" if self.sender else "")

    def list(self, now: datetime) -> Listing:
        """List what all its peers list; raises AlertsNotListed."""
        listings = [peer.list_alerts(now) for peer in self.peers]
        alerts: dict[Key, State] = {}
        for listing in listings:
            alerts |= listing.alerts
        return Listing(alerts, whole=all(listing.whole for listing in listings))


@dataclass(frozen=True)
class AlertLists:
    """Asks providers, and records what it learns as if they had reported it."""

    census: Census
    rows: Rows
    providers: tuple[Provider, ...]
    stale_after: timedelta | None
    now: Callable[[], datetime]
    telemetry: Telemetry
    every: timedelta = timedelta(minutes=5)

    def check(self, until: datetime) -> None:
        """Ask each provider whose time has come; one that does not answer does not delay the others."""
        for provider in self.providers:
            document = self.rows.load(key := provider.key)
            memory, now = document.parsed(Memory), self.now()
            if now >= until or now - memory.at < self.every:
                continue
            try:
                listing = provider.list(now)
                rows = list(self._rows(provider.source, memory, min(until, now + PATIENCE)))
            except (AlertsNotListed, TooLate) as error:
                self.telemetry.problem("ALERTS_NOT_LISTED", error)
                newer = memory.model_copy(update={"at": now})
                self.rows.swap(key, newer.model_dump_json(), document.version)
                continue
            rules = Rules(provider.name, provider.apart)
            learned = listed_alerts.learned(memory, rows, listing, rules, now)
            if self.rows.swap(key, learned.memory.model_dump_json(), document.version) is None:
                self._learn(learned, rows, listing)

    def _rows(self, source: str, memory: Memory, until: datetime) -> Iterator[AlertState]:
        """Read the rows of a source that have an open issue, and those that a list has ended.

        Raises TooLate if the table is too slow for all of them: nothing is concluded about rows that were not
        read.
        """
        open_ones = [
            fingerprint
            for priority in Priority
            for fingerprint in self.census.with_open_issue(priority, MOST)
        ]
        asked = list(dict.fromkeys((*open_ones, *memory.ended)))
        for start in range(0, len(asked), AT_ONCE):
            if self.now() >= until:
                raise TooLate("the table is too slow for a look at all rows that have an open issue")
            for row in self.rows.several(asked[start : start + AT_ONCE]):
                told = row.spec.alert
                if told and told.source == source and told.kind is Kind.CONDITION:
                    yield row

    def _learn(self, learned: Learned, rows: list[AlertState], listing: Listing) -> None:
        told = {row.fingerprint for row, _ in learned.told}
        for row, alert in learned.told:
            self._record(row, alert)
        for row in rows:
            if row.spec.firing and row.fingerprint not in told:
                self._describe(row, listing)

    def _record(self, row: AlertState, told: AlertEvent) -> None:
        """Write it, due at once; if the row has changed meanwhile, the next check decides again."""
        recorded = record(row, told, self.now())
        if recorded.row is row:
            return
        newer = recorded.as_of(self.now())
        if self.rows.record(replace(newer, due_at=self.now())):
            keys = log_keys.alert(told, recorded.reason, row, self.now())
            self.telemetry.event("ALERT_LEARNED", source=told.source, **keys)
            self.telemetry.count("AlertsRecorded", source=told.source, reason=recorded.reason.value)

    def _describe(self, row: AlertState, listing: Listing) -> None:
        """Note how it is listed, in time for the text that says that its issue is stale."""
        key, unheard_at = listed_alerts.key_of(row), stale_at(row.spec, self.stale_after)
        soon = unheard_at - 2 * self.every if unheard_at else None
        spec = listed_alerts.described(row.spec, listing.alerts.get(key) if key else None, soon, self.now())
        if spec is not row.spec:
            self.rows.record(replace(row, spec=spec))
