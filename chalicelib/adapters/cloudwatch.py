"""CloudWatch alarms, from SNS and EventBridge -> an alert."""

from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from chalicelib.adapters import (
    alarm_description,
    alarm_owner,
    bounds,
    canonical,
    console,
    fields,
    telling,
    texts,
    titles,
)
from chalicelib.adapters.alarm import StateChange, read
from chalicelib.adapters.alarm_description import Description
from chalicelib.adapters.fields import Ignored, Ownership, Parsed, quoted
from chalicelib.adapters.owner import OwnershipSource, owner
from chalicelib.adapters.owner_rules import OwnerRules
from chalicelib.adapters.source import Example, Payload, Source, alone
from chalicelib.alert_values import MAX_DESCRIPTION, MAX_REASON, MAX_SUMMARY, MAX_TITLE, Condition
from chalicelib.errors import Rejected

if TYPE_CHECKING:
    from chalicelib.alert import AlertEvent, Measurement

_BETWEEN = " |"
CONDITIONS = {"ALARM": Condition.FIRING, "OK": Condition.RESOLVED}


def parse(payload: Mapping[str, Any], rules: OwnerRules) -> list[Parsed]:
    """Read a state change of an alarm or of one of its contributors; raises Rejected."""
    change = read(payload)
    if isinstance(change, Ignored):
        return [change]
    if change.state == "INSUFFICIENT_DATA":
        return [Ignored("NO_DATA", change.name)]
    condition = _condition(change)
    if change.withheld and condition is Condition.FIRING:
        # The alarm check finds what still fires when the window ends; an end may come at any time.
        # https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-mute-rules-behaviour.html
        return [Ignored("MUTED", change.name)]
    return [_alert(change, condition, rules)]


def _alert(change: StateChange, condition: Condition, rules: OwnerRules) -> "AlertEvent":
    arn, name = change.arn, fields.title(change.name, MAX_TITLE)
    description = alarm_description.read(change.description)
    named = _owner(change, description, condition, rules)
    firing = condition is Condition.FIRING
    asked = change.asked.words if change.asked.what and not description.text else ""
    summary = description.values.get("summary") or asked
    return canonical.AlertEvent(
        source=SOURCE.name,
        state=condition,
        title=titles.written(name, [change.contributor.name] if change.contributor else []),
        name=name,
        description=fields.text(description.text, MAX_DESCRIPTION),
        summary=fields.text(summary, MAX_SUMMARY),
        reason=fields.text(change.reason, MAX_REASON),
        priority=named.priority,
        occurred_at=fields.time(change.at, change.at_field),
        teams=named.teams,
        identity=canonical.Identity(account_id=arn.account, region=arn.region, alarm_id=_id(change)),
        links=canonical.Links(
            runbook_url=fields.url(description.values.get("runbook")),
            dashboard_url=fields.url(description.values.get("dashboard")),
            source_url=console.link(arn),
        ),
        labels=bounds.labels(_labels(change, description)),
        annotations=bounds.annotations(
            {f"Log line {number}": line for number, line in enumerate(change.log_lines, 1)}
        ),
        measurement=_measurement(change),
        muted_until=change.muted_until if firing else None,
        began_anew=firing and (change.contributor is not None or change.previous == "OK"),
        raw_provider=fields.raw(change.payload),
    )


def _labels(change: StateChange, description: Description) -> dict[str, str]:
    kind = description.values.get("kind")
    return {**change.labels, telling.KIND: kind} if kind else dict(change.labels)


def _measurement(change: StateChange) -> "Measurement | None":
    if not change.measured:
        return None
    value, threshold = change.measured
    return canonical.Measurement(value=value, threshold=threshold)


def _condition(change: StateChange) -> Condition:
    if isinstance(change.state, str) and change.state in CONDITIONS:
        return CONDITIONS[change.state]
    raise Rejected(
        "UNKNOWN_STATUS",
        f"the alarm's state must be OK, ALARM or INSUFFICIENT_DATA, not {quoted(change.state)}",
        "Let CloudWatch itself publish the alarm.",
    )


