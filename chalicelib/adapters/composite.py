"""The alarms of a composite CloudWatch alarm, and their fingerprints. Pure."""

import re

from chalicelib.adapters import fields
from chalicelib.alert import AlertEvent, Identity, fingerprint

RULE = "AlarmRule"
MOST_CHILDREN = 25
"""How many are read, of up to 100 that a rule may name."""

# `ALARM("api errors")`, `OK(queue)`; the rule's label has names, the rule has ARNs.
# https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutCompositeAlarm.html
_CHILD = re.compile(
    r"""\b(?:ALARM|OK|INSUFFICIENT_DATA)\s{0,9}\(\s{0,9}
        (?: "(?P<quoted>(?:[^"\\]|\\.){1,255})" | (?P<bare>[^\s()"]{1,255}) ) \s{0,9}\)""",
    re.VERBOSE,
)
_ESCAPED = re.compile(r"\\(.)")


def children(alert: AlertEvent) -> dict[str, str]:
    """Find the fingerprint of each alarm that the rule names; empty if the alert has no rule.

    CloudWatch accepts only alarms of the composite alarm's own account and region in a rule. An alarm that
    reports each contributor separately has no fingerprint of its own, so its fingerprint finds nothing.
    """
    identity = alert.identity
    partition, *_ = (identity.alarm_id or "").removeprefix("arn:").split(":")
    if alert.source != "cloudwatch" or not (partition and identity.region and identity.account_id):
        return {}
    place = f"arn:{partition}:cloudwatch:{identity.region}:{identity.account_id}:alarm:"
    return {name: _fingerprint(identity, place + name) for name in _names(alert.labels.get(RULE, ""))}


def _names(rule: str) -> list[str]:
    found = (match["bare"] or _ESCAPED.sub(r"\1", match["quoted"]) for match in _CHILD.finditer(rule))
    return list(dict.fromkeys(found))[:MOST_CHILDREN]


def _fingerprint(composite: Identity, arn: str) -> str:
    child = Identity(
        account_id=composite.account_id, region=composite.region, alarm_id=fields.identifier(arn)
    )
    return fingerprint("cloudwatch", child)
