"""From what a provider sends, through real processes, to the issues that GitHub has."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.local import examples, senders
from tests.local.github.model import Issue
from tests.local.senders import GrafanaAlert
from tests.local.stack import LocalStack

ALERTS, INFRA = "example-org/alerts", "example-org/ci-infra"
NO_LIMITS = {"WRITE_SPACING_SECONDS": "0", "WRITES_PER_MINUTE": "5000", "WRITES_PER_HOUR": "5000"}
AS_IN_PRODUCTION = {
    "DUPLICATE_SECONDS": "300",
    "UPDATE_INTERVAL_MINUTES": "10",
    "COMMENT_INTERVAL_MINUTES": "60",
    "REOPEN_WINDOW_MINUTES": "30",
}
"""Or longer: in seconds, a slow machine's copies would be repeats, and a reopening would come too late."""
SOON_GIVEN_UP = {"GITHUB_TIMEOUT_SECONDS": "2", "LEASE_SECONDS": "6"}
"""Less than GitHub hangs; a machine so slow that calls take longer has issues later, and no others."""


@pytest.fixture(scope="module")
def stack() -> Iterator[LocalStack]:
    settings = NO_LIMITS | AS_IN_PRODUCTION | SOON_GIVEN_UP
    with LocalStack(http=True, collectors=2, repositories=(ALERTS, INFRA), settings=settings) as running:
        limits = running.github.limits
        limits.creations_per_minute = limits.creations_per_hour = limits.points_per_minute = None
        yield running


@pytest.fixture(autouse=True)
def _github_in_good_health(stack: LocalStack) -> Iterator[None]:
    yield
    stack.github.faults.clear()
    stack.github.latency = 0.0


def alerts(name: str, count: int) -> list[GrafanaAlert]:
    """A number of alerts whose titles begin with a name of their own."""
    return [
        GrafanaAlert(
            f"{name} {n:03}", "P2", "storage", f"{name} {n} is in trouble", {"instance": f"host-{n}"}
        )
        for n in range(count)
    ]


def post(stack: LocalStack, *entries: dict[str, object]) -> int:
    """Post a group as Grafana does, and return how many alerts were taken."""
    answer = senders.post(stack.http_url, "grafana", stack.tokens["grafana"], senders.grafana_group(entries))
    assert answer.status_code == 202, answer.text
    accepted: int = answer.json()["accepted"]
    return accepted


def issues(stack: LocalStack, name: str) -> list[Issue]:
    """Every issue about the alerts of a name."""
    return [
        issue
        for repository in (ALERTS, INFRA)
        for issue in stack.github.world.repository(repository).listed
        if f"] {name} " in issue.title
    ]


def now() -> datetime:
    return datetime.now(UTC)


def test_a_group_of_fifty_gives_fifty_issues(stack: LocalStack) -> None:
    assert post(stack, *(alert.payload(now()) for alert in alerts("Fifty", 50))) == 50
    stack.wait_until(stack.quiet, "fifty issues")
    assert len({issue.title for issue in issues(stack, "Fifty")}) == 50
    assert len(issues(stack, "Fifty")) == 50


def test_each_member_of_a_group_has_its_own_state(stack: LocalStack) -> None:
    began, group = now(), alerts("Mixed", 4)
    post(stack, *(alert.payload(began) for alert in group))
    stack.wait_until(lambda: len(issues(stack, "Mixed")) == 4 and stack.quiet(), "four issues")
    ended = [now() if n % 2 else None for n in range(4)]
    post(stack, *(alert.payload(began, end) for alert, end in zip(group, ended, strict=True)))
    stack.wait_until(stack.quiet, "two closings")
    states = {issue.title: issue.state for issue in issues(stack, "Mixed")}
    assert list(dict(sorted(states.items())).values()) == ["open", "closed", "open", "closed"]


def test_three_copies_at_once_to_two_collectors_make_one_issue_each(stack: LocalStack) -> None:
    stack.github.latency = 0.5
    entries = [alert.payload(now()) for alert in alerts("Copies", 40)]
    for _ in range(3):
        post(stack, *entries)
    stack.wait_until(stack.quiet, "forty issues")
    assert len(issues(stack, "Copies")) == 40
    assert sum(len(issue.comments) for issue in issues(stack, "Copies")) == 0


