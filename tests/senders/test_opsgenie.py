"""Alertmanager's own receiver for Opsgenie, of which nothing but the address and the key is another."""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from tests.local.stack import LocalStack
from tests.senders import documented
from tests.senders.alertmanager import ALONE, Alertmanager
from tests.senders.exporter import Exporter
from tests.senders.prometheus import Prometheus
from tests.senders.relay import Relay
from tests.senders.site import Site, started


@pytest.fixture(scope="module")
def opsgenie(stack: LocalStack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """One Prometheus and one Alertmanager that takes us for Opsgenie."""
    folder = tmp_path_factory.mktemp("opsgenie")
    token_file = folder / "token"
    with ExitStack() as ending:
        exporter, relay = ending.enter_context(Exporter()), ending.enter_context(Relay(stack.http_url))
        alertmanager = Alertmanager(folder, relay.url, token_file, ALONE, documented.opsgenie)
        prometheus = Prometheus(folder / "prometheus", exporter.address, [alertmanager.address])
        site = Site(stack, exporter, relay, token_file, prometheus, (alertmanager,))
        yield started(site, ending, "opsgenie")


@pytest.fixture(autouse=True)
def _without_a_line_break(opsgenie: Site) -> None:
    """Alertmanager 0.25 sends the file's content as it is, and no header may hold a line break."""
    opsgenie.token_file.write_text(opsgenie.stack.tokens["opsgenie"], encoding="utf-8")


def test_an_alert_opens_one_issue_that_its_repeats_leave_alone_and_its_end_closes(opsgenie: Site) -> None:
    opsgenie.fire("macos-31")
    opsgenie.until_open("macos-31")
    (issue,) = opsgenie.issues("macos-31")
    assert {"Team:ci-runners", "Pri:P1", "Source:opsgenie"} <= set(issue.label_names)
    assert "RunnerQueueTooLong" in issue.title
    before = len(opsgenie.relay.posts)
    opsgenie.until(lambda: len(opsgenie.relay.posts) >= before + 2, "Alertmanager to repeat it")
    opsgenie.until_open("macos-31")
    opsgenie.end("macos-31")
    opsgenie.until_closed("macos-31")
    assert issue.state_reason == "completed"
    refused = [post for post in opsgenie.relay.posts if 400 <= post.status < 500]
    assert refused == []
