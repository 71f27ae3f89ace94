"""The collector, wired."""

import boto3

from chalicelib.collector import Collector
from chalicelib.config import Arn
from chalicelib.notice import Notice
from chalicelib.queue import SqsQueue
from chalicelib.wiring.clock import CLOCK
from chalicelib.wiring.github import sync
from chalicelib.wiring.rules import policy
from chalicelib.wiring.stage import AWS, settings, telemetry
from chalicelib.wiring.table import store


def collector(queue_arn: str) -> Collector:
    """Wire the collector of a queue, whose dead-letter queue is beside it."""
    place = Arn.parse(queue_arn)
    client = boto3.client("sqs", region_name=place.region, config=AWS)
    queue_url = f"{client.meta.endpoint_url}/{place.account_id}/{place.name}"
    return Collector(
        rows=store(),
        queue=SqsQueue(client, queue_url, f"{queue_url}-dlq"),
        sync=sync(),
        policy=policy(),
        duplicate=settings().duplicate,
        now=CLOCK.now,
        telemetry=telemetry(),
        notice=Notice(store(), CLOCK.now, telemetry()),
    )
