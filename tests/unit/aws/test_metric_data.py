"""An alarm's metric: one call, and whatever goes wrong with it is reported."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError, ReadTimeoutError

from chalicelib.adapters import registry
from chalicelib.adapters.owner_rules import NO_RULES
from chalicelib.alert import AlertEvent
from chalicelib.aws.metric_data import MetricData
from chalicelib.conditions.alarm_state import AccountRegion
from chalicelib.conditions.enrichment import Enrichment, EnrichmentUnavailable
from chalicelib.conditions.row import AlertState
from chalicelib.conditions.series import Series
from tests.unit.rows import row

SAMPLES = Path(__file__).parents[2] / "samples" / "cloudwatch"
NOW = datetime(2026, 11, 23, 3, 10, 33, tzinfo=UTC)
KNOWN = Enrichment(NOW, NOW)
PLACE = AccountRegion("123456789012", "us-west-2")


class Client:
    """Answers with the series that it is given, by the id of the query."""

    def __init__(self, *series: tuple[str, list[float]], error: Exception | None = None) -> None:
        self.series, self.error = series, error
        self.calls: list[dict[str, Any]] = []

    def get_metric_data(self, **asked: Any) -> dict[str, Any]:
        self.calls.append(asked)
        if self.error:
            raise self.error
        return {"MetricDataResults": [self._result(asked["StartTime"], *each) for each in self.series]}

    def _result(self, start: datetime, name: str, values: list[float]) -> dict[str, Any]:
        times = [start + timedelta(minutes=15 * place) for place in range(len(values))]
        return {"Id": name, "Timestamps": times, "Values": values, "StatusCode": "Complete"}


def firing(name: str, **changed: Any) -> AlertState:
    payload = json.loads((SAMPLES / f"{name}.json").read_text(encoding="utf-8"))["payload"]
    (alert,) = registry.SOURCES["cloudwatch"].parse(payload | changed, NO_RULES)
    assert isinstance(alert, AlertEvent)
    return row(fires=alert)


def found(client: Client, state: AlertState) -> Series | None:
    places: list[AccountRegion] = []

    def connect(place: AccountRegion) -> Any:
        places.append(place)
        return client

    enriched = MetricData(connect).enrich(state, KNOWN, NOW)
    assert places in ([], [PLACE])
    return enriched.metric


def test_the_metric_of_an_alarm_is_asked_for_once() -> None:
    client = Client(("m1", [2.0, 118.0]))
    series = found(client, firing("metric-piped-description"))
    assert series
    assert (series.values[0], series.values[3], series.values[1]) == (2.0, 118.0, None)
    assert (series.threshold, series.name, series.until) == (
        80.0,
        "Maximum of QueuedJobs",
        NOW.replace(second=0),
    )
    ((call),) = client.calls
    assert (call["StartTime"], call["EndTime"]) == (NOW.replace(hour=0, second=0), NOW.replace(second=0))
    assert len(call["MetricDataQueries"]) == 1


def test_the_bounds_of_a_band_are_told_apart_whichever_comes_first() -> None:
    high, low, values = [80.0] * 12, [20.0] * 12, [50.0] * 12
    for bounds in ((high, low), (low, high)):
        client = Client(("m1", values), *(("ad1", each) for each in bounds))
        series = found(client, firing("anomaly-detection"))
        assert series
        assert (series.threshold, series.lower, series.upper) == (None, tuple(low), tuple(high))


def test_a_band_that_is_not_known_yet_leaves_the_metric() -> None:
    series = found(Client(("m1", [50.0])), firing("anomaly-detection"))
    assert series
    assert (series.values[0], series.lower, series.upper) == (50.0, (), ())


@pytest.mark.parametrize(
    "client",
    [Client(), Client(("m1", [])), Client(("m1", [1.0]), ("m1", [2.0])), Client(("other", [1.0]))],
    ids=["no answer", "no data", "two series", "another series"],
)
def test_what_measured_nothing_or_more_than_one_thing_is_no_picture(client: Client) -> None:
    assert found(client, firing("metric-piped-description")) is None


@pytest.mark.parametrize("name", ["composite", "contributor-sns"])
def test_nothing_is_asked_for_an_alarm_without_a_metric_of_its_own(name: str) -> None:
    client = Client(("m1", [1.0]))
    assert found(client, firing(name)) is None
    assert client.calls == []


def test_what_may_not_be_read_is_left_out() -> None:
    assert MetricData(lambda place: None).enrich(firing("metric-piped-description"), KNOWN, NOW) == KNOWN
    refused = ClientError({"Error": {"Code": "AccessDenied", "Message": ""}}, "GetMetricData")
    assert found(Client(error=refused), firing("metric-piped-description")) is None


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (ClientError({"Error": {"Code": "Throttling", "Message": "arn:x"}}, "GetMetricData"), "Throttling"),
        (ReadTimeoutError(endpoint_url="https://monitoring.test"), "ReadTimeoutError"),
    ],
)
def test_a_failure_says_what_happened_and_no_more(error: Exception, said: str) -> None:
    with pytest.raises(EnrichmentUnavailable, match=said) as raised:
        found(Client(error=error), firing("metric-piped-description"))
    assert "arn" not in str(raised.value)
