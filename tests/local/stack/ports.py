"""Ports of this machine: the stack's fixed ones, whether they are free, and others that nobody uses."""

import socket

import httpx

from tests.local.patience import HTTP_SECONDS

AWS_PORT = 5566
GITHUB_PORT = 5580
HTTP_PORT = 8000


def free_port() -> int:
    """Ask the system for a port that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class PortOccupiedError(Exception):
    """A fixed port is in use."""


def require_free(port: int, whose: str) -> None:
    """Raise PortOccupiedError if something listens on the port."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise PortOccupiedError(
                f"Port {port} of 127.0.0.1, where {whose} listens, is in use. "
                f"Stop what occupies it (another `make demo` or `make local`?) and start again."
            ) from error


def answers(url: str) -> bool:
    """Tell whether the address answers 2xx."""
    try:
        return httpx.get(url, timeout=HTTP_SECONDS, trust_env=False).is_success
    except httpx.TransportError:
        return False
