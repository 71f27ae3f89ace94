"""What senders have posted until some moment, and how much of it has been read."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.local.aws import LocalAws
from tests.senders.relay import Relay


@dataclass
class Posted:
    """What senders have posted until now: they never stop, so a busy machine's queue is never seen empty."""

    relay: Relay
    aws: LocalAws
    _answered_at: float | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        self._begun = self.relay.begun

    def left(self) -> int:
        """Count the requests that have no answer yet; once all have one, the messages not yet read."""
        if self._answered_at is None:
            if unanswered := self.relay.unanswered(self._begun):
                return unanswered
            self._answered_at = time.time()
        return self.aws.unread(self._answered_at)


@dataclass
class Settled:
    """Whether something holds, and still does once all is read that was posted when it began to.

    One Alertmanager, or one replica of Prometheus, may say that an alert fires after another has said that it
    has ended; it says so itself a moment later.
    """

    holds: Callable[[], bool]
    posted: Callable[[], Posted]
    _since: Posted | None = field(default=None, init=False)

    def __call__(self) -> bool:
        read = self._since is not None and self._since.left() == 0
        if not self.holds():
            self._since = None
            return False
        self._since = self._since or self.posted()
        return read
