"""GitHub, wired: its rate limit, its issues, and sync, which writes there."""

import time
from functools import cache, partial
from typing import TYPE_CHECKING

from chalicelib.rate_limit.shared import SharedBudget
from chalicelib.sync.execute import Executor
from chalicelib.sync.sync import Sync
from chalicelib.wiring.clock import CLOCK
from chalicelib.wiring.commands import commands
from chalicelib.wiring.enrichment import enrichers
from chalicelib.wiring.loading import loading
from chalicelib.wiring.mirrors import mirrors
from chalicelib.wiring.on_call import called
from chalicelib.wiring.outside import outside, policy_at_work
from chalicelib.wiring.rules import limits, policy_at_home, timing
from chalicelib.wiring.stage import Stage
from chalicelib.wiring.table import store

if TYPE_CHECKING:
    from chalicelib.github.client import CallReports, GitHubClient
    from chalicelib.github.issues import GitHubIssues


def prepare() -> None:
    """Load the client of GitHub, and the certificates that it trusts."""
    from chalicelib.github import auth, client, issues, transport  # noqa: F401 - loading them is what it is for

    transport.authorities()


@cache
def gate(stage: Stage) -> SharedBudget:
    """Wire the budget that all workers share."""
    return SharedBudget(store(stage), limits(stage.settings), CLOCK.now, stage.telemetry)


def client(stage: Stage, budget: "CallReports") -> "GitHubClient":
    """Connect to GitHub as the stage's App; each call is bounded as a whole."""
    import httpx

    from chalicelib.github.auth import App
    from chalicelib.github.client import GitHubClient
    from chalicelib.github.transport import BoundedTransport

    app = App.from_secret(stage.secret(stage.app_secret).read())
    proxy = httpx.Proxy(stage.proxy) if stage.proxy else None
    transport = BoundedTransport(time.monotonic, time.time, proxy=proxy)
    http = httpx.Client(base_url=stage.settings.github_api_url, transport=transport)
    return GitHubClient(http, app, budget, CLOCK, stage.settings.github_timeout)


@cache
@loading()
def issues(stage: Stage) -> "GitHubIssues":
    """Connect to the tracker at the first step that needs it: recording alone loads no client."""
    from chalicelib.github.issues import GitHubIssues

    return GitHubIssues(client(stage, gate(stage)))


@cache
def sync(stage: Stage) -> Sync:
    """Wire sync."""
    return Sync(
        rows=store(stage),
        permits=gate(stage),
        act=_executor(stage),
        clock=CLOCK,
        policy=policy_at_work(stage),
        timing=timing(stage.settings),
        telemetry=stage.telemetry,
        mirrors=mirrors(stage),
        enrichers=enrichers(stage),
        refresh=outside(stage).refresh,
        on_call=called(stage),
    )


def _executor(stage: Stage) -> Executor:
    tracker, routing = partial(issues, stage), policy_at_home(stage).routing
    return Executor(tracker, routing, CLOCK.now, store(stage).of_issue, commands(stage))
