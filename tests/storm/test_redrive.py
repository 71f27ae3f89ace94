"""Real processes with a table that refuses everything, and a queue that redrives at the second receive."""

import json
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from tests.local import senders
from tests.local.patience import wait_until
from tests.local.stack import LocalStack
from tests.storm.table import FaultyTable

REPOSITORY = "example-org/alerts"
ALERTS, ATTEMPTS = 4, 3


@pytest.fixture(scope="module")
def stack() -> Iterator[LocalStack]:
    """A stack that sent each alert back three times before its table answered again."""
    table = FaultyTable(seed=0, share=1.0)
    local = LocalStack(
        repositories=(REPOSITORY,),
        max_receive_count=1,
        settings={"AWS_ENDPOINT_URL_DYNAMODB": table.url},
    )
    with local as stack:
        table.target, table.fault = stack.aws.endpoint_url, "throttled"
        for number in range(ALERTS):
            described = f"TEAM=storage | PRIORITY=P{number}"
            stack.aws.publish(senders.cloudwatch(f"Away {number}", described, datetime.now(UTC)))
        wait_until(lambda: tried(stack), "three attempts each", lambda: requeued(stack).total())
        assert not stack.quiet(), "what waits in the queue is not done"
        table.fault = ""
        stack.wait_until(stack.quiet, "rest")
        yield stack
    table.stop()


def requeued(stack: LocalStack) -> Counter[str]:
    """How often each message was sent back, by the message that it was first."""
    lines = (stack.log_dir / "functions.log").read_text(encoding="utf-8").splitlines()
    events = [json.loads(line) for line in lines if '"message":"REQUEUED"' in line]
    return Counter(event["correlation_id"] for event in events)


def tried(stack: LocalStack) -> bool:
    found = requeued(stack)
    return len(found) == ALERTS and min(found.values()) >= ATTEMPTS


def test_every_alert_became_an_issue_and_nothing_was_redriven(stack: LocalStack) -> None:
    listed = stack.github.world.repository(REPOSITORY).listed
    about = sorted(issue.title for issue in listed if "Away" in issue.title)
    assert [title.split("]")[0] for title in about] == ["[P0", "[P1", "[P2", "[P3"]
    assert stack.aws.dlq_messages() == []


def test_each_is_one_condition_recorded_as_if_it_came_at_once(stack: LocalStack) -> None:
    lines = (stack.log_dir / "functions.log").read_text(encoding="utf-8").splitlines()
    recorded = [json.loads(line) for line in lines if '"message":"NORMALIZED_ALERT"' in line]
    assert {event["reason"] for event in recorded} == {"FIRST_FIRING"}
    assert {event["correlation_id"] for event in recorded} == requeued(stack).keys()
