"""A sender by name, from the message's attribute to the row: whose alert it is, and what it may speak for."""

import json
from typing import Any

import pytest

from chalicelib.adapters import envelope
from chalicelib.adapters.registry import SOURCES
from chalicelib.adapters.sender import Sender
from chalicelib.adapters.source import Example
from chalicelib.alert import Condition
from chalicelib.conditions.plan import Policy
from chalicelib.conditions.row import AlertState
from chalicelib.routing import load
from tests.twins.clock import START
from tests.unit.builders import REPOSITORY
from tests.unit.collector.test_collector import WITH_FALLBACK, World, alert

EAST, WEST = Sender("east"), Sender("west")
OF_INFRA = Sender("of-infra", teams=("dev-infra",))
ROUTED = f"""
[default]
repository = "{REPOSITORY}"

[team.gpu]
repository = "example-org/gpu"
"""


def group(*, ends: bool = False, source: str = "alertmanager", **labels: str) -> str:
    """What a source posts about one condition, with the fingerprint that it always has."""
    told = {
        "status": "resolved" if ends else "firing",
        "labels": {"alertname": "Queue too long", "team": "dev-infra", "priority": "P1"} | labels,
        "fingerprint": "fac0861a85de433a",
        "startsAt": "2026-03-01T02:50:00Z",
        "endsAt": "2026-03-01T02:55:00Z" if ends else "0001-01-01T00:00:00Z",
    }
    of_grafana = {"orgId": 1, "externalURL": "https://g.example.org/"} if source == "grafana" else {}
    return json.dumps({"receiver": "r", "status": "firing", "alerts": [told]} | of_grafana)


def sent(world: World, body: str, sender: Sender | None, source: str = "alertmanager") -> dict[str, Any]:
    return world.message(body, source, **({"sender": sender.written()} if sender else {}))


def rows(world: World) -> list[tuple[str | None, Condition]]:
    """Every row: who said that it fires, and its condition."""
    said = {row.fingerprint: row.spec.alert.sender if row.spec.alert else None for row in _rows(world)}
    return sorted(((said[row.fingerprint], row.spec.condition) for row in _rows(world)), key=str)


def _rows(world: World) -> list[AlertState]:
    return list(world.store.rows.values())


def reasons(world: World) -> list[str]:
    return [why["reason"] for _, why in world.queue.rejected]


@pytest.fixture
def world() -> World:
    return World()


def test_its_name_is_in_the_row_and_in_the_log(world: World) -> None:
    world.collect(sent(world, group(), EAST))
    assert rows(world) == [("east", Condition.FIRING)]
    (line,) = world.telemetry.named("NORMALIZED_ALERT")
    assert (line["sender"], line["alert"]["sender"]) == ("east", "east")


def test_two_alertmanagers_that_are_no_cluster_speak_of_two_conditions(world: World) -> None:
    world.collect(sent(world, group(), EAST), sent(world, group(), WEST))
    world.collect(sent(world, group(ends=True), WEST))
    assert rows(world) == [("east", Condition.FIRING), ("west", Condition.RESOLVED)]


def test_the_peers_of_a_cluster_share_a_sender_and_their_conditions(world: World) -> None:
    world.collect(sent(world, group(), EAST), sent(world, group(ends=True), EAST))
    assert rows(world) == [("east", Condition.RESOLVED)]


def test_where_a_sources_own_ids_are_unique_a_sender_changes_no_identity(world: World) -> None:
    unnamed = group(source="grafana")
    world.collect(sent(world, unnamed, None, "grafana"), sent(world, unnamed, EAST, "grafana"))
    world.collect(sent(world, group(source="grafana", ends=True), WEST, "grafana"))
    assert rows(world) == [(None, Condition.RESOLVED)]


def test_a_sender_that_keeps_its_identities_goes_on_with_what_fires(world: World) -> None:
    world.collect(sent(world, group(), None))
    world.collect(sent(world, group(ends=True), Sender("east", keeps_identity=True)))
    assert rows(world) == [(None, Condition.RESOLVED)]
    world.collect(sent(world, group(), WEST))
    assert rows(world) == [("west", Condition.FIRING), (None, Condition.RESOLVED)]


def test_nobody_names_a_sender_in_a_body_or_in_a_message_that_the_webhook_did_not_stamp(world: World) -> None:
    claimed = json.loads(alert("One").model_dump_json(exclude_defaults=True)) | {"sender": "east"}
    world.collect(world.message(json.dumps(claimed)))
    attributes = {"sender": {"Type": "String", "Value": EAST.written()}}
    wrapped = {"Type": "Notification", "TopicArn": "arn", "MessageAttributes": attributes}
    wrapped["Message"] = json.dumps(SOURCES["cloudwatch"].template(Example(began=START)))
    world.collect(world.message(json.dumps(wrapped), None, sender=EAST.written()))
    assert rows(world) == [(None, Condition.FIRING), (None, Condition.FIRING)]


