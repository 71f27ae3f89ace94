"""A Lambda function: its stage, as its environment describes it, its log, and how it loads its parts."""

import gc
import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

from chalicelib.settings import AwsArn, Settings
from chalicelib.telemetry.powertools import Powertools, quiet
from chalicelib.wiring.stage import Stage


@contextmanager
def loading() -> Iterator[None]:
    """Load without collecting garbage meanwhile, and never collect it in what was loaded.

    Looking through all that has been imported, again and again, is a sixth of the collector's cold start
    (docs.python.org/3/library/gc.html#gc.freeze).
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


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
