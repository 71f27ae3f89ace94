"""Why a Grafana alert fires or ended, in words, and whether its end is a recovery."""

import re
from collections.abc import Mapping

from chalicelib.adapters import fields
from chalicelib.adapters.group_member import Member
from chalicelib.alert_values import MAX_REASON

# Annotation `grafana_state_reason`; several are joined by commas.
NO_RECOVERY = {
    "MissingSeries": "the series that it watched is gone",
    "Paused": "the rule was paused",
    "Updated": "the rule was edited",
    "RuleDeleted": "the rule was deleted",
    "NoData": "the query returned no data, which the rule takes as normal",
    "Error": "the query failed, which the rule takes as normal",
}
FIRING_WITHOUT_VALUE = {
    "NoData": "the query returned no data, which the rule takes as firing",
    "Error": "the query failed, which the rule takes as firing",
}
KEPT_STATE = "KeepLast"

MAX_VALUES = 20
MOST_TO_SEARCH = 2000
IN_SHORT = 200
_VALUE = re.compile(r"\[ (?:var|metric)='([^']*)'.*? value=(\S+) \]", re.DOTALL)


def recovered(member: Member) -> bool:
    """Whether a resolution says that the condition has ended; while it fires there is none to doubt."""
    return member.firing or not _known(member, NO_RECOVERY)


def why(member: Member) -> str | None:
    """Say why Grafana says so now; None where it gives no reason."""
    reasons = list(_known(member, FIRING_WITHOUT_VALUE if member.firing else NO_RECOVERY))
    if member.firing:
        reasons += filter(
            None, [member.annotations.get("error"), _values(member, counts_no_data=bool(reasons))]
        )
    return fields.text("; ".join(reasons), MAX_REASON)


def _known(member: Member, words: Mapping[str, str]) -> list[str]:
    """Put the state's reasons into words; where the last state was kept, a missing value explains nothing."""
    reasons = [reason.strip() for reason in member.annotations.get("grafana_state_reason", "").split(",")]
    if KEPT_STATE in reasons:
        return []
    return [words[reason] for reason in reasons if reason in words]


def _values(member: Member, *, counts_no_data: bool) -> str:
    """Write the values in short; -1 stands for none where the rule takes no data as a state."""
    values = member.alert.get("values")
    if not isinstance(values, Mapping) or not values:
        return _value_string(member)
    shown = [
        f"{name} = {fields.number(value)}"
        for name, value in sorted(values.items())
        if isinstance(value, int | float) and not (counts_no_data and value == -1)
    ]
    return ", ".join(shown[:MAX_VALUES])


def _value_string(member: Member) -> str:
    """Read `[ var='B' labels={...} value=22 ]`, the only form before there were `values`."""
    text = fields.text(member.alert.get("valueString"), MOST_TO_SEARCH) or ""
    found = [f"{name} = {value}" for name, value in _VALUE.findall(text)]
    return ", ".join(found[:MAX_VALUES]) or fields.title(text, IN_SHORT)
