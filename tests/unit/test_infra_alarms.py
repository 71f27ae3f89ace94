"""Alarms and dashboard read metrics that exist, and each alarm has its paragraph in the on-call guide."""

import ast
import re
from collections import defaultdict
from functools import cache
from pathlib import Path

import pytest

from chalicelib.telemetry.metrics import BY_NAME, METRICS, NAMESPACE, SERVICE
from tests.unit.test_imports import SOURCES, tree

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

QUESTIONS = {
    name: query.replace('\\"', '"')
    for name, query in re.findall(
        r'^    ([a-z-]+) = \{\n +asks +=.*\n +query += "(.*)"$', terraform("questions"), re.MULTILINE
    )
}


def test_every_alarm_has_its_paragraph_and_every_paragraph_its_alarm() -> None:
    assert len(ALARMS) >= 11
    assert len(ELSEWHERE) == 1
    assert set(SECTIONS) == set(ALARMS) | ELSEWHERE


@pytest.mark.parametrize("alarm", SECTIONS)
def test_a_paragraph_says_what_it_means_where_to_look_and_what_to_do(alarm: str) -> None:
    paragraphs = re.findall(r"^\*\*(Means|Look at|Do)[:*]", SECTIONS[alarm], re.MULTILINE)
    assert paragraphs == ["Means", "Look at", "Do"] or "**do** as for" in SECTIONS[alarm]


def test_a_paragraph_refers_to_alarms_that_exist() -> None:
    assert set(re.findall(r"`([a-z]+-[a-z]+)`", GUIDE)) <= {*ALARMS, *QUESTIONS}


@pytest.mark.parametrize("alarm", ALARMS)
def test_an_alarm_reads_a_metric_that_exists(alarm: str) -> None:
    ((namespace, metric),) = re.findall(r'namespace = "([\w/]+)", metric = "(\w+)"', ALARMS[alarm])
    if namespace != NAMESPACE:
        assert metric in AWS_METRICS[namespace]
        return
    assert "dimensions = local.ours" in ALARMS[alarm]
    assert BY_NAME[metric].published


def test_only_what_an_alarm_reads_is_paid_for_as_a_metric() -> None:
    read = {metric for alarm in ALARMS.values() for metric in re.findall(r'metric = "(\w+)"', alarm)}
    assert {metric.name for metric in METRICS if metric.published} == read & set(BY_NAME)


def test_our_own_metrics_are_read_with_the_dimensions_that_all_have() -> None:
    assert f'ours = {{ service = "{SERVICE}", stage = var.stage }}' in terraform("alarms")


def test_the_dashboard_reads_our_metrics_and_asks_questions_that_are_saved() -> None:
    text = terraform("dashboard")
    read = re.findall(rf'\["{NAMESPACE}", "(\w+)", "service", "{SERVICE}"', text)
    assert read
    assert all(BY_NAME[name].published for name in read)
    asked = re.findall(r'question = "([a-z-]+)"', text)
    assert len(asked) >= 6
    assert set(asked) <= set(QUESTIONS)


# The questions that Logs Insights answers.

ALWAYS = frozenset({"message", "level", "service", "stage", "function", "request_id", "correlation_id"})
"""What stands on a line, or on most of them, whatever its event; `@timestamp` is CloudWatch's own."""
WORDS = frozenset(
    {"and", "or", "in", "as", "by", "desc", "filter", "fields", "stats", "sort", "limit", "ispresent"}
    | {"sum", "max", "min", "pct", "count", "latest", "bin"}
)
PLACES = ("ID", "FINGERPRINT", "ERROR")
"""Texts of a query that name no event: what a person puts in, and a level."""
ANY = ("STEP", "RETRY", "BUDGET_REFUSED", "NOT_RECORDED", "NOT_SYNCED")
IN_LOG_KEYS = frozenset(
    str(key.value)
    for node in ast.walk(tree(SOURCES["telemetry.log_keys"]))
    if isinstance(node, ast.Dict)
    for key in node.keys
    if isinstance(key, ast.Constant)
)


@cache
def logging_calls() -> dict[str, list[ast.Call]]:
    """The calls of the product whose first argument is a text, by that text."""
    found: dict[str, list[ast.Call]] = defaultdict(list)
    for path in SOURCES.values():
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
                found[str(node.args[0].value)].append(node)
    return found


def logged_by(event: str) -> set[str]:
    """The keys of an event, where it is logged: its own, and those that telemetry.log_keys writes."""
    calls = logging_calls()[event]
    assert calls, event
    return {str(keyword.arg) for call in calls for keyword in call.keywords} | IN_LOG_KEYS


def used(query: str) -> set[str]:
    """The fields of a query: its words but for texts, functions and the names that it gives itself."""
    bare = re.sub(r'"[^"]*"|bin\(\w+\)|\bas \w+|exception\.0|@timestamp', "", query)
    given = set(re.findall(r"\bas (\w+)", query))
    return {word for word in re.findall(r"[A-Za-z_]\w*", bare) if word not in WORDS | given}


@pytest.mark.parametrize("name", QUESTIONS)
def test_a_question_asks_for_fields_that_stand_in_the_log(name: str) -> None:
    fields, events = used(QUESTIONS[name]), re.findall(r'"([A-Z]+_?[A-Z]+)"', QUESTIONS[name])
    events = [] if events and events[0] in PLACES else events
    asked = [BY_NAME[field] for field in fields if field in BY_NAME]
    if "MEASURED" in events:
        assert len(asked) == 1
        assert asked[0].logged
        assert fields - {asked[0].name} - ALWAYS <= set(asked[0].dimensions)
        return
    assert fields - ALWAYS <= set().union(*map(logged_by, events or ANY))


def test_every_figure_that_is_no_metric_has_its_question() -> None:
    asked = {field for query in QUESTIONS.values() for field in used(query)}
    assert {metric.name for metric in METRICS if metric.logged} <= asked
    assert len(QUESTIONS) == terraform("questions").count("asks  =") >= 15


def test_the_dashboard_reads_metrics_of_aws_that_exist() -> None:
    read = re.findall(r'\["(AWS/\w+)", "(\w+)"', terraform("dashboard"))
    assert read
    assert all(metric in AWS_METRICS[namespace] for namespace, metric in read)


def test_a_metric_whose_absence_is_trouble_has_an_alarm_for_it() -> None:
    watched = "\n".join(ALARMS.values())
    for metric in METRICS:
        if metric.purpose.endswith("absence is trouble") and metric.name != "CanaryOpened":
            assert f'"{metric.name}"' in watched
