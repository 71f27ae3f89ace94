"""Every sample's `payload` gives the alerts that it says to `expect`; `what` describes it."""

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

from chalicelib.adapters import fields, own, reading, registry, texts
from chalicelib.adapters.fields import Ignored, Parsed
from chalicelib.adapters.owner_rules import NO_RULES, OwnerRules
from chalicelib.alert import AlertEvent, Condition, Priority
from chalicelib.errors import Rejected
from tests import schema
from tests.unit.messages import FALLBACK, deliver

ROOT = Path(__file__).parents[2] / "samples"
SAMPLES = sorted(ROOT.glob("*/*.json"))


def read(path: Path) -> dict[str, Any]:
    sample: dict[str, Any] = json.loads(path.read_text())
    return sample


def payload(name: str) -> dict[str, Any]:
    found: dict[str, Any] = read(ROOT / f"{name}.json")["payload"]
    return found


def told(parsed: Parsed | str) -> dict[str, Any]:
    if isinstance(parsed, str):
        return {"rejected": parsed}
    if isinstance(parsed, Ignored):
        return {"ignored": parsed.reason}
    return parsed.model_dump(mode="json")


def within(expected: Any, actual: Any) -> Any:
    """Reduce `actual` to the fields that `expected` has; labels are compared whole."""
    if not isinstance(expected, dict) or not isinstance(actual, dict):
        return actual
    return {
        name: actual.get(name) if name == "labels" else within(value, actual.get(name))
        for name, value in expected.items()
    }


def one(source: str, message: Any, rules: OwnerRules = NO_RULES) -> AlertEvent:
    (alert,) = deliver(source, message, rules)
    assert isinstance(alert, AlertEvent)
    return alert


def rejection(source: str, message: Any) -> Rejected:
    with pytest.raises(Rejected) as caught:
        reading.parse(source, message, NO_RULES)
    return caught.value


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_a_sample_gives_what_it_says(path: Path) -> None:
    sample = read(path)
    expected = sample["expect"] if isinstance(sample["expect"], list) else [sample["expect"]]
    actual = [told(parsed) for parsed in deliver(path.parent.name, sample["payload"])]
    assert len(actual) == len(expected)
    assert [within(*pair) for pair in zip(expected, actual, strict=True)] == expected


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_every_alert_survives_the_row_it_is_kept_in(path: Path) -> None:
    for parsed in deliver(path.parent.name, read(path)["payload"], FALLBACK):
        if isinstance(parsed, AlertEvent):
            assert AlertEvent.model_validate_json(parsed.model_dump_json()) == parsed
            assert texts.size(parsed.raw_provider) <= fields.MAX_RAW


@pytest.mark.parametrize("path", sorted((ROOT / "normalized").glob("*.json")), ids=lambda path: path.stem)
def test_the_published_schema_and_the_adapter_agree(path: Path) -> None:
    validator = Draft202012Validator(json.loads(schema.PATH.read_text()))
    sent = read(path)["payload"]
    for alert in sent if isinstance(sent, list) else [sent]:
        accepted = deliver("normalized", alert) not in (["INVALID_ALERT"], ["NOT_AN_OBJECT"])
        only_the_time_is_wrong = path.stem.startswith("time-")  # a schema's formats are not asserted
        read_leniently = path.stem.startswith(("team-", "earlier-", "many-"))  # the schema says what to send
        assert validator.is_valid(alert) == ((accepted or only_the_time_is_wrong) and not read_leniently)


@pytest.mark.parametrize("longer", [0, 1])
def test_an_id_of_2000_characters_is_kept_as_it_is(longer: int) -> None:
    long = "x" * (2000 + longer)
    assert (fields.identifier(long) == long) == (not longer)


def test_an_unknown_source_is_rejected_and_the_known_ones_named() -> None:
    rejected = rejection("nagios", {})
    assert (rejected.reason, str(rejected)) == (
        "UNKNOWN_SOURCE",
        "the message names an unknown source: `nagios`",
    )
    known = ", ".join(registry.SOURCES)
    assert rejected.fix == f"Set the attribute `source` to one of {known}, or leave it out for AWS."
    with pytest.raises(KeyError, match="nagios"):
        registry.SOURCES["nagios"]


