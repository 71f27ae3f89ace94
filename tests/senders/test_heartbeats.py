"""A Watchdog as a user pastes it: while Prometheus reports it there is no issue; when it stops, there is."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from tests.local.stack import LocalStack
from tests.senders import documented
from tests.senders.alertmanager import Alertmanager
from tests.senders.site import Site, running

GUIDE = documented.FOLDER.parent / "heartbeats.md"
POOL = "watched"
"""A label by which a site finds what is about it, as it does by the team of its repository."""


def watchdog() -> str:
    """Return the rule of the guide, as a file."""
    (text,) = re.findall(r"```yaml\n(- alert: Watchdog\n.+?)```", GUIDE.read_text("utf-8"), re.DOTALL)
    (rule,) = yaml.safe_load(text)
    rule["labels"] |= {"pool": POOL, "team": "ci-runners"}
    return yaml.safe_dump({"groups": [{"name": "meta", "rules": [rule]}]})


@pytest.fixture
def site(stack: LocalStack, tmp_path: Path) -> Iterator[Site]:
    """One Prometheus whose only rule is the Watchdog, and one Alertmanager."""

    def alone(folder: Path, api: str, token_file: Path) -> tuple[Alertmanager]:
        return (Alertmanager(folder / "alertmanager", api, token_file),)

    with running(stack, tmp_path, alone, watchdog()) as started:
        yield started


def test_a_watchdog_opens_nothing_until_prometheus_is_gone_and_closes_it_when_that_is_back(
    site: Site,
) -> None:
    site.until_repeated(POOL, 4)
    assert site.issues(POOL) == []
    assert site.stack.aws.dlq_messages() == []
    site.prometheus.stop()
    site.until_open(POOL)
    (issue,) = site.issues(POOL)
    assert issue.title == f"[P1] No heartbeat from Watchdog [pool {POOL}]"
    assert "which always fires, has ended" in (issue.body or "")
    assert {"Team:ci-runners", "Pri:P1", "Source:alertmanager"} <= set(issue.label_names)
    site.prometheus.start()
    site.until_closed(POOL)
