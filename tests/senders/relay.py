"""Stands between Alertmanager and the webhook, and keeps what was posted and how it was answered."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

import httpx

from tests.local.patience import HTTP_SECONDS

PASSED_ON = ("Authorization", "Content-Type", "User-Agent")


@dataclass(frozen=True)
class Post:
    """One notification, and the webhook's answer to it."""

    status: int
    body: Any

    @property
    def sender(self) -> str:
        """The address that the Alertmanager says it has."""
        address: str = self.body["externalURL"]
        return address

    @property
    def alerts(self) -> list[dict[str, Any]]:
        """Its alerts: those of a group, or the whole list that Prometheus posts."""
        alerts: list[dict[str, Any]] = (
            self.body if isinstance(self.body, list) else self.body.get("alerts", [])
        )
        return alerts

    def of(self, pool: str) -> list[dict[str, Any]]:
        """Return its alerts about a pool."""
        return [alert for alert in self.alerts if alert["labels"].get("pool") == pool]


class Relay:
    """An HTTP server on loopback that passes each request on to the API; `posts` in their order."""

    def __init__(self, api: str) -> None:
        self.posts: list[Post] = []
        self.begun = 0
        self._open: set[int] = set()
        self._lock = threading.Lock()
        relay = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                headers = {name: self.headers[name] for name in PASSED_ON if name in self.headers}
                with relay.under_way():
                    answer = httpx.post(
                        api + self.path, content=body, headers=headers, timeout=HTTP_SECONDS, trust_env=False
                    )
                    relay.posts.append(Post(answer.status_code, json.loads(body)))
                self.send_response(answer.status_code)
                self.send_header("Content-Length", str(len(answer.content)))
                self.end_headers()
                self.wfile.write(answer.content)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
                """Say nothing: `posts` has it."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    @contextmanager
    def under_way(self) -> Iterator[None]:
        """Number a request, and know it as one without an answer while it is under way."""
        with self._lock:
            self.begun += 1
            number = self.begun
            self._open.add(number)
        try:
            yield
        finally:
            with self._lock:
                self._open.remove(number)

    def unanswered(self, among: int) -> int:
        """Count how many of the first `among` requests have no answer yet."""
        with self._lock:
            return sum(number <= among for number in self._open)

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, name="relay", daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
