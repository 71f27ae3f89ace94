"""What a public issue does not show of an alert: AWS account ids and ARNs."""

import re
from collections.abc import Mapping
from urllib.parse import unquote, unquote_plus

from chalicelib.render.markdown import clean
from chalicelib.telemetry.masking import mask

HIDDEN = "(account)"

NAMED = "account "
"""What may come before an account's id, and already says what it is."""

SHORTEST = len("arn:aws:")
"""Shorter texts contain neither."""

# The resource at an ARN's end is kept: it says which alarm, and without account and region it is only a name.
_ARN = re.compile(r"arn:aws[\w-]*:(?:[^:\s]*:){0,3}", re.IGNORECASE)
# Datapoints such as 123456789012.0 or 0.123456789012 are not accounts.
# It begins with a digit, not with what must not come before one, which makes the search much faster.
_SERIES = re.compile(r" \(\w[\w.]{0,99}=[^()]{0,2000}\)(?= =)")
_ACCOUNT = re.compile(
    r"[0-9](?<![0-9]{2})(?<![0-9]\.[0-9])(?:[0-9]{11}|[0-9]{3}-[0-9]{4}-[0-9]{4})(?![0-9]|\.[0-9])"
)


def hide(value: str) -> str:
    """Reduce ARNs to their resource, and replace account ids by `(account)`."""
    cleaned = clean(value)
    if len(cleaned) < SHORTEST:
        return cleaned
    return _ACCOUNT.sub(HIDDEN, _ARN.sub("", cleaned) if ":" in cleaned else cleaned)


def rename(value: str) -> str:
    """Replace account ids by `(…9012)`, so that two accounts do not look alike; an ARN keeps its region.

    A hundred million possible ids share the same last four digits.
    """
    cleaned = clean(value)
    if len(cleaned) < SHORTEST:
        return cleaned
    return _ACCOUNT.sub(_ending, _ARN.sub(_place, cleaned) if ":" in cleaned else cleaned)


def _place(arn: re.Match[str]) -> str:
    return _ARN.sub("", arn[0].split(":", 2)[2])


def _ending(account: re.Match[str]) -> str:
    found = f"…{account[0][-4:]}"
    return found if account.string.endswith(NAMED, 0, account.start()) else f"({found})"


def is_account(value: str) -> bool:
    """Whether it is the id of an AWS account."""
    return _ACCOUNT.fullmatch(value) is not None


def hides(url: str) -> bool:
    """Whether an address contains an account id or ARN; withheld, since masked it would lead nowhere."""
    plain = clean(unquote(url))
    return hide(plain) != plain


def names_label(url: str, labels: Mapping[str, str]) -> bool:
    """Whether an address contains the value of a label, as a silence's address does."""
    asked = unquote_plus(unquote_plus(url))
    return any(
        f"{name}={quote}{value}" in asked for name, value in labels.items() for quote in ("", '"', "~", '~"')
    )


def without_series(value: str) -> str:
    """Remove the labels of a series after its name: `B (host=web-1) = 22` becomes `B = 22`."""
    return _SERIES.sub("", value)


def holds_credential(url: str) -> bool:
    """Whether an address contains a credential, as it is or within what it encodes."""
    return any(mask(each) != each for each in {url, unquote(url)})
