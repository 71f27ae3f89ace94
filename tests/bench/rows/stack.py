"""From the provider to the issue: real processes on the local stack, and a GitHub that takes its time."""

import statistics
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime

from tests.bench.gate import Row, Run, Under
from tests.bench.rig import NO_LIMITS
from tests.local import senders
from tests.local.senders import GrafanaAlert
from tests.local.stack import LocalStack

ALERTS, INFRA = "example-org/alerts", "example-org/ci-infra"
GITHUB_SECONDS = 0.3
COLLECTORS = 5
SAMPLES = 20


def rows() -> list[Row]:
    """Latencies without and with limits, and what is urgent in a storm."""
    quick = {"p50": Under(2), "p95": Under(10)}
    yardstick = "the stand-ins' own: an update of the table and a GitHub call"
    return [
        Row(
            key="latency",
            what="provider to issue, 5 alerts/s for 30 s, limits and spacing switched off by setting",
            unit="s",
            yardstick=yardstick,
            targets=quick,
            measure=lambda: _steady(every=0.2, count=150, settings=NO_LIMITS),
        ),
        Row(
            key="latency-limited",
            what="provider to issue, one alert every 2 s for a minute, limits and spacing as shipped",
            unit="s",
            yardstick=yardstick,
            targets=quick,
            measure=lambda: _steady(every=2.0, count=30, settings={}),
        ),
        Row(
            key="urgent",
            what="20 P0 at once among 500 P2, limits and spacing as shipped: the slowest P0",
            unit="s",
            yardstick=yardstick,
            targets={"slowest": Under(60, worst=True)},
            measure=_urgent,
        ),
    ]


def _steady(*, every: float, count: int, settings: Mapping[str, str]) -> Run:
    with _stack(settings) as stack:
        _open(stack, [_alert("Warm-up", number, "P3") for number in range(COLLECTORS)])
        sent: dict[str, float] = {}
        start = time.time()
        for number in range(count):
            time.sleep(max(0.0, start + number * every - time.time()))
            alert = _alert("Steady", number, "P2")
            sent[alert.title] = _publish(stack, alert)
        latencies = _latencies(stack, sent)
        ranked = statistics.quantiles(latencies, n=20, method="inclusive")
        return Run({"p50": statistics.median(latencies), "p95": ranked[18]}, _stand_ins(stack))


def _urgent() -> Run:
    with _stack({}) as stack:
        alerts = [_alert("Crowd", number, "P2") for number in range(500)]
        for number in range(20):
            alerts.insert(number * 26, _alert("Urgent", number, "P0"))
        sent = {alert.title: _publish(stack, alert) for alert in alerts}
        urgent = {title: at for title, at in sent.items() if title.startswith("Urgent")}
        return Run({"slowest": max(_latencies(stack, urgent))}, _stand_ins(stack))


def _alert(name: str, number: int, priority: str) -> GrafanaAlert:
    return GrafanaAlert(f"{name} {number:03}", priority, "storage", f"{name} {number} is in trouble")


def _publish(stack: LocalStack, alert: GrafanaAlert) -> float:
    """Publish an alert that fires now, as the webhook does; returns the time."""
    at = datetime.now(UTC)
    group = senders.grafana_group([alert.payload(at)])
    stack.aws.publish(group, {"source": "grafana", "correlation_id": alert.name})
    return at.timestamp()


def _open(stack: LocalStack, alerts: list[GrafanaAlert]) -> None:
    """See alerts through, so that what follows finds everything warm."""
    _latencies(stack, {alert.title: _publish(stack, alert) for alert in alerts})


def _latencies(stack: LocalStack, sent: Mapping[str, float]) -> list[float]:
    """Wait until every alert has its issue; returns the seconds that each took."""
    opened: dict[str, float] = {}

    def all_open() -> bool:
        opened.update(_opened(stack))
        return opened.keys() >= sent.keys()

    stack.wait_until(all_open, f"{len(sent)} issues")
    return [opened[title] - at for title, at in sent.items()]


def _opened(stack: LocalStack) -> dict[str, float]:
    """When each issue was opened, by its title without the priority."""
    listed = stack.github.world.repository(ALERTS).listed
    return {issue.title.partition("] ")[2]: issue.created_at for issue in listed}


def _stand_ins(stack: LocalStack) -> float:
    """The seconds that the stand-ins themselves take for a write of the table and a call of GitHub."""
    spent = []
    for number in range(SAMPLES):
        start = time.perf_counter()
        stack.aws.dynamodb.update_item(
            TableName=stack.aws.table,
            Key={"fingerprint": {"S": "yardstick"}},
            UpdateExpression="SET #number = :number",
            ExpressionAttributeNames={"#number": "number"},
            ExpressionAttributeValues={":number": {"N": str(number)}},
        )
        spent.append(time.perf_counter() - start)
    return statistics.median(spent) + GITHUB_SECONDS


@contextmanager
def _stack(settings: Mapping[str, str]) -> Iterator[LocalStack]:
    shipped = {
        "GITHUB_TIMEOUT_SECONDS": "10",
        "LEASE_SECONDS": "60",
        "DUPLICATE_SECONDS": "60",
        "UPDATE_INTERVAL_MINUTES": "10",
        "COMMENT_INTERVAL_MINUTES": "60",
    }
    with LocalStack(
        collectors=COLLECTORS,
        reconcile_every=60.0,
        repositories=(ALERTS, INFRA),
        settings=shipped | dict(settings),
    ) as stack:
        stack.github.latency = GITHUB_SECONDS
        if settings:
            limits = stack.github.limits
            limits.creations_per_minute = limits.creations_per_hour = limits.points_per_minute = None
        yield stack