@pytest.mark.parametrize(
    "attribute",
    ["east", "{", "[]", "{}", '{"name":"e","teams":7}', '{"name":""}', '{"name":"<b>"}', "[" * 100_000],
)
def test_an_attribute_that_cannot_be_read_never_loses_its_limits(world: World, attribute: str) -> None:
    world.collect(world.message(group(), "alertmanager", sender=attribute))
    assert (rows(world), reasons(world)) == ([], ["UNKNOWN_SENDER"])


class TestLimits:
    """The teams and repositories that a sender may speak for."""

    def test_an_alert_for_another_team_is_kept_for_a_person_with_what_to_do(self, world: World) -> None:
        world.collect(sent(world, group(), OF_INFRA), sent(world, group(team="gpu"), OF_INFRA))
        assert rows(world) == [("of-infra", Condition.FIRING)]
        ((_, why),) = world.queue.rejected
        assert why["reason"] == "NOT_FOR_THIS_SENDER"
        assert why["explanation"] == "the sender of-infra may not send alerts for the team gpu"
        assert "add to `teams` of of-infra" in why["fix"]
        assert why["sender"] == OF_INFRA.written(), "so that a replay is judged by the same limits"

    def test_one_of_several_teams_is_not_enough(self, world: World) -> None:
        world.collect(sent(world, group(teams="dev-infra, gpu"), OF_INFRA))
        assert reasons(world) == ["NOT_FOR_THIS_SENDER"]

    def test_an_end_that_names_no_owner_passes(self, world: World) -> None:
        world.collect(sent(world, group(), OF_INFRA))
        world.collect(sent(world, group(ends=True, team="", priority=""), OF_INFRA))
        assert rows(world) == [("of-infra", Condition.RESOLVED)]

    @pytest.mark.parametrize("ends", [True, False])
    def test_no_sender_ends_or_takes_over_what_another_said_for_another_team(
        self, world: World, *, ends: bool
    ) -> None:
        world.collect(sent(world, group(source="grafana", team="gpu"), None, "grafana"))
        other = group(source="grafana", ends=ends, **({"team": ""} if ends else {}))
        world.collect(sent(world, other, OF_INFRA, "grafana"))
        assert rows(world) == [(None, Condition.FIRING)]
        assert reasons(world) == ["NOT_FOR_THIS_SENDER"]

    @pytest.mark.parametrize("ends", [True, False])
    def test_no_sender_ends_or_speaks_for_the_heartbeat_of_another(self, world: World, *, ends: bool) -> None:
        beat = alert(kind="heartbeat", teams=("gpu",)).model_dump(mode="json", exclude_defaults=True)
        world.collect(sent(world, json.dumps(beat), None, "normalized"))
        before = _rows(world)
        forged = beat | {"teams": ["dev-infra"], "interval": "31d"} | ({"state": "RESOLVED"} if ends else {})
        world.collect(sent(world, json.dumps(forged), OF_INFRA, "normalized"))
        assert (_rows(world), reasons(world)) == (before, ["NOT_FOR_THIS_SENDER"])

    def test_what_it_said_itself_it_may_end_and_move_to_its_teams(self, world: World) -> None:
        world.collect(sent(world, group(team="gpu"), Sender("of-infra", teams=("gpu",))))
        world.collect(sent(world, group(), OF_INFRA))
        assert (rows(world), reasons(world)) == ([("of-infra", Condition.FIRING)], [])

    def test_a_repository_is_the_one_that_the_routing_says_in_any_case_of_letters(self) -> None:
        world = World(Policy(routing=load(ROUTED)))
        limited = Sender("east", repositories=("Example-Org/GPU",))
        world.collect(sent(world, group(team="gpu"), limited), sent(world, group(), limited))
        ((_, why),) = world.queue.rejected
        assert why["explanation"] == f"the sender east may not send alerts for the repository {REPOSITORY}"
        assert rows(world) == [("east", Condition.FIRING)]

    def test_what_names_no_team_is_for_the_fallback(self) -> None:
        world = World(Policy(routing=load(WITH_FALLBACK)))
        world.collect(sent(world, group(team=""), OF_INFRA))
        world.collect(sent(world, group(team=""), Sender("of-gpu", teams=("gpu",))))
        assert rows(world) == [("of-infra", Condition.FIRING)]
        assert reasons(world) == ["NOT_FOR_THIS_SENDER"]

    def test_without_limits_it_may_speak_for_all(self, world: World) -> None:
        world.collect(sent(world, group(team="gpu"), EAST))
        assert reasons(world) == []


def test_a_message_that_is_put_off_keeps_its_sender(world: World) -> None:
    world.store.away = _Everything()
    world.collect(sent(world, group(), OF_INFRA))
    world.store.away = set()
    world.collect(world.returned())
    assert rows(world) == [("of-infra", Condition.FIRING)]


class _Everything(set[str]):
    def __contains__(self, _: object) -> bool:
        return True


def test_the_attribute_is_read_as_it_was_written() -> None:
    for sender in (EAST, OF_INFRA, Sender("x", ("a", "b"), ("o/r",), keeps_identity=True)):
        attributes = envelope.stamp("grafana", "r", alert().occurred_at, sender)
        assert envelope.read(World().message("{}", **attributes)).sender == sender
