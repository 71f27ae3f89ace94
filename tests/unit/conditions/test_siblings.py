"""Siblings: what belongs to an incident besides the alert that it was declared on."""

from dataclasses import replace
from typing import Any

import pytest

from chalicelib.adapters import own
from chalicelib.adapters.incident import Incident
from chalicelib.conditions import siblings
from chalicelib.conditions.enrichment import Enrichment
from chalicelib.conditions.group import Group
from chalicelib.conditions.issue import IssueRef
from chalicelib.conditions.row import AlertState, Status
from tests.unit.rows import BEGAN, alert, at, ended, issue, row

HOST = {"host": "builder-7"}


def one(key: str, *, repository: str = "org/infra", began: float = 0, **fields: Any) -> AlertState:
    fires = alert(**({"title": key, "identity": {"alarm_id": key}} | fields))
    shown = issue(ref=IssueRef(repository, 12), id=5)
    known = row(fires=fires, status=Status(shown), episode_heard_at=at(began))
    return replace(known, fingerprint=key)


SUBJECT = one("disk", labels=HOST)


def found(*near: AlertState, named: tuple[AlertState, ...] = (), subject: AlertState = SUBJECT) -> list[str]:
    return list(siblings.found(subject, named, near))


def test_what_fires_for_the_same_thing_belongs_to_it() -> None:
    over = replace(ended(12, status=Status(issue())), fingerprint="over")
    tombstone = replace(SUBJECT, fingerprint="tombstone", spec=replace(SUBJECT.spec, alert=None))
    others = [
        one("other", labels={"host": "builder-8"}),
        over,
        tombstone,
        one("away", labels=HOST, repository="o/r"),
    ]
    assert found(one("load", labels=HOST), *others) == ["load"]


@pytest.mark.parametrize(("began", "expected"), [(4, ["fork"]), (6, [])])
def test_what_began_with_it_and_is_of_one_rule_or_group_does(began: float, expected: list[str]) -> None:
    subject = one("cpu", name="CPU high", title="CPU high [a]")
    assert found(one("fork", name="CPU high", title="CPU high [b]", began=began), subject=subject) == expected
    grouped = replace(subject, spec=replace(subject.spec, alert=alert(group="g", title="x")))
    assert found(one("fork", group="g", began=began), subject=grouped) == expected


def test_what_only_shares_an_account_and_region_does_not() -> None:
    place = {"account_id": "123456789012", "region": "us-east-1"}
    subject = one("cpu", identity={"alarm_id": "cpu", **place})
    assert found(one("fork", identity={"alarm_id": "fork", **place}), subject=subject) == []


def test_without_a_time_or_an_issue_nothing_is_found() -> None:
    timeless = replace(SUBJECT, spec=replace(SUBJECT.spec, episode_heard_at=None, episode=None))
    assert found(one("disk2", name="disk", title="disk"), subject=timeless) == []
    assert found(one("load", labels=HOST), subject=replace(SUBJECT, status=Status())) == []


def test_rows_of_our_own_join_only_by_name() -> None:
    storm = one("storm", source=own.STORM, labels=HOST)
    assert found(storm) == []
    assert found(named=(storm, replace(ended(1, status=Status(issue())), fingerprint="over"))) == ["storm"]


def test_its_storm_and_the_alarms_it_is_composed_of_are_named() -> None:
    group = Group("storm", BEGAN)
    in_storm = replace(SUBJECT, status=Status(issue(id=5), enrichment=Enrichment(BEGAN, BEGAN, group=group)))
    assert (siblings.storm_of(in_storm), siblings.storm_of(SUBJECT)) == ("storm", "")
    assert siblings.storm_of(one("parent", source=own.STORM)) == "parent"
    composite = alert(
        source="cloudwatch",
        labels={"AlarmRule": 'ALARM("api errors") AND ALARM(queue)'},
        identity={
            "account_id": "123456789012",
            "region": "us-east-1",
            "alarm_id": "arn:aws:cloudwatch:us-east-1:123456789012:alarm:all",
        },
    )
    assert len([*siblings.children(row(fires=composite))]) == 2
    assert [*siblings.children(replace(SUBJECT, spec=replace(SUBJECT.spec, alert=None)))] == []
    incident = Incident(declared_by="mona", since=BEGAN)
    assert siblings.unattached(incident, [in_storm, SUBJECT]) == [("disk", SUBJECT.status.issue)]


def test_what_is_attached_or_has_a_parent_or_no_issue_of_a_known_id_is_left() -> None:
    incident = Incident(declared_by="mona", since=BEGAN, attached=("disk",))
    others = [Status(), Status(issue()), Status(issue(id=5, has_parent=True))]
    rows = [SUBJECT, *(replace(one("load"), status=each) for each in others)]
    assert siblings.unattached(incident, rows) == []


def test_members_join_once_and_as_far_as_there_is_room() -> None:
    incident = Incident(declared_by="mona", since=BEGAN, members=("a",))
    assert siblings.joined(incident, ["b", "a", "b"]).members == ("a", "b")
    assert len(siblings.joined(incident, map(str, range(99))).members) == siblings.MOST_MEMBERS


@pytest.mark.parametrize(("began", "expected"), [(5, ["fork"]), (5.1, [])])
def test_what_began_within_five_minutes_began_with_it(began: float, expected: list[str]) -> None:
    subject = one("cpu", name="CPU high", title="CPU high [a]")
    fork = one("fork", name="CPU high", title="CPU high [b]", began=began)
    assert found(fork, subject=subject) == expected
    without_alert = replace(subject, spec=replace(subject.spec, alert=None))
    assert found(fork, subject=without_alert) == []
    assert found(named=(fork,), subject=without_alert) == []


def test_what_is_named_needs_an_open_issue_in_the_same_repository() -> None:
    closed = replace(one("closed"), status=Status(issue(id=5, closed_at=at(1))))
    named = (one("web"), one("away", repository="o/r"), closed, replace(one("none"), status=Status()))
    assert found(one("load", labels=HOST), named=named) == ["web", "load"]


def test_the_members_already_there_stay_where_there_is_no_room() -> None:
    members = tuple(map(str, range(siblings.MOST_MEMBERS - 1)))
    incident = Incident(declared_by="mona", since=BEGAN, members=members)
    assert siblings.joined(incident, ["x", "y"]) == incident.model_copy(update={"members": (*members, "x")})
