"""Whether a request proves who sent it. Pure: the secrets and the time are arguments."""

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from chalicelib.adapters.signing import Signing
from chalicelib.adapters.source import Source
from chalicelib.errors import ConfigurationError

REPLAY_SECONDS = 300
_GITHUB = Signing(header="x-hub-signature-256", prefix="sha256=")
"""docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries"""
_OF_AWS = ("x-forwarded-", "x-amz")
"""Prefixes of headers that API Gateway adds; senders have their own, which begin with X-."""
_GITHUBS = re.compile(r"sha256=[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a source must present: one of the tokens (several while rotating) and, if it is set, a signature.

    A sender may have a `header` of its own for its token, and sign differently from its source.
    """

    tokens: tuple[str, ...]
    hmac_secret: str | None
    header: str | None = None
    signing: Signing | None = None

    @property
    def there(self) -> bool:
        """Whether anything is set; otherwise nobody gets in."""
        return bool(self.tokens or self.hmac_secret)

    @classmethod
    def of(cls, source: str, secret: Mapping[str, Any]) -> "Credentials":
        """Read a source's credentials from the webhook secret; null counts as not set.

        Raises ConfigurationError, which contains no value: a credential that is set but unusable, such as an
        empty string, must not count as not set. Otherwise a check that somebody relies on would be off.
        """
        token, signing = f"{source}_webhook_token", f"{source}_hmac_secret"
        key = secret.get(signing)
        return cls(tokens_of(token, secret.get(token)), None if key is None else text_of(signing, key))


def tokens_of(name: str, value: object) -> tuple[str, ...]:
    """Read one token or, while rotating, several; raises ConfigurationError if one cannot be used."""
    listed = value if isinstance(value, list) else [] if value is None else [value]
    if value is not None and not listed:
        raise _unusable(name)
    return tuple(text_of(name, each) for each in listed)


def text_of(name: str, value: object) -> str:
    """Read a credential that is set; raises ConfigurationError if it is not a string, or empty."""
    if isinstance(value, str) and value.strip():
        return value
    raise _unusable(name)


def _unusable(name: str) -> ConfigurationError:
    fault = (
        f"{name} must be a string that is not empty (or, for tokens, a list of them); set it, or leave it out"
    )
    return ConfigurationError("webhook secret", [fault])


def authentic(
    source: Source, headers: Mapping[str, str], body: bytes, credentials: Credentials, now: float
) -> bool:
    """Say whether a request presents everything that is set for its source; if nothing is set, none does.

    Header names are in lower case; `now` is epoch seconds.
    """
    if not credentials.there:
        return False
    if credentials.tokens and not _presents_token(source, headers, credentials):
        return False  # before the body is hashed: a wrong token is not worth that
    key = credentials.hmac_secret
    return not key or signed(credentials.signing or source.signs, headers, body, key, now)


def presents_any(source: Source, headers: Mapping[str, str]) -> bool:
    """Say whether a request presents anything that could be a credential of its source or a sender."""
    named = ("authorization", source.signs.header)
    return any(
        value and (name in named or (name.startswith("x-") and not name.startswith(_OF_AWS)))
        for name, value in headers.items()
    )


def names_token(presented: str, name: str, value: object) -> bool:
    """Say whether a header contains one of the tokens under a name; raises ConfigurationError."""
    matches = [_same(presented, token) for token in tokens_of(name, value)]
    return any(matches)


def _presents_token(source: Source, headers: Mapping[str, str], credentials: Credentials) -> bool:
    schemes = ("bearer", source.authorization)
    presented = [
        headers.get(credentials.header or f"x-{source.name}-token", ""),
        *_authorization(headers.get("authorization", ""), schemes),
    ]
    # Every pair is compared, so that the time does not reveal which one matched.
    matches = [_same(one, token) for one in presented for token in credentials.tokens]
    return any(matches)


def _authorization(header: str, schemes: tuple[str, ...]) -> list[str]:
    """Read the token after one of the schemes, or the password of Basic authentication."""
    scheme, _, value = header.partition(" ")
    if scheme.lower() in schemes:
        return [value.strip()]
    if scheme.lower() != "basic":
        return []
    try:
        decoded = base64.b64decode(value, validate=True).decode()
    except (binascii.Error, ValueError):
        return []
    return [decoded.partition(":")[2]]


def signed(signing: Signing, headers: Mapping[str, str], body: bytes, secret: str, now: float) -> bool:
    """Check a signature; a signed timestamp must be recent. `now` is epoch seconds."""
    presented = headers.get(signing.header)
    if not presented:
        return False  # before the body is hashed
    timestamp = headers.get(signing.timestamp_header) if signing.timestamp_header else None
    if timestamp is not None and not _recent(timestamp, now):
        return False
    content = body if timestamp is None else timestamp.encode() + b":" + body
    digest = hmac.new(secret.encode(errors="surrogatepass"), content, hashlib.sha256).hexdigest()
    matches = [_same(each.strip(), signing.prefix + digest) for each in presented.split(",")]
    return any(matches)


def presents_signature(headers: Mapping[str, str]) -> bool:
    """Say whether a request presents something in the form of GitHub's signature."""
    return _GITHUBS.fullmatch(headers.get(_GITHUB.header, "")) is not None


def signed_by_github(headers: Mapping[str, str], body: bytes, secret: str) -> bool:
    """Check a signature as GitHub makes it, which covers no time."""
    return signed(_GITHUB, headers, body, secret, now=0)


def _recent(timestamp: str, now: float) -> bool:
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) < 16):
        return False
    return abs(now - int(timestamp)) <= REPLAY_SECONDS


def _same(presented: str, expected: str) -> bool:
    """Compare in constant time; headers may contain characters that are not valid UTF-8."""
    return hmac.compare_digest(
        presented.encode(errors="surrogatepass"), expected.encode(errors="surrogatepass")
    )
