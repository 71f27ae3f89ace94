"""A page on this machine, to which GitHub sends the browser back with a code.

It listens only on 127.0.0.1. Its address is secret, so that nobody else on the machine reads the `state`, and
no code is accepted without that.
"""

import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from hmac import compare_digest
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self
from urllib.parse import parse_qs, urlsplit

from ops.deployment import Faults
from ops.setup.manifest import page

HOST = "127.0.0.1"
BACK = "/created"
PATIENCE_SECONDS = 3600.0
"""How long a code is valid (GitHub, "Registering a GitHub App from a manifest")."""

HEADERS = {
    "Content-Type": "text/html; charset=utf-8",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}

Offer = Callable[[str, str], str]
"""Writes the page, from the address to come back to and the state."""


@dataclass
class Exchange:
    """The browser's two requests: for the page, and back from GitHub with the code."""

    offer: Offer
    port: int = 0
    path: str = field(default_factory=lambda: f"/{secrets.token_urlsafe(16)}")
    state: str = field(default_factory=lambda: secrets.token_urlsafe(32), repr=False)
    code: str = field(default="", repr=False)
    came: threading.Event = field(default_factory=threading.Event, repr=False)

    @property
    def origin(self) -> str:
        """The address that it listens on."""
        return f"http://{HOST}:{self.port}"

    def answer(self, host: str, target: str) -> tuple[int, str]:
        """Answer a request with a status and a page.

        A host name that leads to 127.0.0.1 is not ours: another site would be behind it (DNS rebinding).
        """
        if host != f"{HOST}:{self.port}":
            return 421, page("Wrong address", "")
        asked = urlsplit(target)
        if compare_digest(asked.path.encode(), self.path.encode()):
            return 200, self.offer(f"{self.origin}{BACK}", self.state)
        if asked.path == BACK:
            return self._back({name: values[0] for name, values in parse_qs(asked.query).items()})
        return 404, page("Not found", "")

    def _back(self, query: dict[str, str]) -> tuple[int, str]:
        """Accept the first code that comes with our state."""
        if not compare_digest(query.get("state", "").encode(), self.state.encode()) or not query.get("code"):
            return 400, page(
                "This request does not come from the page that setup opened", "<p>Nothing was done.</p>"
            )
        if not self.came.is_set():
            self.code = query["code"]
            self.came.set()
        return 200, page("GitHub has created the App", "<p>Setup continues in the terminal.</p>")


class Loopback:
    """Serves an exchange while the context is open."""

    def __init__(self, offer: Offer) -> None:
        self.exchange = Exchange(offer)
        self._server = ThreadingHTTPServer((HOST, 0), _handler(self.exchange))
        self.exchange.port = self._server.server_port

    @property
    def address(self) -> str:
        """The page to open."""
        return f"{self.exchange.origin}{self.exchange.path}"

    def code(self, patience: float = PATIENCE_SECONDS) -> str:
        """Wait for the code; raises Faults if none comes."""
        if not self.exchange.came.wait(patience):
            raise Faults("GitHub did not create the App:", ["nobody finished that page within an hour"])
        return self.exchange.code

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: object, at: TracebackType | None) -> None:
        self._server.shutdown()
        self._server.server_close()


def _handler(exchange: Exchange) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        timeout = 10  # browsers open connections in advance, and send nothing on them

        def do_GET(self) -> None:
            status, text = exchange.answer(self.headers.get("Host", ""), self.path)
            content = text.encode()
            self.send_response(status)
            for name, value in {**HEADERS, "Content-Length": str(len(content))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            """Print nothing: the address contains the code."""

    return Handler
