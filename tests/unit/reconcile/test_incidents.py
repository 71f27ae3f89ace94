"""Incidents, from `/sev` to the review: exactly one, whatever crashes; its timeline is what the log says."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from chalicelib.adapters import own, storm
from chalicelib.adapters.incident import Entry, Incident, Subject, What
from chalicelib.adapters.storm import Cause, CauseKind
from chalicelib.alert import AlertEvent, Condition, Priority
from chalicelib.collector.collector import Collector
from chalicelib.collector.github_hint import GitHubHints
from chalicelib.conditions.enrichment import Enrichment
from chalicelib.conditions.group import Group
from chalicelib.conditions.incident_link import IncidentLink
from chalicelib.conditions.issue import Closer, IssueRef
from chalicelib.conditions.nothing import Held, Quiet
from chalicelib.conditions.record import record
from chalicelib.conditions.row import AlertState, Lease
from chalicelib.conditions.steps import needed
from chalicelib.errors import Contended, GitHubError, OutcomeUnknown, StoreRefused, TooLate, Unavailable
from chalicelib.labels import MUTED_LABEL
from chalicelib.reconcile.incidents import IncidentKeeper
from chalicelib.reconcile.reconcile import Reconcile
from chalicelib.reconcile.sub_issues import SubIssues
from chalicelib.routing import load
from chalicelib.sync import declarations
from chalicelib.sync.declarations import Asked
from chalicelib.sync.execute import Executor
from chalicelib.sync.incidents import Incidents
from chalicelib.sync.sev import Sev
from chalicelib.sync.sync import Sync, Timing
from tests.twins.census import MemoryCensus
from tests.twins.queue import MemoryQueue
from tests.twins.telemetry import Recorder
from tests.twins.tracker import Thread
from tests.unit.builders import REPOSITORY, policy
from tests.unit.histories.test_people import message
from tests.unit.sync.test_sync import World as Synced
from tests.unit.sync.test_sync import fails_with

MINUTE = timedelta(minutes=1)
TEMPLATE = "## Impact\n\nWho is affected?\n"
ROUTING = f"""
[default]
repository = "{REPOSITORY}"
escalate_after = "5m"
escalate_to = [["@octocat"], ["@hubot"]]

[default.mention]
P1 = ["@example-org/day"]

[team.dev-infra]
sev_label = "incident"

[team.keepers]
close_on_resolve = false
"""


class Crash(BaseException):
    """The process ends: nobody catches this."""


class Stamped(Recorder):
    """Also notes when each event was logged."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        super().__init__()
        self.now = now

    def event(self, name: str, **keys: object) -> None:
        super().event(name, **keys, logged_at=self.now())


class Behind(MemoryCensus):
    """A census; while it `lags`, it lists none of our own rows."""

    lags = False

    def of_our_own(self, source: str, limit: int) -> list[str]:
        return [] if self.lags else super().of_our_own(source, limit)