def _owner(
    change: StateChange, description: Description, condition: Condition, rules: OwnerRules
) -> Ownership:
    place = OwnershipSource("the AlarmDescription of", change.name, "TEAM=your-team", "PRIORITY=P2")
    if condition is Condition.FIRING:
        _undoubted(description, place)
    described = {"team": description.team.value, "priority": description.priority.value}
    return owner([described, fields.lowered(change.tags)], condition, rules, place)


def _undoubted(description: Description, place: OwnershipSource) -> None:
    """Reject what could be read in two ways: a wrong team or a lower priority would go unnoticed."""
    for reason, example, named in (
        ("AMBIGUOUS_TEAM", place.team, description.team),
        ("AMBIGUOUS_PRIORITY", place.priority, description.priority),
    ):
        if named.doubt:
            raise Rejected(
                reason,
                named.doubt,
                f"In {place.name}, write {example} once, and end it with ` | ` or a new line.",
            )


def _id(change: StateChange) -> str:
    """Return the alarm's id; contributors share their alarm's ARN, so theirs is added."""
    contributor = change.contributor
    return fields.identifier(f"{change.arn.text} {contributor.id}" if contributor else change.arn.text)


def _looks_like(content: object) -> bool:
    if not isinstance(content, Mapping):
        return False
    return bool({"AlarmName", "TopicArn"} & content.keys()) or content.get("source") == "aws.cloudwatch"


def _ended(payload: Mapping[str, Any]) -> bool:
    change = read(payload)
    return isinstance(change, StateChange) and change.state == "OK"


def _mend(payload: Payload, named: dict[str, str]) -> None:
    """Put it first in the description, replacing what is written there: two values would conflict."""
    configuration = payload.get("detail", {}).get("configuration") if "detail" in payload else None
    place, key = (payload, "AlarmDescription") if configuration is None else (configuration, "description")
    team, priority, rest = alarm_owner.take(texts.clean(str(place.get(key) or "")))
    written = {"team": team.value, "priority": priority.value} | named
    first = " | ".join(f"{name.upper()}={value}" for name, value in written.items() if value)
    place[key] = f"{first}\n{rest.replace(alarm_owner.TAKEN, '').strip(_BETWEEN)}".strip()


def _template(of: Example) -> Payload:
    return {
        "AlarmName": of.name,
        "AlarmArn": f"arn:aws:cloudwatch:us-west-2:123456789012:alarm:{of.name}",
        "AlarmDescription": f"TEAM={of.team} | PRIORITY={of.priority} | "
        "RUNBOOK=https://example.org/runbooks/queue\n"
        "SUMMARY=118 jobs wait for a runner",
        "AWSAccountId": "123456789012",
        "Region": "US West (Oregon)",
        "OldStateValue": of.either("OK", "ALARM"),
        "NewStateValue": of.either("ALARM", "OK"),
        "NewStateReason": "Threshold Crossed: 1 datapoint [118.0] was greater than the threshold (50.0).",
        "StateChangeTime": of.at,
        "Trigger": {
            "MetricName": "QueuedJobs",
            "Namespace": "CI/Runners",
            "Statistic": "AVERAGE",
            "Dimensions": [{"name": "Pool", "value": "linux-x64"}],
            "Period": 300,
            "EvaluationPeriods": 1,
            "ComparisonOperator": "GreaterThanThreshold",
            "Threshold": 50.0,
        },
    }


SOURCE = Source(
    name="cloudwatch",
    shown_as="CloudWatch",
    to_route="put `TEAM=your-team` into the alarm's description",
    label="Detail",
    posts=False,
    parse=parse,
    split=alone,
    ended=_ended,
    identifying=frozenset(),  # never cut, since it does not pass through the webhook
    looks_like=_looks_like,
    known_by="`AlarmName`, or `source` of EventBridge, or `TopicArn` of SNS",
    template=_template,
    mend=_mend,
    repeats=timedelta(0),  # one message for each change of state, no repeats
)
