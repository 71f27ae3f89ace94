"""`python -m tests.senders.record`: what the real Alertmanager sends, as samples.

The names of this machine are replaced. A sample keeps its `what` and `expect`; of a new one a person writes
them.
"""

import json
import re
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx

from tests.local.patience import HTTP_SECONDS
from tests.local.stack import LocalStack
from tests.senders.alertmanager import Alertmanager
from tests.senders.relay import Post
from tests.senders.site import REPOSITORY, Site, running

SAMPLES = Path(__file__).parents[1] / "samples" / "alertmanager"
OWNER = {"team": "dev-infra", "priority": "P1"}

# Alerts of other rules than the documented one, as a program of one's own sends them to Alertmanager.
NO_ALERTNAME = ({"labels": {"thing": "value", **OWNER}, "annotations": {"hint": "how to fix foobar"}},)
OTHER_ANNOTATIONS = (
    {
        "labels": {"alertname": "MemoryLow", **OWNER},
        "annotations": {
            "message": "grafana uses 30.10 % of its reservation",
            "value": "30.10 %",
            "dashboard_url": "https://grafana.example.org/d/abc",
            "hint": "how to fix it",
        },
    },
)
TWO_MOUNTPOINTS = tuple(
    {
        "labels": {
            "alertname": "NodeFilesystemAlmostOutOfSpace",
            "device": "/dev/sda5",
            "instance": "builder-1.example.org:9100",
            "job": "node-exporter",
            "mountpoint": mountpoint,
            **OWNER,
        },
        "annotations": {"summary": "Filesystem has less than 5% space left."},
    }
    for mountpoint in ("/var", "/home")
)


def recorded(site: Site) -> Iterator[tuple[str, Post]]:
    """Let things happen, and yield what was sent first about each."""
    six = tuple(f"linux-{name}" for name in ("x64", "arm64", "riscv64", "ppc64le", "s390x", "x86"))
    site.fire("macos-13")
    site.until_open("macos-13")
    yield "recorded-firing", site.posts("macos-13")[0]
    site.end("macos-13")
    site.until_closed("macos-13")
    yield "recorded-resolved", site.accepted("macos-13", "resolved")[0]
    site.fire(*six)
    site.until_open(*six)
    site.end(*six[:2])
    site.until_closed(*six[:2])
    yield "recorded-two-of-six-resolved", site.accepted(six[0], "resolved")[0]
    site.end(*six)
    for name, alerts in (
        ("recorded-without-alertname", NO_ALERTNAME),
        ("recorded-other-annotations", OTHER_ANNOTATIONS),
        ("recorded-two-mountpoints", TWO_MOUNTPOINTS),
    ):
        url = f"{site.alertmanager.url}/api/v2/alerts"
        httpx.post(url, json=alerts, timeout=HTTP_SECONDS, trust_env=False).raise_for_status()
        yield name, first(site, alerts[0]["labels"])


def first(site: Site, labels: dict[str, str]) -> Post:
    """Wait for the first notification of an alert with these labels."""

    def found() -> list[Post]:
        return [post for post in site.relay.posts if any(a["labels"] == labels for a in post.body["alerts"])]

    site.until(lambda: bool(found()), f"a notification of {labels}")
    return found()[0]


def renamed(body: dict[str, Any]) -> dict[str, Any]:
    """Replace the names of this machine."""
    text = json.dumps(body)
    text = text.replace(body["externalURL"], "http://alertmanager-0.example.org:9093")
    text = re.sub(r"http://[^/\"]+/graph", "http://prometheus.example.org:9090/graph", text)
    assert socket.gethostname() not in text
    assert "127.0.0.1" not in text
    replaced: dict[str, Any] = json.loads(text)
    return replaced


def keep(name: str, post: Post) -> None:
    path = SAMPLES / f"{name}.json"
    known = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {"what": "", "expect": []}
    sample = {"what": known["what"], "payload": renamed(post.body), "expect": known["expect"]}
    path.write_text(json.dumps(sample, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def main() -> None:
    def alone(folder: Path, api: str, token_file: Path) -> tuple[Alertmanager]:
        return (Alertmanager(folder / "alertmanager", api, token_file),)

    with (
        tempfile.TemporaryDirectory() as folder,
        LocalStack(http=True, repositories=(REPOSITORY,), reconcile_every=1) as stack,
        running(stack, Path(folder), alone) as site,
    ):
        for name, post in recorded(site):
            keep(name, post)


if __name__ == "__main__":
    main()
