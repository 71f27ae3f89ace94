"""What is recorded of an incident, whole; tests/unit/reconcile/test_incidents.py has its life."""

from dataclasses import replace

import pytest

from chalicelib.adapters import incident, own
from chalicelib.adapters.incident import MAX_TEMPLATE, Entry, Incident, Subject, What
from chalicelib.alert import Condition, Priority
from chalicelib.conditions.incident_link import IncidentLink
from chalicelib.conditions.issue import IssueRef
from chalicelib.conditions.row import AlertState, Lease, Status
from chalicelib.conditions.steps import needed
from chalicelib.sync.declarations import Asked
from chalicelib.sync.incidents import Incidents, is_one
from tests.twins.census import MemoryCensus
from tests.twins.clock import ManualClock
from tests.twins.store import MemoryStore
from tests.twins.telemetry import Recorder
from tests.unit.builders import REPOSITORY, at, firing, row_of
from tests.unit.rows import issue

REF = IssueRef(REPOSITORY, 12)
ASKED = Asked(7, "mona", at(3))
DISKS = Subject("Disk full [a]", "Disk full", Priority.P2, ("storage", "web"))


class Desk:
    """A table with the row of an alert that fires, whose issue is open."""

    def __init__(self) -> None:
        self.clock, self.store, self.telemetry = ManualClock(at(5)), MemoryStore(), Recorder()
        self.asked: list[str] = []
        alert = firing(1, title="Disk full [a]", name="Disk full", priority="P2", teams=("storage", "web"))
        shown = issue(12, ref=REF, episode=at(1))
        self.row = self.put(replace(row_of(alert), status=Status(shown), revision=1))
        self.incidents = Incidents(
            self.store, MemoryCensus(self.store), self.template, self.clock.now, self.telemetry
        )

    def template(self, team: str) -> str:
        self.asked.append(team)
        return f"## {team}\n" + "x" * MAX_TEMPLATE

    def put(self, row: AlertState) -> AlertState:
        self.store.rows[row.fingerprint] = row
        return row

    @property
    def own(self) -> list[AlertState]:
        return [row for row in self.store.rows.values() if is_one(row)]


@pytest.fixture
def desk() -> Desk:
    return Desk()


def name_of(asked: Asked) -> str:
    return incident.fingerprint(asked.identity)


def test_a_declaration_is_an_alert_that_says_who_declared_what_and_when(desk: Desk) -> None:
    desk.incidents.declare(ASKED, DISKS, at(1), ("abc",))
    (row,) = desk.own
    content = Incident(
        declared_by="mona",
        since=at(1),
        members=("abc",),
        timeline=(Entry(at=at(3), what=What.DECLARED, who="mona"),),
        template=("## storage\n" + "x" * MAX_TEMPLATE)[:MAX_TEMPLATE],
    )
    assert row.spec.alert == incident.alert(content, ASKED.identity, DISKS, at(5))
    assert (row.fingerprint, row.due_at, row.spec.firing) == (name_of(ASKED), at(5), True)
    assert desk.asked == ["storage"]


def test_a_declaration_that_is_recorded_is_left_alone_and_told_once(desk: Desk) -> None:
    desk.incidents.declare(ASKED, DISKS, at(1))
    (before,) = desk.own
    desk.clock.pass_(minutes=1)
    desk.incidents.declare(ASKED, replace(DISKS, title="other"), at(2))
    assert desk.own == [before]
    assert Incident.read(before.spec.alert) == with_members(before, ())
    assert len(desk.telemetry.named("INCIDENT")) == 1


def with_members(row: AlertState, members: tuple[str, ...]) -> Incident:
    return needed(Incident.read(row.spec.alert)).model_copy(update={"members": members})


def test_who_is_second_to_record_it_tells_nothing(desk: Desk) -> None:
    desk.store.record = lambda row: None  # type: ignore[method-assign]
    desk.incidents.declare(ASKED, DISKS, at(1))
    assert (desk.telemetry.events, desk.telemetry.counts) == ([], [])


@pytest.mark.parametrize(
    ("title", "named"),
    [("", ("Incident: Disk full [a]", "Incident: Disk full")), ("It burns", ("Incident: It burns",) * 2)],
)
def test_of_an_alert_it_began_with_the_alert_and_has_its_title_unless_there_is_one(
    desk: Desk, title: str, named: tuple[str, str]
) -> None:
    asked = replace(ASKED, title=title)
    status = desk.incidents.on_alert(desk.row, needed(desk.row.spec.alert), asked)
    assert status == replace(desk.row.status, incident=IncidentLink(name_of(ASKED)))
    (row,) = desk.own
    alert, content = needed(row.spec.alert), needed(Incident.read(row.spec.alert))
    assert (alert.title, alert.name, alert.priority, alert.teams) == (*named, Priority.P2, DISKS.teams)
    assert (content.since, content.members) == (at(1), (desk.row.fingerprint,))


def test_an_alert_that_began_after_the_comment_by_our_clock_began_with_the_comment(desk: Desk) -> None:
    early = replace(ASKED, at=at(0.5))
    desk.incidents.on_alert(desk.row, needed(desk.row.spec.alert), early)
    (row,) = desk.own
    assert needed(Incident.read(row.spec.alert)).since == at(0.5)


