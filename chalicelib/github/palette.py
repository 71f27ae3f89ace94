"""The palette: creates the labels that a repository lacks, each once, in the colour of its kind.

GitHub creates a label that it does not know when an issue is given it, but grey and without a description.
"""

import contextlib
import json
from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from chalicelib.errors import GitHubError, Invalid, StoreUnavailable
from chalicelib.github import requests
from chalicelib.github.protocol import Request, Response
from chalicelib.items import Document
from chalicelib.labels import describe_label


class Client(Protocol):
    """Sends requests as the App."""

    def send(self, request: Request, before: datetime) -> Response:
        """Send once; raises the classified errors."""


class Documents(Protocol):
    """Small documents under a key, written by compare-and-swap."""

    def load(self, key: str) -> Document:
        """Read a document; one never written has version 0 and no text."""

    def swap(self, key: str, text: str, version: int) -> Document | None:
        """Write over the named version; returns the newer document instead where there is one."""


class Palette:
    """Remembers, in the table, which labels a repository has; what people make of them is theirs.

    An issue is worth more than its colours: what fails here is left for the next time and never raised.
    """

    def __init__(self, client: Client, documents: Documents, now: Callable[[], datetime]) -> None:
        self._client, self._documents, self._now = client, documents, now
        self._known: dict[str, frozenset[str]] = {}

    def __call__(self, repository: str, labels: tuple[str, ...], before: datetime) -> None:
        """Create what is not known yet, in at most half of the time until `before`."""
        known = self._known.get(repository, frozenset())
        if all(label.casefold() in known for label in labels):
            return
        halfway = self._now() + (before - self._now()) / 2
        with contextlib.suppress(StoreUnavailable):
            self._create(repository, labels, halfway)

    def _create(self, repository: str, labels: tuple[str, ...], before: datetime) -> None:
        document = self._documents.load(_key(repository))
        known = frozenset(json.loads(document.text)) if document.text else frozenset[str]()
        wanted = {label.casefold(): label for label in labels if label.casefold() not in known}
        created = frozenset(self._created(repository, wanted, before))
        self._known[repository] = known | created
        if created:
            self._documents.swap(_key(repository), json.dumps(sorted(known | created)), document.version)

    def _created(self, repository: str, wanted: dict[str, str], before: datetime) -> list[str]:
        """Create one by one until one fails; what exists, or may not be created, needs no second try."""
        done: list[str] = []
        with contextlib.suppress(GitHubError):
            for key, label in wanted.items():
                with contextlib.suppress(Invalid):
                    self._client.send(
                        requests.create_label(repository, label, *describe_label(label)), before
                    )
                done.append(key)
        return done


def _key(repository: str) -> str:
    return f"labels#{repository.lower()}"