def test_while_github_answers_502_everything_is_acknowledged_and_nothing_lost(stack: LocalStack) -> None:
    stack.github.faults.outage(status=502)
    post(stack, *(alert.payload(now()) for alert in alerts("Outage", 20)))
    stack.wait_until(lambda: sum(stack.aws.queue_depth()) == 0, "an empty queue")
    assert (issues(stack, "Outage"), stack.aws.dlq_messages()) == ([], [])
    stack.github.faults.clear()
    stack.wait_until(stack.quiet, "twenty issues")
    assert len(issues(stack, "Outage")) == 20


@pytest.mark.parametrize("took_effect", [False, True])
def test_while_github_hangs_everything_is_acknowledged_and_nothing_doubled(
    stack: LocalStack, took_effect: bool
) -> None:
    name = f"Hang{took_effect}"
    stack.github.faults.add("hang", seconds=4, method="POST", path="/repos/*/issues", after_write=took_effect)
    post(stack, *(alert.payload(now()) for alert in alerts(name, 6)))
    stack.wait_until(lambda: sum(stack.aws.queue_depth()) == 0, "an empty queue")
    stack.github.faults.clear()
    stack.wait_until(stack.quiet, "six issues")
    assert len(issues(stack, name)) == 6
    assert stack.aws.dlq_messages() == []


def test_a_life_over_cloudwatch(stack: LocalStack) -> None:
    """Opens, recovers, flaps on the same issue; EventBridge and SNS speak of the same condition."""
    described = "TEAM=storage | PRIORITY=P1 | RUNBOOK=https://example.org/runbooks/disk"
    stack.aws.publish(senders.cloudwatch("Life 1", described, now()))
    stack.wait_until(lambda: len(issues(stack, "Life")) == 1 and stack.quiet(), "an issue")
    stack.aws.publish(senders.cloudwatch("Life 1", described, now(), state="OK", before="ALARM"))
    stack.wait_until(lambda: issues(stack, "Life")[0].state == "closed", "its closing")
    stack.aws.publish(senders.eventbridge("Life 1", described, now()))
    stack.wait_until(lambda: issues(stack, "Life")[0].state == "open", "its reopening")
    assert len(issues(stack, "Life")) == 1


def test_the_examples_of_make_local_become_issues(stack: LocalStack, tmp_path: Path) -> None:
    examples.write(tmp_path, now())
    for source in ("grafana", "normalized"):
        message = json.loads((tmp_path / f"{source}.json").read_text(encoding="utf-8"))
        assert senders.post(stack.http_url, source, stack.tokens[source], message).status_code == 202
    stack.aws.publish((tmp_path / "cloudwatch.json").read_text(encoding="utf-8"))
    stack.wait_until(stack.quiet, "three issues")
    titles = {issue.title for name in (ALERTS, INFRA) for issue in stack.github.world.repository(name).listed}
    assert {
        "[P1] Runner queue too long [linux-x64, folder CI]",
        "[P2] Disk almost full [folder CI]",
        "[P0] arm64-queue-too-long",
    } <= titles


def test_bad_messages_are_kept_with_the_reason_and_harm_nobody(stack: LocalStack) -> None:
    bad = senders.cloudwatch("Nobody's 1", "no team here", now())
    stack.aws.publish(bad)
    stack.aws.publish("A notification of something else")
    poisoned, sound = alerts("Poison", 2)
    post(stack, poisoned.payload(now()) | {"status": "exploding"}, sound.payload(now()))
    stack.wait_until(stack.quiet, "the sound one's issue")
    assert [issue.title for issue in issues(stack, "Poison")] == ["[P2] Poison 001 [host-1, folder CI]"]
    reasons = {letter.attributes["reason"] for letter in stack.aws.dlq_messages()}
    assert {"MISSING_TEAM_AND_PRIORITY", "NOT_JSON"} < reasons
    assert any("Nobody's 1" in letter.body for letter in stack.aws.dlq_messages())
