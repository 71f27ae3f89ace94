"""Setbacks: why the last step on GitHub failed or was put off, as the row keeps it for people. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from chalicelib.adapters import texts
from chalicelib.errors import AlertingError, GitHubError, RateLimited
from chalicelib.telemetry.masking import mask

LONGEST_MESSAGE = 300
"""The longest message, in code points; while GitHub is away, every row has one."""


IN_A_ROW = timedelta(hours=1)
"""Failures further apart do not count as consecutive: mostly there was nothing to do in between."""


class Denial(StrEnum):
    """Why the budget did not grant a call."""

    RATE_LIMITED = "RATE_LIMITED"
    CALLS_SCARCE = "CALLS_SCARCE"
    BREAKER_OPEN = "BREAKER_OPEN"
    BUDGET = "BUDGET"
    BUSY = "BUSY"


@dataclass(frozen=True, slots=True)
class PutOff:
    """The budget put a step off, at one time until another."""

    reason: Denial
    at: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a step had no effect, or none that is known.

    `message` is GitHub's, or ours if GitHub sent none; masked and shortened, but still foreign text. `step`
    is the step's action. `since` is the time of the first of the consecutive failures. `status` and
    `request_id` are None if no answer came. `limited` says that GitHub only asked to wait.
    """

    message: str
    step: str
    at: datetime
    since: datetime
    status: int | None = None
    request_id: str | None = None
    limited: bool = False

    def __str__(self) -> str:
        return f"{self.status}: {self.message}" if self.status else self.message


def refusal(error: AlertingError, step: str, before: Refusal | None, now: datetime) -> Refusal:
    """Read the error of a step; `before` is the previous failure, with no success in between."""
    github = error if isinstance(error, GitHubError) else GitHubError("")
    message = texts.line(github.words or str(error))  # the table would never accept half a surrogate pair
    return Refusal(
        message=mask(message)[:LONGEST_MESSAGE],
        step=step,
        at=now,
        since=before.since if before and now - before.at <= IN_A_ROW else now,
        status=github.status,
        request_id=github.request_id,
        limited=isinstance(error, RateLimited),
    )
