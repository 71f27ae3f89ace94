"""Refusals: what a sender is answered whose request is not accepted; all are counted, a few a minute logged.

Anyone who knows the address may post as often as the API allows, and a log line for each request would cost
more than the answer. The count is still exact: doctor and an alarm rely on it.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from chalicelib.errors import NotAccepted
from chalicelib.telemetry.telemetry import Telemetry
from chalicelib.webhook.http import HttpAnswer, Posted

MOST = 10
"""Log lines for one source, reason and sender in a minute, from each container of the function."""
MINUTE = timedelta(minutes=1)


@dataclass(slots=True)
class _Minute:
    """Since a time: how many refusals of a kind were logged, and how many were not."""

    since: datetime
    logged: int = 0
    left_out: int = 0


@dataclass(frozen=True, slots=True)
class Refusals:
    """Answers, counts and logs requests that are not accepted."""

    telemetry: Telemetry
    _minutes: dict[tuple[str, ...], _Minute] = field(default_factory=dict)

    def answer(self, posted: Posted, source: str, refusal: NotAccepted) -> HttpAnswer:
        """Say what was wrong, to the sender and in the log; `source` is one of a few, whatever the path."""
        self.telemetry.count("WebhookRefused", source=source, reason=refusal.reason)
        who = (posted.sender.name,) if posted.sender else ()
        left_out = self._left_out((source, refusal.reason, *who), posted.received_at)
        if left_out is None:
            if refusal.event:
                self.telemetry.count("Problems", event=refusal.event)
        else:
            self._log(posted, source, refusal, left_out)
        wait = {"Retry-After": str(refusal.retry_after)} if refusal.retry_after else {}
        return HttpAnswer(refusal.status, {"error": str(refusal)}, wait)

    def _log(self, posted: Posted, source: str, refusal: NotAccepted, left_out: int) -> None:
        if refusal.event and refusal.__cause__:
            self.telemetry.problem(refusal.event, refusal.__cause__)
        what = {"status": refusal.status, "reason": refusal.reason, "left_out": left_out or None}
        self.telemetry.event("WEBHOOK_REFUSED", **posted.keys | {"source": source} | what)

    def _left_out(self, kind: tuple[str, ...], at: datetime) -> int | None:
        """How many of this kind were left out of the log since the last line; None to leave this out too."""
        minute = self._minutes.setdefault(kind, _Minute(at))
        if at - minute.since >= MINUTE:
            minute.since, minute.logged = at, 0
        if minute.logged >= MOST:
            minute.left_out += 1
            return None
        left_out, minute.left_out = minute.left_out, 0
        minute.logged += 1
        return left_out
