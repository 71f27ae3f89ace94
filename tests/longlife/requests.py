"""Requests to the webhook, as senders and GitHub make them."""

import hashlib
import hmac
import json
from types import SimpleNamespace
from typing import Any

from tests.local.github.model import Issue
from tests.longlife.twins import HOOK


def posted(body: Any, at: float) -> Any:
    """Make a sender's request."""
    return SimpleNamespace(
        headers={"authorization": "Bearer token"},
        raw_body=json.dumps(body).encode(),
        context={"requestTimeEpoch": round(at * 1000)},
    )


def told_by_github(issue: Issue, event: str, action: str, more: dict[str, Any]) -> Any:
    """Make a request in which GitHub tells that a person did something to the bot's issue."""
    author = {"login": issue.author.login, "type": "Bot"}
    payload = {
        "action": action,
        "issue": {"number": issue.number, "user": author},
        "repository": {"full_name": issue.repository.full_name},
        "sender": {"login": "mona", "type": "User"},
        **more,
    }
    body = json.dumps(payload).encode()
    signature = f"sha256={hmac.new(HOOK.encode(), body, hashlib.sha256).hexdigest()}"
    headers = {"x-hub-signature-256": signature, "x-github-event": event, "x-github-delivery": "d"}
    return SimpleNamespace(headers=headers, raw_body=body, context=None)
