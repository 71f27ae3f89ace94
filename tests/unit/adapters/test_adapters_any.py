"""Whatever is sent, an adapter returns alerts or rejects it with a reason, and nothing else."""

import json
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from chalicelib.adapters import reading, registry
from chalicelib.adapters.fields import Ignored, Parsed
from chalicelib.adapters.owner_rules import NO_RULES
from chalicelib.adapters.source import Example, Request
from chalicelib.alert import AlertEvent
from chalicelib.errors import NotAccepted, Rejected
from tests.unit import up_to
from tests.unit.messages import FALLBACK, REQUEST, reason

TEXT = st.text(alphabet=st.characters(), max_size=40) | st.text(min_size=1, max_size=3).map(
    lambda text: text * 3000
)
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | TEXT
ANY = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4)
)
TIMES = (
    st.sampled_from(["2026-11-23T03:10:00Z", "0001-01-01T00:00:00Z", "2000-01-01T00:00:00+14:00", "now"])
    | ANY
)
STATES = (
    st.sampled_from(["firing", "resolved", "ALARM", "OK", "FIRING", "RESOLVED", "INSUFFICIENT_DATA"]) | ANY
)
NAMES = (
    st.sampled_from(["alertname", "rulename", "team", "Teams", "priority", "summary", "runbook_url"]) | TEXT
)
OWNERS = st.sampled_from(
    ["dev-infra", "P1", "3", "a,b", "TestAlert", "DatasourceNoData", "https://a.example/"]
)
PAIRS = st.dictionaries(NAMES, OWNERS | SCALARS, max_size=8) | ANY
ADDRESS = st.sampled_from(["https://g.example:3000/x", "http://[", "https://g.example:99999999/", "?orgId=1"])
ADDRESSES = ADDRESS | ANY
ARNS = st.sampled_from(["arn:aws:cloudwatch:us-west-2:123456789012:alarm:a b"]) | TEXT.map(
    lambda name: f"arn:aws:cloudwatch:us-west-2:123456789012:alarm:{name}"
)


