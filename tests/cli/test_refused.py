"""`doctor` says whose requests were refused in the last hour, from the log that the webhook writes."""

import ast
import json
from datetime import timedelta
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from chalicelib.cli.doctor import refused
from chalicelib.cli.doctor.finding import Finding, findings
from chalicelib.settings import Settings
from chalicelib.wiring.clock import CLOCK
from chalicelib.wiring.stage import Stage
from tests.unit.test_imports import SOURCES, tree

SETTINGS = Settings.read({"ALERTING_STAGE": "dev", "AWS_REGION": "us-west-2"})


pytestmark = pytest.mark.usefixtures("empty_account")


GROUP = "/aws/lambda/alerting-dev"


def logs() -> Any:
    return boto3.client("logs", region_name="us-west-2")


@pytest.fixture(autouse=True)
def _a_log(empty_account: None) -> None:
    logs().create_log_group(logGroupName=GROUP)
    logs().create_log_stream(logGroupName=GROUP, logStreamName="one")


def refuse(source: str, reason: str, number: int = 1, *, minutes: float = 5, **more: str) -> None:
    """Log refusals, some minutes ago, as the webhook does; most of many are left out."""
    line = {"message": "WEBHOOK_REFUSED", "source": source, "reason": reason, "status": 401} | more
    at = CLOCK.now() - timedelta(minutes=minutes)
    event = {
        "timestamp": int(at.timestamp() * 1000),
        "message": json.dumps(line | ({"left_out": number - 1} if number > 1 else {})),
    }
    logs().put_log_events(logGroupName=GROUP, logStreamName="one", logEvents=[event])


def looked_at(stage: Stage | None = None) -> list[Finding]:
    return list(findings(refused.NAME, refused.requests, stage or Stage(SETTINGS)))


def test_where_nothing_was_refused_all_is_well() -> None:
    refuse("grafana", "UNAUTHORIZED", minutes=90)
    assert looked_at() == [Finding(refused.NAME, "none in the last hour")]


def test_how_many_were_refused_is_said_by_sender_and_reason_with_what_to_do() -> None:
    refuse("grafana", "UNAUTHORIZED", 5)
    refuse("grafana", "UNAUTHORIZED", 7, minutes=50)
    refuse("github", "UNAUTHORIZED")
    token, signature = looked_at()
    assert token.told.startswith("12 requests for grafana were refused in the last hour, the last at ")
    assert token.told.endswith(": wrong token")
    assert "alerting-dev-webhook-secrets" in token.fix
    assert signature.told.startswith("1 request for github was refused in the last hour")
    assert signature.told.endswith(": wrong signature")


def test_where_the_sender_is_known_it_is_named_and_each_is_counted_by_itself() -> None:
    refuse("grafana", "NOT_JSON", sender="east")
    refuse("grafana", "NOT_JSON", 2, sender="west")
    refuse("grafana", "TOO_MANY_REQUESTS", 3, sender="east")
    by_count = looked_at()
    assert [each.told.partition(" refused")[0] for each in by_count] == [
        "3 requests for grafana (sender east) were",
        "2 requests for grafana (sender west) were",
        "1 request for grafana (sender east) was",
    ]
    assert "raise requests_per_minute" in by_count[0].fix
    assert "Correct what west sends" in by_count[1].fix


def test_what_strangers_post_to_no_source_is_nothing_to_do() -> None:
    refuse("unknown", "UNKNOWN_SOURCE", 300)
    (found,) = looked_at()
    assert (found.told.partition(" ")[0], found.ok) == ("300", True)


@pytest.mark.parametrize(
    ("reason", "fix"),
    [
        ("NOT_CONFIGURED", "Correct the secret alerting-dev-webhook-secrets"),
        ("TOPIC_UNAVAILABLE", "docs/on-call.md"),
        ("NOT_JSON", "Correct what grafana sends"),
    ],
)
def test_each_kind_of_refusal_has_what_to_do_about_it(reason: str, fix: str) -> None:
    refuse("grafana", reason)
    (found,) = looked_at()
    assert fix in found.fix


def test_what_else_the_log_answers_is_a_finding_of_its_own() -> None:
    class Broken(Stage):
        def client(self, service: Any, region: str | None = None) -> Any:
            return self

        def filter_log_events(self, **_: object) -> None:
            raise ClientError({"Error": {"Code": "InternalFailure", "Message": "no"}}, "FilterLogEvents")

    (found,) = looked_at(Broken(SETTINGS))
    assert not found.ok


def test_whoever_may_not_read_the_log_is_told_so_and_nothing_is_wrong() -> None:
    class Denied(Stage):
        def client(self, service: Any, region: str | None = None) -> Any:
            return self

        def filter_log_events(self, **_: object) -> None:
            raise ClientError({"Error": {"Code": "AccessDenied", "Message": "no"}}, "FilterLogEvents")

    (found,) = looked_at(Denied(SETTINGS))
    assert (found.ok, "logs:FilterLogEvents" in found.told) == (True, True)


def test_every_reason_of_a_refusal_has_its_words() -> None:
    refusals = {
        call.args[1].value
        for module in SOURCES
        for call in ast.walk(tree(SOURCES[module]))
        if isinstance(call, ast.Call) and ast.unparse(call.func) == "NotAccepted"
        if isinstance(call.args[1], ast.Constant)
    }
    assert refusals == set(refused.WHY)
