"""CloudWatch as boto3's client shows it: alarms that are in ALARM or OK, and what their metrics measured."""

from collections.abc import Iterator
from datetime import datetime
from types import SimpleNamespace
from typing import Any

TOPIC = "arn:aws:sns:us-west-2:123456789012:alerting-local-alerts"
KINDS = ("MetricAlarms", "CompositeAlarms", "LogAlarms")


class Alarms:
    """The alarms of the account, by name; it stands for the client of their tags too."""

    def __init__(self) -> None:
        self._alarms: dict[str, dict[str, Any]] = {}
        members = SimpleNamespace(output_shape=SimpleNamespace(members=KINDS))
        self.meta = SimpleNamespace(service_model=SimpleNamespace(operation_model=lambda _: members))

    def put(self, payload: dict[str, Any], at: datetime) -> None:
        """Show an alarm as its newest message tells of it."""
        self._alarms[payload["AlarmName"]] = {
            "AlarmName": payload["AlarmName"],
            "AlarmArn": payload["AlarmArn"],
            "AlarmDescription": payload["AlarmDescription"],
            "AlarmActions": [TOPIC],
            "ActionsEnabled": True,
            "StateValue": payload["NewStateValue"],
            "StateReason": payload["NewStateReason"],
            "StateUpdatedTimestamp": at,
            "StateTransitionedTimestamp": at,
        }

    # boto3's client

    def get_paginator(self, operation: str) -> "Alarms":
        assert operation == "describe_alarms"
        return self

    def paginate(self, **asked: Any) -> Iterator[dict[str, Any]]:
        yield self.describe_alarms(**asked)

    def describe_alarms(self, **asked: Any) -> dict[str, Any]:
        names, state = asked.get("AlarmNames"), asked.get("StateValue")
        found = [
            each
            for name, each in sorted(self._alarms.items())
            if (names is None or name in names) and state in (None, each["StateValue"])
        ]
        return {"MetricAlarms": found}

    def get_metric_data(self, **asked: Any) -> dict[str, Any]:
        measured = [asked["StartTime"], asked["EndTime"]]
        results = [
            {"Id": each["Id"], "Timestamps": measured, "Values": [12.0, 118.0]}
            for each in asked["MetricDataQueries"]
        ]
        return {"MetricDataResults": results}

    def get_resources(self, **_: Any) -> dict[str, Any]:
        return {"ResourceTagMappingList": []}
