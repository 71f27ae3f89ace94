"""The noise review: early in a month, counts what became of the last month's issues, for each team.

The figures so far are kept in a document, so a long count may take several minutes. An alert that is recorded
again is the same alert, so a team gets one a month, whatever crashes.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import partial

from chalicelib.adapters import noise_review, own
from chalicelib.alert import AlertEvent, Priority
from chalicelib.conditions.noise_review import review
from chalicelib.conditions.past import month_of
from chalicelib.conditions.record import NO_NEWS, record
from chalicelib.reconcile.noise_count import Count
from chalicelib.routing import Routing
from chalicelib.store.ports import Census, Rows
from chalicelib.telemetry.telemetry import Telemetry

KEY = "noise-review#count"

SETTLED = timedelta(hours=1)
"""By then, what was counted at the very end of a month has been written."""

WINDOW = timedelta(days=7)
"""How long after a month its review may still be written; it expires as long after the next one."""

LONGEST = timedelta(seconds=10)
"""How long one run counts; the rest of the minute is for the alerts."""

MOST_LISTED = 5000
"""How many rows a list has: one page of an index."""

AT_ONCE = 100

Listing = Callable[[], list[str]]


@dataclass(frozen=True)
class NoiseReview:
    """Writes the reviews of the teams that want one."""

    rows: Rows
    census: Census
    routing: Routing
    now: Callable[[], datetime]
    telemetry: Telemetry

    def check(self, until: datetime) -> None:
        """Count for a while, or record the alerts when all is counted; only in the first week of a month."""
        now = self.now()
        over_at = now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
        if not over_at + SETTLED <= now < over_at + WINDOW:
            return
        first = (over_at - timedelta(days=1)).replace(day=1)
        document = self.rows.load(KEY)
        count = document.parsed(Count)
        if count.month != month_of(first):
            count = Count(month=month_of(first))
        if count.done:
            return
        lists = self._lists(first.date(), now.date())
        while count.lists < len(lists) and self._counted(
            count, lists[count.lists], min(until, now + LONGEST)
        ):
            count.lists += 1
        if count.lists >= len(lists) and all(self._recorded(each, now) for each in _alerts(count, over_at)):
            count = Count(month=count.month, done=True)
        self.rows.swap(KEY, count.model_dump_json(), document.version)

    def _lists(self, first: date, today: date) -> list[Listing]:
        """Name the lists that have the rows whose issues were open since a day, in the order of reading.

        A row moves towards the end when it fires or ends, so it may be listed twice but is not missed. By its
        provider's clock, an episode may have ended a day before its issue was opened.
        """
        days = [first + timedelta(days=back) for back in range(-1, (today - first).days + 1)]
        ended: list[Listing] = [partial(self.census.resolved, day, MOST_LISTED) for day in days]
        kinds = (self.census.silenced, self.census.held, self.census.late, self.census.with_open_issue)
        firing = [partial(kind, priority, MOST_LISTED) for kind in kinds for priority in Priority]
        return [*ended, *firing, ended[-1]]

    def _counted(self, count: Count, listing: Listing, until: datetime) -> bool:
        """Count the rows of a list, in the order of their names; False if there was no time for all."""
        if self.now() >= until:
            return False
        listed = listing()
        count.partial |= len(listed) >= MOST_LISTED
        names = sorted(name for name in listed if name > count.after and name not in count)
        for start in range(0, len(names), AT_ONCE):
            if self.now() >= until:
                return False
            for row in self.rows.several(names[start : start + AT_ONCE]):
                alert = row.spec.alert
                team = self._team(alert) if alert else ""
                if alert and team and not row.spec.news and alert.source not in own.RESERVED:
                    count.add(row, team, alert)
            count.after = names[start : start + AT_ONCE][-1]
        count.after = ""
        return True

    def _team(self, alert: AlertEvent) -> str:
        """Name the team whose review has an alert, its first one; empty if that team wants no review."""
        team, *_ = self.routing.owners(alert.teams)
        return team if self.routing.route((team,)).noise_review else ""

    def _recorded(self, told: AlertEvent, now: datetime) -> bool:
        """Record an alert unless it is recorded; False if another worker was faster."""
        recorded = record(self.rows.get(told.fingerprint), told, now)
        if recorded.reason in NO_NEWS:
            return True
        if self.rows.record(replace(recorded.as_of(now), due_at=now)) is None:
            return False
        self.telemetry.count("AlertsRecorded", source=told.source, reason=recorded.reason.value)
        return True


def _alerts(count: Count, over_at: datetime) -> Iterator[AlertEvent]:
    """Write the alert of each team that had issues; a team without any gets none."""
    last = over_at - timedelta(days=1)
    expires_at = (over_at + timedelta(days=31)).replace(day=1) + WINDOW
    for team, rules in count.teams().items():
        month = review(team, last.replace(day=1), last.day, rules, partial=count.partial)
        yield noise_review.alert(month, over_at, expires_at)
