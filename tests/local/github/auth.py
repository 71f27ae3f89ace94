"""Who is calling: the app with its JWT, or an installation with its token.

Rules and error texts: GitHub's "Generating a JSON web token for a GitHub App" and what its clients report.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import jwt

from .errors import ApiError, bad_credentials
from .model import Installation, Repository

LONGEST_JWT_SECONDS = 600
EXPIRY_TOO_FAR = "'Expiration time' claim ('exp') is too far in the future"
EXPIRED = (
    "'Expiration time' claim ('exp') must be a numeric value representing "
    "the future time at which the assertion expires"
)
ISSUED_IN_FUTURE = (
    "'Issued at' claim ('iat') must be an Integer representing the time that the assertion was issued"
)
UNDECODABLE = "A JSON web token could not be decoded"


@dataclass(frozen=True)
class App:
    """The registered GitHub App."""

    id: str
    client_id: str
    slug: str
    public_key_pem: str
    owner: str = ""
    permissions: tuple[tuple[str, str], ...] = (("issues", "write"), ("metadata", "read"))
    events: tuple[str, ...] = ("issues", "issue_comment")


@dataclass(frozen=True)
class InstallationToken:
    """What an installation token stands for."""

    value: str
    installation: Installation
    expires_at: float
    permissions: dict[str, str]
    repository_ids: frozenset[int] | None

    def opens(self, repository: Repository) -> bool:
        """Tell whether the token reaches the repository."""
        if repository.id not in self.installation.repository_ids:
            return False
        return self.repository_ids is None or repository.id in self.repository_ids

    def allows(self, permission: str) -> bool:
        """Tell whether the token grants a permission such as `issues=write`."""
        name, level = permission.split("=")
        granted = self.permissions.get(name)
        return granted in ("write", level)


class Authority:
    """Verifies app JWTs; mints installation tokens and knows them again."""

    def __init__(self, app: App, now: Callable[[], float]) -> None:
        self.app = app
        self.now = now
        self.token_lifetime = 3600.0
        self._tokens: dict[str, InstallationToken] = {}

    def verify_app(self, authorization: str | None) -> None:
        """Accept the app's own JWT.

        Raises ApiError with GitHub's status and text for everything else.
        """
        claims = self._claims(_credential(authorization))
        now = self.now()
        if str(claims.get("iss")) not in (self.app.id, self.app.client_id):
            raise ApiError(404, "Integration not found")
        if not _is_time(claims.get("iat")) or claims["iat"] > now:
            raise ApiError(401, ISSUED_IN_FUTURE)
        if not _is_time(claims.get("exp")) or claims["exp"] <= now:
            raise ApiError(401, EXPIRED)
        if claims["exp"] > now + LONGEST_JWT_SECONDS:
            raise ApiError(401, EXPIRY_TOO_FAR)

    def _claims(self, token: str) -> dict[str, Any]:
        # Only the signature is PyJWT's to check: the times are checked above, by the stand-in's own clock.
        unchecked = ("verify_exp", "verify_iat", "verify_nbf", "verify_iss", "verify_aud", "verify_sub")
        options: Any = {"verify_signature": True} | dict.fromkeys(unchecked, False)
        try:
            claims: dict[str, Any] = jwt.decode(token, self.app.public_key_pem, ["RS256"], options=options)
        except jwt.InvalidTokenError:
            raise ApiError(401, UNDECODABLE) from None
        return claims

    def mint(
        self, installation: Installation, permissions: dict[str, str], repository_ids: frozenset[int] | None
    ) -> InstallationToken:
        """A new token, of the long stateless form whose length varies."""
        token = InstallationToken(
            f"ghs_{self.app.id}_{_opaque(60)}.{_opaque(250)}.{_opaque(170)}",
            installation,
            self.now() + self.token_lifetime,
            permissions,
            repository_ids,
        )
        self._tokens[token.value] = token
        return token

    def token(self, authorization: str | None) -> InstallationToken:
        """The token that authorizes a request.

        Raises ApiError 401 if it is missing, unknown or expired, 403 if its installation is suspended.
        """
        token = self._tokens.get(_credential(authorization))
        if token is None or token.expires_at <= self.now():
            raise bad_credentials()
        if token.installation.suspended_at is not None:
            raise ApiError(403, "This installation has been suspended")
        return token

    @property
    def tokens(self) -> list[InstallationToken]:
        """All that were minted and not revoked, in their order."""
        return list(self._tokens.values())

    def revoke(self, installation: Installation) -> None:
        """Forget the tokens of an installation, as when it is removed."""
        self._tokens = {
            value: token for value, token in self._tokens.items() if token.installation != installation
        }

    def revoke_all(self) -> None:
        """Forget every token, as when the app's owner revokes them."""
        self._tokens.clear()


def _credential(authorization: str | None) -> str:
    scheme, _, credential = (authorization or "").partition(" ")
    if not credential:
        raise ApiError(401, "Requires authentication")
    if scheme.lower() not in ("bearer", "token"):
        raise bad_credentials()
    return credential.strip()


def _is_time(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _opaque(length: int) -> str:
    return secrets.token_hex(length)[: length + secrets.randbelow(length // 5)]
