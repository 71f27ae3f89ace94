"""The stage: what all of its functions share, settings, telemetry, and its names on AWS."""

import gc
import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING

import boto3
from botocore.config import Config

from chalicelib.config import Arn, Settings
from chalicelib.quiet import quiet
from chalicelib.secrets import Secret
from chalicelib.telemetry import Powertools
from chalicelib.topic import SnsTopic
from chalicelib.wiring.clock import CLOCK

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

AWS = Config(connect_timeout=2, read_timeout=5, retries={"mode": "standard", "total_max_attempts": 3})


@contextmanager
def loading() -> Iterator[None]:
    """Load without looking for garbage on the way, and never look for it in what was loaded.

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
    """Read the settings."""
    return Settings.read(os.environ)


@cache
def telemetry() -> Powertools:
    """Make the log and the metrics, and keep other people's loggers out of the former."""
    quiet()
    return Powertools(settings().stage)


def secret(name: str, beside: Arn | None = None) -> Secret:
    """Make a secret, in the region of the ARN, or else in the function's own."""
    client = _secrets_manager(beside.region if beside else None)
    return Secret(client, f"{settings().prefix}-{name}", CLOCK.now)


@cache
def _secrets_manager(region: str | None) -> "SecretsManagerClient":
    """Make one client for all secrets of a region: it takes long to make."""
    return boto3.client("secretsmanager", region_name=region, config=AWS)


def topic(beside: Arn) -> SnsTopic:
    """Make the topic beside a function."""
    name = f"{settings().prefix}-alerts"
    topic_arn = f"arn:{beside.partition}:sns:{beside.region}:{beside.account_id}:{name}"
    return SnsTopic(boto3.client("sns", region_name=beside.region, config=AWS), topic_arn)
