"""An alarm's metric on AWS: of this account in any region, and of others by the roles there are."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
from moto import mock_aws

from chalicelib.adapters import registry
from chalicelib.adapters.owner_rules import NO_RULES
from chalicelib.alert import AlertEvent
from chalicelib.conditions.alarm_state import AccountRegion
from chalicelib.conditions.enrichment import Enrichment
from chalicelib.conditions.series import Series
from chalicelib.settings import AwsArn, Settings
from chalicelib.wiring import metrics
from chalicelib.wiring.enrichment import enrichers
from chalicelib.wiring.stage import Stage
from tests.local import moto_gaps, senders
from tests.unit.rows import row

OURS, THEIRS = "123456789012", "222233334444"
FUNCTION = AwsArn("aws", "us-east-1", OURS, "function:alerting-dev-collector")
ROLE = f"arn:aws:iam::{THEIRS}:role/alerting-dev-alarm-reader"
NOW = datetime.now(UTC).replace(microsecond=0)
KEYS: dict[str, Any] = {"aws_access_key_id": "local", "aws_secret_access_key": "local"}
QUEUED = senders.metric_trigger("QueuedJobs", "CI/Runners", 50.0, Pool="linux")
LATENCY = senders.anomaly_trigger("TargetResponseTime", "AWS/ApplicationELB", LoadBalancer="app/forge")
RISING = [float(value) for value in range(36)]


@pytest.fixture(autouse=True)
def aws() -> Iterator[None]:
    moto_gaps.bridge()
    metrics._client.cache_clear()
    with mock_aws():
        yield


def stage(**settings: str) -> Stage:
    return Stage(Settings.read({"AWS_REGION": "us-east-1", **settings}), within=FUNCTION, keys=KEYS)


def measured(trigger: dict[str, Any], values: Sequence[float], **keys: Any) -> None:
    client = boto3.client("cloudwatch", region_name=senders.REGION, **(keys or KEYS))
    client.put_metric_data(**senders.metric_data(trigger, NOW, values))


def shown(trigger: dict[str, Any], of: Stage, account: str = OURS) -> Series | None:
    """What is shown of an alarm of an account, in another region than the stage's."""
    message = senders.cloudwatch("queue", "TEAM=infra | PRIORITY=P1", NOW, trigger=trigger)
    message |= {"AWSAccountId": account, "AlarmArn": message["AlarmArn"].replace(OURS, account)}
    (alert,) = registry.SOURCES["cloudwatch"].parse(message, NO_RULES)
    assert isinstance(alert, AlertEvent)
    known = Enrichment(NOW, NOW)
    for each in enrichers(of):
        if each.kind == "metric":
            known = each.enrich(row(fires=alert), known, NOW + timedelta(seconds=3))
    return known.metric


def test_the_metric_of_this_account_is_read_in_the_alarms_region() -> None:
    measured(QUEUED, RISING)
    series = shown(QUEUED, stage())
    assert series
    seen = [value for value in series.values if value is not None]
    assert seen == sorted(seen)
    assert set(seen) <= set(RISING)
    assert len(seen) >= len(RISING) - 2
    assert series.threshold == 50


def test_the_band_of_an_anomaly_is_read_with_it() -> None:
    measured(LATENCY, RISING)
    series = shown(LATENCY, stage())
    assert series
    bounds = [(low, high) for low, high in zip(series.lower, series.upper, strict=True) if low and high]
    assert len(bounds) >= 34
    assert all(low < high for low, high in bounds)


def test_the_metric_of_another_account_is_read_with_the_role_that_it_has_for_us(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    given = boto3.client("sts", **KEYS).assume_role(RoleArn=ROLE, RoleSessionName="them")["Credentials"]
    theirs = {
        "aws_access_key_id": given["AccessKeyId"],
        "aws_secret_access_key": given["SecretAccessKey"],
        "aws_session_token": given["SessionToken"],
    }
    measured(QUEUED, RISING, **theirs)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "local")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "local")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    assert shown(QUEUED, stage(ALARM_READER_ROLE_ARNS=ROLE), THEIRS)
    assert shown(QUEUED, stage(ALARM_READER_ROLE_ARNS=ROLE)) is None
    assert shown(QUEUED, stage(), THEIRS) is None


def test_a_client_answers_within_two_seconds_or_fails() -> None:
    client = metrics._client(stage(), AccountRegion(OURS, "eu-west-1"))
    assert client
    config = client.meta.config
    assert config.connect_timeout + config.read_timeout <= 2  # type: ignore[attr-defined]
    assert config.retries["total_max_attempts"] == 1  # type: ignore[attr-defined]


def test_a_setting_switches_charts_off() -> None:
    kinds = [each.kind for each in enrichers(stage(METRIC_CHARTS="false"))]
    assert "metric" not in kinds
    assert "metric" in [each.kind for each in enrichers(stage())]
