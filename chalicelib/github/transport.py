"""The transport: a call to GitHub ends in bounded time as a whole.

httpx bounds each read and each write (python-httpx.org/advanced/timeouts), so an answer that comes in drops
could outlast the lease that its call was sent under. Only the look-up of the name is not bounded, and what it
delays is then not sent.
"""

import ssl
from collections.abc import Callable, Iterable
from typing import Any

import httpcore
import httpx


class Deadline:
    """When the call under way must be over; `monotonic` is in seconds."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic, self._at = monotonic, 0.0

    def start(self, seconds: float) -> None:
        """Begin a call."""
        self._at = self._monotonic() + seconds

    def left(self, error: type[Exception]) -> float:
        """Seconds that are left; raises the error where none are."""
        left = self._at - self._monotonic()
        if left <= 0:
            raise error("the call took too long as a whole")
        return left


class BoundedTransport(httpx.HTTPTransport):
    """Sends one call at a time, each in the time of its `read` timeout."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        certificates = httpx.create_ssl_context()  # once: it reads all the authorities there are
        super().__init__(verify=certificates)
        self._deadline = Deadline(monotonic)
        # httpcore takes a backend in its documentation ("Network backends"); httpx does not hand one on.
        self._pool = httpcore.ConnectionPool(
            ssl_context=certificates, network_backend=_Backend(self._deadline)
        )

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send, and begin to read the answer; raises httpx's timeouts."""
        self._deadline.start(request.extensions["timeout"]["read"])
        return super().handle_request(request)


class _Backend(httpcore.NetworkBackend):
    def __init__(self, deadline: Deadline) -> None:
        self._deadline, self._sockets = deadline, httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ARG002 - this phase's own, which is not what counts
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        left = self._deadline.left(httpcore.ConnectTimeout)
        stream = self._sockets.connect_tcp(host, port, left, local_address, socket_options)
        return _Stream(stream, self._deadline)


class _Stream(httpcore.NetworkStream):
    def __init__(self, stream: httpcore.NetworkStream, deadline: Deadline) -> None:
        self._stream, self._deadline = stream, deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ARG002 - likewise
        return self._stream.read(max_bytes, self._deadline.left(httpcore.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ARG002 - likewise
        self._stream.write(buffer, self._deadline.left(httpcore.WriteTimeout))

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ARG002 - likewise
    ) -> httpcore.NetworkStream:
        left = self._deadline.left(httpcore.ConnectTimeout)
        return _Stream(self._stream.start_tls(ssl_context, server_hostname, left), self._deadline)

    def close(self) -> None:
        self._stream.close()

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)