class World(Synced):
    """The collector, sync and reconcile each minute, with incidents."""

    def __init__(self) -> None:
        super().__init__(replace(policy(), routing=load(ROUTING)))
        self.telemetry = Stamped(self.clock.now)
        self.census = Behind(self.store)
        self.notice = GitHubHints(self.store, self.clock.now, self.telemetry)
        self.sync = self.worker()

    @property
    def incidents(self) -> Incidents:
        return Incidents(self.store, self.census, lambda _: TEMPLATE, self.clock.now, self.telemetry)

    def worker(self) -> Sync:
        if not hasattr(self, "census"):
            return super().worker()
        deeds = {"sev": Sev(self.incidents, self.policy.routing)}
        act = Executor(
            lambda: self.tracker, self.policy.routing, self.clock.now, self.store.of_issue, more=deeds
        )
        return Sync(self.store, self.gate, act, self.clock, self.policy, Timing(), self.telemetry)

    def keeper(self) -> IncidentKeeper:
        add = SubIssues(self.store, lambda: self.tracker, self.gate, self.clock.now, self.telemetry).add
        return IncidentKeeper(self.census, self.store, self.incidents, add, self.clock.now)

    def minutes(self, number: float) -> None:
        """Let time pass, each minute with a run of reconcile."""
        until = self.clock.now() + number * MINUTE
        while self.clock.now() + MINUTE <= until:
            self.clock.pass_(minutes=1)
            chores = (("INCIDENTS_FAILED", self.keeper().keep),)
            Reconcile(self.store, self.sync.advance, (), self.clock.now, self.telemetry, chores=chores).run(
                self.clock.now() + MINUTE
            )

    def sends(self, state: str = "FIRING", name: str = "queue", **fields: Any) -> None:
        """A sender reports an alert, and the collector takes it."""
        known = {"source": "ci-bot", "state": state, "title": f"The {name} is long", "priority": "P1"}
        more = {"occurred_at": self.clock.now().isoformat(), "teams": ["dev-infra"]}
        body = known | more | {"identity": {"alarm_id": name}} | fields
        message = {"messageId": "m", "receiptHandle": "h", "body": json.dumps(body)}
        sent = {"SentTimestamp": str(round(self.clock.now().timestamp() * 1000))}
        stamped = {"source": {"stringValue": "normalized"}}
        collector = Collector(
            self.store, MemoryQueue(), self.sync.advance, self.policy, MINUTE, self.clock.now, self.telemetry
        )
        collector.collect(
            [{**message, "attributes": sent, "messageAttributes": stamped}], self.clock.now() + MINUTE
        )

    def says(self, body: str, number: int = 1, author: str = "mona", *, told: bool = True) -> int:  # type: ignore[override]
        """A person comments, and GitHub reports it."""
        ref = IssueRef(REPOSITORY, number)
        comment = self.tracker.say(ref, body, author)
        if told and (row := self.notice.take(message(ref))):
            self.sync.advance(row, self.clock.now() + MINUTE)
        return comment

    def recorded(self, alert: AlertEvent) -> AlertState:
        """Record an alert of our own."""
        now = self.clock.now()
        written = self.store.record(replace(record(None, alert, now).as_of(now), due_at=now))
        assert written
        return written

    def thread(self, number: int) -> Thread:
        return self.tracker.threads[IssueRef(REPOSITORY, number)]

    @property
    def own(self) -> list[AlertState]:
        """The rows of incidents."""
        rows = self.store.rows.values()
        return [row for row in rows if row.spec.alert and row.spec.alert.source == own.INCIDENT]

    @property
    def content(self) -> Incident:
        (row,) = self.own
        found = Incident.read(row.spec.alert)
        assert found
        return found

    def timeline(self, *kinds: What) -> list[tuple[datetime, What]]:
        return [(entry.at, entry.what) for entry in self.content.timeline if entry.what in kinds]


@pytest.fixture
def world() -> World:
    found = World()
    found.sends()
    found.minutes(1)
    return found


def test_sev_opens_an_incident_by_the_template_and_names_it_on_the_alert(world: World) -> None:
    comment = world.says("/sev Registry is down")
    incident = world.thread(2).seen
    assert incident.title == "[P1] Incident: Registry is down"
    assert {"incident", "Pri:P1", "Team:dev-infra"} <= {*incident.labels}
    assert incident.body.endswith(TEMPLATE.rstrip())
    assert "`@mona` declared the incident" in incident.body
    assert "Incident: #2" in world.thread(1).seen.body
    assert world.thread(1).reactions == {(comment, "+1")}


def test_without_a_title_it_has_the_alerts(world: World) -> None:
    world.says("/sev")
    assert world.thread(2).seen.title == "[P1] Incident: The queue is long"
    alert, *_ = world.store.rows.values()
    assert world.content.timeline[0].at > world.content.since == alert.spec.episode


def test_the_label_is_ci_sev_unless_the_routing_says_otherwise() -> None:
    world = World()
    world.sends(teams=["keepers"])
    world.says("/sev")
    assert "ci: sev" in world.thread(2).seen.labels


def test_who_may_not_write_declares_nothing(world: World) -> None:
    world.says("/sev", author="stranger")
    world.minutes(3)
    assert world.own == []
    assert world.thread(1).reactions == set()


def test_a_title_calls_nobody_and_refers_to_nothing(world: World) -> None:
    world.says("/sev ask @octocat and @example-org/leads, see #7 <img> | x")
    seen = world.thread(2).seen
    assert "@octocat" not in seen.title
    assert "#7" not in seen.title
    world.minutes(2)
    for text in (seen.body, world.thread(1).seen.body):
        assert "@octocat" not in text
        assert "#7" not in text


