"""App webhooks: what happens to issues is posted, signed, to the app's address.

docs.github.com/en/webhooks: the signature is the HMAC-SHA256 of the body; a failed delivery is not repeated.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import queue
import threading
import urllib.error
import urllib.request
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .model import Comment, Event, Issue

if TYPE_CHECKING:
    from .server import GitHubServer

ANSWER_WITHIN = 10.0
ACTIONS = {
    "opened": "opened",
    "closed": "closed",
    "reopened": "reopened",
    "labeled": "labeled",
    "unlabeled": "unlabeled",
    "assigned": "assigned",
    "renamed": "edited",
    "body_edited": "edited",
    "deleted": "deleted",
    "transferred": "transferred",
    "locked": "locked",
    "unlocked": "unlocked",
}


@dataclass(frozen=True)
class Delivery:
    """One event, and what the app answered: None where it did not."""

    id: str
    event: str
    action: str
    body: bytes
    status: int | None = None


class Hooks:
    """Posts events one after another from a thread of its own; `deliveries` are those made."""

    def __init__(
        self, server: GitHubServer, url: str, secret: str, *, own: bool, patience: float = ANSWER_WITHIN
    ) -> None:
        self._patience = patience
        self._server, self._url, self._secret, self._own = server, url, secret.encode(), own
        self._waiting: queue.Queue[Delivery | None] = queue.Queue()
        self.deliveries: list[Delivery] = []
        self._thread = threading.Thread(target=self._post_all, name="hooks", daemon=True)
        self._thread.start()
        server.world.listeners.append(self._heard)

    def stop(self) -> None:
        """Post no more."""
        self._server.world.listeners.remove(self._heard)
        self._waiting.put(None)
        self._thread.join()

    def redeliver(self, delivery: Delivery) -> None:
        """Post once more, under the same id, as somebody asks GitHub to."""
        self._waiting.put(delivery)

    def _heard(self, issue: Issue, event: Event, comment: Comment | None) -> None:
        if event.actor == self._server.world.bot.login and not self._own:
            return
        if comment is None and event.kind not in ACTIONS:
            return  # Families have an event of their own, `sub_issues`, which the App does not ask for.
        name, action = ("issue_comment", "created") if comment else ("issues", ACTIONS[event.kind])
        payload = self._payload(issue, action, event, comment)
        self._waiting.put(Delivery(str(uuid.uuid4()), name, action, json.dumps(payload).encode()))

    def _payload(self, issue: Issue, action: str, event: Event, comment: Comment | None) -> dict[str, Any]:
        show, world = self._server.services.show, self._server.world
        where = issue
        payload: dict[str, Any] = {"action": action, "sender": show.user(world.account(event.actor))}
        if action == "transferred":
            where = self._before(issue)
            moved = {"new_issue": show.issue(issue), "new_repository": show.repository(issue.repository)}
            payload["changes"] = moved
        if action in ("labeled", "unlabeled"):
            label = issue.repository.labels[str(event.detail).lower()]
            payload["label"] = show.label(issue.repository, label)
        if comment:
            payload["comment"] = show.comment(issue, comment)
        return payload | {"issue": show.issue(where), "repository": show.repository(where.repository)}

    def _before(self, moved: Issue) -> Issue:
        """The issue's place before it was transferred."""
        repositories = self._server.world.repositories.values()
        return next(i for r in repositories for i in r.issues.values() if i.moved_to is moved)

    def _post_all(self) -> None:
        while delivery := self._waiting.get():
            self.deliveries.append(self._post(delivery))

    def _post(self, delivery: Delivery) -> Delivery:
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "GitHub-Hookshot/stand-in",
            "X-GitHub-Event": delivery.event,
            "X-GitHub-Delivery": delivery.id,
            "X-Hub-Signature-256": "sha256="
            + hmac.new(self._secret, delivery.body, hashlib.sha256).hexdigest(),
        }
        request = urllib.request.Request(self._url, delivery.body, headers)  # noqa: S310 - loopback
        try:
            with urllib.request.urlopen(request, timeout=self._patience) as answer:  # noqa: S310 - loopback
                status: int | None = answer.status
        except urllib.error.HTTPError as error:
            status = error.code
        except OSError:
            status = None
        return Delivery(delivery.id, delivery.event, delivery.action, delivery.body, status)
