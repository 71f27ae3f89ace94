"""One alert of a group, which Grafana and Alertmanager write in the same form."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from chalicelib import quantities
from chalicelib.adapters import bounds, fields, heartbeat, telling
from chalicelib.adapters.fields import Ownership, quoted
from chalicelib.adapters.owner import OwnershipSource, owner
from chalicelib.adapters.owner_rules import OwnerRules
from chalicelib.alert import Measurement
from chalicelib.alert_values import MAX_DESCRIPTION, MAX_MEASURED, MAX_SUMMARY, MAX_TITLE, Condition
from chalicelib.errors import Rejected

CONDITIONS = {"firing": Condition.FIRING, "resolved": Condition.RESOLVED}

NAMELESS = "An alert without a name"

READ_ELSEWHERE = frozenset(
    {"alertname", "rulename", "team", "teams", "priority", "runbook_url", "description", "summary"}
)
TOLD_ELSEWHERE = frozenset({"team", "teams", "priority", "grafana_state_reason"})
"""Annotations that an issue shows in another form."""


@dataclass(frozen=True)
class Member:
    """An alert of a group; `said_by` are its annotations and its labels, both with lower-case names.

    If it has no name, `name` is its group's, or else its summary; `of_group` are the labels its group needs.
    """

    alert: Mapping[str, Any]
    labels: Mapping[str, str]
    said_by: tuple[dict[str, str], dict[str, str]]
    condition: Condition
    fingerprint: str
    name: str
    of_group: frozenset[str] = frozenset()

    @property
    def annotations(self) -> dict[str, str]:
        """The annotations, by lower-case name."""
        return self.said_by[0]

    @property
    def firing(self) -> bool:
        """Whether it fires; the group's status says nothing about its members."""
        return self.condition is Condition.FIRING

    @cached_property
    def occurred_at(self) -> datetime:
        """When it began to fire, or ended; raises Rejected."""
        field = "startsAt" if self.firing else "endsAt"
        return fields.time(self.alert.get(field), field)

    def titled(
        self, name: str, owner_names: Collection[str] = (), more: Mapping[str, str] | None = None
    ) -> str:
        """Add to a name what distinguishes the alert from its siblings; `more` are labels of its series.

        Names of the owner (in lower case) are shown elsewhere, so they are added only if the group needs
        them.
        """
        kept = {
            label: value
            for label, value in self.labels.items()
            if label in self.of_group or label.lower() not in owner_names
        }
        return telling.title(name, {**(more or {}), **kept}, self.of_group)

    @cached_property
    def description(self) -> str | None:
        """The rule's own description."""
        return fields.text(self.said("description") or self.annotations.get("message"), MAX_DESCRIPTION)

    @cached_property
    def summary(self) -> str | None:
        """The rule's summary in a sentence."""
        return fields.text(self.said("summary"), MAX_SUMMARY)

    @property
    def shown_labels(self) -> dict[str, str]:
        """The labels that are not shown elsewhere; private ones are left out."""
        return bounds.labels(
            {
                name: value
                for name, value in self.labels.items()
                if name.lower() not in READ_ELSEWHERE and not name.startswith("__")
            }
        )

    @cached_property
    def measurement(self) -> Measurement | None:
        """What was measured, from the annotation `value`, and the limit, from the annotation `threshold`."""
        value, threshold = (
            fields.title(quantities.shortened(self.annotations.get(name, "")), MAX_MEASURED)
            for name in ("value", "threshold")
        )
        return Measurement(value=value, threshold=threshold or None) if value else None

    def linked(self, kind: str) -> str | None:
        """Find an address whose name begins with `kind`, such as `runbook_url` or `runbookURL`."""
        for pairs in self.said_by:
            named = [name for name in pairs if name.startswith(kind)]
            for name in sorted(named, key=lambda name: (name != f"{kind}_url", name)):
                if address := fields.url(pairs[name]):
                    return address
        return None

    def other_annotations(self, *shown: str | None) -> dict[str, str]:
        """The annotations whose text is not shown elsewhere; `shown` are the texts that the source shows."""
        measured = self.measurement
        told = {self.description, self.summary, *shown}
        hidden = (
            {"value", "threshold"} if measured and measured.threshold else {"value"} if measured else set()
        )
        return {
            name: value
            for name, value in fields.strings(self.alert.get("annotations")).items()
            if name.lower() not in TOLD_ELSEWHERE | hidden
            and value.strip() not in told
            and value.strip() not in fields.TEMPLATE_WITHOUT_VALUE
            and not name.startswith("__")
        }

    def said(self, *names: str) -> str:
        """Find an annotation, or else a label, with the first of these names that exists."""
        return fields.first(self.said_by, *names)

    def owner(self, rules: OwnerRules) -> Ownership:
        """Read whose it is; raises Rejected."""
        rule = self.labels.get("rulename") or self.name
        place = OwnershipSource(
            "the labels or annotations of the rule", rule, "team: your-team", "priority: P2"
        )
        if heartbeat.is_one(self.name, self.said(telling.KIND)):
            return owner(self.said_by, Condition.FIRING, heartbeat.owned(rules), place)
        return owner(self.said_by, self.condition, rules, place)


def members(payload: Mapping[str, Any]) -> list[Member]:
    """Read the alerts of a group; raises Rejected."""
    alerts = payload.get("alerts")
    if not isinstance(alerts, list):
        raise Rejected("NO_ALERTS", "the message has no list `alerts`", "Send a webhook's default payload.")
    return [_member(alert, payload) for alert in alerts]


def _member(alert: object, payload: Mapping[str, Any]) -> Member:
    if not isinstance(alert, Mapping):
        raise Rejected(
            "NOT_AN_OBJECT",
            f"an entry of `alerts` is not an object: {quoted(alert)}",
            "Send a webhook's default payload.",
        )
    alert = heartbeat.without_kind_of_rule(alert)
    labels, fingerprint = fields.strings(alert.get("labels")), _fingerprint(alert)
    annotations = fields.lowered(fields.strings(alert.get("annotations")))
    return Member(
        alert=alert,
        labels=labels,
        said_by=(annotations, fields.lowered(labels)),
        fingerprint=fingerprint,
        condition=_condition(alert.get("status")),
        name=_name(labels, annotations, payload),
        of_group=telling.needed(payload),
    )


def _name(labels: Mapping[str, str], annotations: Mapping[str, str], payload: Mapping[str, Any]) -> str:
    """Find a name that people can read; an id is not one."""
    group = fields.mapping(payload.get("groupLabels"))
    names = (labels.get("alertname"), group.get("alertname"), annotations.get("summary"))
    return next(filter(None, (fields.title(name, MAX_TITLE) for name in names)), NAMELESS)


def _fingerprint(alert: Mapping[str, Any]) -> str:
    fingerprint = alert.get("fingerprint")
    if isinstance(fingerprint, str) and (cleaned := fields.identifier(fingerprint).strip()):
        return cleaned
    raise Rejected(
        "CUSTOM_PAYLOAD",
        "the alert has no `fingerprint`, as happens with a custom payload template, which cannot be read",
        "Remove the custom payload from the contact point or receiver, so that it sends the default payload.",
    )


def _condition(status: object) -> Condition:
    condition = CONDITIONS.get(status) if isinstance(status, str) else None
    if condition:
        return condition
    raise Rejected(
        "UNKNOWN_STATUS",
        f"the alert's status is neither firing nor resolved: {quoted(status)}",
        "Send a webhook's default payload.",
    )
