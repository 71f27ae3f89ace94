"""Missed alarms: which alarms in ALARM should have an issue, though their message never arrived.

Alarms that CloudWatch itself keeps silent are left out, since their owner wants that: actions disabled,
suppressed by another alarm, or covered by a mute rule. The check after the silence finds what still fires.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, NamedTuple

from chalicelib.adapters import alarm_description, described_alarm, fields, reading
from chalicelib.adapters.alarm_owner import Named
from chalicelib.adapters.owner_rules import NO_RULES, OwnerRules
from chalicelib.alert import AlertEvent
from chalicelib.conditions.alarm_state import returned
from chalicelib.conditions.row import AlertState
from chalicelib.errors import Rejected
from chalicelib.reconcile.alarm_reader import AlarmReader, Described
from chalicelib.store.ports import Rows
from chalicelib.telemetry.telemetry import Telemetry

SHOWN = 10
"""How many rejected alarms a log line names."""

Learn = Callable[[AlertState | None, AlertEvent], None]


class _Said(NamedTuple):
    """A message that SNS would have delivered, the row it is for, and the name of its alarm."""

    fingerprint: str
    name: str
    payload: Mapping[str, Any]


@dataclass(frozen=True)
class MissedAlarms:
    """Searches a page of alarms in ALARM.

    `ours` matches our topic in any region, `others` those of other stages, which open their own issues.
    """

    rows: Rows
    now: Callable[[], datetime]
    ours: Callable[[str], bool]
    others: Callable[[str], bool]
    owner_rules: OwnerRules
    telemetry: Telemetry

    def search(self, reader: AlarmReader, alarms: list[Described], learn: Learn) -> None:
        """Report what fires although its row does not; alarms without an owner are counted and logged."""
        rejected: dict[str, list[str]] = defaultdict(list)
        said = list(self._said(reader, alarms, rejected))
        rows = {row.fingerprint: row for row in self.rows.several([each.fingerprint for each in said])}
        muting: bool | None = None
        for fingerprint, name, payload in said:
            row = rows.get(fingerprint)
            if row and row.spec.firing:
                self._release(row, reader, name)
                continue
            muting = bool(reader.muted()) if muting is None else muting
            if muting and reader.muted(name):
                continue
            try:
                alert = _alert(payload, self.owner_rules)
            except Rejected as error:
                rejected[error.reason].append(name)
                continue
            learn(row, returned(row, alert) if row else alert)
        for reason, names in rejected.items():
            self.telemetry.event("ALARMS_REJECTED", reason=reason, alarms=len(names), names=names[:SHOWN])
            self.telemetry.count("AlertsRejected", len(names), reason=reason)

    def _release(self, row: AlertState, reader: AlarmReader, name: str) -> None:
        """Stop holding it back if its mute rule ended early; without access, nothing changes."""
        alert = row.spec.alert
        if alert and alert.muted_until and row.held and reader.muted(name) is False:
            freed = alert.model_copy(update={"muted_until": None})
            spec = replace(row.spec, alert=freed)
            self.rows.record(replace(row, spec=spec, held=None, due_at=self.now()))

    def _said(
        self, reader: AlarmReader, alarms: list[Described], rejected: dict[str, list[str]]
    ) -> Iterator[_Said]:
        """Write what our alarms would have sent; what cannot be read is added to `rejected`."""
        for alarm, tags in self._owned(reader, [each for each in alarms if _speaks(each)]):
            for payload in _messages(reader, alarm, tags):
                try:
                    fingerprint = _alert(payload | {"NewStateValue": "OK"}, NO_RULES).fingerprint
                except Rejected as error:
                    rejected[error.reason].append(alarm["AlarmName"])
                    continue
                yield _Said(fingerprint, alarm["AlarmName"], payload)

    def _owned(
        self, reader: AlarmReader, alarms: list[Described]
    ) -> Iterator[tuple[Described, Mapping[str, str]]]:
        """Keep alarms whose actions name our topic, or whose description or tags name a team."""
        described = {
            each["AlarmArn"]: alarm_description.read(each.get("AlarmDescription")) for each in alarms
        }
        silent = [arn for arn, said in described.items() if not (_named(said.team) and _named(said.priority))]
        known = (reader.tags(silent) if silent else {}) or {}
        for alarm in alarms:
            arn, actions = alarm["AlarmArn"], alarm.get("AlarmActions", [])
            tags = known.get(arn, {})
            acts = any(map(self.ours, actions))
            names_team = _named(described[arn].team) or fields.first([fields.lowered(tags)], "teams", "team")
            if acts or (names_team and not any(map(self.others, actions))):
                yield alarm, tags


def _speaks(alarm: Described) -> bool:
    """Whether CloudWatch would send a message about this alarm, as far as its description says."""
    return bool(alarm.get("ActionsEnabled", True)) and not alarm.get("ActionsSuppressedBy")


def _named(said: Named) -> bool:
    """Whether something was written, even if it cannot be read: that is rejected, not ignored."""
    return bool(said.value or said.doubt)


def _messages(reader: AlarmReader, alarm: Described, tags: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    """Write what SNS would have delivered: a message for the alarm, and one for each contributor.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Acting_Alarm_Changes.html
    """
    several = described_alarm.has_contributors(alarm)
    contributors = (reader.contributors(alarm["AlarmName"]) if several else None) or []
    if not (contributors and described_alarm.of_log(alarm)):
        yield described_alarm.message(alarm, tags)
    for contributor in contributors:
        yield described_alarm.message(alarm, tags, contributor)


def _alert(payload: Mapping[str, Any], rules: OwnerRules) -> AlertEvent:
    """Parse a message; an end needs no owner; raises Rejected."""
    return next(each for each in reading.parse("cloudwatch", payload, rules) if isinstance(each, AlertEvent))
