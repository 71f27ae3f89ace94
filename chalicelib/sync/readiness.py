"""Readiness: GitHub's client, its secret and a token are ready before a row is claimed.

The lease is for the calls of the step itself. At a cold start, once an hour, and after GitHub was away,
reading the secret and minting a token take a few calls of their own.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from chalicelib.alert import Priority
from chalicelib.conditions.calls import Kind
from chalicelib.errors import ConfigurationError, GitHubError
from chalicelib.rate_limit.rules import Call, CallBudget, Denied, Granted
from chalicelib.sync.claims import Clock

Unready = GitHubError | ConfigurationError


class Tracker(Protocol):
    """What getting ready needs from the issue tracker."""

    def ready(self, repository: str) -> bool:
        """Say whether a call there needs no other call before it."""

    def prepare(self, repository: str) -> None:
        """Get a token for it; raises the classified errors."""


def prepare(
    connect: Callable[[], Tracker], permits: CallBudget, repository: str, priority: Priority
) -> Unready | None:
    """Get ready for calls to a repository; returns the error that prevented it.

    Asks nothing while the budget allows no calls: the step is then refused for the same reason.
    """
    try:
        tracker = connect()
        if tracker.ready(repository):
            return None
        permit = permits.ask(repository.partition("/")[0], Call(Kind.READ, priority))
        if not isinstance(permit, Denied):
            tracker.prepare(repository)
    except (GitHubError, ConfigurationError) as error:
        return error
    return None


def at_once(permits: CallBudget, repository: str, kind: Kind, now: Callable[[], datetime]) -> bool:
    """Whether a chore may make a call to a repository now; it comes last and waits for no turn."""
    answer = permits.ask(repository.partition("/")[0], Call(kind, Priority.P3))
    return isinstance(answer, Granted) and answer.at <= now().timestamp()


def permit(permits: CallBudget, repository: str, call: Call, clock: Clock) -> Granted | Denied:
    """Ask the budget for a call to a repository, and wait if its turn is near."""
    answer = permits.ask(repository.partition("/")[0], call)
    if isinstance(answer, Granted):
        clock.sleep(max(0.0, answer.at - clock.now().timestamp()))
    return answer
