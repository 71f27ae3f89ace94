"""Words for what record and plan decide."""

from chalicelib.alert import AlertEvent, Condition, Kind
from chalicelib.conditions.nothing import Nothing, Quiet
from chalicelib.conditions.record import Reason
from chalicelib.conditions.steps import Step

REASONS = {
    Reason.FIRST_FIRING: "nothing was known about it; a new episode begins",
    Reason.RESOLVED_UNSEEN: "it ended before any firing was seen; remembered for a week, no issue",
    Reason.STALE: "older than what is known, and changes nothing",
    Reason.DUPLICATE: "the same again within a minute; changes nothing",
    Reason.RECURRED_UNRESOLVED: "it fired again without a known end; a new episode, the same issue",
    Reason.REPEAT: "it still fires; counted",
    Reason.FIRING_LATE: "a late message about its start, or how severe it was; the episode is corrected",
    Reason.RESOLVED_LATE: "a late message about an end between two firings; the episode is split there",
    Reason.RESOLVED: "it ended",
    Reason.RECURRED: "it fires again; a new episode begins",
    Reason.ALREADY_RESOLVED: "it ended again; nothing to report",
    Reason.NOTIFIED: "a notification; it gets an issue of its own and never fires",
}
HEARTBEAT = {
    (
        Condition.RESOLVED,
        True,
    ): "a heartbeat; an open issue is closed, and one opens if the next heartbeat is missing",
    (Condition.RESOLVED, False): "its sender has ended this heartbeat; no further one is expected",
    (Condition.FIRING, True): "the heartbeat stopped: the alert that always fires has ended",
}
QUIET = {
    Quiet.IN_PROGRESS: "a worker is on it",
    Quiet.DISABLED: "GitHub is disabled for this stage (GITHUB_ENABLED=false)",
    Quiet.LOOKED: "a step's outcome is unknown; it is looked for again in a minute",
    Quiet.CLOSED_BY_PERSON: "a person closed the issue in this episode; quiet until it has resolved once",
    Quiet.REOPENED_BY_PERSON: "a person opened the issue again after it resolved; it is left open",
    Quiet.MUTED: "the issue has the label alert:muted",
    Quiet.SNOOZED: "a person snoozed it; what is still firing at the end is reported then",
    Quiet.MAINTENANCE: "a maintenance window covers it; what is still firing at the end is opened then",
    Quiet.INHIBITED: "another condition holds it back; what is still firing when that ends is opened then",
    Quiet.NOT_PLANNED: "a person closed the issue as not planned; its recurrences are quiet for a while",
    Quiet.FLAPPING: "it flaps; the issue stays open until it has been quiet for a while",
    Quiet.LATER: "an update is due later, so that not every repeat causes one",
    Quiet.RESOLVED_UNTOLD: "it ended before it got an issue; the next issue of this condition mentions it",
    Quiet.READ: "a person closed the notification, or deleted it; it is not opened again",
    Quiet.EXPIRED: "the notification has expired, or its sender withdrew it",
    Quiet.UP_TO_DATE: "the issue says everything there is to say",
    Quiet.BEATING: "heartbeats arrive; an issue opens if the next one is missing",
}
IGNORED = {
    "TEST_NOTIFICATION": "a contact point's test; acknowledged, and opens nothing",
    "CONFIGURATION_CHANGE": "the alarm itself was changed, not its state; changes nothing",
    "NO_DATA": "CloudWatch has too little data: neither firing nor resolved; counted, and changes nothing",
    "MUTED": "CloudWatch mutes or suppresses the alarm; if it still fires after that, it gets its issue",
    "IN_PROGRESS": "it has started, but not failed or succeeded yet; changes nothing",
    "CHILD_OF_ARRAY": "a child of an array job: if it fails, so does its parent; changes nothing",
    "STOPPED_ON_PURPOSE": "a person or the scheduler stopped the task, so it did not fail; changes nothing",
    "NEWS_ENDED": "a planned change or a notification ended; its issue stays open until somebody closes it",
}


def reason(told: Reason, alert: AlertEvent) -> str:
    """Write a record's reason and what it means."""
    return f"{told.value}: {meaning(told, alert)}"


def meaning(told: Reason, alert: AlertEvent) -> str:
    """Write what a record's reason means."""
    if alert.kind is Kind.HEARTBEAT and told not in (Reason.STALE, Reason.DUPLICATE):
        return HEARTBEAT[alert.state, alert.recovered]
    return REASONS[told]


def short(planned: Step) -> str:
    """Name what is done next, or why nothing is."""
    return planned.reason.value if isinstance(planned, Nothing) else type(planned).__name__


def step(planned: Step) -> str:
    """Write what is done next on GitHub, or why nothing is."""
    if isinstance(planned, Nothing):
        when = (
            f", looked at again at {planned.due_at:%H:%M:%S} UTC ({planned.due_at:%Y-%m-%d})"
            if planned.due_at
            else ""
        )
        return f"nothing, {planned.reason.value}: {QUIET[planned.reason]}{when}"
    return f"{type(planned).__name__}: {planned.words}"


def ignored(told: str) -> str:
    """Say why an alert does not affect any issue."""
    return IGNORED.get(told, "it does not affect any issue")
