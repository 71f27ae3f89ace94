"""Powertools: the log as JSON lines, metrics in the embedded format, both on standard output.

Payloads, headers, tokens and keys are never logged. Of our own errors the message is written; of others only
the class and where it was raised. Anything that looks like a credential is masked.
"""

import json
import logging
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import zip_longest
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.metrics import EphemeralMetrics

from chalicelib.errors import AlertingError, Missing, Rejected
from chalicelib.telemetry import metrics
from chalicelib.telemetry.masking import mask
from chalicelib.telemetry.telemetry import Telemetry

THEIRS = ("boto3", "botocore", "httpcore", "httpx", "s3transfer", "urllib3")
MOST_FRAMES = 12
_JSON = json.JSONEncoder(default=str, separators=(",", ":"), ensure_ascii=False)

LOGGER = "events"
"""The logger's name: not below the app's own logger, whose handler would write each line twice."""


class Powertools(Telemetry):
    """Events as JSON lines, metrics in the embedded format, both on standard output.

    Keys whose value is None are left out. Figures are added up during an invocation and written at its end:
    the metrics in one line, and figures with more dimensions in one line for each combination.
    """

    def __init__(self, stage: str) -> None:
        self._logger = Logger(
            service=LOGGER,
            level="INFO",
            location=None,
            utc=True,
            use_rfc3339=True,
            json_serializer=_line,
            json_deserializer=str,  # an event's name is not JSON
            serialize_stacktrace=False,
        )
        self._stage = stage
        self._bound: dict[str, object] = {"service": metrics.SERVICE, "stage": stage}
        self._missing: set[tuple[str, str]] = set()
        self._metrics: dict[tuple[tuple[str, str], ...], dict[str, list[float]]] = {}

    def event(self, name: str, **keys: object) -> None:
        """Log an event."""
        self._logger.info(name, extra=self._bound | keys)

    def problem(self, name: str, error: BaseException, **keys: object) -> None:
        """Log an error that a person should look at, with where it was raised, and count it.

        A missing resource is logged once an invocation, however many alerts need it.
        """
        self.count("Problems", event=name)
        if isinstance(error, Missing):
            if (name, str(error)) in self._missing:
                return
            self._missing.add((name, str(error)))
        self._logger.error(name, extra=self._bound | keys | _told(error))

    def count(self, name: str, number: float = 1, **dimensions: str) -> None:
        """Add to a count."""
        values = self._values(name, dimensions)
        values[:] = [sum(values) + number]

    def measure(self, name: str, value: float, **dimensions: str) -> None:
        """Record a measured value."""
        self._values(name, dimensions).append(value)

    @contextmanager
    def bound(self, **keys: object) -> Iterator[None]:
        """Put keys on every event until it ends."""
        before = self._bound
        self._bound = before | keys
        try:
            yield
        finally:
            self._bound = before

    def note(self, **keys: object) -> None:
        """Put keys on every event until the innermost `bound` ends."""
        self._bound = self._bound | keys

    @contextmanager
    def invocation(self, function: str, request_id: str) -> Iterator[None]:
        """Name the invocation on every event, and write its figures at its end, even if it fails."""
        self._missing.clear()
        with self.bound(function=function, request_id=request_id):
            try:
                yield
            finally:
                self.flush()

    def flush(self) -> None:
        """Write the figures."""
        gathered, self._metrics = self._metrics, {}
        published: dict[str, list[float]] = {}
        for dimensions, values in gathered.items():
            for name, each in values.items():
                if metrics.BY_NAME[name].published:
                    published.setdefault(name, []).extend(each)
            self._log(dict(dimensions), values)
        if published:
            self._publish(published)

    def _log(self, dimensions: dict[str, str], values: dict[str, list[float]]) -> None:
        logged = {name: each for name, each in values.items() if metrics.BY_NAME[name].logged}
        for figures in zip_longest(*logged.values()):
            named = zip(logged, figures, strict=True)
            self.event("MEASURED", **dimensions, **{name: it for name, it in named if it is not None})

    def _publish(self, values: dict[str, list[float]]) -> None:
        lines = EphemeralMetrics(namespace=metrics.NAMESPACE, service=metrics.SERVICE)
        for dimension, named in (("service", metrics.SERVICE), ("stage", self._stage)):
            lines.add_dimension(dimension, named)
        for name, value in ((name, value) for name, each in values.items() for value in each):
            lines.add_metric(name, metrics.BY_NAME[name].unit.value, value)
        lines.flush_metrics()

    def _values(self, name: str, dimensions: dict[str, str]) -> list[float]:
        key = tuple(sorted(dimensions.items()))
        return self._metrics.setdefault(key, {}).setdefault(name, [])


def quiet() -> None:
    """Turn off what other libraries log below WARNING, and DEBUG for everyone.

    At DEBUG botocore logs each request and answer, including the secrets from Secrets Manager, and httpcore
    logs headers; httpx logs addresses at INFO. Lambda sets the root logger to the level in the function's
    configuration, and loggers without a level of their own inherit it
    (docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-log-level.html).
    """
    logging.disable(logging.DEBUG)
    for name in ("", *THEIRS):
        logging.getLogger(name).setLevel(logging.WARNING)


def _line(record: Any) -> str:
    return mask(_JSON.encode(record))


def _told(error: BaseException) -> dict[str, object]:
    """Describe an error and its causes, the last first; a foreign error's message may contain anything."""
    chain = [error]
    while cause := chain[-1].__cause__ or (None if chain[-1].__suppress_context__ else chain[-1].__context__):
        chain.append(cause)
    return {
        "exception": [_named(each) for each in chain],
        "exception_name": type(error).__name__,
        "stack_trace": [place for each in reversed(chain) for place in _places(each)],
    }


def _named(error: BaseException) -> str:
    name = type(error).__name__
    if isinstance(error, Rejected):  # its message quotes the alert
        return f"{name}: {error.reason}"
    return f"{name}: {error}" if isinstance(error, AlertingError) else name


def _places(error: BaseException) -> list[str]:
    frames = traceback.extract_tb(error.__traceback__)[-MOST_FRAMES:]
    return [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
