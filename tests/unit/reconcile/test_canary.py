"""The canary: every quarter of an hour an alert becomes an issue and ends, and that is timed."""

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.adapters import canary as adapter
from chalicelib.adapters import reading
from chalicelib.adapters.owner_rules import NO_RULES
from chalicelib.alert import AlertEvent, Condition, Priority
from chalicelib.collector.collector import Collector
from chalicelib.conditions.plan import Policy
from chalicelib.errors import Rejected, TopicUnavailable
from chalicelib.reconcile.canary import Canary, routed
from chalicelib.routing import load
from chalicelib.store.documents import Document
from tests.twins.queue import MemoryQueue
from tests.unit.builders import at, firing
from tests.unit.sync.test_sync import World as Synced

HOME = "example-org/canary"
TABLE = """
[default]
repository = "example-org/alerts"

[default.mention]
P3 = ["@example-org/everybody"]

[team.alerting-canary]
assignees = ["somebody"]
"""


class World(Synced):
    """The canary in front of the collector and sync; the topic's messages wait until they are delivered."""

    def __init__(self) -> None:
        super().__init__(Policy(routing=routed(load(TABLE), HOME)))
        self.sent: list[tuple[str, dict[str, str]]] = []
        self.topic_away = False
        self.canary = Canary(self.store, self, "prod", self.clock.now, self.telemetry)

    def publish(self, bodies: list[str], attributes: dict[str, str]) -> None:
        if self.topic_away:
            raise TopicUnavailable("away")
        self.sent += [(body, attributes) for body in bodies]

    def look(self) -> None:
        """What reconcile lets it do."""
        self.canary.check(self.clock.now() + timedelta(minutes=1))

    def minute(self) -> None:
        self.look()
        self.clock.pass_(minutes=1)

    def deliver(self, seconds: float = 3) -> None:
        """Let the collector take what was sent, after a while."""
        self.clock.pass_(seconds=seconds)
        records = [self._record(n, *message) for n, message in enumerate(self.sent)]
        self.sent.clear()
        self.collector.collect(records, self.clock.now() + timedelta(minutes=1))

    @property
    def collector(self) -> Collector:
        long = timedelta(seconds=60)
        return Collector(
            self.store, MemoryQueue(), self.sync.advance, self.policy, long, self.clock.now, self.telemetry
        )

    def _record(self, n: int, body: str, attributes: Mapping[str, str]) -> dict[str, Any]:
        stamped = {name: {"stringValue": value} for name, value in attributes.items()}
        sent = {"SentTimestamp": str(round(self.clock.now().timestamp() * 1000))}
        return {
            "messageId": f"m-{n}",
            "receiptHandle": "h",
            "body": body,
            "attributes": sent,
            "messageAttributes": stamped,
        }

    def cycle(self) -> None:
        """A quarter of an hour in which all goes well."""
        for _ in range(15):
            self.minute()
            self.deliver(0)

    @property
    def measured(self) -> list[tuple[str, float]]:
        return [(name, value) for name, value, _ in self.telemetry.measures if name.startswith("Canary")]

    @property
    def states(self) -> list[str]:
        return [json.loads(body)["state"] for body, _ in self.sent]


@pytest.fixture
def world() -> World:
    return World()


def test_its_alert_becomes_an_issue_and_ends_and_both_times_are_measured(world: World) -> None:
    world.look()
    world.deliver(3)
    (issue,) = world.tracker.open_issues
    assert (issue.ref.repository, issue.title) == (HOME, "[P3] Canary of prod, 2026-03-01")
    world.clock.pass_(seconds=57)
    world.look()
    world.deliver(2)
    assert world.tracker.open_issues == []
    world.clock.pass_(seconds=58)
    world.look()
    assert world.measured == [("CanaryOpened", 2999), ("CanaryClosed", 2000)]


def test_nobody_is_told_of_it(world: World) -> None:
    world.cycle()
    (thread,) = world.tracker.threads.values()
    assert "@" not in thread.seen.body
    assert thread.comments == []
    assert set(thread.seen.labels) == {
        "area:alerting",
        "Pri:P3",
        "Team:alerting-canary",
        "Source:canary",
    }


def test_its_repository_gets_no_board_of_its_coming_and_going() -> None:
    assert routed(load(TABLE), HOME).boards == {"example-org/alerts"}


