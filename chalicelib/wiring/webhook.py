"""The webhook, wired: the three entries that publish to the topic."""

from functools import cache

from chalicelib.webhook.alerts import AlertWebhook
from chalicelib.webhook.external_alerts import ExternalAlerts
from chalicelib.webhook.github_events import GitHubWebhook
from chalicelib.webhook.hook_secret import HookSecret
from chalicelib.webhook.refusals import Refusals
from chalicelib.wiring.clock import CLOCK
from chalicelib.wiring.function import connect
from chalicelib.wiring.loading import loading
from chalicelib.wiring.stage import Stage


def prepare() -> None:
    """Make what takes long, while Lambda starts the function."""
    connect("secretsmanager", "sns")


@cache
def refusals(stage: Stage) -> Refusals:
    """Wire the answers to requests that are not accepted, at any entry."""
    return Refusals(stage.telemetry)


@cache
@loading()
def ingest(stage: Stage) -> AlertWebhook:
    """Wire the entry for alerts."""
    secret = stage.secret(stage.webhook_secret)
    return AlertWebhook(stage.publisher, secret, CLOCK.now, stage.telemetry, refusals(stage))


@cache
def external(stage: Stage) -> ExternalAlerts:
    """Wire the entry for what the senders of the earlier pipeline post."""
    return ExternalAlerts(ingest(stage))


@cache
def hooks(stage: Stage) -> GitHubWebhook:
    """Wire the entry for GitHub's events."""
    signing = HookSecret(stage.secret(stage.webhook_secret), stage.secret(stage.app_secret))
    return GitHubWebhook(stage.publisher, signing, stage.telemetry, refusals(stage))
