"""One HTTP call of a look-up, bounded in time and size, to the configured address and nowhere else."""

import base64
from collections.abc import Callable
from typing import TypeVar

import httpx
from pydantic import TypeAdapter, ValidationError

from chalicelib.errors import AlertingError, AlertsNotListed

T = TypeVar("T")

LARGEST = 16 * 1024 * 1024
"""The largest answer, in bytes: some 16,000 alerts."""


def scheme(credential: str) -> str:
    """Send `user:password` as Basic, the only scheme Alertmanager supports; anything else as a token."""
    if ":" in credential:
        return f"Basic {base64.b64encode(credential.encode()).decode()}"
    return f"Bearer {credential}"


class Api:
    """Reads what is at an address; raises `fails`, which never contains the credential."""

    def __init__(
        self,
        http: httpx.Client,
        credential: Callable[[], str],
        seconds: float,
        fails: type[AlertingError] = AlertsNotListed,
        scheme: Callable[[str], str] = scheme,
    ) -> None:
        self._http, self._credential, self._seconds = http, credential, seconds
        self._fails, self._scheme = fails, scheme

    def get(self, path: str, kind: TypeAdapter[T]) -> T:
        """Read JSON below the address; a redirect does not count as an answer."""
        where = f"{self._http.base_url.host}{path}"
        try:
            return kind.validate_json(self.read(path, where))
        except ValidationError as error:
            raise self._fails(f"{where} gave an unexpected answer") from error

    def read(self, url: str, where: str, largest: int = LARGEST) -> bytes:
        """Read what is there; errors call it `where`, since a whole address may be a secret."""
        credential = self._credential()
        headers = {"accept": "application/json"} if self._http.base_url.host else {}
        headers |= {"authorization": self._scheme(credential)} if credential else {}
        try:
            with self._http.stream(
                "GET", url, headers=headers, timeout=self._seconds, follow_redirects=False
            ) as answer:
                if answer.status_code != httpx.codes.OK:
                    raise self._fails(f"{where} answered {answer.status_code}")
                body = bytearray()
                for part in answer.iter_bytes():
                    body += part
                    if len(body) > largest:
                        raise self._fails(f"{where} answered more than {largest} bytes")
                return bytes(body)
        except httpx.HTTPError as error:
            raise self._fails(f"{where} did not answer: {type(error).__name__}") from error
