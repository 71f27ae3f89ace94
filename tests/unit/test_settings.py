"""Settings: production's by default, every fault reported at once with its variable and value."""

import json
from dataclasses import FrozenInstanceError, fields
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.errors import ConfigurationError
from chalicelib.settings import AwsArn, Settings

STAGES = json.loads((Path(__file__).parents[2] / ".chalice" / "config.json").read_text())["stages"]


def faults_of(**environment: str) -> list[str]:
    with pytest.raises(ConfigurationError, match="settings") as told:
        Settings.read(environment)
    return told.value.faults


def test_without_a_variable_the_settings_are_the_designs() -> None:
    settings = Settings.read({})
    assert settings.github_api_url == "https://api.github.com"
    assert settings.github_enabled
    assert settings.duplicate == settings.lease == timedelta(seconds=60)
    assert settings.update_interval == timedelta(minutes=10)
    assert settings.comment_interval == timedelta(minutes=60)
    assert settings.reopen_window == timedelta(minutes=30)
    assert (settings.writes_per_minute, settings.writes_per_hour) == (75, 480)
    assert settings.write_spacing == timedelta(seconds=1)
    assert settings.breaker == timedelta(seconds=30)
    assert settings.drift_changes == timedelta(minutes=10)
    assert settings.drift_everything == timedelta(hours=1)
    assert settings.canary_repository == ""
    assert settings.stale_after is None
    assert (settings.alertmanager_urls, settings.grafana_url) == ((), "")


def test_addresses_of_providers_are_read_as_a_list() -> None:
    settings = Settings.read(
        {"ALERTMANAGER_URLS": "http://[::1]:9093/ https://am-2.example.org/am,http://am-3"}
    )
    urls = ("http://[::1]:9093", "https://am-2.example.org/am", "http://am-3")
    assert settings.alertmanager_urls == tuple(("", url) for url in urls)
    named = Settings.read({"ALERTMANAGER_URLS": "east=https://a.org/ https://b.org,west=http://c.org"})
    assert named.alertmanager_urls == (
        ("east", "https://a.org"),
        ("", "https://b.org"),
        ("west", "http://c.org"),
    )


@pytest.mark.parametrize(("hours", "after"), [("0", 0), ("36", 36), ("0.5", 0.5)])
def test_what_was_set_for_stale_alerts_holds(hours: str, after: float) -> None:
    assert Settings.read({"STALE_AFTER_HOURS": hours}).stale_after == timedelta(hours=after)


@pytest.mark.parametrize("stage", STAGES)
def test_the_settings_of_every_stage_that_ships_are_valid(stage: str) -> None:
    settings = Settings.read(STAGES[stage]["environment_variables"])
    assert settings.stage == stage


@pytest.mark.parametrize("stage", ["dev", "prod"])
def test_the_stages_on_aws_change_nothing_but_the_name(stage: str) -> None:
    ours, default = Settings.read(STAGES[stage]["environment_variables"]), Settings.read({})
    assert {
        each.name for each in fields(ours) if getattr(ours, each.name) != getattr(default, each.name)
    } == {"stage"}


def test_the_region_is_lambdas_own_or_the_default() -> None:
    assert Settings.read({"AWS_DEFAULT_REGION": "us-west-2"}).region == "us-west-2"
    assert Settings.read({"AWS_REGION": "us-east-1", "AWS_DEFAULT_REGION": "us-west-2"}).region == "us-east-1"


@pytest.mark.parametrize(
    ("name", "value", "fault"),
    [
        ("ALERTING_STAGE", "", "lower-case letters"),
        ("ALERTING_STAGE", "Prod", "lower-case letters"),
        ("ALERTING_STAGE", "prod-1", "lower-case letters"),
        ("ALERTING_STAGE", "pr\u00f6d", "lower-case letters"),
        ("GITHUB_API_URL", "api.github.com", "https address"),
        ("GITHUB_API_URL", "http://api.github.com", "https address"),
        ("GITHUB_API_URL", "http://127.0.0.1.example.org", "https address"),
        ("GITHUB_API_URL", "https://", "https address"),
        ("ALERTMANAGER_URLS", "am.example.org:9093", "http"),
        ("ALERTMANAGER_URLS", "https://mona:secret@am.example.org", "no password"),
        ("ALERTMANAGER_URLS", "https://am.example.org/?a=b", "http"),
        ("ALERTMANAGER_URLS", "file:///etc/passwd", "http"),
        ("ALERTMANAGER_URLS", "East=https://am.example.org", "sender="),
        ("ALERTMANAGER_URLS", "=https://am.example.org", "sender="),
        ("GRAFANA_URL", "https://one.example.org, https://two.example.org", "one address"),
        ("GITHUB_ENABLED", "yes", "true or false"),
        ("GITHUB_TIMEOUT_SECONDS", "ten", "float"),
        ("GITHUB_TIMEOUT_SECONDS", "0", "above 0"),
        ("LEASE_SECONDS", "-1", "0 to 1,000,000"),
        ("LEASE_SECONDS", "nan", "0 to 1,000,000"),
        ("UPDATE_INTERVAL_MINUTES", "inf", "0 to 1,000,000"),
        ("WRITES_PER_HOUR", "0", "whole number above 0"),
        ("WRITES_PER_HOUR", "1.5", "whole number above 0"),
        ("WRITES_PER_HOUR", "-3", "whole number above 0"),
        ("WRITES_PER_HOUR", "\u00b2", ""),
        ("MIRROR_TOPIC_ARN", "alerting-dev-mirror", "standard SNS topic"),
        ("STANDBY_OF", "alerting-prod", "must be a word"),
        ("MIRROR_TOPIC_ARN", "arn:aws:sns:us-west-2:123456789012:mirror.fifo", "standard SNS topic"),
        ("CANARY_REPO", "canary", "owner/name"),
        ("CANARY_REPO", "example-org/canary/issues", "owner/name"),
        ("CANARY_REPO", "https://github.com/example-org/canary", "owner/name"),
    ],
)
def test_a_wrong_value_is_named_with_its_variable(name: str, value: str, fault: str) -> None:
    (told,) = faults_of(**{name: value})
    assert told.startswith(f"{name}={value!r}: ")
    assert fault in told


