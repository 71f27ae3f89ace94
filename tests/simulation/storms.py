"""Storms: conditions of one cause that begin together call people once, and none of them is out of sight."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from chalicelib.adapters import own
from chalicelib.adapters.storm import Cause, CauseKind, Storm
from chalicelib.alert import Priority
from chalicelib.conditions import storms
from chalicelib.conditions.issue import Closer
from chalicelib.conditions.row import AlertState
from tests.local.github.model import Issue
from tests.twins.dynamodb import Item

if TYPE_CHECKING:
    from tests.simulation.world import World

CALL = "@example-org/oncall"
MINUTES = 120.0
"""Seconds after which what fires is on GitHub, as an issue or as a line of a storm's table."""

TOGETHER = 240.0
"""Seconds within which what begins with a storm is part of it for certain."""

ONCE = "19. a storm calls people once"
CALLED = "19. a P0 calls people itself, in a storm too"
SEEN = "19. what fires is on GitHub within two minutes"
LISTED = "19. a storm lists each of its alerts once"
OVER = "19. a storm ends with its last alert"
FAMILY = "19. a sub-issue is of its storm's issue"

COUNTS = (
    *(f"storm: {kind}" for kind in (CauseKind.GROUP, CauseKind.PLACE, CauseKind.WAITING)),
    *("storm: a sub-issue from the start", "storm: a sub-issue afterwards"),
)
"""What runs must show about storms; those of one rule are only in tests: each condition here is a rule."""

_LINE = re.compile(r"^\| (P\d) \| (.*?) \| (.*?) \| (.*?) \|$", re.MULTILINE)


