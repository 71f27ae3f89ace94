"""`doctor` says whose requests were refused in the last hour, from the metric that the webhook writes."""

import ast
from datetime import timedelta
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from chalicelib.cli.doctor import refused
from chalicelib.cli.doctor.finding import Finding, findings
from chalicelib.settings import Settings
from chalicelib.telemetry.metrics import BY_NAME, NAMESPACE, SERVICE
from chalicelib.wiring.clock import CLOCK
from chalicelib.wiring.stage import Stage
from tests.unit.test_imports import SOURCES, tree

SETTINGS = Settings.read({"ALERTING_STAGE": "dev", "AWS_REGION": "us-west-2"})


pytestmark = pytest.mark.usefixtures("empty_account")


def refuse(source: str, reason: str, number: float = 1, *, minutes: float = 5, stage: str = "dev") -> None:
    """Count refusals, some minutes ago, as the webhook does."""
    by = {"service": SERVICE, "stage": stage, "source": source, "reason": reason}
    assert set(BY_NAME["WebhookRefused"].dimensions) <= set(by)
    datum: Any = {
        "MetricName": "WebhookRefused",
        "Dimensions": [{"Name": name, "Value": value} for name, value in by.items()],
        "Timestamp": CLOCK.now() - timedelta(minutes=minutes),
        "Value": number,
    }
    boto3.client("cloudwatch", region_name="us-west-2").put_metric_data(
        Namespace=NAMESPACE, MetricData=[datum]
    )


def looked_at(stage: Stage | None = None) -> list[Finding]:
    return list(findings(refused.NAME, refused.requests, stage or Stage(SETTINGS)))


def test_where_nothing_was_refused_all_is_well() -> None:
    refuse("grafana", "UNAUTHORIZED", minutes=90)
    refuse("grafana", "UNAUTHORIZED", stage="prod")
    assert looked_at() == [Finding(refused.NAME, "none in the last hour")]


def test_how_many_were_refused_is_said_by_sender_and_reason_with_what_to_do() -> None:
    refuse("grafana", "UNAUTHORIZED", 5)
    refuse("grafana", "UNAUTHORIZED", 7, minutes=50)
    refuse("github", "UNAUTHORIZED")
    token, signature = looked_at()
    assert token.told == "12 requests for grafana were refused in the last hour: wrong token"
    assert "alerting-dev-webhook-secrets" in token.fix
    assert signature.told == "1 request for github was refused in the last hour: wrong signature"


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


class Paged(Stage):
    """Answers in two pages, one refusal for the first query on each."""

    def client(self, service: Any, region: str | None = None) -> Any:
        return self

    def get_metric_data(self, **asked: Any) -> dict[str, Any]:
        page = {"MetricDataResults": [{"Id": "m0", "Values": [1.0]}]}
        return page if "NextToken" in asked else page | {"NextToken": "second"}


def test_every_page_of_the_metric_is_read() -> None:
    (found,) = looked_at(Paged(SETTINGS))
    assert found.told.startswith("2 requests")


def test_what_else_cloudwatch_answers_is_a_finding_of_its_own() -> None:
    class Broken(Stage):
        def client(self, service: Any, region: str | None = None) -> Any:
            return self

        def get_metric_data(self, **_: object) -> None:
            raise ClientError({"Error": {"Code": "InternalFailure", "Message": "no"}}, "GetMetricData")

    (found,) = looked_at(Broken(SETTINGS))
    assert not found.ok


def test_whoever_may_not_read_metrics_is_told_so_and_nothing_is_wrong() -> None:
    class Denied(Stage):
        def client(self, service: Any, region: str | None = None) -> Any:
            return self

        def get_metric_data(self, **_: object) -> None:
            raise ClientError({"Error": {"Code": "AccessDenied", "Message": "no"}}, "GetMetricData")

    (found,) = looked_at(Denied(SETTINGS))
    assert (found.ok, "cloudwatch:GetMetricData" in found.told) == (True, True)


def test_every_reason_of_a_refusal_has_its_words() -> None:
    refusals = {
        call.args[1].value
        for module in SOURCES
        for call in ast.walk(tree(SOURCES[module]))
        if isinstance(call, ast.Call) and ast.unparse(call.func) == "NotAccepted"
        if isinstance(call.args[1], ast.Constant)
    }
    assert refusals == set(refused.WHY)
