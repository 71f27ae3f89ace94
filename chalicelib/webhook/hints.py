"""Hints: what people did on GitHub, as its App webhook reports it. Pure.

An event is a hint that an issue is worth reading. Nothing in it is believed, so an event that is forged,
repeated or lost does no harm. docs.github.com/en/webhooks/webhook-events-and-payloads
"""

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from chalicelib.labels import AREA_LABEL, MUTED_LABEL, QUIET_LABEL

HEEDED = {
    "issues": frozenset({"closed", "reopened", "transferred", "deleted", "labeled", "unlabeled"}),
    "issue_comment": frozenset({"created"}),
}
LABELS = frozenset({MUTED_LABEL, QUIET_LABEL})

_REPOSITORY = re.compile(r"[\w-]{1,100}/[\w.-]{1,100}", re.ASCII)
"""`owner/name`; a name has at most 100 characters, and an enterprise's owner may have `_` in its name."""


@dataclass(frozen=True, slots=True)
class Hint:
    """A hint that somebody did something to an issue."""

    event: str
    action: str
    repository: str
    issue: int
    sender: str
    delivery: str

    def message(self) -> dict[str, Any]:
        """What the collector needs of it; a whole payload may exceed SNS's limit."""
        return asdict(self)


def hint(event: str, delivery: str, payload: Mapping[str, Any]) -> Hint | str:
    """Read an event from GitHub; if it changes nothing for us, return why."""
    action, issue = payload.get("action"), _object(payload, "issue")
    if action not in HEEDED.get(event, ()):
        return "EVENT_NOT_HEEDED"
    sender, author = _object(payload, "sender"), _object(issue, "user")
    by_bot = author.get("type") == "Bot"
    if "pull_request" in issue or not (by_bot or _labelled(issue)):
        return "ISSUE_NOT_OURS"
    if by_bot and sender.get("login") == author.get("login"):
        return "OWN_EVENT"
    if action in ("labeled", "unlabeled") and _object(payload, "label").get("name") not in LABELS:
        return "LABEL_NOT_HEEDED"
    found = {
        "event": event,
        "action": action,
        "repository": _object(payload, "repository").get("full_name"),
        "issue": issue.get("number"),
        "sender": sender.get("login"),
        "delivery": delivery,
    }
    return read(found) or "EVENT_UNREADABLE"


def read(message: Mapping[str, Any]) -> Hint | None:
    """Read a hint from the queue; None if it is not one."""
    texts = {name: message.get(name) for name in ("event", "action", "repository", "sender", "delivery")}
    issue = message.get("issue")
    whole = all(isinstance(text, str) and len(text) <= 300 for text in texts.values())
    if not whole or not isinstance(issue, int) or isinstance(issue, bool) or issue < 1:
        return None
    found = Hint(issue=issue, **{name: str(text) for name, text in texts.items()})
    heeded = found.action in HEEDED.get(found.event, ())
    return found if heeded and _REPOSITORY.fullmatch(found.repository) else None


def _labelled(issue: Mapping[str, Any]) -> bool:
    """Whether it has our label; an issue that was taken over may come from a script with a person's token."""
    labels = issue.get("labels")
    named = labels if isinstance(labels, list) else []
    return any(isinstance(label, dict) and label.get("name") == AREA_LABEL for label in named)


def _object(holder: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = holder.get(name)
    return value if isinstance(value, dict) else {}
