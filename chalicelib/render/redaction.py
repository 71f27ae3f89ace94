"""What of an alert a public issue does not show: AWS account ids and ARNs."""

import re
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import unquote

from chalicelib.markdown import clean

HIDDEN = "(account)"

SHORTEST = len("arn:aws:")
"""What is shorter holds neither."""

# The resource at an ARN's end stays: it says which alarm, and without account and region it is only a name.
_ARN = re.compile(r"arn:aws[\w-]*:(?:[^:\s]*:){0,3}", re.IGNORECASE)
# Datapoints such as 123456789012.0 or 0.123456789012 are no account.
# It begins with a digit, not with what must not stand before one, so that it is found much faster.
_ACCOUNT = re.compile(
    r"[0-9](?<![0-9]{2})(?<![0-9]\.[0-9])(?:[0-9]{11}|[0-9]{3}-[0-9]{4}-[0-9]{4})(?![0-9]|\.[0-9])"
)


@dataclass(frozen=True, slots=True)
class Redaction:
    """Masks a provider's texts, unless everything may be shown."""

    full: bool = False

    def hide(self, value: str) -> str:
        """Reduce ARNs to their resource, and put `(account)` for account ids."""
        if self.full:
            return value
        cleaned = clean(value)
        if len(cleaned) < SHORTEST:
            return cleaned
        return _masked(cleaned)

    def shows(self, url: str | None) -> str:
        """Give the address, or nothing where it holds an account id or ARN: masked, it would lead nowhere."""
        if not url or self.full:
            return url or ""
        plain = clean(unquote(url))
        return "" if self.hide(plain) != plain else url


@lru_cache(1024)
def _masked(value: str) -> str:
    return _ACCOUNT.sub(HIDDEN, _ARN.sub("", value) if ":" in value else value)
