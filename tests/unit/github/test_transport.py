"""The transport bounds a call as a whole, on a real socket and a clock that gains a second at each look."""

import itertools
import socket
import threading
from collections.abc import Iterator

import httpx
import pytest

from chalicelib.github.transport import BoundedTransport

ANSWER = b"HTTP/1.1 200 OK\r\ncontent-length: 60\r\n\r\n" + 60 * b"x"


class Dripping:
    """A server that sends its answers drop by drop."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            with connection:
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                connection.recv(65536)
                self._drip(connection)

    def _drip(self, connection: socket.socket) -> None:
        """Send a drop when the one before it was taken: the client closes, or reads to the end."""
        for start in range(0, len(ANSWER), self._size):
            try:
                connection.sendall(ANSWER[start : start + self._size])
            except OSError:
                return
            threading.Event().wait(0.005)

    def stop(self) -> None:
        self._listener.close()


@pytest.fixture(params=[1, len(ANSWER)])
def server(request: pytest.FixtureRequest) -> Iterator[Dripping]:
    dripping = Dripping(request.param)
    yield dripping
    dripping.stop()


def get(server: Dripping, timeout: float) -> httpx.Response:
    clock = itertools.count()
    with httpx.Client(transport=BoundedTransport(lambda: float(next(clock)), lambda: 0.0)) as client:
        return client.get(server.url, timeout=timeout)


@pytest.mark.parametrize("server", [1, len(ANSWER)], indirect=True)
def test_an_answer_in_time_is_an_answer(server: Dripping) -> None:
    assert get(server, timeout=1000).content == 60 * b"x"


@pytest.mark.parametrize("server", [1], indirect=True)
@pytest.mark.parametrize("timeout", [20, 80], ids=["its head", "its body"])
def test_an_answer_that_comes_in_drops_ends_when_its_time_is_over(server: Dripping, timeout: float) -> None:
    with pytest.raises(httpx.ReadTimeout):
        get(server, timeout)


def test_a_call_whose_time_is_over_before_it_is_connected_is_not_sent(server: Dripping) -> None:
    with pytest.raises(httpx.ConnectTimeout):
        get(server, timeout=1)
    with pytest.raises(httpx.WriteTimeout):
        get(server, timeout=2)
