"""A dead letter says why it is there, whoever put it there."""

from datetime import UTC, datetime

import pytest

from chalicelib.adapters.sender import Sender
from chalicelib.cli.letters import Letter

# What EventBridge writes (https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html).
BY_EVENTBRIDGE = {
    "RULE_ARN": "arn:aws:events:us-west-2:123456789012:rule/alerting-dev-alarms/alerting-dev-alarms",
    "TARGET_ARN": "arn:aws:sns:us-west-2:123456789012:alerting-dev-alerts",
    "ERROR_CODE": "NO_PERMISSIONS",
    "ERROR_MESSAGE": "You do not have permissions",
}


@pytest.mark.parametrize(
    ("attributes", "reason", "explanation"),
    [
        ({"reason": "MISSING_TEAM", "explanation": "it names no team"}, "MISSING_TEAM", "it names no team"),
        ({}, "RECEIVED_TOO_OFTEN", "again and again"),
        (BY_EVENTBRIDGE, "NOT_DELIVERED", "could not deliver it to the topic: NO_PERMISSIONS"),
    ],
)
def test_it_says_why_it_is_there(attributes: dict[str, str], reason: str, explanation: str) -> None:
    letter = Letter("id", "handle", "{}", attributes, datetime.now(UTC))
    assert letter.why("reason") == reason
    assert explanation in letter.why("explanation")
    assert letter.why("fix").endswith(".")


@pytest.mark.parametrize(
    ("attribute", "whose"),
    [(Sender("east", ("gpu",)).written(), "grafana (sender east)"), ("", "grafana"), ("{", "grafana")],
)
def test_it_says_whose_it_is(attribute: str, whose: str) -> None:
    attributes = {"source": "grafana", "sender": attribute}
    assert Letter("id", "handle", "{}", attributes, datetime.now(UTC)).whose == whose
