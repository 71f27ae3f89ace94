"""The alarms behind a composite alarm are found from its rule."""

import json
from pathlib import Path
from typing import Any

import pytest

from chalicelib.adapters import composite, registry
from chalicelib.adapters.owner_rules import NO_RULES
from chalicelib.alert import AlertEvent

SAMPLES = Path(__file__).parents[2] / "samples" / "cloudwatch"


def parsed(payload: dict[str, Any]) -> AlertEvent:
    (alert,) = registry.SOURCES["cloudwatch"].parse(payload, NO_RULES)
    assert isinstance(alert, AlertEvent)
    return alert


def sample(name: str) -> dict[str, Any]:
    payload: dict[str, Any] = json.loads((SAMPLES / name).read_text(encoding="utf-8"))["payload"]
    return payload


def of_rule(rule: str) -> list[str]:
    return list(composite.children(parsed(sample("composite.json") | {"AlarmRule": rule})))


def alarm(name: str) -> AlertEvent:
    """The alert of a metric alarm in the account and Region of the composite one."""
    arn = f"arn:aws:cloudwatch:us-west-2:123456789012:alarm:{name}"
    payload = sample("composite.json") | {"AlarmName": name, "AlarmArn": arn}
    return parsed({key: value for key, value in payload.items() if key != "AlarmRule"})


def test_children_have_the_fingerprints_that_their_own_alarms_have() -> None:
    """Named by their ARN or by their name."""
    children = composite.children(parsed(sample("composite.json")))
    names = ["runner-launch-failures", "ci-arm64-queue-too-long"]
    assert children == {name: alarm(name).fingerprint for name in names}


def test_an_event_of_eventbridge_names_the_same_children() -> None:
    assert list(composite.children(parsed(sample("eventbridge-composite-tagged.json")))) == ["a", "b"]


@pytest.mark.parametrize(
    ("rule", "names"),
    [
        ("ALARM(queue)", ["queue"]),
        ("ALARM(queue) AND NOT OK(queue)", ["queue"]),
        ('(ALARM("api errors (5xx)") OR INSUFFICIENT_DATA( disk )) AND NOT ALARM(x)', None),
        (r'ALARM("say \"hi\"")', ['say "hi"']),
        ("TRUE", []),
        ("ALARM() OR ALARM( OR MY_ALARM(x) OR ALARM(a b)", []),
        ("NOT OK(arn:aws-cn:cloudwatch:cn-north-1:123456789012:alarm:a:b)", ["a:b"]),
    ],
)
def test_every_function_of_a_rule_names_a_child_once(rule: str, names: list[str] | None) -> None:
    assert of_rule(rule) == (["api errors (5xx)", "disk", "x"] if names is None else names)


def test_of_a_long_rule_the_first_children_count() -> None:
    rule = " OR ".join(f"ALARM(a{number})" for number in range(60))
    assert of_rule(rule) == [f"a{number}" for number in range(composite.MOST_CHILDREN)]


@pytest.mark.parametrize("identity", [{}, {"alarm_id": "arn:aws"}, {"account_id": "1", "region": "r"}])
def test_only_an_alarm_of_cloudwatch_has_children(identity: dict[str, str]) -> None:
    alert = parsed(sample("composite.json"))
    assert composite.children(alert.model_copy(update={"source": "grafana"})) == {}
    known = alert.model_dump(mode="json", exclude={"identity"}) | {"identity": identity}
    assert composite.children(AlertEvent.model_validate(known)) == {}
    assert composite.children(alarm("queue")) == {}
