"""A Lambda function: its stage, as its environment describes it, and its log."""

import os
from functools import cache

from chalicelib.settings import AwsArn, Settings
from chalicelib.telemetry.powertools import Powertools, quiet
from chalicelib.wiring.stage import Stage


@cache
def settings() -> Settings:
    """Read the settings of this environment."""
    return Settings.read(os.environ)


@cache
def telemetry() -> Powertools:
    """Make the log and the metrics, and keep other people's loggers out of the former."""
    quiet()
    return Powertools(settings().stage)


@cache
def serving(arn: str) -> Stage:
    """Make the stage that this environment serves, in the account and region of the ARN's resource."""
    return Stage(settings(), telemetry(), AwsArn.parse(arn))
