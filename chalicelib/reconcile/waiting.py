"""Waiting: lists, for each team, what fires and has waited for its issue for too long.

GitHub takes a limited number of issues an hour. What the limit delays, and is in no storm, is listed in the
table of one issue, which is opened before all of them.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from chalicelib.adapters import own, storm
from chalicelib.adapters.storm import MOST_MEMBERS, Cause, CauseKind, Storm
from chalicelib.alert import Priority
from chalicelib.conditions import lag, storms
from chalicelib.conditions.row import AlertState
from chalicelib.conditions.setbacks import Denial
from chalicelib.reconcile.reconcile import Advance
from chalicelib.routing import Routing
from chalicelib.store.ports import Census, Rows

MOST = 5000
PATIENCE = timedelta(seconds=45)
"""Checked each minute, so nothing is out of sight for two minutes."""

SCARCE = (Denial.BUDGET, Denial.CALLS_SCARCE)
"""Why a step is put off while others are taken; if GitHub were away, no list could be opened either."""


@dataclass(frozen=True)
class WaitingLists:
    """Keeps one list for the teams of an alert, unless they want no storms."""

    rows: Rows
    census: Census
    routing: Routing
    sync: Advance
    now: Callable[[], datetime]

    def check(self, until: datetime) -> None:
        """Open lists, bring them up to date, and close those on which nothing is left."""
        ours = self.rows.several(self.census.of_our_own(own.STORM, MOST))  # the index may be behind
        kept = {row.fingerprint: row for row in ours if row.spec.firing}
        contents = {name: content for name, row in kept.items() if (content := Storm.read(row.spec.alert))}
        lists = {name for name, content in contents.items() if content.cause.kind is CauseKind.WAITING}
        silent = {name for name, row in kept.items() if not storms.as_group(row) or (lists and _unseen(row))}
        seen = contents.keys() - lists - silent
        listed = {member.fingerprint for name in seen for member in contents[name].members}
        for content in self._contents(listed, silent, begin=not lists):
            name = storm.fingerprint(content.cause, content.part)
            lists.discard(name)
            self._keep(self.rows.get(name), content, until)
        for name in lists:
            self._keep(kept[name], contents[name].model_copy(update={"members": ()}), until, over=True)

    def _contents(self, listed: Collection[str], silent: Collection[str], *, begin: bool) -> Iterator[Storm]:
        """Write what waits as lists, in as many parts as needed; the first only if somebody was put off."""
        rows = [row for row in self._late(silent) if row.fingerprint not in listed]
        if begin and not any(row.status.put_off and row.status.put_off.reason in SCARCE for row in rows):
            return
        found: dict[tuple[str, ...], list[AlertState]] = defaultdict(list)
        for row in rows:
            if row.spec.alert and self.routing.route(row.spec.alert.teams).storm_at:
                found[row.spec.alert.teams].append(row)
        for teams, theirs in found.items():
            members = [storms.member(row) for row in theirs]
            cause, began = Cause(kind=CauseKind.WAITING, teams=teams), min(each.began for each in members)
            for number, start in enumerate(range(0, len(members), MOST_MEMBERS)):
                part = tuple(members[start : start + MOST_MEMBERS])
                yield Storm(cause=cause, began=began, part=number + 1, continues=number > 0, members=part)

    def _late(self, silent: Collection[str]) -> list[AlertState]:
        """Read what has waited for too long, is in no storm that shows it, and was not just refused."""
        names = [name for priority in Priority for name in self.census.late(priority, MOST)]
        return [row for row in self.rows.several(names) if self._waits(row, silent)]

    def _waits(self, row: AlertState, silent: Collection[str]) -> bool:
        alert, since, group = row.spec.alert, lag.since(row), row.group
        if alert is None or since is None or alert.source in own.RESERVED:
            return False
        if group and group.fingerprint not in silent:
            return False
        refused = row.status.refusal and not row.status.put_off
        return row.spec.firing and not refused and since <= self.now() - PATIENCE

    def _keep(self, row: AlertState | None, content: Storm, until: datetime, *, over: bool = False) -> None:
        """Record a list that differs, and have GitHub show it."""
        unchanged = row and row.spec.firing and Storm.read(row.spec.alert) == content and not over
        written = row if unchanged else self.rows.record(storms.recorded(row, content, self.now(), over=over))
        if written and written.due_at and written.due_at <= self.now():
            self.sync(written, until)  # what has no time left is due, and next


def _unseen(parent: AlertState) -> bool:
    """Whether a storm waits for its own issue, so that a list which is open has to show its alerts."""
    issue, put_off = parent.status.issue, parent.status.put_off
    return not (issue and issue.open) and put_off is not None and put_off.reason in SCARCE
