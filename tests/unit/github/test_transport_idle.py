"""A connection that died while idle costs no call, and no write is ever made twice."""

import contextlib
import socket
import struct
import threading
from collections.abc import Iterator

import httpx
import pytest

from chalicelib.github import transport
from chalicelib.github.transport import IDLE, BoundedTransport

ANSWER = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"


class Forgetful:
    """A server that answers each connection's first request, and does `afterwards` to a second one.

    `requests` are the connections (by number) on which one arrived.
    """

    def __init__(self) -> None:
        self.afterwards, self.requests = "answer", list[int]()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self._open: list[socket.socket] = []
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self._open.append(connection)
            threading.Thread(target=self._serve, args=(connection, len(self._open)), daemon=True).start()

    def _serve(self, connection: socket.socket, number: int) -> None:
        with contextlib.suppress(OSError):  # the test is over
            self._answer(connection, number)

    def _answer(self, connection: socket.socket, number: int) -> None:
        first = True
        while connection.recv(65536):
            self.requests.append(number)
            if first or self.afterwards == "answer":
                connection.sendall(ANSWER)
            elif self.afterwards == "reset":
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                connection.close()
                return
            first = False

    def stop(self) -> None:
        self._listener.close()
        for connection in self._open:
            connection.close()


class Clocks:
    """The monotonic and the wall clock, each moved by hand."""

    def __init__(self) -> None:
        self.monotonic, self.wall = 0.0, 1000.0


@pytest.fixture
def server() -> Iterator[Forgetful]:
    forgetful = Forgetful()
    yield forgetful
    forgetful.stop()


@pytest.fixture
def clocks() -> Clocks:
    return Clocks()


@pytest.fixture
def client(clocks: Clocks) -> Iterator[httpx.Client]:
    bounded = BoundedTransport(lambda: clocks.monotonic, lambda: clocks.wall)
    with httpx.Client(transport=bounded, timeout=10) as made:
        yield made


def post(client: httpx.Client, server: Forgetful) -> httpx.Response:
    return client.post(server.url, content=b"", extensions={"reads": False})


def get(client: httpx.Client, server: Forgetful) -> httpx.Response:
    return client.get(server.url, extensions={"reads": True})


@pytest.mark.parametrize("afterwards", ["reset", "silence"])
@pytest.mark.parametrize(
    ("monotonic", "wall"),
    [(7.0, 7.0), (0.0, 7.0), (7.0, 0.0), (0.0, -7.0), (0.0, IDLE)],
    ids=["both", "frozen", "wall stands", "wall set back", "the least"],
)
def test_a_connection_idle_by_either_clock_is_not_used_again(
    server: Forgetful, client: httpx.Client, clocks: Clocks, afterwards: str, monotonic: float, wall: float
) -> None:
    server.afterwards = afterwards
    get(client, server)
    clocks.monotonic += monotonic
    clocks.wall += wall
    assert post(client, server).text == "ok"
    assert server.requests == [1, 2]


def test_a_connection_just_used_is_used_again(
    server: Forgetful, client: httpx.Client, clocks: Clocks
) -> None:
    for _ in range(3):
        get(client, server)
        clocks.monotonic += IDLE - 0.1
        clocks.wall += IDLE - 0.1
    assert server.requests == [1, 1, 1]


def test_a_read_on_a_dead_connection_is_repeated_at_once_on_a_new_one(
    server: Forgetful, client: httpx.Client
) -> None:
    server.afterwards = "reset"
    get(client, server)
    assert get(client, server).text == "ok"
    assert server.requests == [1, 1, 2]


def test_a_write_that_may_have_arrived_is_never_repeated(server: Forgetful, client: httpx.Client) -> None:
    server.afterwards = "reset"
    get(client, server)
    with pytest.raises((httpx.ReadError, httpx.RemoteProtocolError)):
        post(client, server)
    assert server.requests == [1, 1]


def test_a_write_whose_head_never_left_is_sent_on_a_new_connection(
    server: Forgetful, client: httpx.Client
) -> None:
    shut = get(client, server).extensions["network_stream"].get_extra_info("socket")
    shut.shutdown(socket.SHUT_WR)  # so that to send fails, before the other end could say anything
    assert post(client, server).text == "ok"
    assert server.requests == [1, 2]


def test_a_new_connection_that_dies_is_not_replaced_again(client: httpx.Client) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        accepted: list[int] = []

        def hang_up() -> None:
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                accepted.append(1)
                connection.recv(65536)
                connection.close()

        threading.Thread(target=hang_up, daemon=True).start()
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        with pytest.raises(httpx.RemoteProtocolError):
            client.get(url, extensions={"reads": True})
    assert accepted == [1]


def test_a_write_after_idling_would_fail_were_old_connections_used(
    server: Forgetful, client: httpx.Client, clocks: Clocks, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So that the tests above show that old connections are not used."""
    monkeypatch.setattr(transport, "IDLE", 60.0)
    server.afterwards = "reset"
    get(client, server)
    clocks.monotonic, clocks.wall = clocks.monotonic + 7, clocks.wall + 7
    with pytest.raises((httpx.ReadError, httpx.RemoteProtocolError)):
        post(client, server)
    assert server.requests == [1, 1]