def test_every_fault_is_told_at_once() -> None:
    told = faults_of(ALERTING_STAGE="Prod", GITHUB_ENABLED="maybe", LEASE_SECONDS="soon")
    assert [fault.partition("=")[0] for fault in told] == [
        "ALERTING_STAGE",
        "GITHUB_ENABLED",
        "LEASE_SECONDS",
    ]


def test_a_lease_must_outlast_two_calls() -> None:
    assert faults_of(LEASE_SECONDS="20") == ["LEASE_SECONDS must be more than twice GITHUB_TIMEOUT_SECONDS"]
    assert Settings.read({"LEASE_SECONDS": "20.1"}).lease == timedelta(seconds=20.1)


def test_an_address_ends_without_a_slash_and_github_can_be_disabled() -> None:
    settings = Settings.read({"GITHUB_API_URL": "http://127.0.0.1:5580/", "GITHUB_ENABLED": "False"})
    assert settings.github_api_url == "http://127.0.0.1:5580"
    assert not settings.github_enabled


def test_the_canary_has_a_repository_where_one_is_named() -> None:
    assert Settings.read({"CANARY_REPO": "example-org/canary"}).canary_repository == "example-org/canary"


def test_settings_do_not_change() -> None:
    with pytest.raises(FrozenInstanceError):
        Settings.read({}).stage = "prod"  # type: ignore[misc]


@given(
    st.dictionaries(
        st.sampled_from(
            ["ALERTING_STAGE", "GITHUB_API_URL", "GITHUB_ENABLED", "LEASE_SECONDS", "WRITES_PER_HOUR"]
        ),
        st.text(),
    )
)
def test_any_environment_is_read_or_told_wrong(environment: dict[str, str]) -> None:
    try:
        Settings.read(environment)
    except ConfigurationError as error:
        assert error.faults  # noqa: PT017 - either way is right


@pytest.mark.parametrize("partition", ["aws", "aws-cn", "aws-us-gov"])
def test_an_arn_tells_where_its_neighbours_are(partition: str) -> None:
    place = AwsArn.parse(f"arn:{partition}:sqs:us-east-1:123456789012:alerting-prod-alerts")
    assert place == AwsArn(partition, "us-east-1", "123456789012", "alerting-prod-alerts")


def test_a_qualified_function_is_in_the_same_place() -> None:
    place = AwsArn.parse("arn:aws:lambda:us-east-1:123456789012:function:alerting-prod:live")
    assert (place.region, place.account_id, place.name) == (
        "us-east-1",
        "123456789012",
        "function:alerting-prod:live",
    )


@pytest.mark.parametrize("text", ["", "alerts", "arn:aws:sqs:us-east-1:123456789012", "urn:a:b:c:d:e"])
def test_what_is_no_arn_is_told(text: str) -> None:
    with pytest.raises(ConfigurationError, match="is not one"):
        AwsArn.parse(text)


def test_roles_are_a_list_of_arns() -> None:
    role = "arn:aws:iam::123456789012:role/alarm-reader"
    assert Settings.read({"ALARM_READER_ROLE_ARNS": f"{role}, {role}"}).alarm_reader_role_arns == (role, role)
    with pytest.raises(ConfigurationError, match="ALARM_READER_ROLE_ARNS"):
        Settings.read({"ALARM_READER_ROLE_ARNS": "alarm-reader"})


def test_regions_of_alarms_are_read_and_checked() -> None:
    regions = ("eu-west-1", "us-gov-west-1", "cn-north-1")
    assert Settings.read({"ALARM_REGIONS": ", ".join(regions)}).alarm_regions == regions
    assert Settings.read({}).alarm_regions == ()
    with pytest.raises(ConfigurationError, match="ALARM_REGIONS"):
        Settings.read({"ALARM_REGIONS": "Ireland"})
