"""The metrics: every one there is, with its unit, its dimensions, and the question it answers. Pure.

Dashboard, alarms and the README's table use exactly these. Each is emitted with the dimensions `service`
(always `alerting`) and `stage`, and those listed here; all of them are bounded, since CloudWatch bills each
combination.
"""

from dataclasses import dataclass
from enum import StrEnum

NAMESPACE = "Alerting"
SERVICE = "alerting"
OTHER = "other"
"""The dimension's value for a team that the routing does not name."""


class Unit(StrEnum):
    """CloudWatch's names of units."""

    COUNT = "Count"
    MILLISECONDS = "Milliseconds"
    SECONDS = "Seconds"


@dataclass(frozen=True, slots=True)
class Metric:
    """One metric; `dimensions` are those beside `service` and `stage`, `purpose` is what it is for."""

    name: str
    unit: Unit
    dimensions: tuple[str, ...]
    purpose: str


METRICS = (
    Metric("AlertsReceived", Unit.COUNT, ("source",), "alerts that the webhook put on the topic"),
    Metric(
        "WebhookRefused",
        Unit.COUNT,
        ("source", "reason"),
        "requests not taken: wrong tokens, broken senders, no topic",
    ),
    Metric(
        "AlertsNotTaken",
        Unit.COUNT,
        (),
        "alerts of trusted senders that did not get in: not readable, cut off by the sender, too many",
    ),
    Metric(
        "AlertsRecorded",
        Unit.COUNT,
        ("source", "reason"),
        "what alerts meant: new, repeated, resolved, stale",
    ),
    Metric("AlertsIgnored", Unit.COUNT, ("reason",), "alerts that mean nothing to an issue, such as NO_DATA"),
    Metric(
        "AlertsRejected",
        Unit.COUNT,
        ("reason",),
        "messages in the dead-letter queue, and firing alarms that name no owner: alarms to mend",
    ),
    Metric(
        "AlertsRequeued",
        Unit.COUNT,
        (),
        "messages sent back to the queue, since the table did not answer, was contended or too slow",
    ),
    Metric(
        "RecordLatency",
        Unit.MILLISECONDS,
        ("source",),
        "from the provider's time of a firing or resolution until its row is written",
    ),
    Metric(
        "IssueLatency",
        Unit.MILLISECONDS,
        ("priority",),
        "from the provider's time of a firing until its issue is open",
    ),
    Metric(
        "Steps",
        Unit.COUNT,
        ("action", "priority", "team"),
        "what was done on GitHub; FAILED and UNKNOWN are tried again",
    ),
    Metric(
        "StepsRefused",
        Unit.COUNT,
        ("reason",),
        "steps that the budget put off: BUDGET, BREAKER_OPEN, RATE_LIMITED, BUSY",
    ),
    Metric("StepsNeverEnding", Unit.COUNT, (), "steps begun on a row whose last three never ended"),
    Metric("GitHubCalls", Unit.COUNT, ("outcome",), "calls to GitHub, by how they ended"),
    Metric(
        "BudgetLeft",
        Unit.COUNT,
        (),
        "issues and comments that may still be created this hour, where fewest are left",
    ),
    Metric("BreakerOpen", Unit.COUNT, (), "1 while GitHub is away for any installation, else 0"),
    Metric(
        "DueRows",
        Unit.COUNT,
        ("priority",),
        "rows that GitHub does not show as they are: no issue though they fire, or an open one",
    ),
    Metric(
        "OldestDueSeconds",
        Unit.SECONDS,
        (),
        "how long the first of them has waited, by the provider's time",
    ),
    Metric("OpenIssues", Unit.COUNT, ("priority",), "issues open now"),
    Metric(
        "Reconciled",
        Unit.COUNT,
        (),
        "1 for each reconcile that went through what was due: absence is trouble",
    ),
    Metric("Problems", Unit.COUNT, ("event",), "errors in the log that a person should look at"),
    Metric(
        "CanaryOpened",
        Unit.MILLISECONDS,
        (),
        "from sending the canary's alert until its issue is open: absence is trouble",
    ),
    Metric("CanaryClosed", Unit.MILLISECONDS, (), "likewise from its resolution until its issue is closed"),
)
BY_NAME = {metric.name: metric for metric in METRICS}
