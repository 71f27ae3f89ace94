"""Ports of this machine: the stack's fixed ones, whether they are free, and others that nobody uses."""

import os
import random
import socket
from pathlib import Path

import httpx

from tests.local.patience import HTTP_SECONDS

AWS_PORT = 5566
GITHUB_PORT = 5580
HTTP_PORT = 8000
LENT = Path("/proc/sys/net/ipv4/ip_local_port_range")
LOWEST, HIGHEST = 10_000, 65_535
WORKERS = 16
_chosen: set[int] = set()
"""Ports that this process has chosen: what is to listen there may not have started yet."""


def free_port() -> int:
    """Return a port that nobody uses now, and that stays free until its server starts, or starts again.

    The system lends it to no client, and no other worker of this test run chooses it.
    """
    low, high = lent()
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    ours = [port for port in range(LOWEST, HIGHEST) if port % WORKERS == worker % WORKERS]
    candidates = [port for port in ours if not low <= port <= high] or ours
    left = set(candidates) - _chosen
    port = next(port for port in random.sample(sorted(left), len(left)) if _is_free(port))
    _chosen.add(port)
    return port


def lent() -> tuple[int, int]:
    """Return the first and the last port that the system gives to clients: ip(7)."""
    if not LENT.exists():
        return 49_152, HIGHEST  # macOS
    low, high = map(int, LENT.read_text(encoding="ascii").split())
    return low, high


def _is_free(port: int) -> bool:
    """Tell whether it can be bound; UDP too, which the peers of a cluster use."""
    try:
        for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
            with socket.socket(type=kind) as probe:
                probe.bind(("127.0.0.1", port))
    except OSError:
        return False
    return True


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
