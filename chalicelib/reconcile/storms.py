"""Storms: keeps each storm's table in step with its members, and closes it when the last of them has ended.

Everything is read again each minute, so no member is lost when a worker stops midway. A parent is closed only
after a while without news, and watched for some minutes more, since a condition may still join it.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import zip_longest

from pydantic import BaseModel

from chalicelib.adapters import own, storm
from chalicelib.adapters.storm import Cause, CauseKind, Storm
from chalicelib.alert import Priority, UtcDatetime
from chalicelib.conditions import causes, membership, storms
from chalicelib.conditions.row import AlertState
from chalicelib.reconcile.apart import apart
from chalicelib.reconcile.reconcile import Advance
from chalicelib.store.ports import Census, Rows
from chalicelib.sync import claims
from chalicelib.telemetry.telemetry import Telemetry

KEY = "storms#closed"
MOST = 5000
QUIET = timedelta(seconds=90)
"""How long after the last end a storm closes: what ends and soon begins again stays in it."""

WATCHED = timedelta(minutes=10)
"""How long a closed parent is watched, for what joined it at that moment."""

BACK = timedelta(minutes=15)
"""How far back to look for what is in no storm yet; what began earlier is listed already."""


class _Closed(BaseModel):
    """When parents were closed, by fingerprint."""

    at: dict[str, UtcDatetime] = {}


Part = tuple[AlertState, Storm]


@dataclass(frozen=True)
class StormKeeper:
    """Looks at every open storm; `attach` makes issues of members sub-issues of the parent's issue."""

    rows: Rows
    census: Census
    sync: Advance
    attach: Callable[[str, Sequence[AlertState], datetime], None]
    now: Callable[[], datetime]
    telemetry: Telemetry

    def check(self, until: datetime) -> None:
        """Look at all of them, in half of the time; one storm that fails does not hold up the others."""
        enough = self.now() + (until - self.now()) / 2
        parts = self._parts()
        loose = self._loose([content for (_, content), *_ in parts]) if parts else {}
        for each in parts:
            if self.now() >= enough:
                return
            name = each[0][0].fingerprint
            with apart(self.telemetry, "STORM_FAILED", fingerprint=name):
                self._look(each, loose.get(name, []), enough, until)

    def _parts(self) -> list[list[Part]]:
        """Read the open storms, and closed ones that something joined, each in its parts."""
        closed = self.rows.load(KEY).parsed(_Closed).at
        watched = [name for name, at in closed.items() if self.now() < at + WATCHED]
        names = self.census.of_our_own(own.STORM, MOST)
        found: dict[Cause, list[Part]] = defaultdict(list)
        for row in self.rows.several([*names, *watched]):
            content = Storm.read(row.spec.alert)
            if content is None or content.cause.kind is CauseKind.WAITING:
                continue
            if row.spec.firing or self.census.members(row.fingerprint, 1):
                found[content.cause].append((row, content))
        return [each for parts in found.values() for each in _apart(sorted(parts, key=_number))]

    def _loose(self, first: Sequence[Storm]) -> dict[str, list[AlertState]]:
        """Read what is in no storm yet but belongs to one of these, by the fingerprint of the storm's row."""
        found: dict[str, list[AlertState]] = defaultdict(list)
        for team in {content.cause.teams[0] for content in first}:
            theirs = [content for content in first if content.cause.teams[0] == team]
            since = max(min(content.began for content in theirs) - causes.WINDOW, self.now() - BACK)
            for row in self.rows.several(self.census.began(team, since, MOST)):
                alert, began = row.spec.alert, row.spec.began_by_our_clock
                if alert and began and (of := causes.storm_for(alert, began, theirs)):
                    found[storm.fingerprint(of.cause, of.part)].append(row)
        return found

    def _look(self, parts: list[Part], loose: list[AlertState], enough: datetime, until: datetime) -> None:
        """Write down what a storm's parts list now, and have GitHub show it; what is left is due next."""
        rows = [*loose, *self._members(parts, {row.fingerprint for row in loose})]
        contents = membership.looked_at({row.fingerprint: content for row, content in parts}, rows)
        ended = all(member.ended for content in contents for member in content.members)
        if ended and not any(row.spec.firing for row, _ in parts):
            return  # it is closed, though what a person closed still fires, and so is in the index
        over, shown = self._over(parts, contents), []
        for content, known in zip_longest(contents, parts):
            row, before = known or (self.rows.get(storm.fingerprint(content.cause, content.part)), None)
            if known is None and row and row.spec.firing:
                continue  # the index does not list it yet; the next look reads its members with the others
            written = self._written(row, self._with_first(content, parts, contents), before, over=over)
            if written and written.due_at and written.due_at <= self.now() < enough:
                self.sync(written, until)
            if written and not over:
                shown.append(written.fingerprint)
        for fingerprint in shown:
            self.attach(fingerprint, rows, enough)
        self._leave_alone(parts, rows)

    def _leave_alone(self, parts: list[Part], rows: Sequence[AlertState]) -> None:
        """If GitHub refuses the issue that was to call people for all, let them be called for each alert."""
        names, now = {row.fingerprint for row, _ in parts}, self.now()
        for row in rows:
            of_it = row.group is not None and row.group.fingerprint in names
            if of_it and not claims.busy(row, now) and (alone := storms.left_alone(parts[0][0], row)):
                self.rows.note(replace(alone, due_at=now))

    def _with_first(self, content: Storm, parts: list[Part], contents: Sequence[Storm]) -> Storm:
        """Name the first part's issue in a further one, and let the first call the people of all."""
        first, issue = parts[0][0], parts[0][0].status.issue
        if not content.continues:
            others = [each.priority for each in contents if each.continues]
            return content.model_copy(update={"elsewhere": min(others, default=Priority.P3)})
        main = str(issue.ref) if issue else ""
        return content.model_copy(update={"main": main, "uncalled": not storms.speaks(first)})

    def _members(self, parts: list[Part], known: set[str]) -> list[AlertState]:
        names = [each.fingerprint for _, content in parts for each in content.members if each.ended is None]
        names += [name for row, _ in parts for name in self.census.members(row.fingerprint, MOST)]
        return self.rows.several([name for name in names if name not in known])

    def _over(self, parts: list[Part], contents: Sequence[Storm]) -> bool:
        """Whether all ended a while ago; that they are closed is recorded before they are."""
        members = [member for content in contents for member in content.members]
        ends = [member.ended for member in members]
        if not all(end and end + QUIET <= self.now() for end in ends):
            return False
        document = self.rows.load(KEY)
        kept = {name: at for name, at in document.parsed(_Closed).at.items() if self.now() < at + WATCHED}
        closed = _Closed(at=kept | {row.fingerprint: self.now() for row, _ in parts})
        return self.rows.swap(KEY, closed.model_dump_json(), document.version) is None

    def _written(
        self, row: AlertState | None, content: Storm, before: Storm | None, *, over: bool
    ) -> AlertState | None:
        """Record it if it differs; None if another worker was faster."""
        if row and content == before and row.spec.firing and not over:
            return row
        recorded = self.rows.record(storms.recorded(row, content, self.now(), over=over))
        if recorded:
            self.telemetry.event("STORM", fingerprint=recorded.fingerprint, over=over, **content.logged)
        return recorded


def _number(part: Part) -> int:
    return part[1].part


def _apart(parts: list[Part]) -> Iterator[list[Part]]:
    """Separate the storms of one cause: each begins with a part that continues none."""
    begun: list[Part] = []
    for part in parts:
        if begun and not part[1].continues:
            yield begun
            begun = []
        begun.append(part)
    if begun:
        yield begun
