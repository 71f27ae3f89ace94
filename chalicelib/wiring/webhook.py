"""The webhook, wired: the two edges that publish to the topic."""

from functools import cache

from chalicelib.config import Arn
from chalicelib.hook_secret import HookSecret
from chalicelib.hooks import Hooks
from chalicelib.ingest import Ingest
from chalicelib.refusals import Refusals
from chalicelib.wiring.clock import CLOCK
from chalicelib.wiring.stage import loading, secret, telemetry, topic


@cache
def refusals() -> Refusals:
    """Make what answers those who are not let in, at either edge."""
    return Refusals(telemetry())


@cache
@loading()
def ingest(function_arn: str) -> Ingest:
    """Wire the edge that takes alerts."""
    place = Arn.parse(function_arn)
    return Ingest(topic(place), secret("webhook-secrets", place), CLOCK.now, telemetry(), refusals())


@cache
def hooks(function_arn: str) -> Hooks:
    """Wire the edge that takes GitHub's events."""
    place = Arn.parse(function_arn)
    signing = HookSecret(secret("webhook-secrets", place), secret("alerting-app-secrets", place))
    return Hooks(topic(place), signing, telemetry(), refusals())
