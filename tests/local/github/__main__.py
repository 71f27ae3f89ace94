"""Serves the stand-in until interrupted."""

from __future__ import annotations

import argparse
import signal
import threading
from pathlib import Path

from .server import GitHubServer


def main() -> None:
    """Serve with the given app and repositories."""
    parser = argparse.ArgumentParser(prog="python -m tests.local.github", description=__doc__)
    parser.add_argument("--port", type=int, default=5580)
    parser.add_argument("--app-id", default="12345")
    parser.add_argument("--public-key", type=Path, required=True, help="the app's public key, PEM")
    parser.add_argument("--repository", action="append", default=[], help="owner/name; may be repeated")
    parser.add_argument("--collaborator", action="append", default=[], help="login; may be repeated")
    options = parser.parse_args()

    github = GitHubServer(
        app_id=options.app_id, public_key_pem=options.public_key.read_text(), port=options.port, site=None
    )
    for full_name in options.repository:
        github.world.add_repository(full_name, collaborators=options.collaborator)
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    with github:
        print(f"GitHub stand-in on {github.url}", flush=True)
        stop.wait()


if __name__ == "__main__":
    main()