class TestOwner:
    def test_the_fallback_takes_what_names_no_owner(self) -> None:
        alert = one("cloudwatch", payload("cloudwatch/missing-team-and-priority"), FALLBACK)
        assert (alert.teams, alert.priority) == (("unknown",), Priority.P2)

    def test_the_fallback_gives_only_what_is_missing(self) -> None:
        without_team = one("cloudwatch", payload("cloudwatch/missing-team"), FALLBACK)
        assert (without_team.teams, without_team.priority) == (("unknown",), Priority.P1)
        without_priority = one("alertmanager", payload("alertmanager/missing-priority"), FALLBACK)
        assert (without_priority.teams, without_priority.priority) == (("dev-infra",), Priority.P2)

    @pytest.mark.parametrize("name", ["invalid-priority", "invalid-team"])
    def test_the_fallback_takes_nothing_that_is_wrong(self, name: str) -> None:
        reason = name.replace("-", "_").upper()
        assert deliver("cloudwatch", payload(f"cloudwatch/{name}"), FALLBACK) == [reason]

    def test_a_rejection_shows_what_to_write_where(self) -> None:
        alarm = rejection("cloudwatch", payload("cloudwatch/missing-team-and-priority"))
        assert alarm.fix == (
            "Add to the AlarmDescription of `ci-arm64-queue-too-long`: TEAM=your-team | PRIORITY=P2"
        )
        rule = rejection("alertmanager", payload("alertmanager/missing-team"))
        assert rule.fix == "Add to the labels or annotations of the rule `InstanceDown`: team: your-team"

    def test_a_rejection_names_what_is_wrong(self) -> None:
        rejected = rejection("cloudwatch", payload("cloudwatch/invalid-priority"))
        assert str(rejected) == "the priority must be P0, P1, P2 or P3, not `P7`"

    def test_at_most_ten_teams_count_and_each_slug_is_cut(self) -> None:
        description = "PRIORITY=P1|TEAMS=" + ",".join(f"team {n}" for n in range(12)) + "," + "x" * 50
        alarm = payload("cloudwatch/metric-piped-description") | {"AlarmDescription": description}
        assert one("cloudwatch", alarm).teams == tuple(f"team-{n}" for n in range(10))
        alarm["AlarmDescription"] = "PRIORITY=P1|TEAM=" + "x" * 46
        assert one("cloudwatch", alarm).teams == ("x" * 45,)
        alarm["AlarmDescription"] = "PRIORITY=P1|TEAM=" + "x" * 44 + "-yz"
        assert one("cloudwatch", alarm).teams == ("x" * 44,)


class TestTitle:
    @pytest.mark.parametrize(
        ("name", "instance", "title"),
        [
            ("Disk full", "ci-01", "Disk full [ci-01]"),
            ("Disk full on CI-01", "ci-01", "Disk full on CI-01"),
            ("Disk full on ci-01", "CI-01", "Disk full on ci-01"),
            ("Disk full", "", "Disk full"),
            ("Disk full", None, "Disk full"),
            ("ci-01", "ci-01.example.org", "ci-01 [ci-01.example.org]"),
        ],
    )
    @pytest.mark.parametrize("source", ["grafana", "alertmanager"])
    def test_the_instance_is_named_unless_the_name_does(
        self, source: str, name: str, instance: str | None, title: str
    ) -> None:
        labels = {"alertname": name, "team": "ci", "priority": "P1"}
        told = {"instance": instance} if instance is not None else {}
        alert = {
            "status": "firing",
            "labels": labels | told,
            "annotations": {},
            "startsAt": "2026-11-23T03:10:00Z",
            "fingerprint": "0a1b2c",
        }
        assert one(source, {"version": "4", "alerts": [alert]}).title == title


