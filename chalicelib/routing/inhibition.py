"""Inhibition: which conditions hold others back while they fire, as Alertmanager's inhibit rules do. Pure.

https://prometheus.io/docs/alerting/latest/configuration/#inhibit_rule
"""

from collections.abc import Mapping
from dataclasses import dataclass

from chalicelib.adapters import composite
from chalicelib.alert import AlertEvent

Wanted = bool | frozenset[str]
"""The values of which one must match; True for any value, False for none."""

Match = Mapping[str, Wanted]


@dataclass(frozen=True, slots=True)
class InhibitRule:
    """An alert that fires and matches `source` holds back those that match `target` and agree in `equal`.

    With `composite_children`, only alarms that a composite alarm's rule names are targets.
    """

    source: Match
    target: Match
    equal: tuple[str, ...] = ()
    composite_children: bool = False

    def may_hold(self, alert: AlertEvent) -> bool:
        """Whether an alert may be the source."""
        return _fits(alert, self.source) and (not self.composite_children or composite.RULE in alert.labels)

    def may_be_held(self, alert: AlertEvent) -> bool:
        """Whether an alert may be the target."""
        return _fits(alert, self.target)

    def holds(self, source: AlertEvent, target: AlertEvent) -> bool:
        """Whether the one holds back the other; a label that both lack counts as equal, as in Alertmanager.

        An alert that matches both sides is not held back by another one that does, or each would hide the
        other.
        """
        if source.fingerprint == target.fingerprint or not (
            self.may_hold(source) and self.may_be_held(target)
        ):
            return False
        if any(_values(source, name) != _values(target, name) for name in self.equal):
            return False
        if self.composite_children:
            return target.fingerprint in composite.children(source).values()
        return not (self.may_hold(target) and self.may_be_held(source))


def _fits(alert: AlertEvent, match: Match) -> bool:
    return all(_fit(_values(alert, name), wanted) for name, wanted in match.items())


def _fit(values: tuple[str, ...], wanted: Wanted) -> bool:
    return bool(values) is wanted if isinstance(wanted, bool) else not wanted.isdisjoint(values)


def _values(alert: AlertEvent, name: str) -> tuple[str, ...]:
    """Read an alert's values under a name: ours, or a label's."""
    match name:
        case "team":
            return alert.teams
        case "priority":
            return (alert.priority.value,)
        case "source":
            return (alert.source,)
        case "alertname":
            return (alert.name or alert.title,)
    return (alert.labels[name],) if alert.labels.get(name) else ()
