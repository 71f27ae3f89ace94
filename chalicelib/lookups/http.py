"""A look-up's call: one answer, bounded in time and size, from the configured address and nowhere else."""

import base64
from collections.abc import Callable
from typing import TypeVar

import httpx
from pydantic import TypeAdapter, ValidationError

from chalicelib.errors import AlertsNotListed

T = TypeVar("T")

LARGEST = 16 * 1024 * 1024
"""Bytes of an answer: some 16,000 alerts."""


class Api:
    """Reads JSON below one address; raises AlertsNotListed, which never holds the credential."""

    def __init__(self, http: httpx.Client, credential: Callable[[], str], seconds: float) -> None:
        self._http, self._credential, self._seconds = http, credential, seconds

    def get(self, path: str, kind: TypeAdapter[T]) -> T:
        """Read an answer; a redirection is none."""
        where = f"{self._http.base_url.host}{path}"
        try:
            return kind.validate_json(self._read(path, where))
        except ValidationError as error:
            raise AlertsNotListed(f"{where} answered something else than expected") from error
        except httpx.HTTPError as error:
            raise AlertsNotListed(f"{where} did not answer: {type(error).__name__}") from error

    def _read(self, path: str, where: str) -> bytes:
        body, credential = b"", self._credential()
        headers = {"accept": "application/json"} | (
            {"authorization": _scheme(credential)} if credential else {}
        )
        with self._http.stream(
            "GET", path, headers=headers, timeout=self._seconds, follow_redirects=False
        ) as answer:
            if answer.status_code != httpx.codes.OK:
                raise AlertsNotListed(f"{where} answered {answer.status_code}")
            for part in answer.iter_bytes():
                body += part
                if len(body) > LARGEST:
                    raise AlertsNotListed(f"{where} answered more than {LARGEST} bytes")
        return body


def _scheme(credential: str) -> str:
    """Send `user:password` as Basic, all that Alertmanager itself knows, and any other as a token."""
    if ":" in credential:
        return f"Basic {base64.b64encode(credential.encode()).decode()}"
    return f"Bearer {credential}"
