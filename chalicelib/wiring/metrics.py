"""Metrics, wired: which credentials read an alarm's metric, and how long that may take."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, partial
from typing import TYPE_CHECKING

import boto3
from botocore.config import Config

from chalicelib.conditions.alarm_state import AccountRegion
from chalicelib.conditions.enrichment import Enrichment
from chalicelib.conditions.row import AlertState
from chalicelib.settings import AwsArn
from chalicelib.wiring.roles import ForHalfAnHour, taking
from chalicelib.wiring.stage import Stage

if TYPE_CHECKING:
    from mypy_boto3_cloudwatch import CloudWatchClient

    from chalicelib.aws.metric_data import MetricData

QUICK = Config(connect_timeout=0.5, read_timeout=1.5, retries={"mode": "standard", "total_max_attempts": 1})
"""Two seconds, and no retry: an issue does not wait for its chart."""


@dataclass(frozen=True)
class LateMetricData:
    """Reads alarms' metrics; its libraries are loaded when the first CloudWatch alarm arrives."""

    stage: Stage
    kind: str = "metric"

    def enrich(self, row: AlertState, known: Enrichment, before: datetime) -> Enrichment:
        """Add what the alarm's metric measured, if the alert is an alarm."""
        if row.spec.alert is None or row.spec.alert.source != "cloudwatch":
            return known
        return self._data.enrich(row, known, before)

    @cached_property
    def _data(self) -> "MetricData":
        from chalicelib.aws.metric_data import MetricData

        return MetricData(partial(_client, self.stage))


@ForHalfAnHour
def _client(stage: Stage, place: AccountRegion) -> "CloudWatchClient | None":
    """Make a client for this account, in any region, or for another account that has a role for us."""
    roles = {AwsArn.parse(role).account_id: role for role in stage.settings.alarm_reader_role_arns}
    config = QUICK.merge(stage.config)
    if place.account_id == stage.place.account_id:
        return boto3.client("cloudwatch", region_name=place.region, config=config, **stage.keys)
    if place.account_id not in roles:
        return None
    return taking(roles[place.account_id], config).client("cloudwatch", place.region, config=config)
