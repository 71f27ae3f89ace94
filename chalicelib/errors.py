"""Everything that can go wrong, by what it means for the caller.

AlertingError
    ConfigurationError      a setting, secret or routing table is wrong; every fault is named
    Rejected                this message can never succeed: to the DLQ, with the reason and what to fix
    NotAccepted             the webhook's answer to a request it does not accept, with its HTTP status
    StoreUnavailable        the table did not answer: back to the queue, however long it takes
    Contended               others kept changing the row, or a newer version wrote it: the same
    StoreRefused            the table will never take this write: leave the message, which redrive ends
    QueueUnavailable        a queue did not take a message: leave the message in the queue
    TopicUnavailable        the topic did not take every alert: the sender must send again
    AlarmsUnavailable       CloudWatch did not report its alarms: nothing is concluded from that
    AlertsNotListed         Alertmanager or Grafana did not list its alerts: nothing is concluded either
    GitHubError
        TooLate             not sent: the call could outlast the lease
        Unavailable         no answer, and nothing changed (not sent, or only a read): later
        RateLimited         GitHub asks to wait until a time: later, then
        OutcomeUnknown      a write got no answer (timeout, 5xx): it may have happened
        Refused             GitHub said no, and nothing happened
            Gone            the issue was deleted
            OutOfSight      the issue was moved to where the App is not, since its repository is in sight
            Invalid         validation failed, on the named fields
            Suspended       the App is suspended where the repository is: a person can restore it
            CommentsClosed  the issue takes no more comments (locked, or 2,500 of them)

Those named after something that is missing, such as TableMissing, are also kinds of Missing: they say where
to create it, and are logged once an invocation.
"""

from dataclasses import dataclass
from datetime import datetime


class AlertingError(Exception):
    """The root of the tree."""


class ConfigurationError(AlertingError):
    """Settings, a secret or the routing table are wrong."""

    def __init__(self, what: str, faults: list[str]) -> None:
        super().__init__(f"{what}: " + "; ".join(faults))
        self.faults = faults


class Rejected(AlertingError):
    """This message can never succeed.

    `reason` is a constant such as `MISSING_TEAM` (metric dimension, DLQ attribute); `fix` says what a person
    has to change.
    """

    def __init__(self, reason: str, explanation: str, fix: str) -> None:
        super().__init__(explanation)
        self.reason = reason
        self.fix = fix


class NotAccepted(AlertingError):
    """The webhook does not accept this request: `status` and one clear sentence for the sender.

    If that is our fault, `event` names the problem. `retry_after` is in seconds.
    """

    def __init__(
        self, status: int, reason: str, sentence: str, event: str = "", *, retry_after: int | None = None
    ) -> None:
        super().__init__(sentence)
        self.status = status
        self.reason = reason
        self.event = event
        self.retry_after = retry_after


class StoreUnavailable(AlertingError):
    """The table did not answer, or refused for now."""


class StoreRefused(AlertingError):
    """The table refuses this call whenever it is made, as it does an item of more than 400 KB."""


class Contended(AlertingError):
    """Other workers kept changing the row while this one tried to."""


class QueueUnavailable(AlertingError):
    """The alert queue or the dead-letter queue did not take a message."""


class TopicUnavailable(AlertingError):
    """The topic did not take every message."""


class AlarmsUnavailable(AlertingError):
    """CloudWatch did not answer, or may not be asked."""


class AlertsNotListed(AlertingError):
    """Alertmanager or Grafana did not answer, may not be asked, or gave an unexpected answer."""


class GitHubError(AlertingError):
    """A call to GitHub did not give its result; `words` is GitHub's own message, masked, if it sent one."""

    words = ""

    def __init__(self, message: str, *, status: int | None = None, request_id: str | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.request_id = request_id


class TooLate(GitHubError):
    """Not sent: less of the lease is left than the call may take."""


class Unavailable(GitHubError):
    """GitHub did not answer; nothing changed there, since nothing was sent or only a read."""


class RateLimited(GitHubError):
    """GitHub did nothing and asks to wait; `retry_at` is None if it did not say until when."""

    def __init__(
        self, message: str, *, retry_at: datetime | None, status: int, request_id: str | None
    ) -> None:
        super().__init__(message, status=status, request_id=request_id)
        self.retry_at = retry_at


class OutcomeUnknown(GitHubError):
    """The call may or may not have taken effect; this must never count as "not done"."""


class Refused(GitHubError):
    """GitHub said no; nothing happened, and asking the same again at once is pointless."""


class Gone(Refused):
    """410: the issue was deleted."""


class OutOfSight(Refused):
    """404, though the repository can be read: the issue was moved to where the App is not installed."""


@dataclass(frozen=True, slots=True)
class FieldFault:
    """A field of a request that GitHub did not accept, and its rejected `values` if GitHub names any.

    `code` is GitHub's own, such as `invalid` or `already_exists`.
    """

    field: str
    code: str = ""
    message: str = ""
    values: tuple[str, ...] = ()


class Invalid(Refused):
    """422: `faults` names what GitHub did not accept."""

    def __init__(
        self, message: str, faults: tuple[FieldFault, ...], *, request_id: str | None = None
    ) -> None:
        super().__init__(message, status=422, request_id=request_id)
        self.faults = faults


class CommentsClosed(Refused):
    """The issue takes no more comments: it is locked, or has 2,500 of them."""


class Missing(AlertingError):
    """Something is missing: the text says what, and where to create it."""


class SecretMissing(ConfigurationError, Missing):
    """A secret does not exist, or this function may not read it."""


class TableMissing(StoreUnavailable, Missing):
    """The state table does not exist."""


class QueueMissing(QueueUnavailable, Missing):
    """The queue does not exist."""


class TopicMissing(TopicUnavailable, Missing):
    """The topic does not exist."""


class RepositoryMissing(Refused, Missing):
    """The repository does not exist, or the App is not installed on it."""


class Suspended(Refused, Missing):
    """The App is suspended on the account that the repository belongs to."""
