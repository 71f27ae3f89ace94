"""The GitHub stand-in with a clock to turn and a plain HTTP client to speak to it."""

from __future__ import annotations

import ssl
from functools import cache
from typing import Any, Self

import httpx

from tests.local.github import AppKey, GitHubServer
from tests.local.patience import HTTP_SECONDS

APP_ID = "12345"
REPOSITORY = "acme/alerts"
ISSUES = f"/repos/{REPOSITORY}/issues"
NOON = 1_800_000_000.0


@cache
def app_key() -> AppKey:
    """One key for all tests: making one takes a while."""
    return AppKey.generate()


def no_tls() -> ssl.SSLContext:
    """A context that trusts nobody: loading the usual one takes long, and loopback needs none."""
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


class Clock:
    """A clock that stands still until it is turned."""

    def __init__(self, at: float = NOON) -> None:
        self.at = at

    def __call__(self) -> float:
        return self.at

    def turn(self, seconds: float) -> None:
        """Let this much time pass at once."""
        self.at += seconds


class Rig:
    """A started stand-in with one repository, and the app's way into it."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.github = GitHubServer(app_id=APP_ID, public_key_pem=app_key().public_pem, now=self.clock)
        self.repository = self.github.world.add_repository(REPOSITORY, collaborators=["mona"])
        installation = self.github.world.installation_on(self.repository.owner)
        assert installation is not None
        self.installation = installation

    def __enter__(self) -> Self:
        self.github.start()
        self.http = httpx.Client(
            base_url=self.github.url, timeout=HTTP_SECONDS, trust_env=False, verify=no_tls()
        )
        self.sign_in()
        return self

    def __exit__(self, *_: object) -> None:
        self.http.close()
        self.github.stop()

    def jwt(self, **claims: Any) -> dict[str, str]:
        """The header with the app's JWT."""
        return {"Authorization": f"Bearer {app_key().jwt(APP_ID, self.clock(), **claims)}"}

    def sign_in(self) -> None:
        """Use a new token from now on: one lives an hour."""
        self.http.headers["Authorization"] = f"Bearer {self.token()}"

    def mint(self, **wanted: Any) -> httpx.Response:
        """The answer to a request for an installation token."""
        path = f"/app/installations/{self.installation.id}/access_tokens"
        return self.http.post(path, headers=self.jwt(), json=wanted)

    def token(self) -> str:
        """A new installation token."""
        token: str = self.mint().json()["token"]
        return token

    def open(self, title: str = "Disk full", **more: Any) -> httpx.Response:
        """The answer to opening an issue."""
        return self.http.post(ISSUES, json={"title": title, **more})

    def comment(self, number: int = 1, body: str = "Still full") -> httpx.Response:
        """The answer to a comment."""
        return self.http.post(f"{ISSUES}/{number}/comments", json={"body": body})

    def listed(self, **query: str | int) -> list[int]:
        """The numbers of the issues that a list shows."""
        return [issue["number"] for issue in self.http.get(ISSUES, params=query).json()]