def test_sev_again_points_to_the_one_that_is_open(world: World) -> None:
    world.says("/sev")
    world.minutes(2)
    again = world.says("/sev once more")
    world.minutes(2)
    assert len(world.own) == 1
    assert (again, "+1") in world.thread(1).reactions
    (answer,) = [each for each in world.thread(1).comments if "is already part" in each]
    assert "Incident: #2" in answer


def test_an_alert_that_joined_while_a_worker_had_its_row_opens_no_second_one(world: World) -> None:
    world.says("/sev")
    (own_row,) = world.own
    member = next(row for row in world.store.rows.values() if row.fingerprint != own_row.fingerprint)
    world.store.rows[member.fingerprint] = replace(member, status=replace(member.status, incident=None))
    world.says("/sev once more")
    world.minutes(3)
    assert len(world.own) == 1
    assert any("is already part" in each for each in world.thread(1).comments)


def declared_elsewhere(world: World, number: int, title: str) -> Asked:
    """Somebody asks for the incident of issue 1 on the board, a moment ago, while a worker had its row."""
    asked = Asked(number, "hubot", world.clock.now(), title)
    before = {**world.store.rows}
    assert world.incidents.on_issue(IssueRef(REPOSITORY, 1), asked)
    world.store.rows |= before  # the note in the row was refused
    world.census.lags = True
    return asked


def test_sev_on_an_alert_for_which_one_was_just_declared_on_the_board_points_to_that_one(
    world: World,
) -> None:
    declared_elsewhere(world, 99, "Pulls fail")
    world.says("/sev Registry is down")
    world.census.lags = False
    world.minutes(2)
    assert [row.spec.alert.title for row in world.own if row.spec.alert] == ["Incident: Pulls fail"]
    assert any("is already part" in each for each in world.thread(1).comments)


def test_sev_completes_what_another_worker_declared_and_left_unrecorded(world: World) -> None:
    first = declared_elsewhere(world, 99, "Pulls fail")
    del world.store.rows[first.fingerprint]
    world.says("/sev Registry is down")
    world.minutes(1)
    assert [row.fingerprint for row in world.own] == [first.fingerprint]
    assert (world.content.declared_by, world.content.timeline[0].at) == ("hubot", first.at)


def test_what_was_declared_an_hour_ago_and_never_recorded_counts_no_more(world: World) -> None:
    first = declared_elsewhere(world, 99, "Pulls fail")
    del world.store.rows[first.fingerprint]
    world.minutes(61)
    world.says("/sev Registry is down")
    assert [row.spec.alert.title for row in world.own if row.spec.alert] == ["Incident: Registry is down"]


def test_an_incident_that_is_over_is_forgotten_with_the_next_that_is_declared(world: World) -> None:
    world.says("/sev")
    world.says("/sev resolved", 2)
    world.sends(name="disk")
    world.says("/sev", 3)
    assert len(json.loads(world.store.load(declarations.KEY).text)["by_alert"]) == 1


def test_after_the_first_is_over_sev_opens_another(world: World) -> None:
    world.says("/sev")
    world.says("/sev resolved", 2)
    world.minutes(2)
    world.says("/sev again")
    assert [row.spec.condition for row in world.own] == [Condition.RESOLVED, Condition.FIRING]
    assert "Incident: #3" in world.thread(1).seen.body


def test_what_people_write_stays_whatever_the_timeline_does(world: World) -> None:
    world.says("/sev")
    written = "FYI\n\n" + world.thread(2).seen.body.replace("Who is affected?", "Everybody.") + "\n\nMore."
    world.tracker.change(IssueRef(REPOSITORY, 2), Closer.PERSON, body=written)
    world.minutes(2)
    world.sends("RESOLVED")
    world.minutes(3)
    body = world.thread(2).seen.body
    assert "#1 ended" in body
    assert body.startswith("FYI")
    assert body.endswith("## Impact\n\nEverybody.\n\nMore.")


def test_the_timeline_is_written_each_minute_and_adds_no_comment(world: World) -> None:
    world.says("/sev")
    world.clock.pass_(seconds=10)
    world.says("/ack")
    world.minutes(2)
    assert "`@mona` acknowledged #1" in world.thread(2).seen.body
    edits = world.tracker.calls.count("edit")
    world.minutes(30)
    assert world.tracker.calls.count("edit") == edits
    assert world.thread(2).comments == []


