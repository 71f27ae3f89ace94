"""What Alertmanager and Grafana answer when asked which alerts fire, as their API is documented.

github.com/prometheus/alertmanager/blob/main/api/v2/openapi.yaml; the shapes are those of Alertmanager 0.25.
Grafana adds private labels and annotations, and its status has no time of start.
"""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

GRAFANA = "/api/alertmanager/grafana"


def entry(
    fingerprint: str, *, silenced_by: str = "", inhibited_by: str = "", **fields: Any
) -> dict[str, Any]:
    """An alert as the list has it."""
    held = [name for name in (silenced_by, inhibited_by) if name]
    return {
        "annotations": {},
        "startsAt": "2026-11-28T22:16:26.687Z",
        "endsAt": "2026-11-28T22:21:26.687Z",
        "updatedAt": "2026-11-28T22:16:26.687Z",
        "fingerprint": fingerprint,
        "receivers": [{"name": "alerting"}],
        "status": {
            "state": "suppressed" if held else "active",
            "silencedBy": [silenced_by] if silenced_by else [],
            "inhibitedBy": [inhibited_by] if inhibited_by else [],
        },
        "generatorURL": "http://prometheus.example.org/graph",
        "labels": {"alertname": "Slow"},
    } | fields


@dataclass
class Lists:
    """What the server answers next; `answers` by path outweigh the rest, as (status, headers, body).

    `bodies` are other answers in JSON, which need the token too.
    """

    alerts: list[dict[str, Any]] = field(default_factory=list)
    started: datetime = field(default_factory=lambda: datetime.now(UTC) - timedelta(days=1))
    cluster: str = "ready"
    token: str = ""
    answers: dict[str, tuple[int, dict[str, str], bytes]] = field(default_factory=dict)
    bodies: dict[str, Any] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def answer(self, address: str, authorization: str) -> tuple[int, dict[str, str], bytes]:
        """Answer a GET."""
        self.asked.append(address)
        path = urlsplit(address).path
        if path in self.answers:
            return self.answers[path]
        if self.token and authorization != self.token:
            return 401, {}, b'{"message":"Unauthorized"}'
        bodies: dict[str, Any] = {
            "/api/v2/alerts": self.alerts,
            "/api/v2/status": self._status(),
            f"{GRAFANA}/api/v2/alerts": self.alerts,
        } | self.bodies
        if path not in bodies:
            return 404, {}, b"404 page not found"
        return 200, {"content-type": "application/json"}, json.dumps(bodies[path]).encode()

    def _status(self) -> dict[str, Any]:
        return {
            "cluster": {"name": "01KB", "peers": [], "status": self.cluster},
            "config": {"original": "route:\n  receiver: alerting\n"},
            "uptime": self.started.isoformat().replace("+00:00", "Z"),
            "versionInfo": {"version": "0.25.0"},
        }


@contextmanager
def serving(lists: Lists) -> Iterator[str]:
    """Serve lists on loopback; yields the address."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, headers, body = lists.answer(self.path, self.headers.get("authorization", ""))
            self.send_response(status)
            for name, value in ({"content-length": str(len(body))} | headers).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002 - the library's name
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
