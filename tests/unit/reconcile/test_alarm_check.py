"""Alarms: what CloudWatch's answer means for rows, and that no answer means nothing."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from chalicelib.adapters.owner_rules import NO_RULES
from chalicelib.alert import AlertEvent, Condition, Priority
from chalicelib.aws.cloudwatch import TYPES, CloudWatchAlarms
from chalicelib.conditions.alarm_state import AccountRegion, Alarm, arn_of, learned, place_of
from chalicelib.conditions.row import AlertState
from chalicelib.errors import AlarmsUnavailable
from chalicelib.reconcile.alarm_check import KEY, AlarmCheck
from chalicelib.reconcile.missed_alarms import MissedAlarms
from tests.twins.census import MemoryCensus
from tests.twins.cloudwatch import ACCOUNT, REGION, TOPIC, MemoryCloudWatch
from tests.unit.adapters.test_adapters import one, payload
from tests.unit.builders import at, firing, resolved, row_of
from tests.unit.sync.test_sync import World

ARN = f"arn:aws:cloudwatch:{REGION}:{ACCOUNT}:alarm:queue"
OURS = AccountRegion(ACCOUNT, REGION)
OTHERS = TOPIC.replace("prod", "dev")


def known(alarm_id: str = ARN, **fields: Any) -> dict[str, Any]:
    return {"identity": {"account_id": ACCOUNT, "region": REGION, "alarm_id": alarm_id}} | fields


class AlarmWorld(World):
    """The world of sync, with a CloudWatch."""

    def __init__(self, page: int = 100) -> None:
        super().__init__()
        self.cloudwatch = MemoryCloudWatch(page)
        search = MissedAlarms(
            self.store, self.clock.now, TOPIC.__eq__, OTHERS.__eq__, NO_RULES, self.telemetry
        )
        readers = {OURS: self.cloudwatch}.get
        self.alarms = AlarmCheck(
            MemoryCensus(self.store), self.store, readers, self.clock.now, self.telemetry, search, (OURS,)
        )

    def look(self, minute: float) -> None:
        self.clock.time = at(minute)
        self.alarms.check(at(minute + 1))
        self.reconcile(1)

    def fires(self, *alerts: AlertEvent) -> None:
        for alert in alerts:
            self.clock.time = max(self.clock.time, alert.occurred_at)
            self.sync.advance(self.says(alert), self.clock.now() + timedelta(minutes=1))

    def of(self, alert: AlertEvent) -> AlertState:
        row = self.store.get(alert.fingerprint)
        assert row
        return row

    @property
    def open_titles(self) -> list[str]:
        return sorted(thread.seen.title for thread in self.tracker.threads.values() if thread.seen.open)

    def logged(self, name: str) -> list[dict[str, Any]]:
        return list(self.telemetry.named(name))


@pytest.fixture
def world() -> AlarmWorld:
    return AlarmWorld()


class TestLostEnd:
    def test_an_end_whose_message_was_lost_is_learned_and_the_issue_closed(self, world: AlarmWorld) -> None:
        world.cloudwatch.put("queue", "OK", at(5))
        world.run(firing(0, **known()))
        world.look(20)
        assert world.row.spec.condition is Condition.RESOLVED
        assert world.row.spec.at == at(5)
        (thread,) = world.tracker.threads.values()
        assert (thread.seen.open, thread.state_reason) == (False, "completed")

    @pytest.mark.parametrize("state", ["OK", None])
    def test_a_missing_answer_changes_nothing(self, world: AlarmWorld, state: str | None) -> None:
        if state:
            world.cloudwatch.put("queue", state, at(5))
        world.cloudwatch.away = True
        world.run(firing(0, **known()))
        for minute in (20, 30, 40):
            world.look(minute)
        assert world.row.spec.condition is Condition.FIRING
        assert {name for name, _ in world.telemetry.problems} == {"ALARMS_NOT_READ"}

    @pytest.mark.parametrize(
        ("fields", "state"),
        [
            (known(), "ALARM"),
            (known(), "INSUFFICIENT_DATA"),
            ({"identity": {"account_id": "999999999999", "region": REGION, "alarm_id": ARN}}, "OK"),
            (known(source="grafana"), "OK"),
            (known("no-arn"), "OK"),
        ],
    )
    def test_what_has_not_ended_or_is_not_ours_to_ask_about_is_left_alone(
        self, world: AlarmWorld, fields: dict[str, Any], state: str
    ) -> None:
        world.cloudwatch.put("queue", state, at(5), AlarmActions=[], AlarmDescription=None)
        world.run(firing(0, **fields))
        for minute in (20, 30, 40):
            world.look(minute)
        assert world.row.spec.condition is Condition.FIRING

    def test_an_answer_older_than_the_row_is_stale(self, world: AlarmWorld) -> None:
        world.cloudwatch.put("queue", "OK", at(5))
        world.run(firing(10, **known()))
        world.look(20)
        assert world.row.spec.condition is Condition.FIRING

    def test_what_the_alarm_reports_meanwhile_goes_before(self, world: AlarmWorld) -> None:
        world.run(firing(0, **known()))
        stale = world.row
        world.run(resolved(5, **known()))
        world.run(firing(8, **known()))
        world.alarms._record(stale, resolved(5, **known()))
        assert world.row.spec.condition is Condition.FIRING

    def test_every_row_with_an_open_issue_is_looked_up_however_many_there_are(
        self, world: AlarmWorld
    ) -> None:
        for n in range(250):
            world.cloudwatch.put(f"queue-{n}", "OK", at(5))
            world.fires(firing(0, **known(f"{ARN}-{n}")))
            world.clock.pass_(seconds=2)
        opened = len(world.open_titles)
        assert opened > 200
        world.look(20)
        asked = {name for names in world.cloudwatch.asked for name in names}
        assert len(asked) == opened
        ended = [row for row in world.store.rows.values() if row.spec.condition is Condition.RESOLVED]
        assert len(ended) == opened

    def test_a_page_of_rows_is_read_at_once(self, world: AlarmWorld) -> None:
        """One by one, a hundred rows of a slow table would take the whole of a run."""
        for n in range(30):
            world.cloudwatch.put(f"queue-{n}", "ALARM", at(5))
            world.fires(firing(0, **known(f"{ARN}-{n}")))
        world.store.calls.clear()
        world.clock.time = at(20)
        world.alarms.check(at(21))
        assert world.store.calls.count("get") == 0
        assert "several" in world.store.calls

    def test_what_it_learns_is_news_as_of_now(self, world: AlarmWorld) -> None:
        """Otherwise an end that was learned of late is taken for one that GitHub need not show."""
        world.cloudwatch.put("queue", "OK", at(5))
        world.run(firing(0, **known()))
        world.look(20)
        assert world.row.spec.recorded_at == at(20)

    def test_it_is_asked_every_ten_minutes(self, world: AlarmWorld) -> None:
        world.cloudwatch.put("queue", "ALARM", at(5))
        world.run(firing(0, **known()))
        for minute in (1, 5, 10, 11, 20, 21):
            world.look(minute)
        assert len(world.cloudwatch.asked) == 3
        never = replace(world.alarms, every=timedelta())
        world.clock.time = at(99)
        never.check(at(100))
        assert len(world.cloudwatch.asked) == 3

    def test_of_a_row_that_never_fired_nothing_is_learned(self) -> None:
        assert learned(row_of(resolved(0, **known())), {}, at(0), at(9)) is None


class TestDeleted:
    def test_an_alarm_missing_from_two_looks_closes_its_issue_as_not_planned(self, world: AlarmWorld) -> None:
        world.run(firing(0, **known()))
        world.look(20)
        assert world.row.spec.condition is Condition.FIRING, "one look is no proof"
        world.look(30)
        (thread,) = world.tracker.threads.values()
        assert (thread.seen.open, thread.state_reason) == (False, "not_planned")
        assert "The alarm was deleted" in thread.seen.body

    def test_an_alarm_that_one_answer_lacks_stays_open(self, world: AlarmWorld) -> None:
        world.cloudwatch.put("queue", "ALARM", at(0))
        world.run(firing(0, **known()))
        for minute in range(20, 90, 10):
            world.cloudwatch.hidden = {"queue"} if minute % 20 == 0 else set()
            world.look(minute)
            assert world.row.spec.condition is Condition.FIRING

    def test_what_spoke_between_two_looks_was_made_again(self, world: AlarmWorld) -> None:
        world.run(firing(0, **known()))
        world.look(20)
        world.run(firing(25, **known()))
        world.look(30)
        assert len(world.open_titles) == 1, "missing for the first time since"
        world.look(40)
        assert world.open_titles == []

    def test_two_looks_within_a_moment_are_one(self, world: AlarmWorld) -> None:
        world.alarms = replace(world.alarms, every=timedelta(minutes=1))
        world.run(firing(0, **known()))
        for minute in range(20, 25):
            world.look(minute)
            assert world.row.spec.condition is Condition.FIRING
        world.look(25)
        assert world.row.spec.condition is Condition.RESOLVED

    def test_what_was_taken_for_deleted_and_still_fires_comes_back(self, world: AlarmWorld) -> None:
        world.cloudwatch.put("queue", "ALARM", at(0))
        world.cloudwatch.hidden = {"queue"}
        world.run(firing(0, **known()))
        world.look(20)
        world.look(30)
        assert world.open_titles == []
        world.cloudwatch.hidden = set()
        world.look(40)
        assert world.row.spec.condition is Condition.FIRING
        assert len(world.open_titles) == 1
        world.cloudwatch.put("queue", "OK", at(45))
        world.look(50)
        assert world.open_titles == []

    def test_a_name_that_cannot_be_asked_for_spoils_no_request_and_is_not_taken_for_deleted(
        self, world: AlarmWorld
    ) -> None:
        long = firing(0, **known(f"{ARN}{'x' * 255}"))
        world.fires(long, firing(0, **known()))
        world.cloudwatch.put("queue", "OK", at(5))
        for minute in (20, 30, 40):
            world.look(minute)
        assert world.of(firing(0, **known())).spec.condition is Condition.RESOLVED
        assert world.of(long).spec.condition is Condition.FIRING

    def test_a_library_that_does_not_know_every_type_takes_nothing_for_deleted(
        self, world: AlarmWorld
    ) -> None:
        world.cloudwatch.knows_all = False
        world.run(firing(0, **known()))
        for minute in (20, 30, 40):
            world.look(minute)
        assert world.row.spec.condition is Condition.FIRING

    def test_the_document_of_before_is_still_read(self, world: AlarmWorld) -> None:
        world.store.swap(KEY, json.dumps({"at": at(19).isoformat()}), 0)
        world.run(firing(0, **known()))
        world.look(20)
        assert world.cloudwatch.asked == []
        world.look(29)
        assert len(world.cloudwatch.asked) == 1


class TestContributors:
    @pytest.mark.parametrize("name", ["queue", "my queue: eu"])
    def test_contributors_share_their_alarms_state(self, world: AlarmWorld, name: str) -> None:
        world.cloudwatch.put(name, "OK", at(5))
        arn = f"arn:aws:cloudwatch:{REGION}:{ACCOUNT}:alarm:{name}"
        world.run(firing(0, **known(f"{arn} 0a1b2c")))
        world.look(20)
        assert world.row.spec.condition is Condition.RESOLVED
        assert {name, f"{name} 0a1b2c"} <= set(world.cloudwatch.asked[0])

    def test_a_brace_that_begins_no_object_is_part_of_a_name(self, world: AlarmWorld) -> None:
        arn = f"arn:aws:cloudwatch:us-west-2:{ACCOUNT}:alarm:odd {{name 0a1b2c"
        world.run(firing(0, **known(arn)))
        world.look(20)
        assert {"odd {name 0a1b2c", "odd {name"} <= set(world.cloudwatch.asked[0])

    @pytest.mark.parametrize(
        "sample",
        ["contributor-sns", "contributor-unicode", "contributor-eventbridge", "contributor-with-id-only"],
    )
    @pytest.mark.parametrize("name", ["runner-cpu-stuck", 'my {"odd": "name"} of 1 queue'])
    def test_the_arn_of_a_contributors_alarm_is_known_for_certain(self, sample: str, name: str) -> None:
        sent = payload(f"cloudwatch/{sample}")
        arn = f"arn:aws:cloudwatch:us-west-2:{ACCOUNT}:alarm:{name}"
        sent |= {"resources": [arn]} if "detail" in sent else {"AlarmArn": arn, "NewStateValue": "ALARM"}
        row = row_of(one("cloudwatch", sent))
        assert row.spec.alert
        assert row.spec.alert.identity.alarm_id != arn
        assert arn_of(row) == arn

    def test_a_contributor_fires_on_while_cloudwatch_says_alarm(self, world: AlarmWorld) -> None:
        told = one("cloudwatch", payload("cloudwatch/contributor-sns"))
        west = AccountRegion(ACCOUNT, "us-west-2")
        world.alarms = replace(world.alarms, readers={west: world.cloudwatch}.get, places=(west,))
        arn = payload("cloudwatch/contributor-sns")["AlarmArn"]
        series = [
            {"ContributorId": "6d442278dba546f6", "StateReason": "Threshold Crossed",
             "ContributorAttributes": {"Pool": "linux-arm64", "InstanceId": "i-0a1b2c3d4e5f60718"}}
        ]  # fmt: skip
        world.cloudwatch.series["runner-cpu-stuck"] = series
        world.cloudwatch.put(
            "runner-cpu-stuck",
            "ALARM",
            told.occurred_at,
            AlarmArn=arn,
            EvaluationCriteria={},
            AlarmActions=[],
        )
        world.fires(told)
        minute = (told.occurred_at - at(0)) / timedelta(minutes=1)
        for each in (11, 21, 31):
            world.look(minute + each)
        assert world.of(told).spec.condition is Condition.FIRING
        assert world.of(told).spec.count == 1, "and it is not recorded twice"

    def sent(self, name: str) -> AlertEvent:
        attributes = {"AlarmContributorAttributes": {"Host": name}}
        return one("cloudwatch", payload("cloudwatch/contributor-sns") | {"AlarmArn": ARN} | attributes)

    @pytest.mark.parametrize("listed", [1, 100, 0, None])
    def test_a_contributor_that_two_looks_do_not_list_has_ended_if_the_list_is_whole(
        self, world: AlarmWorld, listed: int | None
    ) -> None:
        gone, stays = self.sent("gone"), self.sent("0")
        world.fires(gone, stays)
        began = (gone.occurred_at - at(0)) / timedelta(minutes=1)
        world.cloudwatch.put("queue", "ALARM", gone.occurred_at, AlarmActions=[], AlarmDescription=None)
        world.cloudwatch.may_read = listed is not None
        world.cloudwatch.series["queue"] = [
            {"ContributorId": str(n), "ContributorAttributes": {"Host": str(n)}} for n in range(listed or 0)
        ]
        world.look(began + 10)
        assert world.of(gone).spec.condition is Condition.FIRING, "one look is no proof"
        world.look(began + 20)
        ended = Condition.RESOLVED if listed == 1 else Condition.FIRING
        assert (world.of(gone).spec.condition, world.of(stays).spec.condition) == (ended, Condition.FIRING)

    def test_a_contributor_taken_for_ended_comes_back_when_it_is_listed_again(
        self, world: AlarmWorld
    ) -> None:
        gone, stays = self.sent("gone"), self.sent("0")
        world.fires(gone, stays)
        began = (gone.occurred_at - at(0)) / timedelta(minutes=1)
        metrics = [{"Id": "q1", "Expression": "SELECT MAX(cpu) FROM fleet GROUP BY Host"}]
        world.cloudwatch.put("queue", "ALARM", gone.occurred_at, Metrics=metrics)
        series = [{"ContributorId": name, "ContributorAttributes": {"Host": name}} for name in ("0", "gone")]
        world.cloudwatch.series["queue"] = series[:1]
        world.look(began + 10)
        world.look(began + 20)
        assert world.of(gone).spec.condition is Condition.RESOLVED
        world.cloudwatch.series["queue"] = series
        world.look(began + 30)
        assert world.of(gone).spec.condition is Condition.FIRING

    def test_one_of_which_the_arn_is_not_certain_is_not_taken_for_deleted(self, world: AlarmWorld) -> None:
        world.run(firing(0, **known(f"{ARN} 0a1b2c")))
        for minute in (20, 30, 40):
            world.look(minute)
        assert world.row.spec.condition is Condition.FIRING

    def test_of_an_older_row_the_arn_ends_where_the_attributes_begin(self, world: AlarmWorld) -> None:
        world.cloudwatch.put("queue", "OK", at(5))
        world.run(firing(0, **known(f'{ARN} {{"Host": "a b", "Pool": "c"}}')))
        world.look(20)
        assert world.row.spec.condition is Condition.RESOLVED


class TestMissed:
    def test_an_alarm_whose_message_was_lost_gets_its_issue_within_ten_minutes(
        self, world: AlarmWorld
    ) -> None:
        world.look(0)
        world.cloudwatch.put("queue", "ALARM", at(3))
        world.look(10)
        assert world.row.spec.condition is Condition.FIRING
        assert world.row.spec.at == at(3)
        assert world.open_titles == ["[P1] queue"]

    @pytest.mark.parametrize(
        ("fields", "tags"),
        [
            ({}, {}),
            ({"AlarmActions": []}, {}),
            ({"AlarmActions": [], "AlarmDescription": None}, {"Team": "dev-infra", "priority": "P1"}),
            ({"AlarmDescription": "text only"}, {"team": "dev-infra", "PRIORITY": "1"}),
            ({"AlarmDescription": "PRIORITY=P1"}, {"team": "dev-infra"}),
        ],
    )
    def test_ours_is_what_names_our_topic_or_a_team(
        self, world: AlarmWorld, fields: dict[str, Any], tags: dict[str, str]
    ) -> None:
        arn = world.cloudwatch.put("queue", "ALARM", at(3), **fields)["AlarmArn"]
        world.cloudwatch.tagged = {arn: tags} if tags else {}
        world.look(10)
        assert world.open_titles == ["[P1] queue"]

    @pytest.mark.parametrize(
        "fields",
        [
            {"AlarmActions": [], "AlarmDescription": "nothing about whose it is"},
            {"AlarmActions": [OTHERS]},
            {"ActionsEnabled": False},
            {"ActionsSuppressedBy": "Alarm"},
            {"StateValue": "INSUFFICIENT_DATA"},
            {"StateValue": "OK"},
        ],
    )
    def test_what_is_not_ours_to_open_is_not_opened(self, world: AlarmWorld, fields: dict[str, Any]) -> None:
        world.cloudwatch.put("queue", "ALARM", at(3), **fields)
        world.look(10)
        assert world.store.rows == {}
        assert world.logged("ALARMS_REJECTED") == []

    def test_a_muted_alarm_is_opened_once_its_window_has_ended(self, world: AlarmWorld) -> None:
        world.cloudwatch.put("queue", "ALARM", at(3))
        world.cloudwatch.put("disk", "ALARM", at(3))
        world.cloudwatch.silent = {"queue"}
        world.look(10)
        assert world.open_titles == ["[P1] disk"]
        world.cloudwatch.silent = set()
        world.look(20)
        assert world.open_titles == ["[P1] disk", "[P1] queue"]

    @pytest.mark.parametrize(
        ("may_read", "still_muted", "opened"),
        [(True, False, True), (True, True, False), (False, False, False)],
    )
    def test_what_was_held_back_for_a_mute_rule_that_ended_early_is_opened(
        self, world: AlarmWorld, *, may_read: bool, still_muted: bool, opened: bool
    ) -> None:
        world.cloudwatch.put("queue", "ALARM", at(3))
        world.cloudwatch.silent = {"queue"} if still_muted else {"another"}
        world.cloudwatch.may_read = may_read
        world.run(firing(3, **known(), muted_until=at(60)))
        world.reconcile(1)
        assert world.open_titles == []
        world.look(10)
        world.reconcile(2)
        assert bool(world.open_titles) is opened
        world.reconcile(50)
        assert len(world.open_titles) == 1

    def test_without_the_right_to_read_mutes_and_tags_it_is_opened_all_the_same(
        self, world: AlarmWorld
    ) -> None:
        world.cloudwatch.may_read = False
        world.cloudwatch.silent = {"queue"}
        world.cloudwatch.put("queue", "ALARM", at(3), EvaluationCriteria={})
        world.look(10)
        assert world.open_titles == ["[P1] queue"]

    @pytest.mark.parametrize(
        ("description", "reason"),
        [
            (None, "MISSING_TEAM_AND_PRIORITY"),
            ("TEAM=dev-infra", "MISSING_PRIORITY"),
            ("TEAM=dev-infra | PRIORITY=high", "INVALID_PRIORITY"),
            ("TEAM=a | TEAM=b | PRIORITY=P1", "AMBIGUOUS_TEAM"),
        ],
    )
    def test_what_lacks_an_owner_is_counted_and_named_once_a_look(
        self, world: AlarmWorld, description: str | None, reason: str
    ) -> None:
        world.cloudwatch.put("disk", "ALARM", at(3), AlarmDescription=description)
        world.cloudwatch.put("queue", "ALARM", at(3), AlarmDescription=description)
        world.look(10)
        assert world.store.rows == {}
        (logged,) = world.logged("ALARMS_REJECTED")
        assert (logged["reason"], logged["alarms"], logged["names"]) == (reason, 2, ["disk", "queue"])

    def test_a_resolved_row_whose_alarm_fires_again_comes_back(self, world: AlarmWorld) -> None:
        world.cloudwatch.put("queue", "ALARM", at(8))
        world.run(firing(0, **known()))
        world.run(resolved(5, **known()))
        world.look(10)
        assert (world.row.spec.condition, world.row.spec.at) == (Condition.FIRING, at(8))
        (learned_,) = world.logged("ALARM_LEARNED")
        assert learned_["reason"] == "RECURRED"
        assert len(world.open_titles) == 1

    def test_a_state_older_than_its_end_opens_nothing(self, world: AlarmWorld) -> None:
        """DescribeAlarms may lag behind the message that the alarm is OK."""
        world.cloudwatch.put("queue", "ALARM", at(0))
        world.run(firing(0, **known()))
        world.run(resolved(5, **known()))
        world.look(10)
        assert world.open_titles == []

    def test_a_firing_row_is_not_recorded_again(self, world: AlarmWorld) -> None:
        world.cloudwatch.put("queue", "ALARM", at(0))
        world.run(firing(0, **known()))
        before = world.row.spec
        world.look(10)
        assert world.row.spec == before

    def test_a_message_that_comes_meanwhile_goes_before(self, world: AlarmWorld) -> None:
        world.run(firing(0, **known()))
        before = world.row.spec
        world.clock.pass_(seconds=90)
        world.alarms._record(None, firing(0, **known()))
        assert world.row.spec == before

    def test_contributors_are_recorded_beside_their_alarm(self, world: AlarmWorld) -> None:
        series = [{"ContributorId": str(n), "ContributorAttributes": {"Host": str(n)}, "StateReason": "Hot",
                   "StateTransitionedTimestamp": at(n)} for n in (1, 2)]  # fmt: skip
        world.cloudwatch.series["queue"] = [*series, {"ContributorId": "ab12", "StateReason": "Hot"}]
        metrics = [{"Id": "q1", "Expression": "SELECT MAX(cpu) FROM fleet group by Host", "ReturnData": True}]
        world.cloudwatch.put("queue", "ALARM", at(1), Metrics=metrics)
        world.look(10)
        assert world.open_titles == [
            "[P1] queue",
            "[P1] queue [Host=1]",
            "[P1] queue [Host=2]",
            "[P1] queue [ab12]",
        ]

    def test_a_log_alarm_that_groups_has_contributors_alone(self, world: AlarmWorld) -> None:
        query = {"QueryString": "", "AggregationExpression": "count(*) by service"}
        world.cloudwatch.put("errors", "ALARM", at(1), ScheduledQueryConfiguration=query)
        world.cloudwatch.series["errors"] = [
            {"ContributorId": "1", "ContributorAttributes": {"service": "pay"}, "StateReason": "5 lines"}
        ]
        world.look(10)
        assert world.open_titles == ["[P1] errors [service=pay]"]

    def test_many_are_found_page_by_page_and_a_run_out_of_time_goes_on_where_it_stopped(self) -> None:
        world = AlarmWorld(page=10)
        for n in range(100):
            world.cloudwatch.put(f"queue-{n:02}", "ALARM", at(3))
        ticking = partial(_slow, world)
        world.alarms = replace(world.alarms, now=ticking)
        world.clock.time = at(10)
        world.alarms.check(at(11))
        found = len(world.store.rows)
        assert 0 < found < 100
        for minute in range(11, 40):
            world.clock.time = at(minute)
            world.alarms.check(at(minute + 1))
            if len(world.store.rows) == 100:
                break
        assert len(world.store.rows) == 100
        assert minute < 20, "it does not wait for the next look"
        assert world.cloudwatch.listed == 10, "no page is read twice"


def _slow(world: AlarmWorld) -> datetime:
    """Let half a second pass with each look at the clock."""
    world.clock.time += timedelta(seconds=0.5)
    return world.clock.time


@pytest.mark.parametrize("account", [ACCOUNT, None])
@pytest.mark.parametrize("region", [REGION, None])
@pytest.mark.parametrize("alarm_id", [ARN, "queue", None])
def test_the_place_of_an_alarm_is_known_where_account_region_and_arn_are(
    account: str | None, region: str | None, alarm_id: str | None
) -> None:
    identity = {"account_id": account, "region": region, "alarm_id": alarm_id}
    place = place_of(row_of(firing(0, identity=identity)))
    assert place == (OURS if (account, region, alarm_id) == (ACCOUNT, REGION, ARN) else None)


class TestCloudWatch:
    """What is asked of AWS, and how its answers are read."""

    @pytest.fixture
    def client(self) -> Any:
        return boto3.Session("x", "x", region_name=REGION).client("cloudwatch")

    def described(self, name: str, state: str) -> dict[str, Any]:
        arn = f"arn:aws:cloudwatch:{REGION}:{ACCOUNT}:alarm:{name}"
        when = datetime(2026, 3, 1, tzinfo=UTC)
        return {"AlarmName": name, "AlarmArn": arn, "StateValue": state, "StateUpdatedTimestamp": when}

    def test_names_are_asked_for_in_hundreds_and_answers_of_every_kind_are_read(self, client: Any) -> None:
        names = [f"alarm-{n:03}" for n in range(150)]
        first, second = ({"AlarmNames": each, "AlarmTypes": TYPES} for each in (names[:100], names[100:]))
        described = self.described
        one = {"MetricAlarms": [described("a", "OK")], "CompositeAlarms": [described("b", "ALARM")]}
        other = {"LogAlarms": [described("d", "INSUFFICIENT_DATA")]}
        with Stubber(client) as stub:
            stub.add_response("describe_alarms", one | {"NextToken": "next"}, first)
            following = first | {"NextToken": "next"}
            stub.add_response("describe_alarms", {"MetricAlarms": [described("c", "OK")]}, following)
            stub.add_response("describe_alarms", other, second)
            found = CloudWatchAlarms(lambda: client).read(names)
            stub.add_client_error("describe_alarms", "Throttling")
            with pytest.raises(AlarmsUnavailable, match="Throttling"):
                CloudWatchAlarms(lambda: client).read(names)
        assert [(alarm.arn[-1], alarm.ok) for alarm in found.values()] == [
            *(("a", True), ("b", False), ("c", True), ("d", False))
        ]

    def test_what_fires_is_listed_a_page_at_a_time(self, client: Any) -> None:
        asked = {"StateValue": "ALARM", "AlarmTypes": TYPES, "MaxRecords": 100}
        alarms = CloudWatchAlarms(lambda: client)
        with Stubber(client) as stub:
            page = {"MetricAlarms": [self.described("a", "ALARM")], "NextToken": "next"}
            stub.add_response("describe_alarms", page, asked)
            found, token = alarms.firing("")
            stub.add_response("describe_alarms", {"LogAlarms": []}, asked | {"NextToken": token})
            assert alarms.firing(token) == ([], "")
        assert [each["AlarmName"] for each in found] == ["a"]
        assert alarms.knows_all

    def test_contributors_are_listed_to_the_last(self, client: Any) -> None:
        def page(name: str) -> dict[str, Any]:
            return {"ContributorId": name, "ContributorAttributes": {"Host": name}, "StateReason": "Hot"}

        with Stubber(client) as stub:
            name = "describe_alarm_contributors"
            stub.add_response(name, {"AlarmContributors": [page("a")], "NextToken": "n"}, {"AlarmName": "q"})
            stub.add_response(name, {"AlarmContributors": [page("b")]}, {"AlarmName": "q", "NextToken": "n"})
            assert CloudWatchAlarms(lambda: client).contributors("q") == [page("a"), page("b")]

    @pytest.mark.parametrize(("rules", "muted"), [([], False), ([{"Status": "ACTIVE"}], True)])
    def test_a_mute_rule_counts_while_it_is_active(
        self, client: Any, rules: list[Any], *, muted: bool
    ) -> None:
        asked = {"Statuses": ["ACTIVE"], "AlarmName": "q"}
        with Stubber(client) as stub:
            stub.add_response("list_alarm_mute_rules", {"AlarmMuteRuleSummaries": rules}, asked)
            assert CloudWatchAlarms(lambda: client).muted("q") is muted

    def test_what_a_role_may_not_read_is_not_known(self, client: Any) -> None:
        tagging = boto3.Session("x", "x", region_name=REGION).client("resourcegroupstaggingapi")
        alarms = CloudWatchAlarms(lambda: client, lambda: tagging)
        with Stubber(client) as stub, Stubber(tagging) as tags:
            stub.add_client_error("list_alarm_mute_rules", "AccessDenied")
            stub.add_client_error("describe_alarm_contributors", "AccessDeniedException")
            tags.add_client_error("get_resources", "AccessDeniedException")
            assert (alarms.muted(), alarms.contributors("q"), alarms.tags([ARN])) == (None, None, None)
            tags.add_client_error("get_resources", "ThrottledException")
            with pytest.raises(AlarmsUnavailable):
                alarms.tags([ARN])
            found = [{"ResourceARN": ARN, "Tags": [{"Key": "team", "Value": "ci"}]}]
            tags.add_response("get_resources", {"ResourceTagMappingList": found}, {"ResourceARNList": [ARN]})
            assert alarms.tags([ARN]) == {ARN: {"team": "ci"}}


def test_a_row_of_any_priority_is_looked_up() -> None:
    world = AlarmWorld()
    for priority in Priority:
        world.cloudwatch.put(f"queue{priority}", "OK", at(5))
        world.fires(firing(0, **known(f"{ARN}{priority}", priority=priority)))
        world.clock.pass_(seconds=2)
    world.look(20)
    world.reconcile(5)
    assert world.open_titles == []


def test_an_alarm_that_is_not_ok_has_not_ended() -> None:
    row = row_of(firing(0, **known()))
    assert learned(row, {ARN: Alarm(ARN, ok=False, since=at(5), reason="")}, at(0), at(60)) is None
