"""Alarms and dashboard read metrics that exist, and each alarm has its paragraph in the on-call guide."""

import re
from pathlib import Path

import pytest

from chalicelib.telemetry.metrics import BY_NAME, METRICS, NAMESPACE, SERVICE

ROOT = Path(__file__).parents[2]
INFRA = ROOT / "infra-extra"
GUIDE = (ROOT / "docs" / "on-call.md").read_text(encoding="utf-8")

AWS_METRICS = {
    "AWS/ApiGateway": {"5XXError"},
    "AWS/Lambda": {"Duration", "Errors", "Throttles"},
    "AWS/SQS": {"ApproximateAgeOfOldestMessage", "ApproximateNumberOfMessagesVisible"},
}
"""Those of AWS's own that are used, as its services' guides spell them."""


def terraform(name: str) -> str:
    return (INFRA / f"{name}.tf").read_text(encoding="utf-8")


ALARMS = dict(re.findall(r"^    ([a-z-]+) = \{\n(.*?)^    \}", terraform("alarms"), re.MULTILINE | re.DOTALL))
ELSEWHERE = set(re.findall(r'alarm_name += "\$\{local\.prefix\}-([a-z-]+)"', terraform("region/undelivered")))
SECTIONS = dict(re.findall(r"^## ([a-z-]+)\n(.*?)(?=^## |\Z)", GUIDE, re.MULTILINE | re.DOTALL))


def test_every_alarm_has_its_paragraph_and_every_paragraph_its_alarm() -> None:
    assert len(ALARMS) >= 11
    assert len(ELSEWHERE) == 1
    assert set(SECTIONS) == set(ALARMS) | ELSEWHERE


@pytest.mark.parametrize("alarm", SECTIONS)
def test_a_paragraph_says_what_it_means_where_to_look_and_what_to_do(alarm: str) -> None:
    paragraphs = re.findall(r"^\*\*(Means|Look at|Do)[:*]", SECTIONS[alarm], re.MULTILINE)
    assert paragraphs == ["Means", "Look at", "Do"] or "**do** as for" in SECTIONS[alarm]


def test_a_paragraph_refers_to_alarms_that_exist() -> None:
    assert set(re.findall(r"`([a-z]+-[a-z]+)`", GUIDE)) <= set(ALARMS)


@pytest.mark.parametrize("alarm", ALARMS)
def test_an_alarm_reads_a_metric_that_exists(alarm: str) -> None:
    if summed := re.search(r'query += "SELECT SUM\((\w+)\) FROM (\w+) WHERE stage = ', ALARMS[alarm]):
        assert (summed[1] in BY_NAME, summed[2]) == (True, NAMESPACE)
        return
    ((namespace, metric),) = re.findall(r'namespace = "([\w/]+)", metric = "(\w+)"', ALARMS[alarm])
    if namespace != NAMESPACE:
        assert metric in AWS_METRICS[namespace]
        return
    assert "dimensions = local.ours" in ALARMS[alarm]
    assert BY_NAME[metric].dimensions == ()


def test_our_own_metrics_are_read_with_the_dimensions_that_all_have() -> None:
    assert f'ours = {{ service = "{SERVICE}", stage = var.stage }}' in terraform("alarms")


def test_the_dashboard_reads_our_metrics_with_their_dimensions() -> None:
    text = terraform("dashboard")
    searched = re.findall(r'\["(\w+)", "([a-z,]+)"\]', text)
    searched += [
        (name, dimensions)
        for dimensions, name in re.findall(
            r"\{Alerting,service,stage,([a-z,]+)\} MetricName=\\?\"(\w+)", text
        )
    ]
    read = dict(searched) | dict.fromkeys(
        re.findall(rf'\["{NAMESPACE}", "(\w+)", "service", "{SERVICE}"', text), ""
    )
    assert len(read) >= 9
    assert {name: ",".join(BY_NAME[name].dimensions) for name in read} == read


def test_the_dashboard_reads_metrics_of_aws_that_exist() -> None:
    read = re.findall(r'\["(AWS/\w+)", "(\w+)"', terraform("dashboard"))
    assert read
    assert all(metric in AWS_METRICS[namespace] for namespace, metric in read)


def test_a_metric_whose_absence_is_trouble_has_an_alarm_for_it() -> None:
    watched = "\n".join(ALARMS.values())
    for metric in METRICS:
        if metric.purpose.endswith("absence is trouble") and metric.name != "CanaryOpened":
            assert f'"{metric.name}"' in watched
