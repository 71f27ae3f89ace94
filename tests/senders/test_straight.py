"""Prometheus without an Alertmanager: it posts what fires again and again, and so do its replicas."""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from tests.local.stack import LocalStack
from tests.senders import documented
from tests.senders.exporter import Exporter
from tests.senders.prometheus import Prometheus
from tests.senders.relay import Relay
from tests.senders.site import Site, started

REPLICAS = 2


@pytest.fixture(scope="module")
def straight(stack: LocalStack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Two replicas of Prometheus, each with the documented configuration."""
    folder = tmp_path_factory.mktemp("straight")
    token_file = folder / "token"
    with ExitStack() as ending:
        exporter, relay = ending.enter_context(Exporter()), ending.enter_context(Relay(stack.http_url))
        alerting = documented.straight(relay.url, token_file)
        replicas = [
            Prometheus(folder / f"replica-{number}", exporter.address, (), alerting)
            for number in range(REPLICAS)
        ]
        site = Site(stack, exporter, relay, token_file, replicas[0], (), tuple(replicas[1:]))
        yield started(site, ending, "prometheus")


def test_an_alert_opens_one_issue_that_its_repeats_leave_alone_and_its_end_closes(straight: Site) -> None:
    straight.fire("macos-21")
    straight.until_open("macos-21")
    (issue,) = straight.issues("macos-21")
    assert {"Team:ci-runners", "Pri:P1", "Source:prometheus"} <= set(issue.label_names)
    straight.until_posted("macos-21", 4 * REPLICAS)
    assert straight.states("macos-21") == ["open"]
    straight.end("macos-21")
    straight.until_closed("macos-21")
    straight.until(lambda: issue.state_reason == "completed", "both replicas to say that it has ended")


def test_what_fires_again_is_one_issue_still(straight: Site) -> None:
    straight.fire("macos-22")
    straight.until_open("macos-22")
    straight.end("macos-22")
    straight.until_closed("macos-22")
    straight.fire("macos-22")
    straight.until_open("macos-22")
    straight.end("macos-22")
    straight.until_closed("macos-22")


def test_a_prometheus_that_is_gone_ends_nothing(straight: Site) -> None:
    straight.fire("macos-23")
    straight.until_open("macos-23")
    for program in straight.programs:
        program.kill()
    straight.until_stale("macos-23")
    for program in straight.programs:
        program.start()
    straight.until_posted("macos-23", 2 * REPLICAS)
    straight.end("macos-23")
    straight.until_closed("macos-23")
