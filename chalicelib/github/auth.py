"""Authentication as a GitHub App: the App's JWT, and installation tokens, minted when needed and kept."""

import base64
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Annotated, TypeVar

import jwt
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from pydantic import AwareDatetime, BaseModel, ConfigDict, StringConstraints, ValidationError

from chalicelib.errors import ConfigurationError, Refused, RepositoryMissing
from chalicelib.github import protocol
from chalicelib.github.protocol import Request, Response

CLOCK_DRIFT = timedelta(seconds=60)
JWT_LIFE = timedelta(minutes=9)
EXPIRY_MARGIN = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class App:
    """The GitHub App: its id or client id, and its private key."""

    issuer: str
    key: RSAPrivateKey = field(repr=False)

    @classmethod
    def from_secret(cls, secret: dict[str, str]) -> "App":
        """Read the App's secret; raises ConfigurationError naming every fault, never a value."""
        issuer = str(secret.get("github_app_client_id") or secret.get("github_app_id") or "")
        faults = [] if issuer else ["github_app_id (or github_app_client_id) is missing"]
        try:
            key = _private_key(str(secret.get("github_app_key_base64", "")))
        except (ValueError, TypeError, UnsupportedAlgorithm):
            key = None
        if not isinstance(key, RSAPrivateKey):
            faults.append("github_app_key_base64 is no base64 of the App's private key (RSA, in PEM form)")
        if faults or not isinstance(key, RSAPrivateKey):
            raise ConfigurationError("alerting-app-secrets", faults)
        return cls(issuer, key)

    def token(self, now: datetime) -> str:
        """Sign a JWT, dated back a minute against clock drift (GitHub's advice)."""
        claims = {"iat": now - CLOCK_DRIFT, "exp": now + JWT_LIFE, "iss": self.issuer}
        return jwt.encode(claims, self.key, algorithm="RS256")


def _private_key(encoded: str) -> PrivateKeyTypes:
    """Read the key; `base64` breaks its lines."""
    return load_pem_private_key(base64.b64decode("".join(encoded.split()), validate=True), password=None)


class _Answer(BaseModel):
    model_config = ConfigDict(hide_input_in_errors=True)  # or a token would stand in an error's text


class _Installation(_Answer):
    id: int
    app_slug: str


class _Token(_Answer):
    # What no header can carry would be shown by the error that says so.
    token: Annotated[str, StringConstraints(pattern=r"^[!-~]+$")]
    expires_at: AwareDatetime


Model = TypeVar("Model", bound=_Answer)


@dataclass(frozen=True, slots=True)
class Access:
    """A token and the login under which it writes."""

    token: str = field(repr=False)
    bot: str
    expires_at: datetime


Send = Callable[[Request, str], Response]
"""Send a request with this credential; raises the classified errors."""


class Installations:
    """Tokens of the App's installations, one for each owner, kept until shortly before they expire."""

    def __init__(self, app: App, send: Send, now: Callable[[], datetime]) -> None:
        self._app, self._send, self._now = app, send, now
        self._found: dict[str, _Installation] = {}
        self._minted: dict[str, Access] = {}

    def access(self, repository: str) -> Access:
        """Give a valid token for the repository's owner; raises the classified errors."""
        owner = repository.split("/", maxsplit=1)[0]
        kept = self._minted.get(owner)
        if kept and kept.expires_at > self._now() + EXPIRY_MARGIN:
            return kept
        self._minted[owner] = self._mint(repository, owner)
        return self._minted[owner]

    def forget(self, repository: str) -> None:
        """Drop a token that GitHub no longer takes, and what was known of its installation."""
        owner = repository.split("/", maxsplit=1)[0]
        self._minted.pop(owner, None)
        self._found.pop(owner, None)

    def _mint(self, repository: str, owner: str) -> Access:
        credential = self._app.token(self._now())
        if owner not in self._found:
            self._found[owner] = self._find(repository, credential)
        installation = self._found[owner]
        path = f"/app/installations/{installation.id}/access_tokens"
        request = Request("POST", path, repository, {"permissions": {"issues": "write", "metadata": "read"}})
        try:
            minted = self._read(_Token, request, self._send(request, credential))
        except Refused:
            self.forget(repository)  # the App may have been installed anew, under another id
            raise
        return Access(minted.token, f"{installation.app_slug}[bot]", minted.expires_at)

    def _find(self, repository: str, credential: str) -> _Installation:
        request = Request("GET", f"/repos/{repository}/installation", repository)
        try:
            return self._read(_Installation, request, self._send(request, credential))
        except Refused as error:
            if error.status != 404:
                raise
            raise RepositoryMissing(
                f"there is no repository {repository} on which the App is installed ({error}): "
                "install it there, or name another in chalicelib/routing.toml",
                status=404,
                request_id=error.request_id,
            ) from error

    @staticmethod
    def _read(model: type[Model], request: Request, response: Response) -> Model:
        try:
            return model.model_validate_json(response.content)
        except ValidationError as error:
            raise protocol.unreadable(request, response) from error
