"""Messages to play with, firing since now: `write` puts them where `make local` and docs/try-it.md say."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

from tests.local import senders
from tests.local.senders import GrafanaAlert

FOLDER = Path("build") / "examples"


def write(folder: Path, now: datetime) -> None:
    """Write a file for each kind of sender."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, message in _messages(now).items():
        (folder / f"{name}.json").write_text(json.dumps(message, indent=2) + "\n", encoding="utf-8")


def _messages(now: datetime) -> dict[str, dict[str, Any]]:
    runbook = {"runbook_url": "https://example.org/runbooks/queue"}
    queue = GrafanaAlert(
        *("Runner queue too long", "P1", "ci-runners", "118 jobs have waited for more than 10 minutes"),
        labels={"pool": "linux-x64"},
        annotations=runbook,
        value=118,
    )
    disk = GrafanaAlert("Disk almost full", "P2", "storage", "artifact-store-3 is 91 % full", value=91)
    described = (
        "TEAM=ci-runners | PRIORITY=P0 | RUNBOOK=https://example.org/runbooks/arm64\n"
        "SUMMARY=812 jobs wait for an arm64 runner\nRelease builds wait for arm64, so nothing ships."
    )
    return {
        "grafana": senders.grafana_group([queue.payload(now), disk.payload(now)]),
        "cloudwatch": senders.cloudwatch(
            "arm64-queue-too-long",
            described,
            now,
            reason="Threshold Crossed: 1 datapoint [812.0] was greater than the threshold (500.0).",
            trigger=senders.metric_trigger("QueuedJobs", "CI/Runners", 500.0, Fleet="arm64"),
        ),
        "unowned": senders.cloudwatch("macos-queue-too-long", "PRIORITY=P1\nNobody put a TEAM here.", now),
        "normalized": senders.normalized(
            "Nightly backup is late", priority="P2", team="storage", summary="No backup since 02:00", at=now
        ),
    }
