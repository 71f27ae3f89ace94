"""Why a Grafana alert fires or ended, in words, and whether it has recovered."""

from collections.abc import Mapping

from chalicelib.adapters import fields, grafana_values
from chalicelib.adapters.group_member import Member
from chalicelib.alert_values import MAX_REASON

# The annotation `grafana_state_reason`; several reasons are joined by commas.
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


def recovered(member: Member) -> bool:
    """Whether a resolution means that the condition has ended; for a firing alert there is no such doubt."""
    return member.firing or not _known(member, NO_RECOVERY)


def why(member: Member) -> str | None:
    """Return Grafana's reason for the current state; None if it gives none."""
    reasons = list(_known(member, FIRING_WITHOUT_VALUE if member.firing else NO_RECOVERY))
    if member.firing:
        values = grafana_values.in_words(member, counts_no_data=bool(reasons))
        reasons += filter(None, [member.annotations.get("error"), values])
    return fields.text("; ".join(reasons), MAX_REASON)


def _known(member: Member, words: Mapping[str, str]) -> list[str]:
    """Put the state's reasons into words; if the last state was kept, a missing value explains nothing."""
    reasons = [
        reason.strip() for reason in fields.line(member.annotations, "grafana_state_reason").split(",")
    ]
    if KEPT_STATE in reasons:
        return []
    return [words[reason] for reason in reasons if reason in words]
