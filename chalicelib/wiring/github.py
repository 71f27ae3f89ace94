"""GitHub, wired: the gate to it, its issues, and sync, which writes there."""

import time
from functools import cache
from typing import TYPE_CHECKING

from chalicelib.act import Act
from chalicelib.github.gate import Gate
from chalicelib.sync import Sync
from chalicelib.wiring.clock import CLOCK
from chalicelib.wiring.rules import limits_of, policy, timing_of
from chalicelib.wiring.stage import loading, secret, settings, telemetry
from chalicelib.wiring.table import store

if TYPE_CHECKING:
    from chalicelib.github.issues import GitHubIssues


@cache
def gate() -> Gate:
    """Wire the budget that all workers share."""
    return Gate(store(), limits_of(settings()), CLOCK.now, telemetry())


@cache
@loading()
def issues() -> "GitHubIssues":
    """Connect to the tracker, at the first step that needs it: what only records loads no client."""
    import httpx

    from chalicelib.github.auth import App
    from chalicelib.github.client import GitHubClient
    from chalicelib.github.issues import GitHubIssues
    from chalicelib.github.transport import BoundedTransport

    app = App.from_secret(secret("alerting-app-secrets").read())
    http = httpx.Client(base_url=settings().github_api_url, transport=BoundedTransport(time.monotonic))
    return GitHubIssues(GitHubClient(http, app, gate(), CLOCK, settings().github_timeout))


@cache
def sync() -> Sync:
    """Wire sync."""
    return Sync(
        rows=store(),
        permits=gate(),
        act=Act(issues, policy().routing, CLOCK.now, store().of_issue),
        clock=CLOCK,
        policy=policy(),
        timing=timing_of(settings()),
        telemetry=telemetry(),
    )
