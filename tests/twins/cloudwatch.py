"""CloudWatch's twin: alarms of a place as AWS describes them, pages, mute rules and tags included."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from chalicelib.conditions.alarm_state import LONGEST_NAME, Alarm
from chalicelib.errors import AlarmsUnavailable

ACCOUNT, REGION = "123456789012", "us-east-1"
TOPIC = f"arn:aws:sns:{REGION}:{ACCOUNT}:alerting-prod-alerts"
OWNED = "TEAM=dev-infra | PRIORITY=P1"


def arn_of(name: str, account: str = ACCOUNT) -> str:
    return f"arn:aws:cloudwatch:{REGION}:{account}:alarm:{name}"


class MemoryCloudWatch:
    """Alarms in memory; `away` refuses every call, `hidden` are left out of answers as AWS may."""

    def __init__(self, page: int = 100) -> None:
        self.alarms: dict[str, dict[str, Any]] = {}
        self.series: dict[str, list[dict[str, Any]]] = {}
        self.tagged: dict[str, dict[str, str]] = {}
        self.silent: set[str] = set()
        self.hidden: set[str] = set()
        self.asked: list[list[str]] = []
        self.listed = 0
        self.may_read = True
        self.away = False
        self.knows_all = True
        self._page = page

    def put(self, name: str, state: str, since: datetime, **fields: Any) -> dict[str, Any]:
        alarm = {
            "AlarmName": name,
            "AlarmArn": arn_of(name),
            "StateValue": state,
            "StateReason": "Threshold Crossed: no datapoints",
            "StateTransitionedTimestamp": since,
            "StateUpdatedTimestamp": since,
            "ActionsEnabled": True,
            "AlarmActions": [TOPIC],
            "AlarmDescription": OWNED,
        }
        self.alarms[name] = {key: value for key, value in (alarm | fields).items() if value is not None}
        return self.alarms[name]

    def read(self, names: list[str]) -> Mapping[str, Alarm]:
        self.asked.append(names)
        self._answers()
        if any(len(name) > LONGEST_NAME for name in names):
            raise AlarmsUnavailable("CloudWatch refused: ValidationError")
        found = [self.alarms[name] for name in names if name in self.alarms and name not in self.hidden]
        return {
            each["AlarmArn"]: Alarm(
                each["AlarmArn"],
                each["StateValue"] == "OK",
                each["StateTransitionedTimestamp"],
                each["StateReason"],
            )
            for each in found
        }

    def firing(self, token: str) -> tuple[list[Mapping[str, Any]], str]:
        self._answers()
        self.listed += 1
        found = [
            each
            for name, each in sorted(self.alarms.items())
            if each["StateValue"] == "ALARM" and name not in self.hidden
        ]
        begin = int(token or 0)
        end = begin + self._page
        return list(found[begin:end]), str(end) if end < len(found) else ""

    def contributors(self, name: str) -> list[Mapping[str, Any]] | None:
        self._answers()
        return list(self.series.get(name, [])) if self.may_read else None

    def muted(self, name: str | None = None) -> bool | None:
        self._answers()
        if not self.may_read:
            return None
        return bool(self.silent) if name is None else name in self.silent

    def tags(self, arns: Sequence[str]) -> Mapping[str, Mapping[str, str]] | None:
        self._answers()
        return {arn: self.tagged[arn] for arn in arns if arn in self.tagged} if self.may_read else None

    def _answers(self) -> None:
        if self.away:
            raise AlarmsUnavailable("CloudWatch refused: Throttling")
