"""The metric of a CloudWatch alarm, read with one GetMetricData call before the alarm's issue is opened."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.adapters import alarm_metrics
from chalicelib.adapters.alarm_metrics import Watched
from chalicelib.aws.cloudwatch import FORBIDDEN
from chalicelib.conditions.alarm_state import AccountRegion
from chalicelib.conditions.enrichment import Enrichment, EnrichmentUnavailable
from chalicelib.conditions.row import AlertState
from chalicelib.conditions.series import Series, Window, window

if TYPE_CHECKING:
    from mypy_boto3_cloudwatch import CloudWatchClient


Point = tuple[datetime, float]


class MetricData:
    """Reads what an alarm's metric measured.

    `connect` returns a client that answers within two seconds or fails; None if alarms may not be read.
    """

    kind = "metric"

    def __init__(self, connect: Callable[[AccountRegion], "CloudWatchClient | None"]) -> None:
        self._connect = connect

    def enrich(self, row: AlertState, known: Enrichment, before: datetime) -> Enrichment:  # noqa: ARG002 - as above
        """Add the series that the alarm compares, if there is one."""
        alert = row.spec.alert
        if alert is None or not alert.raw_provider:
            return known
        watched, identity = alarm_metrics.watched(alert.raw_provider), alert.identity
        if watched is None or not identity.account_id or not identity.region:
            return known
        try:
            client = self._connect(AccountRegion(identity.account_id, identity.region))
            series = _series(client, watched, window(watched.period, known.at)) if client else None
        except ClientError as error:
            code = error.response["Error"]["Code"]
            if code in FORBIDDEN:  # the other account's role may be older than this call
                return known
            raise EnrichmentUnavailable(f"CloudWatch refused: {code}") from error
        except BotoCoreError as error:
            raise EnrichmentUnavailable(f"CloudWatch did not answer: {type(error).__name__}") from error
        return replace(known, metric=series)


def _series(client: "CloudWatchClient", watched: Watched, shown: Window) -> Series | None:
    """Make one call; None if nothing was measured, or more than one series is returned."""
    queries: Any = list(watched.queries)
    answer = client.get_metric_data(
        MetricDataQueries=queries,
        StartTime=shown.start,
        EndTime=shown.until,
        ScanBy="TimestampAscending",
    )
    found = [each for each in answer["MetricDataResults"] if each.get("Id") == watched.compared]
    values = shown.reduced(_points(found[0]), min if watched.falling else max) if len(found) == 1 else ()
    if all(value is None for value in values):
        return None
    # A band is two series with one name, and nothing says which comes first.
    bounds = [each for each in answer["MetricDataResults"] if each.get("Id") == watched.band]
    edges = [point for each in bounds for point in _points(each)]
    return Series(
        until=shown.until,
        step=shown.step,
        values=values,
        threshold=watched.threshold,
        lower=shown.reduced(edges, min) if len(bounds) > 1 else (),
        upper=shown.reduced(edges, max) if len(bounds) > 1 else (),
        unit=watched.unit,
        name=watched.name,
    )


def _points(found: Mapping[str, Any]) -> Iterator[Point]:
    for at, value in zip(found.get("Timestamps", ()), found.get("Values", ()), strict=False):
        yield at.astimezone(UTC), value