def test_the_timeline_equals_the_journal(world: World) -> None:
    """The timeline is what the log says was recorded and done, at the times when that was logged."""
    world.says("/sev")
    world.minutes(13)
    world.sends(priority="P0")
    world.minutes(4)
    acked = world.clock.now()
    world.says("/ack")
    world.minutes(2)
    said = world.clock.now()
    world.says("I restart it")
    world.minutes(2)
    world.sends("RESOLVED", priority="P0")
    world.minutes(3)
    recorded = {"FIRST_FIRING": What.FIRED, "RESOLVED": What.ENDED}
    journal = [
        (datetime.fromisoformat(each["alert"]["occurred_at"]), recorded[each["reason"]])
        for each in world.telemetry.named("NORMALIZED_ALERT")
        if each["reason"] in recorded
    ]
    comments = [each["logged_at"] for each in world.telemetry.named("STEP") if each["action"] == "COMMENT"]
    assert len(comments) == 3
    journal += zip(comments, (What.CALLED, What.CALLED, What.ESCALATED), strict=True)
    journal += [(acked, What.ACKNOWLEDGED), (said, What.COMMENTED)]
    kinds = (*recorded.values(), What.CALLED, What.ESCALATED, What.ACKNOWLEDGED, What.COMMENTED)
    assert world.timeline(*kinds) == sorted(journal)


def test_what_happened_before_it_was_declared_is_in_it(world: World) -> None:
    world.minutes(11)
    world.sends(priority="P0")
    world.minutes(1)
    world.says("/sev")
    world.minutes(1)
    comments = [each["logged_at"] for each in world.telemetry.named("STEP") if each["action"] == "COMMENT"]
    assert world.timeline(What.CALLED, What.ESCALATED) == [
        *zip(comments, (What.CALLED, What.CALLED, What.ESCALATED), strict=True)
    ]


def test_what_fires_for_the_same_thing_joins_and_its_issue_says_so(world: World) -> None:
    world.sends(name="disk", labels={"host": "builder-7"})
    world.says("/sev", 2)
    world.sends(name="load", labels={"host": "builder-7"})
    world.sends(name="other", labels={"host": "builder-8"})
    world.minutes(3)
    assert len(world.content.members) == 2
    assert [number for number in (1, 2, 4, 5) if "Incident: #3" in world.thread(number).seen.body] == [2, 4]
    assert "#4" in world.thread(3).seen.body
    world.says("/sev", 4)
    assert len(world.own) == 1


def children(world: World, number: int) -> list[int]:
    return [ref.number for ref in world.tracker.children.get(world.thread(number).seen.id, ())]


def test_the_alert_and_its_siblings_become_sub_issues_each_asked_for_once(world: World) -> None:
    world.sends(name="disk", labels={"host": "builder-7"})
    world.says("/sev", 2)
    world.sends(name="load", labels={"host": "builder-7"})
    world.minutes(3)
    assert children(world, 3) == [2, 4]
    world.tracker.children[world.thread(3).seen.id].clear()  # a person removes them again
    world.sends("RESOLVED", name="load", labels={"host": "builder-7"})
    world.minutes(5)
    assert children(world, 3) == []
    assert world.tracker.calls.count("add_sub_issue") == 2


def test_the_next_issue_of_an_alert_becomes_a_sub_issue_too(world: World) -> None:
    world.says("/sev")
    world.minutes(2)
    world.tracker.delete(IssueRef(REPOSITORY, 1))
    world.notice.take(message(IssueRef(REPOSITORY, 1)))
    world.minutes(3)
    assert children(world, 2) == [1, 3]


def test_five_sub_issues_are_added_in_a_minute(world: World) -> None:
    for number in range(7):
        world.sends(name=f"disk-{number}", labels={"host": "builder-7"})
    world.minutes(1)
    world.says("/sev", 2)
    world.minutes(2)
    assert len(children(world, 9)) == 5
    world.minutes(1)
    assert len(children(world, 9)) == 7


def test_a_closed_incident_gets_no_more_sub_issues(world: World) -> None:
    world.says("/sev")
    ref = IssueRef(REPOSITORY, 2)
    world.tracker.close_as_person(ref)
    hinted = world.notice.take(message(ref))
    assert hinted
    world.sync.advance(hinted, world.clock.now() + MINUTE)
    world.minutes(2)
    assert children(world, 2) == []


