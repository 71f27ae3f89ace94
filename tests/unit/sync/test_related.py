"""What else fires is looked up by one query and one read, and kept with how it ended last time."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import pytest

from chalicelib.adapters import composite
from chalicelib.alert import AlertEvent
from chalicelib.conditions.enrichment import Enrichment, EnrichmentUnavailable
from chalicelib.conditions.issue import IssueRef
from chalicelib.conditions.related_issues import Ending, LastTime, RelatedIssues
from chalicelib.conditions.row import AlertState, Status
from chalicelib.store.rows import MOST_AT_ONCE
from chalicelib.sync.related import NEAR, LastTimeEnricher, RelatedEnricher
from chalicelib.sync.sync import Sync
from tests.twins.census import MemoryCensus
from tests.twins.clock import ManualClock
from tests.twins.store import MemoryStore
from tests.unit.builders import REPOSITORY, alert, at, firing, resolved, routing, row_of
from tests.unit.rows import issue
from tests.unit.sync.test_sync import FIRST, World

PLACE = {"account_id": "123456789012", "region": "us-west-2"}
ARN = "arn:aws:cloudwatch:us-west-2:123456789012:alarm:"


@dataclass
class Table:
    """The table, with an enricher that reads it."""

    store: MemoryStore = field(default_factory=MemoryStore)
    clock: ManualClock = field(default_factory=lambda: ManualClock(at(0)))
    limits: list[int] = field(default_factory=list)
    seconds: float = 0.0

    def newest_in(self, repository: str, limit: int) -> list[str]:
        self.limits.append(limit)
        self.store.calls.append("query")
        self.clock.pass_(seconds=self.seconds)
        return MemoryCensus(self.store).newest_in(repository, limit)

    def opened(self, number: int, fires: AlertEvent, repository: str = REPOSITORY) -> None:
        shown = issue(ref=IssueRef(repository, number), title=f"[P1] {fires.title}")
        known = row_of(fires)
        self.store.rows[fires.fingerprint] = AlertState(known.fingerprint, known.spec, Status(shown))

    def found(self, fires: AlertEvent) -> RelatedIssues:
        enricher = RelatedEnricher(self, self.store, routing(), self.clock.now)
        self.store.calls.clear()
        known = enricher.enrich(
            row_of(fires), Enrichment(at(0), at(0)), self.clock.now() + timedelta(seconds=3)
        )
        return known.related


@pytest.fixture
def table() -> Table:
    return Table()


def named(name: str, **fields: object) -> AlertEvent:
    return firing(0, title=name, identity={**PLACE, "alarm_id": ARN + name}, **fields)


def numbers(found: RelatedIssues) -> list[int]:
    return [each.ref.number for each in found.listed]


def test_what_else_fires_in_the_repository_is_found_the_newest_first(table: Table) -> None:
    for number in (7, 9, 8):
        table.opened(number, named(f"alarm-{number}"))
    table.opened(10, named("elsewhere"), "example-org/private")
    assert numbers(table.found(named("new"))) == [9, 8, 7]


def test_the_children_of_a_composite_alarm_are_found_however_old_their_issues_are(table: Table) -> None:
    table.opened(1, named("disk"))
    for number in range(2, NEAR + 5):
        table.opened(number, named(f"alarm-{number}"))
    rule = {"AlarmRule": 'ALARM("disk") OR ALARM(queue)'}
    found = table.found(named("everything", labels=rule))
    assert [(each.ref.number, each.title) for each in found.children] == [(1, "disk")]
    assert found.at_least


def test_however_many_issues_there_are_they_cost_one_query_and_one_read(table: Table) -> None:
    for number in range(1, 300):
        table.opened(number, named(f"alarm-{number}"))
    rule = " OR ".join(f"ALARM(alarm-{number})" for number in range(1, 50))
    found = table.found(named("everything", labels={"AlarmRule": rule}))
    assert table.store.calls == ["query", "several"]
    assert table.limits == [NEAR]
    # So `several` reads them by one call to DynamoDB.
    assert NEAR + composite.MOST_CHILDREN <= MOST_AT_ONCE
    assert (len(found.listed), found.more) == (5, NEAR - 5)


def test_where_there_is_no_other_issue_no_row_is_read(table: Table) -> None:
    assert table.found(named("first")) == RelatedIssues()
    table.opened(1, named("first"))
    assert table.found(named("first")) == RelatedIssues()
    assert table.store.calls == ["query"]


def test_a_slow_index_leaves_no_time_for_the_rows(table: Table) -> None:
    table.opened(1, named("other"))
    table.seconds = 2.5
    with pytest.raises(
        EnrichmentUnavailable, match=r"^the index of issues answered too late to read the rows it names$"
    ):
        table.found(named("new"))
    assert table.store.calls == ["query"]


def test_a_tombstone_has_nothing_related(table: Table) -> None:
    gone = row_of(alert(state="RESOLVED"))
    known = Enrichment(at(0), at(0))
    enricher = RelatedEnricher(table, table.store, routing(), table.clock.now)
    assert enricher.enrich(gone, known, at(1)) == known


def test_how_it_ended_the_last_time_is_kept() -> None:
    again = row_of(firing(0), alert(12, state="RESOLVED"), firing(90))
    known: Enrichment = LastTimeEnricher().enrich(again, Enrichment(at(90), at(90)), _soon(at(90)))
    assert known.last_time == LastTime(at(0), at(12), Ending.BY_ITSELF)


def _soon(now: datetime) -> datetime:
    return now + timedelta(seconds=3)


class Reading(World):
    """A world in which issues say how it ended last time."""

    def worker(self) -> Sync:
        return replace(super().worker(), enrichers=(LastTimeEnricher(),))

    def closes(self, minute: float, *, heard: bool) -> None:
        """A person writes why and closes the issue; we hear of both at once, or never of the comment."""
        self.clock.time = at(minute)
        self.tracker.say(FIRST, "/ack")
        self.tracker.say(FIRST, "I restarted the runners")
        self.tracker.close_as_person(FIRST)
        if heard:
            self.store.ask(replace(self.row, look=True, due_at=self.clock.now()))
        self.settle(2)

    def opens_again(self) -> str:
        """It ends and fires again; returns what the new issue says, and forgets the calls before."""
        self.run(resolved(60))
        self.tracker.calls.clear()
        self.run(firing(200))
        return self.tracker.open_issues[0].body


def test_who_closed_it_and_what_they_wrote_is_known_without_another_call() -> None:
    world = Reading()
    world.run(firing(0))
    world.closes(40, heard=True)
    body = world.opens_again()
    url = f"https://github.com/{REPOSITORY}/issues/1"
    assert (
        f"closed by mona after 40 minutes (2026-03-01), see [their last comment]({url}#issuecomment-2)."
        in body
    )
    assert world.tracker.calls == ["read", "open"]


def test_a_comment_that_nobody_read_is_not_looked_for() -> None:
    world = Reading()
    world.run(firing(0))
    world.closes(40, heard=False)
    said = world.opens_again()
    assert "Last time: " in said
    assert "#issuecomment" not in said
    assert "spoken" not in world.tracker.calls
