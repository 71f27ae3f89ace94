"""How a title is written: a name, and a tail in brackets that tells alerts of that name apart. Pure.

    prod-payments-eu-west-1-application-load-balancer-target-group-checkout-service… [unhealthy-hosts, web-1]

If a text is too long, it is never cut within a number: part of an account's id would not be recognised as
one.
"""

import re
from collections.abc import Iterable

from chalicelib.telemetry.masking import mask

MAX_NAME = 80
"""Code points before the tail; the rest of a longer name comes first in the tail."""

MAX_WHOLE = 205
"""Leaves room for the priority, a region and an account in GitHub's 256."""

MAX_PIECE = 60
"""Code points for one thing in the tail, unless the alert's group needs it."""

LEAST_OF_A_NAME = 50
MORE = "…"

_BETWEEN_WORDS = re.compile(r"[\s/_.-]")
_NUMBER = re.compile(r"[\d-]")


def written(name: str, pieces: Iterable[str]) -> str:
    """Write the name, and in brackets the pieces, all shortened equally until they fit."""
    name = mask(name)  # half a credential would not be recognised as one
    start = head(name)
    rest = [] if start == name else [MORE + name[len(start) - len(MORE) :].lstrip()]
    said = [*rest, *pieces]
    whole = with_tail(start, said)
    for limit in (100, 60, 40, 20):
        if len(whole) <= MAX_WHOLE:
            break
        whole = with_tail(start, [shortened(each, limit) for each in said])
    return shortened(whole, MAX_WHOLE)


def head(name: str) -> str:
    """Cut a name to the part before the tail, between words if possible."""
    if len(name) <= MAX_NAME:
        return name
    room = MAX_NAME - len(MORE)
    ends = [found.start() for found in _BETWEEN_WORDS.finditer(name, LEAST_OF_A_NAME, room + 1)]
    return name[: _before_number(name, ends[-1] if ends else room)] + MORE


def with_tail(name: str, pieces: Iterable[str]) -> str:
    """Write pieces in brackets after a name."""
    tail = ", ".join(pieces)
    return f"{name} [{tail}]" if tail else name


def shortened(value: str, limit: int) -> str:
    """Leave out the middle, since the beginning and the end are more distinctive."""
    if len(value) <= limit:
        return value
    end = (limit - len(MORE)) // 2
    begin = limit - len(MORE) - end
    return value[: _before_number(value, begin)] + MORE + value[_after_number(value, len(value) - end) :]


def _before_number(value: str, at: int) -> int:
    while 0 < at < len(value) and _NUMBER.match(value[at - 1]) and _NUMBER.match(value[at]):
        at -= 1
    return at


def _after_number(value: str, at: int) -> int:
    while 0 < at < len(value) and _NUMBER.match(value[at - 1]) and _NUMBER.match(value[at]):
        at += 1
    return at
