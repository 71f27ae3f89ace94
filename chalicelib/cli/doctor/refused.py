"""Refused requests: whose the webhook did not take in the last hour, and why, by its metric."""

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

from botocore.exceptions import ClientError

from chalicelib.adapters import registry
from chalicelib.cli.doctor.finding import Finding
from chalicelib.quantities import counted
from chalicelib.telemetry.metrics import NAMESPACE, SERVICE
from chalicelib.webhook import external_alerts
from chalicelib.wiring.clock import CLOCK
from chalicelib.wiring.stage import Stage

NAME = "refused requests"
HOUR = timedelta(hours=1)
STRANGER = "unknown"
SENDERS = (*registry.webhooks(), external_alerts.NAME, "github", STRANGER)
WHY: Mapping[str, str] = {
    "UNAUTHORIZED": "wrong token",
    "NOT_CONFIGURED": "the secret cannot be used",
    "TOPIC_UNAVAILABLE": "the topic did not take the alerts",
    "NOT_JSON": "not JSON",
    "NOT_AN_OBJECT": "not a JSON object",
    "NO_ALERTS": "no list of alerts",
    "LEGACY_ALERTING": "Grafana's legacy alerting",
    "TOO_LARGE": "too large",
    "TOO_MANY_ALERTS": "too many alerts in one request",
    "UNKNOWN_SOURCE": "no such source",
    "UNKNOWN_FORMAT": "neither Grafana's nor the canonical schema",
    "EXPRESSION_FAILED": "an expression in custom.toml fails",
}
MAY_NOT = ("AccessDenied", "AccessDeniedException", "AuthorizationError")


def requests(stage: Stage) -> Iterator[Finding]:
    """Say how many requests were refused, for each sender and reason; strangers' are nothing to do."""
    try:
        found = _counted(stage)
    except ClientError as error:
        if error.response["Error"]["Code"] not in MAY_NOT:
            raise
        yield Finding(
            NAME, "not looked at: these credentials may not read metrics (cloudwatch:GetMetricData)"
        )
        return
    for (sender, reason), number in found.items():
        were = f"{counted(number, 'request')} for {sender} {'was' if number == 1 else 'were'}"
        told = f"{were} refused in the last hour: {_why(sender, reason)}"
        yield Finding(NAME, told, _fix(stage, sender, reason))
    if not found:
        yield Finding(NAME, "none in the last hour")


def _counted(stage: Stage) -> Counter[tuple[str, str]]:
    """Add up the metric of the last hour by sender and reason; those that are zero are left out."""
    asked = [(sender, reason) for sender in SENDERS for reason in WHY]
    now, found, more = CLOCK.now(), Counter[tuple[str, str]](), dict[str, Any]()
    while True:
        answer = stage.client("cloudwatch").get_metric_data(
            MetricDataQueries=[_query(stage, number, *each) for number, each in enumerate(asked)],
            StartTime=now - HOUR,
            EndTime=now,
            **more,
        )
        for each in answer["MetricDataResults"]:
            found[asked[int(each["Id"][1:])]] += round(sum(each["Values"]))
        if not answer.get("NextToken"):
            return +found
        more = {"NextToken": answer["NextToken"]}


def _query(stage: Stage, number: int, sender: str, reason: str) -> dict[str, Any]:
    named = {"service": SERVICE, "stage": stage.name, "source": sender, "reason": reason}
    dimensions = [{"Name": name, "Value": value} for name, value in named.items()]
    metric = {"Namespace": NAMESPACE, "MetricName": "WebhookRefused", "Dimensions": dimensions}
    return {"Id": f"m{number}", "MetricStat": {"Metric": metric, "Period": 60, "Stat": "Sum"}}


def _why(sender: str, reason: str) -> str:
    return "wrong signature" if (sender, reason) == ("github", "UNAUTHORIZED") else WHY[reason]


def _fix(stage: Stage, sender: str, reason: str) -> str:
    secret = stage.webhook_secret
    if sender == STRANGER:
        return ""
    if reason == "UNAUTHORIZED":
        return (
            f"Give {sender} what the secret {secret} holds for it; if it has that, somebody else is trying."
        )
    if reason == "NOT_CONFIGURED":
        return f"Correct the secret {secret}; the webhook's log says what is wrong with it."
    if reason == "TOPIC_UNAVAILABLE":
        return "See docs/on-call.md, api-errors."
    return f"Correct what {sender} sends; the answer that it got says how."