class Storms:
    """Sees each issue as it is opened; `callers` are those below P0 that call people."""

    def __init__(self, world: "World") -> None:
        self._world = world
        self.callers: list[tuple[int, str]] = []

    def opened(self, issue: Issue, row: AlertState) -> None:
        """An issue has been opened."""
        alert, calls = row.spec.alert, CALL in (issue.body or "")
        if alert is None:
            return
        if content := Storm.read(alert):
            self._world.count(f"storm: {content.cause.kind}")
        if alert.priority is not Priority.P0 and calls:
            self.callers.append((issue.number, alert.title))
        elif alert.priority is Priority.P0 and not calls and not _silent(issue, row):
            self._world.breaks(CALLED, f"#{issue.number} calls nobody")
        if issue.parent is not None:
            self._world.count("storm: a sub-issue from the start")
            self._of_its_storm(issue, row)

    def attached(self, parent: Issue, child: Issue) -> None:
        """An issue has become a sub-issue afterwards."""
        self._world.count("storm: a sub-issue afterwards")
        self._of_its_storm(child, self._world.row(self._world.watch.fingerprints[child.id]))

    def _of_its_storm(self, child: Issue, row: AlertState) -> None:
        of = self._world.watch.fingerprints.get(child.parent.id) if child.parent else None
        content = Storm.read(self._world.row(of).spec.alert) if of else None
        if content is None or not _shares(row, content.cause):
            self._world.breaks(FAMILY, f"#{child.number} is in {content and content.cause}")

    def watched(self) -> bool:
        """Whether there is a storm, or something that waits for its issue; after a run, now and then."""
        minute, items = int(self._world.schedule.time // 60), self._world.table.items.values()
        often = not self._world.calmed or minute % 5 == 0
        return often and any("waiting_priority" in each or _of_a_storm(each) for each in items)

    def is_of_ours(self, issue: Issue) -> bool:
        """Whether an issue is about a storm, and not about what a provider shows."""
        fingerprint = self._world.watch.fingerprints.get(issue.id)
        alert = self._world.row(fingerprint).spec.alert if fingerprint else None
        return alert is not None and alert.source in own.OWN

    def judge(self) -> Iterator[tuple[str, str]]:
        """At rest, every storm that goes on lists all of its members, and one that is over is closed."""
        rows = {row.fingerprint: row for row in self._world.rows()}
        going_on = {name: content for name, content in _storms(rows.values()) if rows[name].spec.firing}
        listed = Counter(
            member.fingerprint
            for content in going_on.values()
            if content.cause.kind is not CauseKind.WAITING
            for member in content.members
        )
        for row in rows.values():
            alert, group = row.spec.alert, row.group
            if alert is None or not row.spec.firing or alert.source in own.OWN:
                continue
            if group and group.fingerprint not in going_on:
                yield OVER, f"{alert.title} fires, and its storm {group.fingerprint[:4]} does not"
            elif listed[row.fingerprint] != (1 if group or _began_with(row, going_on.values()) else 0):
                yield LISTED, f"{alert.title} stands in {listed[row.fingerprint]} storms"
        for name, content in going_on.items():
            yield from self._going_on(name, content, rows)

    def _going_on(self, name: str, content: Storm, rows: dict[str, AlertState]) -> Iterator[tuple[str, str]]:
        rows = {each: row for each, row in rows.items() if not _closed_by_person(row)}
        firing = [
            each
            for each in content.members
            if each.fingerprint in rows and rows[each.fingerprint].spec.firing
        ]
        if not firing:
            yield OVER, f"nothing of {name[:4]} fires any more"
        for issue in self._world.watch.about(name):
            lines = Counter(title for title, ended in _lines(issue) if not ended)
            expected = Counter(each.title for each in firing)
            if issue.state == "open" and lines != expected:
                yield LISTED, f"#{issue.number} lists {dict(lines - expected)}, not {dict(expected - lines)}"

    def unseen(self) -> Iterator[tuple[str, str]]:
        """Where nothing is wrong for long: what has fired for minutes has an issue, or is in a table."""
        now = self._world.schedule.time
        lines = {title for issue in self._of_ours() for title, ended in _lines(issue) if not ended}
        for row in self._world.rows():
            alert, began = row.spec.alert, row.spec.began_by_our_clock
            if alert is None or began is None or alert.source in own.OWN or not row.spec.firing:
                continue
            has_one = any(issue.state == "open" for issue in self._world.watch.about(row.fingerprint))
            waits = now - began.timestamp()
            if waits > MINUTES and not has_one and alert.title not in lines:
                yield SEEN, f"{alert.title} fires for {waits:.0f} s"

    def going_on(self) -> Iterator[tuple[str, str]]:
        """Where nothing is wrong for long, and all has ended for minutes: no storm is open."""
        for issue in self._of_ours():
            yield OVER, f"#{issue.number} is open"

    def _of_ours(self) -> Iterator[Issue]:
        for name, _ in _storms(self._world.rows()):
            for issue in self._world.watch.about(name):
                if issue.state == "open":
                    yield issue


def _storms(rows: Iterable[AlertState]) -> Iterator[tuple[str, Storm]]:
    for row in rows:
        if content := Storm.read(row.spec.alert):
            yield row.fingerprint, content


def _shares(row: AlertState, cause: Cause) -> bool:
    """Whether an alert has what the alerts of a storm have in common."""
    alert, value = row.spec.alert, cause.value[-1] if cause.value else ""
    if alert is None or alert.teams != cause.teams:
        return False
    shared = {CauseKind.GROUP: alert.group, CauseKind.RULE: alert.name or alert.title}
    return value == shared.get(cause.kind, alert.identity.region)


def _began_with(row: AlertState, going_on: Iterable[Storm]) -> bool:
    """Whether a condition that knows no storm began with one."""
    began = row.spec.began_by_our_clock
    return began is not None and any(
        abs((each.began - began).total_seconds()) < TOGETHER and _shares(row, each.cause) for each in going_on
    )


def _closed_by_person(row: AlertState) -> bool:
    """Whether a person, who has the last word, has closed its issue."""
    return row.status.issue is not None and row.status.issue.closed_by is Closer.PERSON


def _of_a_storm(item: Item) -> bool:
    """Whether it is the row of a storm that goes on."""
    return item.get("group") == {"S": f"{storms.OF_OURS}{own.STORM}"}


def _silent(issue: Issue, row: AlertState) -> bool:
    """Whether an issue calls nobody for another reason: it is over, or its storm has called."""
    content = Storm.read(row.spec.alert)
    body = issue.body or ""
    over = "**RESOLVED**" in body or "\n**Closed: " in body
    return over or (content is not None and content.continues)


def is_member(issue: Issue, fingerprint: str, rows: Iterable[AlertState]) -> bool:
    """Whether an issue calls nobody itself: it says what it is part of, or a storm about to open lists it."""
    listed = {member.fingerprint for _, content in _storms(rows) for member in content.members}
    return "\nPart of " in (issue.body or "") or fingerprint in listed


def _lines(issue: Issue) -> Iterator[tuple[str, bool]]:
    """The lines of a storm's table: a title, and whether it has ended."""
    for _, title, _, since in _LINE.findall(issue.body or ""):
        yield re.sub(r"\\([\[\]])", r"\1", title), "ended" in since


@dataclass(frozen=True)
class CallsOnce:
    """By now a storm has called people once, and before it was known, a few of its alerts did."""

    at: float
    storm_at: int

    def happen(self, world: "World") -> None:
        callers = world.storms.callers
        if len(callers) > self.storm_at + 1 or not any("at once" in title for _, title in callers):
            world.breaks(ONCE, f"{len(callers)} called: {callers}")


@dataclass(frozen=True)
class SeesAll:
    """A person looks for what fires, where nothing is wrong for long."""

    at: float

    def happen(self, world: "World") -> None:
        for promise, how in world.storms.unseen():
            world.breaks(promise, how)


@dataclass(frozen=True)
class SeesItOver:
    """A person looks whether a storm is over, minutes after its last alert ended."""

    at: float

    def happen(self, world: "World") -> None:
        for promise, how in world.storms.going_on():
            world.breaks(promise, how)
