"""Two collector processes, three copies of everything, and a GitHub that takes half a second a call."""

from collections.abc import Iterator

import pytest

from tests.local.stack import LocalStack
from tests.processes.test_pipeline import (
    ALERTS,
    AS_IN_PRODUCTION,
    INFRA,
    NO_LIMITS,
    alerts,
    issues,
    now,
    post,
)


@pytest.fixture(scope="module")
def stack() -> Iterator[LocalStack]:
    settings = NO_LIMITS | AS_IN_PRODUCTION
    with LocalStack(http=True, collectors=2, repositories=(ALERTS, INFRA), settings=settings) as running:
        limits = running.github.limits
        limits.creations_per_minute = limits.creations_per_hour = limits.points_per_minute = None
        running.github.latency = 0.5
        yield running


def test_two_hundred_alerts_three_times_make_two_hundred_issues_and_no_comment(stack: LocalStack) -> None:
    entries = [alert.payload(now()) for alert in alerts("Storm", 200)]
    for _ in range(3):
        assert post(stack, *entries) == 200
    stack.wait_until(stack.quiet, "two hundred issues")
    found = issues(stack, "Storm")
    assert (len(found), len({issue.title for issue in found})) == (200, 200)
    assert sum(len(issue.comments) for issue in found) == 0
    assert stack.aws.dlq_messages() == []
