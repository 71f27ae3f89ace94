"""The stand-in's App webhooks: signed as GitHub signs, and such that the app reads them."""

import hashlib
import hmac
import http.server
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from chalicelib.webhook import hints
from chalicelib.webhook.authentication import signed_by_github
from chalicelib.webhook.hints import Hint
from tests.contract.github_rig import REPOSITORY, Rig
from tests.local.github.hooks import Hooks
from tests.local.patience import HTTP_SECONDS, wait_until

SECRET = "It's a secret"


@dataclass
class Receiver:
    """What an app gets."""

    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    status: int = 202

    def __post_init__(self) -> None:
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.got.append(({name.lower(): value for name, value in self.headers.items()}, body))
                self.send_response(receiver.status)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self.server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True)
        self.thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}/github/events"

    def stop(self) -> None:
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()

    def events(self) -> list[tuple[str, dict[str, Any]]]:
        return [(headers["x-github-event"], json.loads(body)) for headers, body in self.got]


@pytest.fixture
def rig() -> Iterator[Rig]:
    with Rig() as started:
        yield started


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    found = Receiver()
    yield found
    found.stop()


def sent(rig: Rig, receiver: Receiver, *, own: bool = True) -> Hooks:
    return rig.github.send_events(receiver.url, SECRET, own=own, patience=HTTP_SECONDS)


def test_what_people_do_is_posted_signed_and_read_as_a_hint(rig: Rig, receiver: Receiver) -> None:
    rig.open("one", labels=["area:alerting"])
    rig.open("two")
    rig.github.world.add_repository("acme/attic")
    hooks, mona = sent(rig, receiver), rig.github.person("mona")
    mona.comment(REPOSITORY, 1, "/ack")
    mona.label(REPOSITORY, 1, "alert:muted")
    mona.unlabel(REPOSITORY, 1, "alert:muted")
    mona.close(REPOSITORY, 1, "not_planned")
    mona.reopen(REPOSITORY, 1)
    mona.delete(REPOSITORY, 2)
    mona.transfer(REPOSITORY, 1, "acme/attic")
    hooks.stop()
    read = [hints.hint(name, "guid", payload) for name, payload in receiver.events()]
    told = [(hint.action, hint.repository, hint.issue) for hint in read if isinstance(hint, Hint)]
    one = [(action, REPOSITORY, 1) for action in ("created", "labeled", "unlabeled", "closed", "reopened")]
    assert told == [*one, ("deleted", REPOSITORY, 2), ("transferred", REPOSITORY, 1)]
    for headers, body in receiver.got:
        assert signed_by_github(headers, body, SECRET)
        assert not signed_by_github(headers, body + b" ", SECRET)
        signature = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
        assert headers["x-hub-signature-256"] == f"sha256={signature}"
    assert len({headers["x-github-delivery"] for headers, _ in receiver.got}) == len(receiver.got)


def test_what_the_app_does_itself_is_posted_too_and_ignored(rig: Rig, receiver: Receiver) -> None:
    hooks = sent(rig, receiver)
    rig.open("one", labels=["alert:muted"])
    rig.comment(1)
    hooks.stop()
    read = [hints.hint(name, "guid", payload) for name, payload in receiver.events()]
    assert read == ["EVENT_NOT_HEEDED", "OWN_EVENT", "OWN_EVENT"]


def test_it_can_be_left_out(rig: Rig, receiver: Receiver) -> None:
    hooks = sent(rig, receiver, own=False)
    rig.open("one", labels=["alert:muted"])
    hooks.stop()
    assert receiver.got == []


def test_a_failed_delivery_is_not_repeated_unless_asked_for_and_then_has_its_id(
    rig: Rig, receiver: Receiver
) -> None:
    receiver.status = 503
    rig.open("one")
    hooks = sent(rig, receiver)
    rig.github.person("mona").close(REPOSITORY, 1)
    wait_until(lambda: bool(hooks.deliveries), "a delivery", lambda: len(receiver.got))
    (failed,) = hooks.deliveries
    hooks.redeliver(failed)
    hooks.stop()
    assert [delivery.status for delivery in hooks.deliveries] == [503, 503]
    assert [headers["x-github-delivery"] for headers, _ in receiver.got] == [failed.id, failed.id]
