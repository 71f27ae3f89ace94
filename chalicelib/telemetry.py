"""Logs and metrics: events with keys, counted by few dimensions.

No payload, header, token or key is ever one of them.
"""

from typing import Protocol

from aws_lambda_powertools import Logger, single_metric
from aws_lambda_powertools.metrics import MetricUnit

NAMESPACE = "Alerting"


class Telemetry(Protocol):
    """Where events and counts go."""

    def event(self, name: str, **keys: object) -> None:
        """Log an event."""

    def problem(self, name: str, error: BaseException, **keys: object) -> None:
        """Log an error that a person should look at, with its trace."""

    def count(self, name: str, value: float = 1, **dimensions: str) -> None:
        """Count something."""


class Powertools:
    """Events as JSON lines, counts in the embedded metric format, both on standard output.

    Keys whose value is None are left out.
    """

    def __init__(self, service: str, stage: str) -> None:
        self._logger = Logger(service=service, level="INFO")
        self._stage = stage

    def event(self, name: str, **keys: object) -> None:
        """Log an event."""
        self._logger.info(name, extra=keys)

    def problem(self, name: str, error: BaseException, **keys: object) -> None:
        """Log an error that a person should look at, with its trace."""
        self._logger.error(name, extra=keys, exc_info=error)

    def count(self, name: str, value: float = 1, **dimensions: str) -> None:
        """Count something."""
        with single_metric(
            name=name,
            unit=MetricUnit.Count,
            value=value,
            namespace=NAMESPACE,
            default_dimensions={"stage": self._stage},
        ) as metric:
            for dimension, named in dimensions.items():
                metric.add_dimension(name=dimension, value=named)