def test_asked_again_the_row_keeps_each_comment_once_the_newest_last(desk: Desk) -> None:
    alert = needed(desk.row.spec.alert)
    row = replace(desk.row, status=desk.incidents.on_alert(desk.row, alert, ASKED))
    for comment, asked in ((8, (8,)), (9, (8, 9)), (8, (9, 8))):
        status = desk.incidents.on_alert(row, alert, replace(ASKED, comment=comment))
        assert status == replace(row.status, incident=IncidentLink(name_of(ASKED), asked=asked))
        row = replace(row, status=status)
    assert len(desk.own) == 1
    again = desk.incidents.on_alert(row, alert, ASKED)
    assert again == row.status, "the comment that declared it is read once more"


def test_an_alert_whose_row_does_not_say_so_yet_is_found_among_the_members(desk: Desk) -> None:
    desk.incidents.declare(ASKED, DISKS, at(1), (desk.row.fingerprint,))
    (row,) = desk.own
    page = IssueRef(REPOSITORY, 13)
    desk.put(replace(row, status=Status(issue(13, ref=page, episode=at(5)))))
    status = desk.incidents.on_alert(desk.row, needed(desk.row.spec.alert), replace(ASKED, comment=8))
    assert status.incident == IncidentLink(row.fingerprint, page, asked=(8,))


def test_of_an_issue_the_row_is_linked_and_due_unless_a_worker_has_it(desk: Desk) -> None:
    assert desk.incidents.on_issue(REF, ASKED)
    linked = desk.store.rows[desk.row.fingerprint]
    assert linked.status == replace(desk.row.status, incident=IncidentLink(name_of(ASKED)))
    assert linked.due_at == at(5)
    busy = desk.put(replace(desk.row, lease=Lease("w", at(6)), revision=9))
    desk.incidents.link(busy, IncidentLink("f"))
    assert desk.store.rows[busy.fingerprint] == busy


@pytest.mark.parametrize("number", [13, 14])
def test_an_issue_that_is_no_alerts_declares_nothing(desk: Desk, number: int) -> None:
    desk.incidents.declare(ASKED, DISKS, at(1))
    (row,) = desk.own
    desk.put(replace(row, status=Status(issue(13, ref=IssueRef(REPOSITORY, 13), episode=at(5)))))
    assert not desk.incidents.on_issue(IssueRef(REPOSITORY, number), replace(ASKED, comment=8))
    assert len(desk.own) == 1


@pytest.mark.parametrize(
    ("members", "said"),
    [((), "Ended by mona."), (("x",), "Ended by mona. Still firing at that time: 1 alert.")],
)
def test_its_end_is_the_last_line_and_says_what_still_fires(
    desk: Desk, members: tuple[str, ...], said: str
) -> None:
    desk.incidents.declare(ASKED, DISKS, at(1), (desk.row.fingerprint,) if members else ())
    (row,) = desk.own
    entry = Entry(at=at(9), what=What.RESOLVED, who="octocat")
    desk.clock.time = at(10)
    over = desk.incidents.end(row, entry, how="Ended by mona.")
    assert over == desk.store.rows[row.fingerprint]
    assert over.spec.condition is Condition.RESOLVED
    resolution = needed(over.spec.resolution)
    assert (resolution.reason, resolution.recovered, over.due_at) == (said, True, at(10))
    content = needed(Incident.read(over.spec.alert))
    assert content.timeline[-1] == entry
    assert content.timeline[0].what in (What.FIRED, What.DECLARED)
    told = desk.telemetry.named("INCIDENT")[-1]
    assert (told["action"], told["author"], told["source"]) == ("RESOLVED", "octocat", own.INCIDENT)
    assert desk.incidents.end(over, entry, how="again") == over, "it ends once"


def test_it_is_ended_as_it_is_now_whatever_its_row_was_when_it_was_read(desk: Desk) -> None:
    desk.incidents.declare(ASKED, DISKS, at(1))
    (stale,) = desk.own
    desk.clock.pass_(minutes=1)
    grown = desk.incidents.grow(stale, needed(stale.spec.alert), with_members(stale, ("abc",)))
    over = desk.incidents.end(stale, Entry(at=at(9), what=What.RESOLVED, who="mona"), how="Ended.")
    assert needed(Incident.read(over.spec.alert)).members == ("abc",)
    assert over.revision > grown.revision


def test_it_grows_by_a_later_message_however_far_another_clock_is_ahead(desk: Desk) -> None:
    desk.incidents.declare(ASKED, DISKS, at(1))
    (row,) = desk.own
    desk.clock.time = at(4)  # behind the one by whose clock it was declared
    content = with_members(row, ("abc",))
    grown = desk.incidents.grow(row, needed(row.spec.alert), content)
    assert grown.spec.at > row.spec.at
    assert (grown.spec.at - row.spec.at).microseconds == 1
    assert Incident.read(grown.spec.alert) == content
    assert grown.due_at == at(4)
    desk.clock.time = at(6)
    assert desk.incidents.grow(grown, needed(grown.spec.alert), content).spec.at == at(6)
