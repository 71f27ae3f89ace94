"""GitHub hints: a hint that people changed an issue makes its row due, so that the issue is read."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from chalicelib.adapters.envelope import Message
from chalicelib.conditions import asked_windows
from chalicelib.conditions.asked_windows import AskedWindows
from chalicelib.conditions.issue import IssueRef
from chalicelib.conditions.row import AlertState
from chalicelib.errors import Contended, Rejected
from chalicelib.store.ports import Rows
from chalicelib.telemetry import log_keys
from chalicelib.telemetry.telemetry import Telemetry
from chalicelib.webhook import hints
from chalicelib.webhook.hints import Hint

TRIES = 8


@dataclass(frozen=True)
class GitHubHints:
    """Takes hints; a repeated hint changes nothing."""

    rows: Rows
    now: Callable[[], datetime]
    telemetry: Telemetry

    def take(self, message: Message) -> AlertState | None:
        """Make the row due; None if no row has the issue. Raises Rejected for anything that is not a hint."""
        hint = hints.read(message.payload)
        if hint is None:
            raise Rejected(
                "NOT_A_HINT",
                "the message says that it is from GitHub, but names no issue",
                "Let only /github/events publish with the source github.",
            )
        fingerprint = self.rows.of_issue(IssueRef(hint.repository, hint.issue))
        row = self._ask(fingerprint, hint) if fingerprint else None
        if fingerprint is None:
            self._listen(hint)
        reason = "LOOK" if row else "ISSUE_UNKNOWN"
        self.telemetry.event("NOTICED", reason=reason, **hint.message(), **log_keys.message(message))
        if row is None:
            self.telemetry.count("AlertsIgnored", reason=reason)
        return row

    def _listen(self, hint: Hint) -> None:
        """If it is about a board, have its comments read, if that repository has one."""
        document = self.rows.load(key := asked_windows.key(hint.repository))
        if document.version and hint.event == "issue_comment":
            asked = document.parsed(AskedWindows).model_copy(update={"wanted": True})
            self.rows.swap(key, asked.model_dump_json(), document.version)

    def _ask(self, fingerprint: str, hint: Hint) -> AlertState | None:
        """Write it, retrying while others change the row."""
        for _ in range(TRIES):
            row = self.rows.get(fingerprint)
            if row is None or row.status.issue is None:
                return None
            if asked := self.rows.ask(replace(row, look=True, due_at=self.now())):
                return asked
        raise Contended(
            f"{hint.repository}#{hint.issue}: its row kept changing; the message goes back to the queue"
        )
