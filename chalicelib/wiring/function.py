"""A Lambda function: its stage, read from its environment, and its log."""

import os
from functools import cache

from chalicelib.settings import AwsArn, Settings
from chalicelib.telemetry.powertools import Powertools, quiet
from chalicelib.wiring.stage import Clients, Stage


@cache
def settings() -> Settings:
    """Read the settings of this environment."""
    return Settings.read(os.environ)


@cache
def telemetry() -> Powertools:
    """Make the log and the metrics, and keep other libraries' loggers out of the log."""
    quiet()
    return Powertools(settings().stage)


@cache
def serving(arn: str) -> Stage:
    """Return the stage that this environment serves, in the account and region of the given ARN."""
    return Stage(settings(), telemetry(), AwsArn.parse(arn), connected=_clients())


def connect(*services: str) -> None:
    """Make the clients of services, each of which takes long, before an event waits for them."""
    stage = Stage(settings(), connected=_clients())
    for service in services:
        stage.client(service)


@cache
def _clients() -> Clients:
    return {}
