"""The log of what runs in this process."""

import logging
from io import StringIO

import pytest
from aws_lambda_powertools.logging.formatter import LambdaPowertoolsFormatter

from chalicelib.telemetry.powertools import LOGGER


def redirected(monkeypatch: pytest.MonkeyPatch) -> StringIO:
    """Where events go from now on: a log keeps the output that it began with, and pytest listens too."""
    log = StringIO()
    for handler in logging.getLogger(LOGGER).handlers:
        if isinstance(handler.formatter, LambdaPowertoolsFormatter):
            monkeypatch.setattr(handler, "stream", log)
    return log
