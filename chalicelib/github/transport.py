"""The transport: a call to GitHub ends in bounded time as a whole, on a connection that is alive.

httpx bounds each read and each write (python-httpx.org/advanced/timeouts), so an answer that comes in drops
could outlast the lease that its call was sent under. Only the look-up of the name is not bounded, and what it
delays is then not sent.

Lambda drops idle connections without a word (docs.aws.amazon.com/lambda/latest/dg/best-practices.html).
Such a connection looks alive until something is sent on it.
"""

import ssl
from collections.abc import Callable, Iterable
from typing import Any

import httpcore
import httpx

IDLE = 4.0
"""Seconds after which a connection is not used again; httpx's own default is five."""

BROKEN = (httpx.ConnectError, httpx.ReadError, httpx.RemoteProtocolError)
"""How a connection that was dropped at the other end shows itself; a silence is a timeout, after which no
time is left."""


class TimedCall:
    """The call under way: when it must be over, and how far it came; `monotonic` is in seconds."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic, self._at = monotonic, 0.0
        self.fresh = self.head_sent = False

    def start(self, seconds: float) -> None:
        """Begin a call."""
        self._at = self._monotonic() + seconds
        self.fresh = self.head_sent = False

    def left(self, error: type[Exception]) -> float:
        """Seconds that are left; raises the error where none are."""
        left = self._at - self._monotonic()
        if left <= 0:
            raise error("the call took too long as a whole")
        return left


class BoundedTransport(httpx.HTTPTransport):
    """Sends one call at a time, each in the time of its `read` timeout.

    `wall` is a clock that goes on while the process is frozen: of the monotonic one reports differ
    (github.com/aws/aws-lambda-web-adapter/issues/830).
    """

    def __init__(
        self,
        monotonic: Callable[[], float],
        wall: Callable[[], float],
        proxy: httpx.Proxy | None = None,
    ) -> None:
        certificates = httpx.create_ssl_context()  # once: it reads all the authorities there are
        super().__init__(verify=certificates)
        self._call, self._clocks = TimedCall(monotonic), (monotonic, wall)
        self._used_at: list[float] | None = None
        # httpcore takes a backend in its documentation ("Network backends"); httpx does not hand one on.
        names: Any = {"ssl_context": certificates, "network_backend": _Backend(self._call)}
        self._pool = (
            httpcore.HTTPProxy(proxy_url=str(proxy.url), proxy_auth=proxy.raw_auth, **names)
            if proxy
            else httpcore.ConnectionPool(**names)
        )

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send, and begin to read the answer; raises httpx's timeouts.

        On a connection that turns out dead, what surely had no effect is sent once more on a new one; the
        extension `reads` says that a request may always be repeated.
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
        """Close what was idle for too long by either clock; one that went back proves nothing."""
        if self._used_at is None:
            return
        idle = [clock() - used_at for clock, used_at in zip(self._clocks, self._used_at, strict=True)]
        if not all(0 <= seconds < IDLE for seconds in idle):
            self._pool.close()

    def _harmless(self, request: httpx.Request) -> bool:
        """Whether the call was on a connection used before, and sending it again cannot do a thing twice.

        A write is that only where not even its head went out as a whole: GitHub cannot have acted on it.
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
        timeout: float | None = None,  # noqa: ARG002 - this phase's own, which is not what counts
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

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ARG002 - the call has its own
        return self._stream.read(max_bytes, self._call.left(httpcore.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ARG002 - the call has its own
        try:
            self._stream.write(buffer, self._call.left(httpcore.WriteTimeout))
        except httpcore.WriteError as error:
            if self._call.head_sent:
                raise
            # Nothing to wait for, as httpcore does after a WriteError: nobody has the request.
            raise httpcore.ConnectError("the connection was dead") from error
        self._call.head_sent = True

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ARG002 - the call has its own
    ) -> httpcore.NetworkStream:
        left = self._call.left(httpcore.ConnectTimeout)
        return _Stream(self._stream.start_tls(ssl_context, server_hostname, left), self._call)

    def close(self) -> None:
        self._stream.close()

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)
