"""The figures: each with its unit, its dimensions, and the question that it answers. Pure.

CloudWatch bills each combination of dimensions as a metric, so only what an alarm reads is a metric, with
the dimensions `service` (always `alerting`) and `stage` and no others. Figures with more dimensions, or that
no alarm reads, are `MEASURED` lines in the log, which Logs Insights adds up: infra-extra/questions.tf.
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
    """One figure; `dimensions` are those it has in the log, `purpose` is the question it answers.

    A `published` one is also a metric in CloudWatch, summed over those dimensions.
    """

    name: str
    unit: Unit
    dimensions: tuple[str, ...]
    purpose: str
    published: bool = False

    @property
    def logged(self) -> bool:
        """Whether it is in the log in a form that Logs Insights can add up by its dimensions."""
        return bool(self.dimensions) or not self.published


METRICS = (
    Metric("AlertsReceived", Unit.COUNT, ("source",), "alerts that the webhook put on the topic"),
    Metric(
        "WebhookRefused",
        Unit.COUNT,
        ("source", "reason"),
        "requests not taken: wrong tokens, broken senders, no topic",
        published=True,
    ),
    Metric(
        "AlertsNotTaken",
        Unit.COUNT,
        (),
        "alerts of trusted senders that did not get in: not readable, cut off by the sender, too many",
        published=True,
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
        "messages in the dead-letter queue, and firing alarms that name no owner: alarms to fix",
    ),
    Metric(
        "AlertsRequeued",
        Unit.COUNT,
        (),
        "messages sent back to the queue because the table did not answer, was contended or too slow",
        published=True,
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
        "StepsHeldBack",
        Unit.COUNT,
        ("reason",),
        "steps that GitHub refused, or the budget put off: BUDGET, BREAKER_OPEN, RATE_LIMITED",
        published=True,
    ),
    Metric(
        "StepsNeverEnding",
        Unit.COUNT,
        (),
        "steps started on a row whose last three never finished",
        published=True,
    ),
    Metric("GitHubCalls", Unit.COUNT, ("outcome",), "calls to GitHub, by how they ended"),
    Metric(
        "BudgetLeft",
        Unit.COUNT,
        (),
        "issues and comments that may still be created this hour, where fewest are left",
    ),
    Metric(
        "UrgentWithoutBudget",
        Unit.COUNT,
        (),
        "P0 and P1 that wait while the budget has no room for them",
        published=True,
    ),
    Metric(
        "BreakerOpen", Unit.COUNT, (), "1 while GitHub is away for any installation, else 0", published=True
    ),
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
        published=True,
    ),
    Metric("OpenIssues", Unit.COUNT, ("priority",), "issues open now"),
    Metric(
        "Reconciled",
        Unit.COUNT,
        (),
        "1 for each reconcile that went through what was due: absence is trouble",
        published=True,
    ),
    Metric(
        "FactsUndelivered",
        Unit.COUNT,
        (),
        "tries to reach a mirror that failed, and facts that were dropped after a day",
        published=True,
    ),
    Metric("Problems", Unit.COUNT, ("event",), "errors in the log that a person should look at"),
    Metric(
        "CanaryOpened",
        Unit.MILLISECONDS,
        (),
        "from sending the canary's alert until its issue is open: absence is trouble",
    ),
    Metric(
        "CanaryClosed",
        Unit.MILLISECONDS,
        (),
        "the same from its resolution until its issue is closed",
        published=True,
    ),
)
BY_NAME = {metric.name: metric for metric in METRICS}
