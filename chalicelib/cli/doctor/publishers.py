"""Who may publish to the topic: CloudWatch's alarms and, while `direct_rules` is on, EventBridge's rules."""

import json
from collections.abc import Iterator
from typing import Any

from chalicelib.cli.doctor.finding import Finding
from chalicelib.wiring.stage import Stage

NAME = "topic policy"
ALARMS = "cloudwatch.amazonaws.com"
RULES = "events.amazonaws.com"
OFF = (
    "Turn it off once they send to the bus: direct_rules = false in the stage's file, and deploy"
    " (docs/aws-events.md)."
)


def publishers(stage: Stage) -> Iterator[Finding]:
    """Say whether alarms may publish, and which accounts' rules may."""
    attributes = stage.client("sns").get_topic_attributes(TopicArn=stage.arn("sns", stage.topic))[
        "Attributes"
    ]
    policy = attributes.get("Policy", "{}")
    fix = "" if lets_alarms_in(policy) else "Apply infra-extra for this stage."
    yield Finding(NAME, "whether CloudWatch's alarms may publish", fix)
    accounts = direct_rules(policy, stage.arn("events", f"rule/{stage.bus}/{stage.bus}"))
    if accounts is None:
        yield Finding("direct_rules", f"off: EventBridge rules send to the bus {stage.bus}")
    else:
        whose = f"in any of these accounts ({', '.join(accounts)})" if accounts else "in any account"
        yield Finding("direct_rules", f"on: an EventBridge rule {whose} can send any alarm", OFF)


def lets_alarms_in(policy: str) -> bool:
    """Whether a statement allows CloudWatch to publish."""
    return bool(_allowed(policy, ALARMS))


def direct_rules(policy: str, own_rule: str) -> list[str] | None:
    """Name the accounts whose rules may publish, an empty list for all; None if only `own_rule` may."""
    others = [
        statement
        for statement in _allowed(policy, RULES)
        if _condition(statement, "aws:sourcearn") != [own_rule]
    ]
    if not others:
        return None
    named = [_condition(statement, "aws:sourceaccount") for statement in others]
    return sorted({account for accounts in named for account in accounts}) if all(named) else []


def _allowed(policy: str, service: str) -> list[dict[str, Any]]:
    """List the statements that allow a service something."""
    return [
        statement
        for statement in json.loads(policy).get("Statement", [])
        if statement.get("Effect") == "Allow" and service in _services(statement.get("Principal"))
    ]


def _services(principal: Any) -> list[str]:
    return _texts(principal.get("Service", [])) if isinstance(principal, dict) else []


def _condition(statement: dict[str, Any], key: str) -> list[str]:
    """List the values of a condition's key, which AWS matches regardless of case."""
    return [
        value
        for operator in statement.get("Condition", {}).values()
        for name, values in operator.items()
        if name.lower() == key
        for value in _texts(values)
    ]


def _texts(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else list(value)