def test_the_cycles_of_a_day_share_an_issue_and_the_next_day_opens_another(world: World) -> None:
    for _ in range(4):
        world.cycle()
    assert len(world.tracker.all_issues) == 1
    world.clock.pass_(days=1)
    world.cycle()
    assert len(world.tracker.all_issues) == 2
    assert world.tracker.open_issues == []
    assert [name for name, _ in world.measured] == ["CanaryOpened", "CanaryClosed"] * 5


def test_it_sends_once_a_quarter_of_an_hour_whatever_becomes_of_it(world: World) -> None:
    sent = []
    for _ in range(45):
        world.minute()
        sent.append(world.states)
        world.sent.clear()
    assert [states for states in sent if states] == [["FIRING"], *[["RESOLVED", "FIRING"]] * 2]
    assert world.measured == []


def test_of_two_workers_one_sends(world: World) -> None:
    world.look()
    world.store.load = lambda key: Document(0, "")  # type: ignore[method-assign]  # read before the other wrote
    world.look()
    assert world.states == ["FIRING"]


def test_what_was_lost_is_made_up_for_by_the_next_cycle_and_nothing_stays_open(world: World) -> None:
    world.minute()
    world.deliver()
    world.minute()
    world.sent.clear()  # the resolution is lost
    assert len(world.tracker.open_issues) == 1
    world.clock.pass_(days=1)
    world.cycle()
    assert world.tracker.open_issues == []
    assert [name for name, _ in world.measured] == ["CanaryOpened", "CanaryOpened", "CanaryClosed"]


def test_while_the_topic_is_away_nothing_is_measured_and_the_next_cycle_is_sound(world: World) -> None:
    world.topic_away = True
    with pytest.raises(TopicUnavailable):
        world.minute()
    world.minute()
    assert (world.sent, world.measured) == ([], [])
    world.topic_away = False
    world.clock.pass_(minutes=15)
    world.cycle()
    assert [name for name, _ in world.measured] == ["CanaryOpened", "CanaryClosed"]


def test_a_person_who_closes_its_issue_is_not_measured(world: World) -> None:
    world.minute()
    world.deliver()
    world.minute()
    (issue,) = world.tracker.open_issues
    world.tracker.close_as_person(issue.ref)
    world.deliver()
    for _ in range(5):
        world.minute()
    assert [name for name, _ in world.measured] == ["CanaryOpened"]


# Only the canary is the canary


def sent(**fields: Any) -> dict[str, Any]:
    alert = adapter.alert("prod", firing(0).occurred_at, Condition.FIRING, firing(0).occurred_at)
    return alert.model_dump(mode="json", exclude_none=True) | fields


def test_each_cycle_begins_anew() -> None:
    for state in Condition:
        alert = adapter.alert("prod", at(0), state, at(0))
        assert alert.began_anew is (state is Condition.FIRING)


def test_its_own_alert_is_read_as_it_was_sent() -> None:
    (alert,) = reading.parse("canary", sent(), NO_RULES)
    assert isinstance(alert, AlertEvent)
    assert (alert.source, alert.teams, alert.priority) == ("canary", ("alerting-canary",), Priority.P3)


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"priority": "P0"}, "NOT_THE_CANARY"),
        ({"teams": ["dev-infra"]}, "NOT_THE_CANARY"),
        ({"source": "backup-script"}, "NOT_THE_CANARY"),
        ({"title": ""}, "INVALID_ALERT"),
    ],
)
def test_what_is_stamped_as_its_and_is_not_is_rejected(fields: dict[str, Any], reason: str) -> None:
    with pytest.raises(Rejected) as raised:
        reading.parse("canary", sent(**fields), NO_RULES)
    assert raised.value.reason == reason
    if reason == "NOT_THE_CANARY":
        assert str(raised.value) == (
            "the message is stamped as the canary's, and is not what the canary sends"
        )
        assert raised.value.fix == "Leave the source `canary` to Alerting itself; delete this message."


def test_no_emitter_may_be_it_nor_send_to_its_team() -> None:
    with pytest.raises(Rejected) as source:
        reading.parse("normalized", sent(), NO_RULES)
    with pytest.raises(Rejected) as team:
        reading.parse(
            "normalized", sent(source="backup-script", teams=["storage", "alerting-canary"]), NO_RULES
        )
    assert (source.value.reason, team.value.reason) == ("RESERVED_SOURCE", "RESERVED_TEAM")
    assert str(team.value) == "the alert names the team `alerting-canary`, which is the canary's"
    assert team.value.fix == "Name the team that owns the alert."
