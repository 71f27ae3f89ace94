"""Conditional requests: a caller that has an issue as it is now gets 304, outside the primary limit.

A tag is made of the answer and of what it varies by, so that each token has its own; that of a write is that
of the read after it. docs.github.com/en/rest/using-the-rest-api/best-practices-for-using-the-rest-api
"""

from __future__ import annotations

import json
from dataclasses import replace
from hashlib import sha256
from typing import Protocol

from .call import Reply

NOT_MODIFIED = 304


class Headers(Protocol):
    """Headers by name."""

    def get(self, name: str, default: str, /) -> str:
        """Give a header."""


VARY = ("accept", "authorization")


def conditional(method: str, headers: Headers, reply: Reply) -> Reply:
    """Give an answer that shows one issue its tag, or nothing but that where the caller has named it."""
    if not (isinstance(reply.body, dict) and "comments_url" in reply.body):
        return reply
    varied = [*(headers.get(name, "") for name in VARY), json.dumps(reply.body)]
    tag = f'"{sha256(":".join(varied).encode()).hexdigest()}"'
    if method == "GET" and headers.get("if-none-match", "").removeprefix("W/") == tag:
        return Reply(NOT_MODIFIED, None, {"ETag": tag})
    return replace(reply, headers=reply.headers | {"ETag": tag})
