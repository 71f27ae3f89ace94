"""A test alert, followed to its issue: which address it got, or at which stage it stopped.

It enters like a sender's alert, with the token in the stage's secret for `normalized`; if there is none, it
goes straight to the topic, like CloudWatch's.
"""

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from chalicelib.adapters import reading
from chalicelib.adapters.owner_rules import NO_RULES
from chalicelib.alert import AlertEvent
from chalicelib.conditions.row import AlertState
from chalicelib.errors import StoreUnavailable, TopicUnavailable
from chalicelib.webhook.authentication import Credentials
from chalicelib.wiring.table import store
from ops import functions
from ops.deployment import Deployment, web_address

PATIENCE = timedelta(minutes=2)
POLL_SECONDS = 2.0

Post = Callable[[str, dict[str, str], str], httpx.Response]


class Stopped(Exception):
    """The alert did not become an issue; the text says at which stage it stopped."""


def _post(url: str, headers: dict[str, str], body: str) -> httpx.Response:
    return httpx.post(url, headers=headers, content=body, timeout=30)


@dataclass(frozen=True)
class Trial:
    """One test alert of a stage."""

    stage: Deployment
    began: datetime
    post: Post = _post
    sleep: Callable[[float], None] = time.sleep
    now: Callable[[], datetime] = lambda: datetime.now(UTC)

    def run(self) -> str:
        """Send it, wait up to two minutes for its issue, have that closed again, and return its address.

        Raises Stopped.
        """
        fired = self._alert("FIRING", self.began)
        self._send(fired)
        try:
            issue = self._issue(fired.fingerprint)
        except (Stopped, KeyboardInterrupt):
            # Otherwise it would become an issue once the problem is fixed, and nobody would close that.
            with suppress(Stopped):
                self._send(self._alert("RESOLVED", self.now()))
            raise
        self._send(self._alert("RESOLVED", self.now()))
        return issue

    def _alert(self, state: str, at: datetime) -> AlertEvent:
        prefix = self.stage.prefix
        payload = {
            "source": "make-publish",
            "state": state,
            "title": f"Test alert of {prefix}",
            "summary": "Somebody is testing whether alerts become issues. Nothing is wrong.",
            "priority": "P3",
            "teams": ["alerting"],
            "occurred_at": at.isoformat(),
            "identity": {"alarm_id": f"{prefix}-{self.began:%Y%m%dT%H%M%S}"},
        }
        (alert,) = reading.parse("normalized", payload, NO_RULES)
        assert isinstance(alert, AlertEvent)  # noqa: S101 - for the type checker
        return alert

    def _send(self, alert: AlertEvent) -> None:
        body = alert.model_dump_json(exclude_none=True, exclude={"name"})
        token = self._token()
        if token is None:
            self._publish(body)
            return
        address = functions.url(self.stage)
        if address is None:
            raise Stopped(f"before the webhook: {self.stage.prefix} is not deployed")
        headers = {"X-Normalized-Token": token, "Content-Type": "application/json"}
        try:
            answer = self.post(f"{address}/webhooks/normalized", headers, body)
        except httpx.TransportError as error:
            raise Stopped(f"before the webhook: {address} does not answer ({error})") from error
        if answer.status_code != 202:
            raise Stopped(f"at the webhook: it answered {answer.status_code}, {answer.text}")

    def _token(self) -> str | None:
        secret = self.stage.secret(self.stage.webhook_secret).read()
        tokens = Credentials.of("normalized", secret).tokens
        return tokens[0] if tokens else None

    def _publish(self, body: str) -> None:
        try:
            self.stage.publisher.publish([body], {"source": "normalized"})
        except TopicUnavailable as error:
            raise Stopped(f"at the topic: {error}") from error

    def _issue(self, fingerprint: str) -> str:
        row: AlertState | None = None
        while self.now() - self.began < PATIENCE:
            try:
                row = store(self.stage).get(fingerprint)
            except StoreUnavailable as error:
                raise Stopped(f"at the table: {error}") from error
            if row and row.status.issue:
                site, ref = web_address(self.stage.settings.github_api_url), row.status.issue.ref
                return f"{site}/{ref.repository}/issues/{ref.number}"
            self.sleep(POLL_SECONDS)
        raise Stopped(self._unissued(row) if row else self._unrecorded())

    def _unissued(self, row: AlertState) -> str:
        due = f"due at {row.due_at:%H:%M:%S} UTC" if row.due_at else "not due"
        refused = f", refused {row.status.failures} times" if row.status.failures else ""
        collector, reconcile = self.stage.functions[1:]
        return (
            f"before GitHub: it was recorded as {row.fingerprint}, {due}{refused}; "
            f"the logs of {collector} and {reconcile} say why"
        )

    def _unrecorded(self) -> str:
        """Say where a message is that has not become a row."""
        waiting, taken = self._depth(self.stage.queue)
        if waiting or taken:
            return (
                f"in the queue, where {waiting} messages are waiting and {taken} are being processed: "
                f"is {self.stage.functions[1]}'s trigger enabled, and what does its log say?"
            )
        dead = sum(self._depth(self.stage.dlq))
        if dead:
            return f"probably in the dead-letter queue, which holds {dead} messages, each with its reason"
        return "between the topic and the table: the queue is empty, and nothing was recorded; see the logs"

    def _depth(self, queue: str) -> tuple[int, int]:
        sqs = self.stage.client("sqs")
        names = [f"ApproximateNumberOfMessages{which}" for which in ("", "Delayed", "NotVisible")]
        url = sqs.get_queue_url(QueueName=queue)["QueueUrl"]
        found: dict[str, Any] = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
        waiting, delayed, taken = (int(found[name]) for name in names)
        return waiting + delayed, taken
