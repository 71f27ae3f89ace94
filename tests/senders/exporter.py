"""What Prometheus reads: how long the queues of runners are."""

import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Self

TOO_LONG, SHORT = 118, 0


class Exporter:
    """Serves `runner_queue_length` of each pool, each with a timestamp.

    So a scrape that fails on a busy machine ends no alert: without timestamps Prometheus would mark every
    series as stale (https://prometheus.io/docs/prometheus/latest/querying/basics/#staleness).
    """

    def __init__(self) -> None:
        self._lengths: dict[str, int] = {}
        self.reads = 0
        exporter = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                exporter.reads += 1
                body = exporter.metrics().encode()
                self.send_response(200)
                self.send_header("Content-Type", "text/plain; version=0.0.4")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
                """Say nothing: Prometheus reads every second."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, name="exporter", daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def show(self, length: int, *pools: str) -> None:
        """Let the queues of these pools have this length, until it changes again."""
        self._lengths = self._lengths | dict.fromkeys(pools, length)

    def metrics(self) -> str:
        now = time.time_ns() // 1_000_000
        lines = [f'runner_queue_length{{pool="{pool}"}} {n} {now}' for pool, n in self._lengths.items()]
        return "\n".join(["# TYPE runner_queue_length gauge", *lines, ""])
