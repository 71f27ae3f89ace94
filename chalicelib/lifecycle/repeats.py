"""Repeats: how often a source repeats a firing alert, and when one has not been heard of for too long. Pure.

A source says nothing of an alert that is silenced, inhibited or muted, not even that it has ended.
"""

from datetime import datetime, timedelta

from chalicelib.lifecycle.spec import Spec
from chalicelib.sources import REPEATING

UNTIL_KNOWN = dict.fromkeys(REPEATING, timedelta(hours=4))
"""`repeat_interval` where nobody set it.

prometheus.io/docs/alerting/latest/configuration/#route,
grafana.com/docs/grafana/latest/alerting/fundamentals/notifications/group-alert-notifications
"""

NEVER = frozenset({"cloudwatch"})
"""CloudWatch sends one message for each change of state, and none while it lasts."""

SHORTEST = timedelta(hours=1)
SHOWN = 3
"""Repeats within an episode that show that a source repeats, where that is not known beforehand."""

MISSED = 3


def learned(spec: Spec, source: str, heard_at: datetime) -> timedelta | None:
    """Say how often a firing alert is repeated, now that it is heard again at `heard_at`.

    It is the largest gap that counts, as all alerts of a group are sent again whenever one of them changes. A
    gap makes the known interval shorter by no more than half of its own length, so that a lively group does
    not hide a long interval, and longer by no more than what was tolerated, so that one long silence does not
    make us deaf.
    """
    gap = heard_at - spec.seen_at
    if source in NEVER or gap <= timedelta():
        return spec.repeats_every
    known = spec.repeats_every or UNTIL_KNOWN.get(source, gap)
    return max(SHORTEST, min(max(gap, known - gap / 2), known * MISSED))


def every(spec: Spec) -> timedelta | None:
    """Say how often its source repeats a firing alert; None if it does not, as far as is known."""
    alert = spec.alert
    if alert is None or alert.source in NEVER:
        return None
    shown = spec.repeats_every if spec.count > SHOWN or alert.source in UNTIL_KNOWN else None
    return shown or UNTIL_KNOWN.get(alert.source)


def stale_at(spec: Spec, after: timedelta | None) -> datetime | None:
    """Say when a firing alert will not have been heard of for too long.

    That is after three intervals or, where it is set, `after`; an `after` of nothing means never.
    """
    if after is None:
        interval = every(spec)
        return spec.seen_at + interval * MISSED if interval else None
    repeats = spec.alert is not None and spec.alert.source in UNTIL_KNOWN
    return spec.seen_at + after if repeats and after else None
