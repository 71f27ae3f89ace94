"""The transport: a call to GitHub as a whole ends in bounded time, on a connection that works.

httpx bounds each single read and write (python-httpx.org/advanced/timeouts), so an answer that trickles in
could outlast the lease that its call was sent under. Only the DNS look-up is not bounded; a call that it
delays is then not sent.

Lambda drops idle connections without notice (docs.aws.amazon.com/lambda/latest/dg/best-practices.html). Such
a connection looks fine until something is sent on it.
"""

import ssl
from collections.abc import Callable, Iterable
from functools import cache
from typing import Any

import httpcore
import httpx

IDLE = 4.0
"""Seconds after which an idle connection is not used again; httpx's own default is five."""

BROKEN = (httpx.ConnectError, httpx.ReadError, httpx.RemoteProtocolError)
"""The errors of a connection that was dropped at the other end; silence is a timeout, after which no time
is left."""


class TimedCall:
    """The call under way: when it must be over, and how far it got; `monotonic` is in seconds."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic, self._at = monotonic, 0.0
        self.fresh = self.head_sent = False

    def start(self, seconds: float) -> None:
        """Begin a call."""
        self._at = self._monotonic() + seconds
        self.fresh = self.head_sent = False

    def left(self, error: type[Exception]) -> float:
        """Seconds that are left; raises the error if there are none."""
        left = self._at - self._monotonic()
        if left <= 0:
            raise error("the call took too long as a whole")
        return left


@cache
def authorities() -> ssl.SSLContext:
    """Read all certificate authorities, which takes as long as several calls."""
    return httpx.create_ssl_context()


class BoundedTransport(httpx.HTTPTransport):
    """Sends one call at a time, each within its `read` timeout.

    `wall` is a clock that continues while the process is frozen; reports differ on whether the monotonic one
    does (github.com/aws/aws-lambda-web-adapter/issues/830).
    """

    def __init__(
        self,
        monotonic: Callable[[], float],
        wall: Callable[[], float],
        proxy: httpx.Proxy | None = None,
    ) -> None:
        trusted = authorities()
        super().__init__(verify=trusted)
        self._call, self._clocks = TimedCall(monotonic), (monotonic, wall)
        self._used_at: list[float] | None = None
        # httpcore documents how to pass a network backend ("Network backends"); httpx has no option for it.
        names: Any = {"ssl_context": trusted, "network_backend": _Backend(self._call)}
        self._pool = (
            httpcore.HTTPProxy(proxy_url=str(proxy.url), proxy_auth=proxy.raw_auth, **names)
            if proxy
            else httpcore.ConnectionPool(**names)
        )

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send, and begin to read the answer; raises httpx's timeouts.

        If a connection turns out to be dead, a request that certainly had no effect is sent once more on a
        new one; the extension `reads` says that a request may always be repeated.
        """
        self._call.start(request.extensions["timeout"]["read"])
        self._drop_idle()
        try:
            response = super().handle_request(request)
        except BROKEN:
            if not self._harmless(request):
                raise
            self._pool.close()
            response = super().handle_request(request)
        self._used_at = [clock() for clock in self._clocks]
        return response

    def _drop_idle(self) -> None:
        """Close connections idle too long by either clock; a clock that went back proves nothing."""
        if self._used_at is None:
            return
        idle = [clock() - used_at for clock, used_at in zip(self._clocks, self._used_at, strict=True)]
        if not all(0 <= seconds < IDLE for seconds in idle):
            self._pool.close()

    def _harmless(self, request: httpx.Request) -> bool:
        """Whether the call used an old connection, and sending it again cannot repeat an effect.

        For a write this is so only if not even its head was sent in full: GitHub cannot have acted on it.
        """
        reads = bool(request.extensions.get("reads"))
        return not self._call.fresh and (reads or not self._call.head_sent)


class _Backend(httpcore.NetworkBackend):
    def __init__(self, call: TimedCall) -> None:
        self._call, self._sockets = call, httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ARG002 - the phase's own; the call has one
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        self._call.fresh = True
        left = self._call.left(httpcore.ConnectTimeout)
        stream = self._sockets.connect_tcp(host, port, left, local_address, socket_options)
        return _Stream(stream, self._call)


class _Stream(httpcore.NetworkStream):
    def __init__(self, stream: httpcore.NetworkStream, call: TimedCall) -> None:
        self._stream, self._call = stream, call

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ARG002 - the call has one
        return self._stream.read(max_bytes, self._call.left(httpcore.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ARG002 - the call has one
        try:
            self._stream.write(buffer, self._call.left(httpcore.WriteTimeout))
        except httpcore.WriteError as error:
            if self._call.head_sent:
                raise
            # Raise at once, where httpcore would read on after a WriteError: nobody received the request.
            raise httpcore.ConnectError("the connection was dead") from error
        self._call.head_sent = True

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ARG002 - the call has one
    ) -> httpcore.NetworkStream:
        left = self._call.left(httpcore.ConnectTimeout)
        return _Stream(self._stream.start_tls(ssl_context, server_hostname, left), self._call)

    def close(self) -> None:
        self._stream.close()

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)