class TestIdentity:
    def test_both_forms_of_a_contributor_are_one_condition(self) -> None:
        of_sns = one("cloudwatch", payload("cloudwatch/contributor-sns"))
        of_event = one("cloudwatch", payload("cloudwatch/contributor-eventbridge"), FALLBACK)
        assert of_sns.fingerprint == of_event.fingerprint

    def test_both_forms_of_an_alarm_are_one_condition(self) -> None:
        event = payload("cloudwatch/eventbridge-state-change")
        alarm = payload("cloudwatch/metric-piped-description") | {"AlarmArn": event["resources"][0]}
        assert one("cloudwatch", alarm).fingerprint == one("cloudwatch", event).fingerprint

    def test_contributors_are_told_apart(self) -> None:
        alarm = payload("cloudwatch/contributor-sns")
        other = alarm | {"AlarmContributorAttributes": {"InstanceId": "i-1"}}
        whole = {name: value for name, value in alarm.items() if name != "AlarmContributorAttributes"}
        fingerprints = {one("cloudwatch", message).fingerprint for message in (alarm, other, whole)}
        assert len(fingerprints) == 3

    def test_firing_and_its_end_are_one_condition(self) -> None:
        firing, resolved = payload("grafana/firing"), payload("grafana/resolved-rule-edited")
        assert one("grafana", firing).fingerprint == one("grafana", resolved).fingerprint

    def test_two_grafanas_or_organisations_are_two(self) -> None:
        group = payload("grafana/firing")
        others = [group | {"orgId": 2}, group | {"externalURL": "https://grafana.example.net/"}]
        assert len({one("grafana", sent).fingerprint for sent in [group, *others]}) == 3

    def test_an_overlong_id_is_cut_and_still_its_own(self) -> None:
        groups = [payload("alertmanager/without-name-or-summary") for _ in range(2)]
        for number, group in enumerate(groups):
            group["alerts"][0]["fingerprint"] = "f" * 3000 + str(number)
        alerts = [one("alertmanager", group) for group in groups]
        assert alerts[0].fingerprint != alerts[1].fingerprint
        assert all(len(alert.identity.alarm_id or "") < 2100 for alert in alerts)