@pytest.mark.parametrize("known", [True, False])
def test_an_issue_that_has_a_parent_keeps_it(world: World, *, known: bool) -> None:
    def joins_another() -> None:
        world.tracker.change(IssueRef(REPOSITORY, 1), Closer.PERSON, has_parent=True)

    if known:
        joins_another()
    world.says("/sev")
    joins_another()
    world.minutes(5)
    assert world.tracker.calls.count("add_sub_issue") == (not known)
    assert children(world, 2) == []
    assert [name for name, _ in world.telemetry.problems] == ([] if known else ["SUB_ISSUE_REFUSED"])
    assert "Incident: #2" in world.thread(1).seen.body


def test_without_room_in_the_budget_it_becomes_one_later(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as context:
        context.setattr("chalicelib.reconcile.sub_issues.A_CALL", timedelta(minutes=2))
        world.says("/sev")
        world.minutes(3)
        assert children(world, 2) == []
    world.minutes(1)
    assert children(world, 2) == [1]


def test_sev_resolved_closes_it_and_asks_once_for_what_a_review_needs(world: World) -> None:
    world.says("/sev")
    world.minutes(5)
    comment = world.says("/sev Resolved", 2)
    world.minutes(5)
    thread = world.thread(2)
    assert not thread.seen.open
    assert thread.state_reason == "completed"
    assert "Ended by mona" in thread.seen.body
    assert "`@mona` ended the incident" in thread.seen.body
    assert thread.reactions == {(comment, "+1")}
    (review,) = thread.comments
    assert "Root cause" in review
    assert world.thread(1).seen.open
    (row,) = world.own
    declared, resolved = world.telemetry.named("INCIDENT")
    known = {
        "fingerprint": row.fingerprint,
        "team": "dev-infra",
        "priority": "P1",
        "latency_ms": 0,
        "source": own.INCIDENT,
        "author": "mona",
    }
    alert = {"alert": declared["alert"], "logged_at": declared["logged_at"]}
    assert declared == known | alert | {"action": "DECLARED", "reason": "FIRST_FIRING", "issue": None}
    assert declared["alert"]["title"] == "Incident: The queue is long"
    alert = {"alert": resolved["alert"], "logged_at": resolved["logged_at"]}
    issue = f"{REPOSITORY}#2"
    assert resolved == known | alert | {"action": "RESOLVED", "reason": "RESOLVED", "issue": issue}
    counts = [by for name, _, by in world.telemetry.counts if name == "AlertsRecorded"]
    assert [by for by in counts if by["source"] == own.INCIDENT] == [
        {"source": own.INCIDENT, "reason": reason} for reason in ("FIRST_FIRING", "RESOLVED")
    ]


def test_what_happened_just_before_it_was_resolved_is_in_it_and_what_still_fires_is_counted(
    world: World,
) -> None:
    world.sends(name="disk", labels={"host": "builder-7"})
    world.says("/sev", 2)
    world.sends(name="load", labels={"host": "builder-7"})
    world.minutes(3)
    world.sends("RESOLVED", name="disk", labels={"host": "builder-7"})
    world.says("/sev resolved", 3)
    assert [what for _, what in world.timeline(What.ENDED)] == [What.ENDED]
    assert "Ended by mona. Still firing at that time: 1 alert." in world.thread(3).seen.body


def test_who_gives_an_alert_back_is_in_it(world: World) -> None:
    world.says("/sev")
    world.says("/ack")
    world.minutes(2)
    world.clock.pass_(seconds=9)
    world.says("/unack")
    back = world.clock.now()
    world.minutes(2)
    assert world.timeline(What.GIVEN_BACK) == [(back, What.GIVEN_BACK)]
    assert "`@mona` gave #1 back" in world.thread(2).seen.body


def test_it_is_closed_also_where_its_team_keeps_issues_open() -> None:
    world = World()
    world.sends(teams=["keepers"])
    world.minutes(1)
    world.says("/sev")
    world.minutes(1)
    world.says("/sev resolved", 2)
    assert not world.thread(2).seen.open


@pytest.mark.parametrize(("reason", "comments"), [("completed", 1), ("not_planned", 0)])
def test_closing_the_issue_by_hand_ends_it_too(world: World, reason: str, comments: int) -> None:
    world.says("/sev")
    world.clock.pass_(seconds=5)
    world.tracker.close_as_person(IssueRef(REPOSITORY, 2), reason)
    world.notice.take(message(IssueRef(REPOSITORY, 2)))
    world.minutes(3)
    (row,) = world.own
    assert row.spec.resolution
    assert row.spec.resolution.reason == "Closed by mona. Still firing at that time: 1 alert."
    assert len(world.thread(2).comments) == comments
    assert not world.thread(2).seen.open
    assert [entry.who for entry in world.content.timeline if entry.what is What.CLOSED] == ["mona"]
    assert "Closed by mona." in world.thread(2).seen.body
    assert "`@mona` closed the incident" in world.thread(2).seen.body
    writes = world.tracker.calls.count("edit")
    world.minutes(5)
    assert world.tracker.calls.count("edit") == writes


@pytest.mark.parametrize(("number", "body"), [(1, "/sev resolved"), (2, "/sev"), (2, "/sev another")])
def test_the_wrong_one_of_the_two_is_answered_with_the_help(world: World, number: int, body: str) -> None:
    world.says("/sev")
    world.minutes(2)
    comment = world.says(body, number)
    world.minutes(1)
    assert len(world.own) == 1
    assert (comment, "confused") in world.thread(number).reactions
    (answer,) = [each for each in world.thread(number).comments if "could not be carried out" in each]
    assert "On that issue, `/sev resolved` ends it." in answer


def test_nobody_further_is_called_to_an_incident(world: World) -> None:
    world.says("/sev")
    world.says("/ack")
    world.minutes(30)
    assert "@example-org/day" in world.thread(2).seen.body
    assert world.thread(2).comments == []


def test_a_maintenance_window_does_not_hold_it_back(world: World) -> None:
    held = Held(Quiet.MAINTENANCE, world.clock.now() + timedelta(hours=2))
    world.policy = replace(world.policy, outside=lambda alert, at: held)
    world.sync = world.worker()
    world.says("/sev")
    world.minutes(2)
    world.sends(name="other")
    assert [seen.title for seen in world.tracker.open_issues][1:] == ["[P1] Incident: The queue is long"]


def test_a_muted_alert_still_gets_its_incident(world: World) -> None:
    world.says("/mute")
    world.says("/sev")
    world.minutes(2)
    assert MUTED_LABEL in world.thread(1).seen.labels
    assert world.thread(2).seen.open


def test_resolved_twice_is_once(world: World) -> None:
    world.says("/sev")
    world.minutes(2)
    comments = {world.says("/sev resolved", 2, told=told) for told in (False, True)}
    world.minutes(3)
    assert world.thread(2).reactions == {(each, "+1") for each in comments}
    assert [what for _, what in world.timeline(What.RESOLVED)] == [What.RESOLVED]
    assert len([each for each in world.thread(2).comments if "Root cause" in each]) == 1


def test_the_alert_of_a_storm_stays_the_storms_whose_issue_becomes_the_sub_issue(world: World) -> None:
    for name in ("storm", "member"):
        world.sends(name=name)
    (child, parent, member) = world.store.rows.values()
    group = Group(parent.fingerprint, world.clock.now())
    for row in (child, member):
        known = Enrichment(row.spec.episode or world.clock.now(), world.clock.now(), group=group)
        world.store.rows[row.fingerprint] = replace(row, status=replace(row.status, enrichment=known))
    world.says("/sev")
    world.minutes(3)
    assert {*world.content.members} == {child.fingerprint, parent.fingerprint, member.fingerprint}
    assert children(world, 4) == [2]
    assert all("Incident: #4" in world.thread(number).seen.body for number in (1, 2, 3))


def test_sev_on_a_storms_issue_takes_its_members_along(world: World) -> None:
    cause = Cause(kind=CauseKind.WAITING, teams=("dev-infra",))
    parent = storm.alert(storm.Storm(cause=cause, began=world.clock.now()), world.clock.now())
    world.clock.pass_(seconds=5)
    world.sync.advance(world.recorded(parent), world.clock.now() + MINUTE)
    (child, row) = world.store.rows.values()
    group = Group(row.fingerprint, world.clock.now())
    known = Enrichment(child.spec.episode or world.clock.now(), world.clock.now(), group=group)
    world.store.rows[child.fingerprint] = replace(child, status=replace(child.status, enrichment=known))
    world.says("/sev", 2)
    world.minutes(3)
    assert world.content.members == (row.fingerprint, child.fingerprint)
    assert children(world, 3) == [2]
    assert all("Incident: #3" in world.thread(number).seen.body for number in (1, 2))


def test_what_is_part_of_another_open_incident_stays_there(world: World) -> None:
    world.sends(name="disk", labels={"host": "builder-7"})
    world.says("/sev", 2)
    world.clock.pass_(seconds=20)
    world.sends(name="load", labels={"host": "builder-7"})
    world.clock.pass_(seconds=20)
    world.says("/sev", 4)
    world.minutes(3)
    assert len(world.own) == 2
    assert "Incident: #3" in world.thread(2).seen.body
    assert "Incident: #5" in world.thread(4).seen.body
    world.says("/sev resolved", 5)
    world.minutes(2)
    assert "Incident: #3" in world.thread(4).seen.body


def test_a_request_during_an_earlier_incident_is_not_answered_with_a_later_one(world: World) -> None:
    world.sends(name="disk", labels={"host": "builder-7"})
    *_, member = world.store.rows.values()
    over = IncidentLink("over", None, asked=(9,))
    world.store.rows[member.fingerprint] = replace(member, status=replace(member.status, incident=over))
    world.sends(name="load", labels={"host": "builder-7"})
    world.says("/sev", 3)
    world.minutes(3)
    assert "Incident: #4" in world.thread(2).seen.body
    assert world.thread(2).comments == []


def test_an_alert_whose_row_a_worker_has_is_noted_as_part_later(world: World) -> None:
    world.sends(name="disk", labels={"host": "builder-7"})
    *_, member = world.store.rows.values()
    held = replace(member, lease=Lease("another", world.clock.now() + 3 * MINUTE))
    world.store.rows[member.fingerprint] = held
    world.sends(name="load", labels={"host": "builder-7"})
    world.says("/sev", 3)
    world.minutes(2)
    assert member.fingerprint in world.content.members
    assert world.store.rows[member.fingerprint] == held
    world.minutes(3)
    assert "Incident: #4" in world.thread(2).seen.body


def test_of_a_template_only_the_first_16000_characters_are_used(world: World) -> None:
    asked = Asked(9, "mona", world.clock.now())
    subject = Subject("Registry is down", "Registry", Priority.P1, ("dev-infra",))
    long = replace(world.incidents, template=lambda _: "x" * 16_001)
    long.declare(asked, subject, asked.at)
    assert world.content.template == "x" * 16_000


def test_an_incident_is_kept_though_its_alert_has_lost_its_issue(world: World) -> None:
    world.says("/sev")
    world.tracker.delete(IssueRef(REPOSITORY, 1))
    world.notice.take(message(IssueRef(REPOSITORY, 1)))
    world.sends("RESOLVED")
    world.minutes(3)
    assert world.timeline(What.ENDED)
    assert world.thread(2).seen.open


def test_forty_alerts_are_enough(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chalicelib.conditions.siblings.MOST_MEMBERS", 1)
    world.sends(name="disk", labels={"host": "builder-7"})
    world.says("/sev", 2)
    world.sends(name="load", labels={"host": "builder-7"})
    world.minutes(3)
    assert len(world.content.members) == 1


def test_what_a_later_version_wrote_is_not_grown_but_can_be_ended(world: World) -> None:
    world.says("/sev")
    world.minutes(1)
    (row,) = world.own
    assert row.spec.alert
    newer = row.spec.alert.model_copy(update={"raw_provider": {"version": 9}})
    world.store.rows[row.fingerprint] = replace(row, spec=replace(row.spec, alert=newer))
    world.minutes(3)
    (row,) = world.own
    assert row.spec.alert == newer
    world.says("/sev resolved", 2)
    assert not world.thread(2).seen.open


def test_a_row_that_keeps_changing_is_ended_later(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.says("/sev")
    world.minutes(1)
    (row,) = world.own
    entry = Entry(at=world.clock.now(), what=What.RESOLVED, who="mona")
    with monkeypatch.context() as context:
        context.setattr(world.store, "record", lambda row: None)
        with pytest.raises(
            Contended, match=rf"^the row of the incident {row.fingerprint} kept changing; it is ended later$"
        ):
            world.incidents.end(row, entry, how="Ended by mona.")
        assert Incident.read(row.spec.alert)
        assert world.incidents.grow(row, needed(row.spec.alert), world.content) == row
    assert world.incidents.end(row, entry, how="Ended by mona.").spec.condition is Condition.RESOLVED


def test_without_time_left_incidents_wait_for_the_next_minute(world: World) -> None:
    world.says("/sev")
    before = world.own
    world.clock.pass_(minutes=1)
    world.keeper().keep(world.clock.now())
    assert world.own == before


def test_a_github_that_is_away_keeps_nothing_from_being_recorded(world: World) -> None:
    world.says("/sev")
    world.tracker.faults["add_sub_issue"] = fails_with(Unavailable("502"), times=99)
    world.clock.pass_(seconds=9)
    world.sends("RESOLVED")
    world.minutes(2)
    assert "INCIDENTS_FAILED" in [name for name, _ in world.telemetry.problems]
    assert world.timeline(What.ENDED)


def test_one_incident_that_fails_holds_up_no_other(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.sends(name="other")
    world.says("/sev", 1)
    world.clock.pass_(seconds=5)
    world.says("/sev", 2)
    _, newer = world.own
    grow = Incidents.grow

    def refusing(incidents: Incidents, row: AlertState, event: AlertEvent, content: Incident) -> AlertState:
        if row.fingerprint == newer.fingerprint:
            raise StoreRefused("too large")
        return grow(incidents, row, event, content)

    monkeypatch.setattr(Incidents, "grow", refusing)
    world.sends("RESOLVED")
    world.minutes(2)
    assert (len(world.telemetry.problems), children(world, 3)) == (2, [1])
    assert "#1 ended" in world.thread(3).seen.body


@pytest.mark.parametrize("error", [OutcomeUnknown("dropped"), TooLate("late")])
def test_a_sub_issue_that_is_added_is_known_whatever_becomes_of_the_next(
    world: World, error: GitHubError
) -> None:
    world.sends(name="disk", labels={"host": "builder-7"})
    world.sends(name="load", labels={"host": "builder-7"})
    world.says("/sev", 2)
    failing, calls = fails_with(error), iter([False, True])
    world.tracker.faults["add_sub_issue"] = lambda name, effect: (
        failing(name, effect) if next(calls, True) else effect()
    )
    world.minutes(5)
    assert children(world, 4) == [2, 3]
    assert world.tracker.calls.count("add_sub_issue") == 3


WRITES = ("record", "claim", "settle", "rest", "note", "open", "edit", "comment", "react", "add_sub_issue")


@pytest.mark.parametrize("call", range(26))
def test_wherever_a_worker_is_stopped_there_is_one_incident_with_one_issue(
    world: World, call: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is stopped before one of its writes to the table or to GitHub, and so after the previous one."""
    left = [call]

    def stops(effect: Callable[..., Any]) -> Callable[..., Any]:
        def stopping(*arguments: Any, **names: Any) -> Any:
            left[0] -= 1
            if left[0] == -1:
                raise Crash
            return effect(*arguments, **names)

        return stopping

    for name in WRITES:
        for holder in (world.store, world.tracker):
            if hasattr(holder, name):
                monkeypatch.setattr(holder, name, stops(getattr(holder, name)))
    world.clock.pass_(seconds=1)
    acts: tuple[Callable[[], object], ...] = (
        lambda: world.says("/sev"),
        lambda: world.minutes(6),
        lambda: world.says("/sev resolved", 2),
        lambda: world.minutes(6),
    )
    for act in acts:
        try:
            act()
        except Crash:
            world.clock.pass_(seconds=90)
            world.minutes(6)
    assert left[0] < 0
    (row,) = world.own
    opened = [seen for seen in world.tracker.all_issues if "Incident" in seen.title]
    assert [seen.open for seen in opened] == [False]
    assert "Incident: #2" in world.thread(1).seen.body
    assert row.spec.condition is Condition.RESOLVED
    assert len([each for each in world.thread(2).comments if "Root cause" in each]) == 1
    assert [what for _, what in world.timeline(What.DECLARED, What.RESOLVED)] == [
        What.DECLARED,
        What.RESOLVED,
    ]


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("call", ["open", "edit", "react", "comment", "read"])
def test_a_lost_answer_costs_no_second_incident(world: World, call: str, *, after: bool) -> None:
    world.tracker.faults[call] = fails_with(OutcomeUnknown("connection dropped"), after=after)
    world.says("/sev")
    world.minutes(10)
    world.tracker.faults.clear()
    world.minutes(5)
    assert len(world.own) == 1
    assert [seen.open for seen in world.tracker.all_issues if "Incident" in seen.title] == [True]
