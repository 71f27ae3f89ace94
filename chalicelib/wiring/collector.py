"""The collector, wired."""

from chalicelib.aws.sqs import SqsQueue
from chalicelib.collector.collector import Collector
from chalicelib.collector.github_hint import GitHubHints
from chalicelib.wiring import github
from chalicelib.wiring.clock import CLOCK
from chalicelib.wiring.function import connect
from chalicelib.wiring.github import sync
from chalicelib.wiring.outside import outside, policy_at_work
from chalicelib.wiring.stage import Stage
from chalicelib.wiring.table import store


def prepare() -> None:
    """Make what takes long, while Lambda starts the function."""
    github.prepare()
    connect("secretsmanager", "dynamodb", "sqs")


def collector(stage: Stage) -> Collector:
    """Wire the collector."""
    return Collector(
        rows=store(stage),
        queue=SqsQueue(stage.client("sqs"), stage.queue_url(stage.queue), stage.queue_url(stage.dlq)),
        sync=sync(stage).advance,
        refresh=outside(stage).refresh,
        policy=policy_at_work(stage),
        duplicate=stage.settings.duplicate,
        now=CLOCK.now,
        telemetry=stage.telemetry,
        notice=GitHubHints(store(stage), CLOCK.now, stage.telemetry).take,
    )
