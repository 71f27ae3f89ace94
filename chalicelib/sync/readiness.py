"""Readiness: whoever is about to claim a row has GitHub's client, its secret and a token at hand by then.

The lease is there for the calls that a step makes. Reading a secret and minting a token take a few calls of
their own, at a cold start, once an hour, and after GitHub was away.
"""

from collections.abc import Callable
from typing import Protocol

from chalicelib.alert import Priority
from chalicelib.conditions.calls import Kind
from chalicelib.errors import ConfigurationError, GitHubError
from chalicelib.rate_limit.rules import Call, CallBudget, Denied, Granted
from chalicelib.sync.claims import Clock

Unready = GitHubError | ConfigurationError


class Tracker(Protocol):
    """What is needed of the issue tracker to be ready."""

    def ready(self, repository: str) -> bool:
        """Say whether a call there needs no other before it."""

    def prepare(self, repository: str) -> None:
        """Get a token for it; raises the classified errors."""


def prepare(
    connect: Callable[[], Tracker], permits: CallBudget, repository: str, priority: Priority
) -> Unready | None:
    """Get ready for calls to a repository; returns what stood in the way.

    While the budget lets nothing be asked, nothing is: the step is then refused for the same reason.
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


def permit(permits: CallBudget, repository: str, call: Call, clock: Clock) -> Granted | Denied:
    """Ask the budget for a call to a repository, and wait for a turn that is near."""
    answer = permits.ask(repository.partition("/")[0], call)
    if isinstance(answer, Granted):
        clock.sleep(max(0.0, answer.at - clock.now().timestamp()))
    return answer
