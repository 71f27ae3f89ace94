"""Authentication as a GitHub App: its id, its key, and the JWT made from them."""

import base64
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import jwt
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from chalicelib.errors import ConfigurationError

CLOCK_DRIFT = timedelta(seconds=60)
JWT_LIFE = timedelta(minutes=9)


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
            faults.append("github_app_key_base64 is not base64 of the App's private key (RSA, in PEM form)")
        if faults or not isinstance(key, RSAPrivateKey):
            raise ConfigurationError("alerting-app-secrets", faults)
        return cls(issuer, key)

    def token(self, now: datetime) -> str:
        """Sign a JWT, dated back a minute against clock drift, as GitHub advises.

        docs.github.com/en/apps/creating-github-apps/authenticating-with-a-github-app/generating-a-json-web-token-jwt-for-a-github-app
        """
        claims = {"iat": now - CLOCK_DRIFT, "exp": now + JWT_LIFE, "iss": self.issuer}
        return jwt.encode(claims, self.key, algorithm="RS256")

    def signs(self, now: datetime) -> bool:
        """Whether the key signs what its public half accepts; a damaged key does not."""
        try:
            jwt.decode(
                self.token(now),
                self.key.public_key(),
                algorithms=["RS256"],
                options={"verify_exp": False, "verify_iat": False},
            )
        except jwt.InvalidSignatureError:
            return False
        return True


def _private_key(encoded: str) -> PrivateKeyTypes:
    """Read the key; `base64` may have broken its lines.

    Its numbers are not tested for being prime, which would take a tenth of a cold start: the key is our own,
    GitHub refuses what a damaged one signs, and `doctor` finds it.
    """
    pem = base64.b64decode("".join(encoded.split()), validate=True)
    return load_pem_private_key(pem, password=None, unsafe_skip_rsa_key_validation=True)
