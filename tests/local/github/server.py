"""The server: a real HTTP server on a loopback port that answers as api.github.com does."""

from __future__ import annotations

import contextlib
import logging
import socket
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, Self

from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server
from werkzeug.wrappers import Request

from .auth import App, Authority
from .call import Services
from .control import Control
from .exchange import Exchange
from .faults import Faults
from .hooks import ANSWER_WITHIN, Hooks
from .journal import Journal
from .limits import Limits
from .pages import Pages
from .people import Person
from .registration import Registration
from .representations import Representations
from .world import World

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment


class GitHubServer:
    """GitHub on a loopback port, with one app registered; without an `app_id` a person has to register it.

    `start` may follow `stop`: the port and everything on it stay, and in between connections are refused.
    The issues are pages too, at the paths that GitHub has them; `html_url` leads there where `site` is None.
    """

    def __init__(
        self,
        *,
        app_id: str = "0",
        public_key_pem: str = "",
        client_id: str = "Iv23liStandIn",
        slug: str = "alerting",
        port: int = 0,
        now: Callable[[], float] = time.time,
        site: str | None = "https://github.com",
    ) -> None:
        self.now = now
        self.latency = 0.0
        self.most_concurrent = 100
        self.app = App(app_id, client_id, slug, public_key_pem)
        self.world = World(f"{slug}[bot]", now)
        self.authority = Authority(self.app, now)
        self.limits = Limits(now)
        self.faults = Faults(now)
        self.journal = Journal()
        self.port = port
        self._site = site
        self._born = now()
        self._stopping = threading.Event()
        self._server: BaseWSGIServer | None = None
        self._thread: threading.Thread | None = None
        self._control = Control(self)
        self._registration = Registration(self)
        self._pages = Pages(self.world)

    @property
    def url(self) -> str:
        """Where the API is; known once started."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def services(self) -> Services:
        """All that answers requests."""
        show = Representations(self.url, self._site or self.url, self.app, self.world.bot, self._born)
        return Services(self.world, self.authority, self.limits, self.faults, show)

    def person(self, login: str) -> Person:
        """Somebody who uses GitHub's pages."""
        return Person(self.world, login)

    def rename_app(self, slug: str) -> None:
        """Rename the app."""
        with self.world.lock:
            self.app = self.authority.app = replace(self.app, slug=slug)
            self.world.rename_bot(f"{slug}[bot]")

    def register_app(self, app: App) -> None:
        """Have another app from now on, installed nowhere yet."""
        with self.world.lock:
            self.rename_app(app.slug)
            self.app = self.authority.app = app
            self.authority.revoke_all()
            self.world.installations.clear()

    def reinstall(self, repository: str) -> None:
        """Remove the app from the repository's owner and install it again: its tokens end, its id changes."""
        with self.world.lock:
            owner = self.world.repository(repository).owner
            before = self.world.installation_on(owner)
            self.world.reinstall(owner)
            if before is not None:
                self.authority.revoke(before)

    def send_events(
        self, url: str, secret: str, *, own: bool = True, patience: float = ANSWER_WITHIN
    ) -> Hooks:
        """Post what happens from now on to the app's webhook, what the app did itself only where `own`."""
        return Hooks(self, url, secret, own=own, patience=patience)

    def start(self) -> None:
        """Listen, and answer from threads of their own."""
        logging.getLogger("werkzeug").setLevel(logging.ERROR)
        self._stopping.clear()
        server = make_server(
            "127.0.0.1", self.port, self._serve, threaded=True, request_handler=_QuietHandler
        )
        self.port = server.server_port
        self._server = server
        self._thread = threading.Thread(target=server.serve_forever, args=(0.01,), name="github", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Stop listening; whoever still waits for an answer gets none."""
        self._stopping.set()
        if self._server is not None and self._thread is not None:
            self._server.shutdown()
            self._thread.join()
            self._server.server_close()
        self._server = self._thread = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _serve(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        request = Request(environ)
        request.get_data()
        if request.path.startswith("/_control/"):
            return self._control.respond(request)(environ, start_response)
        page = self._registration.respond(request) or self._pages.respond(request)
        if page is not None:
            return page(environ, start_response)
        response = Exchange(self, request).run()
        if response is None or self._stopping.is_set():
            raise _hung_up(environ)
        return response(environ, start_response)

    def wait(self, seconds: float) -> None:
        """Let real time pass, unless the server stops."""
        if seconds > 0:
            self._stopping.wait(seconds)


class _QuietHandler(WSGIRequestHandler):
    def log(self, type: str, message: str, *args: object) -> None:  # noqa: A002 - the base class names it so
        """Say nothing: the journal knows."""

    def send_response(self, code: int, message: str | None = None) -> None:
        """Send the status alone: Date and Server are among the answer's own headers."""
        self.send_response_only(code, message)


def _hung_up(environ: WSGIEnvironment) -> ConnectionError:
    connection: socket.socket = environ["werkzeug.socket"]
    with contextlib.suppress(OSError):  # the client may have hung up first
        connection.shutdown(socket.SHUT_RDWR)
    return ConnectionError("closed on purpose")
