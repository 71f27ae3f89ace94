"""The shared budget: a row changed by compare-and-swap, so that all running workers share it."""

import contextlib
from collections.abc import Callable
from datetime import UTC, datetime

from pydantic import TypeAdapter

from chalicelib.conditions.calls import Kind
from chalicelib.conditions.setbacks import Denial
from chalicelib.errors import StoreUnavailable
from chalicelib.github import ratelimits
from chalicelib.github.protocol import Response
from chalicelib.rate_limit import health, reports, rules
from chalicelib.rate_limit.rules import LEAD, Budget, Call, Denied, Granted, Limits
from chalicelib.store.documents import Document, Documents
from chalicelib.telemetry.telemetry import SILENT, Telemetry

SWAPS = 10
BUSY = 0.5
SLOWER = 1.5
"""The margin by which the next write to the table may take longer than the last."""

_BUDGET = TypeAdapter(Budget)


class SharedBudget:
    """Asks for calls and reports how they ended; the container's copy of the budget saves reads."""

    def __init__(
        self,
        documents: Documents,
        limits: Limits,
        now: Callable[[], datetime],
        telemetry: Telemetry = SILENT,
    ) -> None:
        self._documents, self._limits, self._now, self._telemetry = documents, limits, now, telemetry
        self._known: dict[str, Document] = {}
        self._turns: dict[str, float] = {}
        self._lead = LEAD

    def ask(self, owner: str, call: Call) -> Granted | Denied:
        """Ask for one call as the owner's installation; a refusal writes at most that an opening waits.

        An opening is sent at once, so its turn is booked in the same write.
        """
        now = self._now().timestamp()
        for _ in range(SWAPS):
            just_read = owner not in self._known
            document = self._read(owner)
            current = _parse(document)
            answer = rules.ask(current, call, now, self._limits)
            if isinstance(answer, Granted) and call.kind is Kind.OPEN:
                turn = rules.turn(answer.budget, answer.at, self._limits, self._lead)
                if self._swap(owner, document, turn.budget):
                    self._turns[owner] = turn.at
                    return answer
            elif answer.budget and answer.budget != current:
                if self._swap(owner, document, answer.budget):
                    return answer
            elif just_read or (isinstance(answer, Denied) and answer.reason is Denial.BUDGET):
                return answer  # what our copy shows as used up is still used up
            else:  # without a write we do not know whether our copy is current
                del self._known[owner]
        return Denied(now + BUSY, Denial.BUSY)

    def turn(self, owner: str) -> float | None:
        """Book the sending of a write; returns its time (epoch seconds), None if it could not be booked.

        A turn that is already booked is taken, if its time has not passed. One that passed before its booking
        was written would bring the write too close to the next one, and is skipped.
        """
        if not self._limits.spacing:  # set by benchmarks and tests: no spacing
            return self._now().timestamp()
        booked_at = self._turns.pop(owner, None)
        if booked_at and self._now().timestamp() <= booked_at:
            return booked_at
        with contextlib.suppress(StoreUnavailable):  # no turn, nothing sent
            for _ in range(SWAPS):
                document = self._read(owner)
                now = self._now().timestamp()
                booked = rules.turn(_parse(document), now, self._limits, self._lead)
                if self._swap(owner, document, booked.budget) and self._now().timestamp() <= booked.at:
                    return booked.at
        return None

    def answered(self, owner: str, response: Response) -> None:
        """GitHub answered."""
        self._ended("OK" if response.status < 400 else "REFUSED", response.request_id)
        reset = ratelimits.reset(response, self._now())
        self._change(
            owner,
            lambda budget, now: reports.answered(budget, now, remaining=response.remaining, reset=reset),
        )

    def limited(self, owner: str, retry_at: datetime | None) -> None:
        """GitHub asked to wait."""
        self._ended("RATE_LIMITED")
        at = retry_at.timestamp() if retry_at else None
        self._change(owner, lambda budget, now: reports.limited(budget, now, at))

    def failed(self, owner: str) -> None:
        """GitHub did not answer."""
        self._ended("FAILED")
        self._change(owner, lambda budget, now: reports.failed(budget, now, self._limits))

    def _change(self, owner: str, change: Callable[[Budget, float], Budget]) -> None:
        """Apply a report; if contention loses it, the next call's report makes up for it."""
        now = self._now().timestamp()
        for _ in range(SWAPS):
            document = self._read(owner)
            current = _parse(document)
            changed = change(current, now)
            if changed == current:
                return None
            if self._swap(owner, document, changed):
                return self._tell(owner, current, changed)
        return None

    def look(self, owner: str) -> Budget:
        """Read an owner's current budget."""
        return _parse(self._documents.load(_key(owner)))

    def _ended(self, outcome: str, request_id: str | None = None) -> None:
        self._telemetry.count("GitHubCalls", outcome=outcome)
        self._telemetry.note(github_request_id=request_id)

    def _tell(self, owner: str, before: Budget, after: Budget) -> None:
        """Log the breaker's changes, and GitHub's requests to wait, as events of their own."""
        for name, at in health.changes(before, after):
            until = datetime.fromtimestamp(at, UTC) if at else None
            self._telemetry.event(name, owner=owner, until=until, failures=after.failures or None)

    def _read(self, owner: str) -> Document:
        if owner not in self._known:
            self._known[owner] = self._documents.load(_key(owner))
        return self._known[owner]

    def _swap(self, owner: str, document: Document, changed: Budget) -> bool:
        text, began = _BUDGET.dump_json(changed).decode(), self._now()
        newer = self._documents.swap(_key(owner), text, document.version)
        # A turn that passes before its booking is written is lost. With a fixed lead, a table slower than
        # that would lose every turn, and nothing would be written to GitHub.
        self._lead = max(LEAD, SLOWER * (self._now() - began).total_seconds())
        self._known[owner] = newer or Document(document.version + 1, text)
        return newer is None


def _key(owner: str) -> str:
    return f"budget#{owner.lower()}"


def _parse(document: Document) -> Budget:
    return _BUDGET.validate_json(document.text) if document.text else Budget()
