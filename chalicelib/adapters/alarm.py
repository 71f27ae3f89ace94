"""A state change of a CloudWatch alarm, read from SNS's JSON or EventBridge's event, with the same result."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from chalicelib.adapters import alarm_condition, alarm_labels, fields, texts
from chalicelib.adapters.alarm_condition import Asked
from chalicelib.adapters.fields import Ignored, quoted
from chalicelib.errors import Rejected

CHANGES = frozenset({"CloudWatch Alarm State Change", "CloudWatch Alarm Contributor State Change"})
CONFIGURATION = "CloudWatch Alarm Configuration Change"

# The name is the last part and may contain colons. SNS's `Region` is a display name, and so of no use.
_ARN = re.compile(r"arn:([\w-]{1,50}):cloudwatch:([\w-]{1,50}):(\w{1,50}):alarm:(.+)", re.DOTALL | re.ASCII)


@dataclass(frozen=True, slots=True)
class AlarmArn:
    """The ARN of an alarm."""

    text: str
    partition: str
    region: str
    account: str
    name: str


@dataclass(frozen=True, slots=True)
class Contributor:
    """One of the time series that an alarm watches together."""

    id: str
    name: str
    attributes: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class StateChange:
    """A change of state; values that are objects have not been checked yet.

    `withheld` says that CloudWatch takes no action on it, because of a suppressing alarm or a mute rule, and
    that its message does not say until when. `muted_until` is when a mute rule's window ends.
    """

    payload: Mapping[str, Any]
    name: str
    resource: object
    account: object
    state: object
    previous: object
    at: object
    at_field: str
    reason: object
    description: object
    tags: Mapping[str, str]
    contributor: Contributor | None
    labels: Mapping[str, str]
    asked: Asked
    measured: tuple[str, str | None] | None
    log_lines: tuple[str, ...]
    withheld: bool = False
    muted_until: datetime | None = None

    @property
    def arn(self) -> AlarmArn:
        """The alarm's ARN; raises Rejected, also if another account than the alarm's sent the message."""
        text = texts.clean(self.resource) if isinstance(self.resource, str) else ""
        found = _ARN.fullmatch(text)
        if not found:
            raise Rejected(
                "INVALID_ARN",
                f"the ARN of the alarm {quoted(self.name)} is missing or not valid: {quoted(self.resource)}",
                "Let CloudWatch itself publish the alarm.",
            )
        arn = AlarmArn(text, *found.groups())
        if self.account not in (None, arn.account):
            raise Rejected(
                "OTHER_ACCOUNT",
                f"the alarm {quoted(self.name)} is of account {arn.account}, "
                f"and the message of account {quoted(self.account)}",
                "Let CloudWatch itself publish the alarm, or an EventBridge rule that changes nothing in it.",
            )
        return arn


def read(payload: Mapping[str, Any]) -> StateChange | Ignored:
    """Read either form; raises Rejected if it is not an alarm."""
    if "AlarmName" in payload and "NewStateValue" in payload:
        return _of_sns(payload)
    kind = payload.get("detail-type")
    if payload.get("source") != "aws.cloudwatch" or kind not in (*CHANGES, CONFIGURATION):
        raise _no_alarm(f"`detail-type` {quoted(kind)}" if kind else "neither `AlarmName` nor `detail-type`")
    detail = fields.mapping(payload.get("detail"))
    if kind == CONFIGURATION:
        return Ignored("CONFIGURATION_CHANGE", _name(detail.get("alarmName")))
    return _of_event(payload, detail)


def _of_sns(payload: Mapping[str, Any]) -> StateChange:
    asked = alarm_condition.of_sns(fields.mapping(payload.get("Trigger")))
    series = contributor(payload.get("AlarmContributorAttributes"), payload.get("AlarmContributorId"))
    return StateChange(
        payload=payload,
        name=_name(payload["AlarmName"]),
        resource=payload.get("AlarmArn"),
        account=payload.get("AWSAccountId"),
        state=payload["NewStateValue"],
        previous=payload.get("OldStateValue"),
        at=payload.get("StateChangeTime"),
        at_field="StateChangeTime",
        reason=payload.get("NewStateReason"),
        description=payload.get("AlarmDescription"),
        tags=fields.tags(payload.get("AlarmTags")),
        contributor=series,
        labels=_of_series(alarm_labels.of_sns(payload, asked), series),
        asked=asked,
        measured=asked.measured(payload.get("NewStateReason"), {}),
        log_lines=alarm_labels.log_lines(payload),
    )


def _of_event(payload: Mapping[str, Any], detail: Mapping[str, Any]) -> StateChange:
    state, configuration = fields.mapping(detail.get("state")), fields.mapping(detail.get("configuration"))
    told = fields.mapping(detail.get("alarmContributor"))
    series = contributor(told.get("attributes"), told.get("id"))
    data = alarm_condition.reason_data(state.get("reasonData"))
    asked = alarm_condition.of_event(configuration, state.get("reason"), data)
    resources, muted_until = payload.get("resources"), _window_end(detail)
    return StateChange(
        payload=payload,
        name=_name(detail.get("alarmName")),
        resource=resources[0] if isinstance(resources, list) and resources else None,
        account=payload.get("account"),
        state=state.get("value"),
        previous=fields.mapping(detail.get("previousState")).get("value"),
        at=state.get("timestamp"),
        at_field="state.timestamp",
        reason=state.get("reason"),
        description=configuration.get("description"),
        tags=fields.tags(detail.get("alarmTags")),
        contributor=series,
        labels=_of_series(alarm_labels.of_event(configuration, asked, data), series),
        asked=asked,
        measured=asked.measured(state.get("reason"), data),
        log_lines=alarm_labels.log_lines(detail),
        withheld="actionsSuppressedBy" in state or ("muteDetail" in detail and muted_until is None),
        muted_until=muted_until,
    )


def _window_end(detail: Mapping[str, Any]) -> datetime | None:
    """Read when a mute rule's window ends.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch-and-eventbridge.html
    """
    try:
        return fields.moment(fields.mapping(detail.get("muteDetail")).get("muteWindowEnd"))
    except ValueError:
        return None


def _name(value: object) -> str:
    name = texts.line(value) if isinstance(value, str) else ""
    if name:
        return name
    raise _no_alarm("no alarm name")


def contributor(attributes: object, contributor_id: object) -> Contributor | None:
    """Read a contributor: its attributes are its identity if it has any, otherwise its id is."""
    if pairs := fields.strings(attributes):
        name = ", ".join(f"{name}={value}" for name, value in sorted(pairs.items()))
        return Contributor(texts.as_json(dict(sorted(pairs.items()))), name, pairs)
    name = fields.title(contributor_id, fields.MAX_ID)
    return Contributor(name, name, {}) if name else None


def _of_series(labels: Mapping[str, str], series: Contributor | None) -> dict[str, str]:
    return {**(series.attributes if series else {}), **labels}


def _no_alarm(what: str) -> Rejected:
    return Rejected(
        "NOT_AN_ALARM",
        f"the message is not a CloudWatch alarm: it has {what}",
        "Let only alarms, and the services of docs/senders, publish to the alert topic; "
        "send other notifications to a topic of their own.",
    )
