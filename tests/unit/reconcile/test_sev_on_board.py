"""`/sev` on the board: for the alert of an issue, or without an alert."""

from dataclasses import replace
from datetime import timedelta

import pytest

from chalicelib.adapters import own
from chalicelib.adapters.incident import Incident
from chalicelib.alert import AlertEvent, Priority
from chalicelib.conditions.issue import IssueRef
from chalicelib.conditions.record import record
from chalicelib.conditions.row import AlertState, Lease, Status
from chalicelib.routing import load
from chalicelib.sync.incidents import Incidents
from chalicelib.sync.sev import Sev
from tests.unit.builders import REPOSITORY, firing
from tests.unit.reconcile.test_incidents import Behind
from tests.unit.reconcile.test_listening import Hall
from tests.unit.rows import issue

ROUTING = load(f"""
[default]
repository = "example-org/elsewhere"

[team.storage]
repository = "{REPOSITORY}"

[team.registry]
repository = "{REPOSITORY}"
""")


class Room(Hall):
    """A board on which people declare incidents; issue 12 is an alert's."""

    def __init__(self) -> None:
        super().__init__()
        self.census = Behind(self.store)
        incidents = Incidents(
            self.store, self.census, lambda team: f"## {team}", self.clock.now, self.telemetry
        )
        self.listener = replace(self.listener, deeds={"sev": Sev(incidents, ROUTING)})
        row = record(None, firing(0, teams=("storage",), priority="P2"), self.clock.now()).row
        shown = issue(12, ref=IssueRef(REPOSITORY, 12), episode=row.spec.episode)
        self.alert = replace(row, status=Status(shown), revision=1)
        self.store.rows[row.fingerprint] = self.alert

    @property
    def incidents(self) -> list[AlertState]:
        rows = self.store.rows.values()
        return [row for row in rows if row.spec.alert and row.spec.alert.source == own.INCIDENT]

    @property
    def declared(self) -> list[AlertEvent]:
        return [row.spec.alert for row in self.incidents if row.spec.alert]


@pytest.fixture
def room() -> Room:
    return Room()


@pytest.mark.parametrize(
    ("body", "title"),
    [
        ("/sev #12", "Incident: Runner queue too long"),
        ("/sev #12  Registry is down", "Incident: Registry is down"),
    ],
)
def test_one_is_declared_of_the_alert_of_an_issue(room: Room, body: str, title: str) -> None:
    room.says(body)
    room.listen()
    (event,) = room.declared
    assert (event.title, event.priority, event.teams) == (title, Priority.P2, ("storage",))
    content = Incident.read(event)
    assert content
    assert (content.members, content.declared_by) == ((room.alert.fingerprint,), "mona")
    assert room.reactions == {(1, "+1")}


@pytest.mark.parametrize(
    ("body", "title", "team"),
    [
        ("/sev Registry is down", "Incident: Registry is down", "storage"),
        ("/sev team=registry It is down", "Incident: It is down", "registry"),
        ("/sev #hash", "Incident: #hash", "storage"),
    ],
)
def test_one_without_an_alert_is_a_p1_of_a_team_of_the_board(
    room: Room, body: str, title: str, team: str
) -> None:
    room.says(body)
    room.listen()
    (event,) = room.declared
    assert (event.title, event.name, event.priority, event.teams) == (title, title, Priority.P1, (team,))
    content = Incident.read(event)
    assert content
    assert (content.members, content.template) == ((), f"## {team}")


@pytest.mark.parametrize("body", ["/sev", "/sev #13 x", "/sev team=nobody x", "/sev team=storage", "/sevv x"])
def test_what_cannot_be_declared_is_answered(room: Room, body: str) -> None:
    room.says(body)
    room.listen()
    assert room.incidents == []
    assert room.reactions == {(1, "confused")}


def test_an_incident_is_no_alert_to_declare_one_of(room: Room) -> None:
    room.says("/sev Registry is down")
    room.listen()
    (row,) = room.incidents
    shown = issue(40, ref=IssueRef(REPOSITORY, 40), episode=row.spec.episode)
    room.store.rows[row.fingerprint] = replace(row, status=Status(shown))
    room.says("/sev #40")
    room.listen()
    assert len(room.incidents) == 1
    assert (2, "confused") in room.reactions


def test_who_may_not_write_declares_nothing(room: Room) -> None:
    room.says("/sev Registry is down", author="stranger")
    room.listen()
    assert (room.incidents, room.reactions) == ([], set())


def test_the_same_comment_read_twice_is_one_incident(room: Room) -> None:
    room.says("/sev Registry is down")
    swap, left = room.store.swap, [1]

    def loses(key: str, text: str, version: int) -> object:
        """Another worker writes the document first, once the incident is recorded."""
        if room.incidents and left[0]:
            left[0] -= 1
            return room.store.load(key)
        return swap(key, text, version)

    room.store.swap = loses  # type: ignore[assignment,method-assign] # a fault of this one test
    room.listen()
    room.listen()
    assert len(room.incidents) == 1
    assert room.reactions == {(1, "+1")}


def test_an_alert_whose_incident_is_open_gets_no_second_one(room: Room) -> None:
    room.says("/sev #12")
    room.listen()
    room.says("/sev #12 once more")
    room.listen()
    assert len(room.incidents) == 1
    assert room.reactions == {(1, "+1"), (2, "+1")}


def test_two_who_ask_at_once_of_an_alert_that_a_worker_has_get_one(room: Room) -> None:
    room.census.lags = True
    busy = replace(room.alert, lease=Lease("another", room.clock.now() + timedelta(hours=1)))
    room.store.rows[busy.fingerprint] = busy
    room.says("/sev #12 Registry is down")
    room.says("/sev #12 Pulls fail")
    room.listen()
    assert [event.title for event in room.declared] == ["Incident: Registry is down"]
    assert room.reactions == {(1, "+1"), (2, "+1")}