def objects(**members: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Objects with some of these members, and others."""
    known = st.fixed_dictionaries({}, optional=members)
    return st.builds(lambda other, mine: other | mine, st.dictionaries(TEXT, ANY, max_size=3), known)


MEMBERS = objects(
    status=STATES, labels=PAIRS, annotations=PAIRS, startsAt=TIMES, endsAt=TIMES, fingerprint=TEXT, orgId=ANY,
    values=PAIRS, valueString=ANY, generatorURL=ADDRESSES, panelURL=ADDRESSES, imageURL=ADDRESSES,
)  # fmt: skip
GROUPS = objects(
    alerts=st.lists(MEMBERS | ANY, max_size=3) | ANY, orgId=ANY, externalURL=ADDRESSES, groupKey=ANY
)
METRIC = objects(
    MetricName=ANY, Namespace=ANY, Dimensions=st.lists(objects(name=TEXT, value=TEXT), max_size=3) | ANY
)
ALARMS = objects(
    AlarmName=TEXT, AlarmArn=ARNS | ANY, NewStateValue=STATES, OldStateValue=STATES, StateChangeTime=TIMES,
    NewStateReason=ANY, AlarmDescription=st.sampled_from(["TEAM=a|PRIORITY=P1", "TEAM=%|PRIORITY=1"]) | ANY,
    AlarmTags=st.lists(objects(Key=TEXT, Value=TEXT), max_size=3) | PAIRS, AlarmContributorAttributes=PAIRS,
    AlarmContributorId=ANY, AlarmRule=ANY, TriggeringChildren=st.lists(objects(Arn=ARNS), max_size=3) | ANY,
    Trigger=METRIC | objects(
        Metrics=st.lists(objects(MetricStat=objects(Metric=METRIC), Expression=ANY), max_size=3) | ANY,
        Period=ANY, EvaluationPeriods=ANY, DatapointsToAlarm=ANY, Threshold=ANY, ThresholdMetricId=ANY,
    ),
)  # fmt: skip
KINDS = st.sampled_from(["State Change", "Contributor State Change"]).map("CloudWatch Alarm {}".format)
EVENTS = st.fixed_dictionaries(
    {
        "source": st.just("aws.cloudwatch"),
        "detail-type": KINDS | st.just("CloudWatch Alarm Configuration Change"),
        "resources": st.lists(ARNS, max_size=1) | ANY,
        "detail": objects(
            alarmName=TEXT,
            state=objects(value=STATES, timestamp=TIMES, reason=ANY) | ANY,
            previousState=objects(value=STATES) | ANY,
            configuration=objects(description=ANY, metrics=st.lists(objects(metricStat=ANY)) | ANY) | ANY,
            alarmContributor=objects(id=ANY, attributes=PAIRS) | ANY,
            alarmTags=PAIRS,
        )
        | ANY,
    }
)
NORMALIZED = objects(
    schema_version=st.just(1), source=st.just("bors"), state=STATES, title=TEXT, description=TEXT,
    priority=st.sampled_from(["P0", "P4"]), occurred_at=TIMES, teams=st.lists(OWNERS, min_size=1) | ANY,
    identity=objects(alarm_id=TEXT) | ANY, links=objects(runbook_url=ADDRESSES) | ANY, labels=PAIRS,
    reason=TEXT, began_anew=st.booleans(), recovered=ANY, raw_provider=PAIRS,
)  # fmt: skip

SENT = {
    "cloudwatch": ALARMS | EVENTS,
    "grafana": GROUPS,
    "alertmanager": GROUPS,
    "normalized": NORMALIZED,
}


def like_its_template(source: str) -> st.SearchStrategy[dict[str, Any]]:
    """Objects with the members of the source's template, each as it is there or anything else."""
    sender = registry.SOURCES[source]
    (members,) = sender.payloads(sender.template(Example(datetime(2026, 11, 23, tzinfo=UTC))), REQUEST)
    return objects(**{name: st.just(value) | TIMES for name, value in members.items()}) | odd(members)


def odd(value: Any) -> st.SearchStrategy[Any]:
    """The value with one of its members, however deep, replaced by anything."""
    if not isinstance(value, dict) or not value:
        return TIMES
    return st.sampled_from(sorted(value)).flatmap(
        lambda name: (TIMES | odd(value[name])).map(lambda other: value | {name: other})
    )


def outcome(source: str, payload: dict[str, Any]) -> list[Parsed] | str:
    try:
        return reading.parse(source, payload, FALLBACK)
    except Rejected as rejected:
        return reason(rejected)


@pytest.mark.parametrize("source", registry.SOURCES)
@up_to(150, without=[HealthCheck.too_slow])
@given(data=st.data())
def test_any_object_gives_alerts_or_is_rejected(source: str, data: st.DataObject) -> None:
    parsed = outcome(
        source,
        data.draw(
            SENT.get(source, st.nothing())
            | like_its_template(source)
            | st.dictionaries(TEXT, ANY, max_size=4)
        ),
    )
    for alert in parsed if isinstance(parsed, list) else []:
        assert isinstance(alert, AlertEvent | Ignored)
        if isinstance(alert, AlertEvent):
            assert AlertEvent.model_validate_json(alert.model_dump_json()).fingerprint == alert.fingerprint


PATHS = st.sampled_from(
    [("api", "v2", "alerts"), ("v2", "alerts"), ("v2", "alerts", "disk/1", "close")]
) | st.lists(TEXT, max_size=4).map(tuple)
HEADERS = st.dictionaries(st.sampled_from(["sentry-hook-timestamp", "traceparent"]), TEXT)


@pytest.mark.parametrize("source", registry.webhooks())
@up_to(100, without=[HealthCheck.too_slow])
@given(data=st.data())
def test_any_request_gives_payloads_or_is_refused_and_any_payload_can_be_mended(
    source: str, data: st.DataObject
) -> None:
    sender, path = registry.SOURCES[source], data.draw(st.just(()) | PATHS)
    body = data.draw(st.just(sender.template(Example(REQUEST.received_at))) | like_its_template(source) | ANY)
    request = Request(REQUEST.received_at, path, data.draw(HEADERS))
    payloads: list[dict[str, Any]] = []
    with suppress(NotAccepted):
        payloads = sender.payloads(body, request)
    for payload in payloads:
        outcome(source, payload)
        sender.mend(payload, {"team": "storage", "priority": "P3"})
        outcome(source, payload)


OWNED = st.just({"alertname": "Disk full", "team": "storage", "priority": "P1"})
GOOD_MEMBERS = st.fixed_dictionaries(
    {
        "status": st.sampled_from(["firing", "resolved"]),
        "fingerprint": st.uuids().map(str),
        "startsAt": st.just("2026-11-23T03:10:00Z"),
        "endsAt": st.just("2026-11-23T03:25:00Z"),
        "labels": OWNED,
        "annotations": st.fixed_dictionaries({}, optional={"summary": st.text(), "runbook_url": ADDRESS}),
    }
)


@pytest.mark.parametrize("source", ["grafana", "alertmanager"])
@given(members=st.lists(GOOD_MEMBERS, max_size=5), address=ADDRESS, org=st.integers() | st.none())
def test_a_group_split_gives_what_the_whole_group_gives(
    source: str, members: list[dict[str, Any]], address: object, org: int | None
) -> None:
    group = {"alerts": members, "externalURL": address, "orgId": org, "groupKey": "{}:{}", "message": "m"}
    sender = registry.SOURCES[source]
    alone = [json.loads(json.dumps(sender.cut(payload))) for payload in sender.split(group)]
    parsed = [alert for payload in alone for alert in reading.parse(source, payload, NO_RULES)]
    assert parsed == reading.parse(source, group, NO_RULES)