class TestShapes:
    def test_an_event_without_its_parts_is_no_alarm(self) -> None:
        event = payload("cloudwatch/eventbridge-state-change")
        assert rejection("cloudwatch", event | {"detail": []}).reason == "NOT_AN_ALARM"
        assert rejection("cloudwatch", event | {"resources": []}).reason == "INVALID_ARN"
        for other in ({"hello": "world"}, {"AlarmName": "x"}, event | {"source": "mine"}):
            assert rejection("cloudwatch", other).reason == "NOT_AN_ALARM"

    def test_an_event_of_cloudwatch_about_something_else_is_no_alarm(self) -> None:
        event = payload("cloudwatch/eventbridge-state-change") | {
            "detail-type": "CloudWatch Dashboard Change"
        }
        assert rejection("cloudwatch", event).reason == "NOT_AN_ALARM"

    @pytest.mark.parametrize(
        ("sample", "field"),
        [
            ("metric-piped-description", "AWSAccountId"),
            ("metric-back-to-ok", "AWSAccountId"),
            ("eventbridge-state-change", "account"),
            ("eventbridge-back-to-ok", "account"),
        ],
    )
    @pytest.mark.parametrize("account", ["111122223333", "", 123456789012, ["123456789012"]])
    def test_an_account_speaks_only_for_its_own_alarms(
        self, sample: str, field: str, account: object
    ) -> None:
        rejected = rejection("cloudwatch", payload(f"cloudwatch/{sample}") | {field: account})
        sent = payload(f"cloudwatch/{sample}")
        name = sent["AlarmName"] if "AlarmName" in sent else sent["detail"]["alarmName"]
        said = "(list)" if isinstance(account, list) else account
        assert (rejected.reason, str(rejected), rejected.fix) == (
            "OTHER_ACCOUNT",
            f"the alarm `{name}` is of account 123456789012, and the message of account `{said}`",
            "Let CloudWatch itself publish the alarm, or an EventBridge rule that changes nothing in it.",
        )

    @pytest.mark.parametrize("field", ["AWSAccountId", "account"])
    def test_a_message_that_names_no_account_is_its_alarms(self, field: str) -> None:
        sample = "metric-piped-description" if field == "AWSAccountId" else "eventbridge-state-change"
        sent = {key: value for key, value in payload(f"cloudwatch/{sample}").items() if key != field}
        assert one("cloudwatch", sent).identity.account_id == "123456789012"

    def test_a_group_without_alerts_is_rejected_in_the_queue_too(self) -> None:
        assert rejection("grafana", {"alerts": None}).reason == "NO_ALERTS"

    def test_a_time_without_its_offset_is_not_guessed(self) -> None:
        alarm = payload("cloudwatch/metric-piped-description") | {"StateChangeTime": "2026-11-23T03:10:04"}
        rejected = rejection("cloudwatch", alarm)
        assert (rejected.reason, str(rejected), rejected.fix) == (
            "INVALID_TIME",
            "`StateChangeTime` is not a time: `2026-11-23T03:10:04`, it has no offset from UTC",
            "Send `StateChangeTime` as the provider does, for example 2026-11-23T03:10:00Z.",
        )

    def test_an_address_with_a_blank_or_overlong_is_no_link(self) -> None:
        for address in ("https://a.example/b c", "https://a.example/" + "x" * 2048, "ftp://a.example"):
            group = payload("grafana/firing")
            group["alerts"][0]["annotations"]["runbook_url"] = address
            assert one("grafana", group).links.runbook_url is None

    def test_the_place_of_a_rule_is_named_by_the_rule(self) -> None:
        group = payload("grafana/datasource-no-data")
        group["alerts"] = group["alerts"][:1]
        del group["alerts"][0]["labels"]["team"]
        assert "the rule `Runner queue`" in rejection("grafana", group).fix

    @pytest.mark.parametrize(
        ("trigger", "words"),
        [
            ({"Period": 10}, "over 10 seconds"),
            ({"Period": 90}, "over 90 seconds"),
            ({"Period": 60, "EvaluationPeriods": 1}, "for 1 minute"),
            ({"Period": 60, "EvaluationPeriods": 5}, "for 5 of 5 minutes"),
            ({"Period": 300, "EvaluationPeriods": 3, "DatapointsToAlarm": 2}, "for 10 of 15 minutes"),
            ({"Period": 86_400, "EvaluationPeriods": 1}, "for 1 day"),
            ({"Period": 3600, "EvaluationPeriods": 2}, "for 2 of 2 hours"),
            ({"EvaluationPeriods": 3}, "for 3 of 3 periods"),
            ({}, ""),
        ],
    )
    def test_how_long_is_told_in_the_largest_unit(self, trigger: dict[str, int], words: str) -> None:
        alarm = payload("cloudwatch/metric-piped-description")
        alarm["Trigger"] = trigger | {"MetricName": "Latency"}
        assert one("cloudwatch", alarm).labels["Condition"] == f"Latency {words}".strip()

    def test_a_threshold_without_its_operator_is_told(self) -> None:
        alarm = payload("cloudwatch/metric-piped-description")
        alarm["Trigger"] = {"MetricName": "Latency", "Threshold": 2.5, "Unit": "Milliseconds"}
        told = one("cloudwatch", alarm).labels["Condition"]
        assert told == "Latency against a threshold of 2.5 ms"

    @pytest.mark.parametrize(
        ("reason", "data", "value", "threshold"),
        [
            ("1 datapoint [31.3 (a)] was greater", {"threshold": 20.0}, "31.3", "20"),
            ("Threshold Crossed", {"threshold": 20.0, "recentDatapoints": [1, 31.3]}, "31.3", "20"),
            ("no datapoints were received", {"recentDatapoints": []}, None, None),
            (
                "Threshold Crossed",
                {
                    "evaluatedDatapoints": [
                        {"timestamp": "2026-11-23T03:09:00.000+0000", "value": 7},
                        {"timestamp": "2026-11-23T03:08:00.000+0000", "value": 6},
                        {"timestamp": "2026-11-23T03:10:00.000+0000"},
                    ]
                },
                "7",
                None,
            ),
            ("1 datapoint [5.0 (a)] was greater than the upper thresholds [3.21] (b)", {}, "5", "3.21"),
            ("1 datapoint [93.4 (a)] was less than or equal to the threshold (90.0).", {}, "93.4", "90"),
            ("Threshold Crossed", "no json", None, None),
        ],
    )
    def test_what_an_event_measured(
        self, reason: str, data: object, value: str | None, threshold: str | None
    ) -> None:
        event = payload("cloudwatch/eventbridge-state-change")
        event["detail"]["state"] |= {"reason": reason, "reasonData": json.dumps(data)}
        told = one("cloudwatch", event).measurement
        assert (told and told.value, told and told.threshold) == (value, threshold)

    def test_what_a_log_alarm_found_is_shown(self) -> None:
        lines = ["oops: 1", {"@message": "oops: 2"}, {"timestamp": "3", "message": "oops: 3"}, 4]
        alarm = payload("cloudwatch/log-alarm-tagged") | {"LogLines": lines}
        assert one("cloudwatch", alarm).annotations == {f"Log line {n}": f"oops: {n}" for n in (1, 2, 3)}

    def test_the_attributes_of_a_contributor_are_labels(self) -> None:
        labels = one("cloudwatch", payload("cloudwatch/contributor-sns")).labels
        assert labels["InstanceId"] == "i-0a1b2c3d4e5f60718"

    def test_the_children_of_a_composite_alarm_are_named_in_an_event_too(self) -> None:
        event = payload("cloudwatch/eventbridge-composite-tagged")
        child = {"arn": "arn:aws:cloudwatch:us-west-2:123456789012:alarm:a", "state": {"value": "ALARM"}}
        event["detail"]["state"]["reasonData"] = json.dumps({"triggeringAlarms": [child]})
        assert one("cloudwatch", event).labels["Triggered by"] == "a"

    def test_a_dashboard_opens_at_the_time_of_the_alert(self) -> None:
        group = payload("grafana/image-and-dashboard-without-panel")
        alert = group["alerts"][0] | {"startsAt": "2026-11-23T03:10:00Z"}
        for written, opened in {
            "https://g.example.org/d/a?orgId=1#x": "https://g.example.org/d/a?orgId=1&from=1795399800000&to=1795407000000#x",
            "https://g.example.org/d/a": "https://g.example.org/d/a?from=1795399800000&to=1795407000000",
            "https://g.example.org/d/a?from=1&to=2": "https://g.example.org/d/a?from=1&to=2",
            "https://g.example.org/d/a?orgId=1&to=now": "https://g.example.org/d/a?orgId=1&to=now",
            "https://g.example.org/d/a?var-from=1#?from=1": "https://g.example.org/d/a?var-from=1&from=1795399800000&to=1795407000000#?from=1",
        }.items():
            sent = group | {"alerts": [alert | {"dashboardURL": written}]}
            assert one("grafana", sent).links.dashboard_url == opened

    def test_what_a_trigger_does_not_tell_is_left_out(self) -> None:
        alarm = payload("cloudwatch/metric-piped-description")
        alarm["Trigger"] = {"Metrics": "none", "Period": 60, "Dimensions": ["?", {"name": "Pool"}]}
        assert one("cloudwatch", alarm).labels == {}

    def test_no_more_labels_than_an_alert_holds(self) -> None:
        group = payload("alertmanager/firing-two")
        group["alerts"] = group["alerts"][:1]
        group["alerts"][0]["labels"] |= {f"label_{n}": "v" * (2000 if n == 1 else 200) for n in range(100)}
        labels = one("alertmanager", group).labels
        assert len(labels) == 64
        assert labels["label_1"] == "v" * 972 + " [cut: 1028 more characters]"

    def test_faults_are_named_by_field_in_words(self) -> None:
        assert str(rejection("normalized", payload("normalized/many-faults"))) == (
            "the alert does not follow the schema: "
            "`priority` Input should be 'P0', 'P1', 'P2' or 'P3'; "
            "`occurred_at` Input should have timezone info; "
            "`teams` needs at least one valid entry; "
            "`identity.alarm` is not a field of the schema; "
            "`links.runbook_url` must be an http or https address without spaces"
        )

    def test_a_missing_field_and_a_wrong_source_are_told_in_words(self) -> None:
        alert = payload("normalized/minimal") | {"source": "My emitter", "teams": ["!?"]}
        del alert["title"]
        told = str(rejection("normalized", alert))
        words = "must be lower-case letters and digits, joined by single hyphens"
        for fault in ("`title` is missing", f"`source` {words}", f"`teams.0` {words}"):
            assert fault in told

    def test_a_field_of_another_kind_is_named_in_our_own_words(self) -> None:
        alert = payload("normalized/minimal") | {"collapse_key": "weekly"}
        assert str(rejection("normalized", alert)).endswith('`collapse_key` needs `"kind": "notification"`')

    def test_a_text_is_no_truth_value(self) -> None:
        alert = payload("normalized/minimal") | {"began_anew": "true"}
        assert rejection("normalized", alert).reason == "INVALID_ALERT"

    @pytest.mark.parametrize("source", sorted(registry.PROVIDERS | own.RESERVED))
    def test_an_emitter_cannot_speak_for_a_provider_nor_for_alerting_itself(self, source: str) -> None:
        alert = payload("normalized/minimal") | {"source": source}
        assert rejection("normalized", alert).reason == "RESERVED_SOURCE"

    def test_of_very_many_faults_the_first_are_told(self) -> None:
        alert = payload("normalized/minimal") | {"identity": {f"unknown_{n}": n for n in range(50)}}
        assert str(rejection("normalized", alert)).endswith("; and 30 more")

    def test_a_faults_words_are_short(self) -> None:
        alert = payload("normalized/minimal") | {"occurred_at": "x" * 5000}
        assert len(str(rejection("normalized", alert))) < 400

    def test_a_normalized_resolution_is_kept_as_it_is_sent(self) -> None:
        assert one("normalized", payload("normalized/resolved-no-recovery")).state is Condition.RESOLVED
