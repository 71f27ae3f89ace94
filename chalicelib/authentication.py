"""Whether a request proves where it comes from. Pure: the secrets and the time are arguments."""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from chalicelib.errors import ConfigurationError

REPLAY_SECONDS = 300


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a source must present: one of the tokens (several while rotating) and, where set, a signature."""

    tokens: tuple[str, ...]
    hmac_secret: str | None

    @classmethod
    def of(cls, source: str, secret: Mapping[str, Any]) -> "Credentials":
        """Read a source's credentials from the webhook secret.

        Raises ConfigurationError, which holds no value.
        """
        token = f"{source}_webhook_token"
        value = secret.get(token)
        tokens = [_text(token, each) for each in (value if isinstance(value, list) else [value])]
        signing = f"{source}_hmac_secret"
        return cls(tuple(filter(None, tokens)), _text(signing, secret.get(signing)) or None)


def _text(name: str, value: object) -> str:
    """Read a text, empty where there is none; what is set but cannot be used must not pass for not set."""
    if value is None or isinstance(value, str):
        return value or ""
    raise ConfigurationError("webhook secret", [f"{name} must be a text (or, for tokens, a list of texts)"])


def authentic(
    source: str, headers: Mapping[str, str], body: bytes, credentials: Credentials, now: float
) -> bool:
    """Say whether the request presents all that is set for its source; where nothing is set, nothing will do.

    Header names are in lower case; `now` is epoch seconds.
    """
    if not credentials.tokens and not credentials.hmac_secret:
        return False
    token_ok = not credentials.tokens or _presents_token(source, headers, credentials.tokens)
    signature_ok = not credentials.hmac_secret or _signed(source, headers, body, credentials.hmac_secret, now)
    return token_ok and signature_ok


def _presents_token(source: str, headers: Mapping[str, str], tokens: tuple[str, ...]) -> bool:
    presented = [headers.get(f"x-{source}-token", ""), *_authorization(headers.get("authorization", ""))]
    # Every pair is compared, so that the time tells nothing about which one matched.
    matches = [_same(one, token) for one in presented for token in tokens]
    return any(matches)


def _authorization(header: str) -> list[str]:
    """Read a bearer token, or the password of Basic authentication."""
    scheme, _, value = header.partition(" ")
    if scheme.lower() == "bearer":
        return [value.strip()]
    if scheme.lower() != "basic":
        return []
    try:
        decoded = base64.b64decode(value, validate=True).decode()
    except (binascii.Error, ValueError):
        return []
    return [decoded.partition(":")[2]]


def _signed(source: str, headers: Mapping[str, str], body: bytes, secret: str, now: float) -> bool:
    """Check a signature as Grafana makes it (grafana/alerting, http/hmac.go).

    That is the HMAC-SHA256 of the body, or of `timestamp:body`, in hexadecimal.
    """
    timestamp = headers.get(f"x-{source}-alerting-timestamp")
    if timestamp is not None and not _recent(timestamp, now):
        return False
    signed = body if timestamp is None else timestamp.encode() + b":" + body
    expected = hmac.new(secret.encode(errors="surrogatepass"), signed, hashlib.sha256).hexdigest()
    return _same(headers.get(f"x-{source}-alerting-signature", ""), expected)


def signed_by_github(headers: Mapping[str, str], body: bytes, secret: str) -> bool:
    """Check a signature as GitHub makes it: the HMAC-SHA256 of the body, in `X-Hub-Signature-256`.

    docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries
    """
    expected = hmac.new(secret.encode(errors="surrogatepass"), body, hashlib.sha256).hexdigest()
    return _same(headers.get("x-hub-signature-256", ""), f"sha256={expected}")


def _recent(timestamp: str, now: float) -> bool:
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) < 16):
        return False
    return abs(now - int(timestamp)) <= REPLAY_SECONDS


def _same(presented: str, expected: str) -> bool:
    """Compare in constant time; header text may hold what UTF-8 cannot."""
    return hmac.compare_digest(
        presented.encode(errors="surrogatepass"), expected.encode(errors="surrogatepass")
    )
