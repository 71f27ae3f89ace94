"""Values: what a setting may contain; each function raises ValueError with what it must be. Pure."""

import re
from datetime import timedelta


def word(text: str) -> str:
    """Read a word of lower-case letters and digits."""
    if not text.isascii() or not text.isalnum() or text != text.lower():
        raise ValueError("must be a word of lower-case letters and digits")
    return text


def word_if_set(text: str) -> str:
    """Read such a word, or an empty string."""
    return word(text) if text else ""


def url(text: str) -> str:
    """Read an https address, or one of this machine."""
    if not re.fullmatch(r"(https://[\w.-]+|http://(127\.0\.0\.1|localhost))(:\d+)?(/\S*)?", text):
        raise ValueError("must be an https address")
    return text.rstrip("/")


def addresses(text: str) -> tuple[str, ...]:
    """Read addresses, separated by commas or spaces; credentials belong in the secret."""
    form = r"https?://([\w.-]+|\[[\da-f:]+\])(:\d+)?(/[\w./~-]*)?"
    wanted = "addresses that begin with https:// or http:// and hold no password"
    return tuple(each.rstrip("/") for each in _several(text, form, wanted))


BySender = tuple[tuple[str, str], ...]
"""A sender's name, which may be empty, and an address of it."""


def addresses_by_sender(text: str) -> BySender:
    """Read addresses, each alone or after the name of a sender: `east=https://am.example.org`."""
    named = [each.rpartition("=") for each in text.replace(",", " ").split()]
    if not all(re.fullmatch(r"[a-z0-9-]{1,45}" if equals else "", sender) for sender, equals, _ in named):
        raise ValueError("must be addresses, each alone or as sender=https://...")
    return tuple(
        (sender, each)
        for (sender, *_), each in zip(named, addresses(" ".join(url for *_, url in named)), strict=True)
    )


def address(text: str) -> str:
    """Read one address, or an empty string."""
    found = addresses(text)
    if len(found) > 1:
        raise ValueError("must be one address")
    return "".join(found)


def repository(text: str) -> str:
    """Read `owner/name`, or an empty string."""
    if text and not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9-]*/[A-Za-z0-9._-]+", text):
        raise ValueError("must be a repository as owner/name")
    return text


def boolean(text: str) -> bool:
    """Read true or false."""
    if text.lower() not in ("true", "false"):
        raise ValueError("must be true or false")
    return text.lower() == "true"


def number(text: str) -> float:
    """Read a number."""
    value = float(text)
    if not 0 <= value < 1e6:
        raise ValueError("must be a number from 0 to 1,000,000")
    return value


def seconds(text: str) -> timedelta:
    """Read seconds."""
    return timedelta(seconds=number(text))


def timeout(text: str) -> timedelta:
    """Read seconds, more than zero."""
    if not (length := seconds(text)):
        raise ValueError("must be above 0")
    return length


def minutes(text: str) -> timedelta:
    """Read minutes."""
    return timedelta(minutes=number(text))


def roles(text: str) -> tuple[str, ...]:
    """Read ARNs of roles, separated by commas or spaces."""
    return _several(text, r"arn:[\w-]+:iam::\d{12}:role/\S+", "ARNs of roles")


def topic(text: str) -> str:
    """Read the ARN of a standard SNS topic, or an empty string."""
    if text and not re.fullmatch(r"arn:[\w-]+:sns:[a-z0-9-]+:\d{12}:[\w-]{1,256}", text):
        raise ValueError("must be the ARN of a standard SNS topic")
    return text


def regions(text: str) -> tuple[str, ...]:
    """Read names of regions, separated by commas or spaces."""
    return _several(text, r"[a-z]{2,}(-[a-z]+)+-\d{1,2}", "names of regions, such as eu-west-1")


def hours(text: str) -> timedelta:
    """Read hours."""
    return timedelta(hours=number(text))


def hours_if_set(text: str) -> timedelta | None:
    """Read hours; None if nothing is set."""
    return hours(text) if text else None


def days(text: str) -> timedelta:
    """Read days."""
    return timedelta(days=number(text))


def count(text: str) -> int:
    """Read a whole number above 0."""
    if not text.isdigit() or not int(text):
        raise ValueError("must be a whole number above 0")
    return int(text)


def _several(text: str, form: str, wanted: str) -> tuple[str, ...]:
    """Read values separated by commas or spaces, each matching a pattern."""
    found = tuple(text.replace(",", " ").split())
    if not all(re.fullmatch(form, each) for each in found):
        raise ValueError(f"must be {wanted}")
    return found
