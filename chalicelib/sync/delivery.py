"""Delivery: hands the facts in a row's outbox to the mirrors, after GitHub's steps, never delaying them."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from chalicelib import render
from chalicelib.conditions import changes, outbox
from chalicelib.conditions.facts import Fact
from chalicelib.conditions.nothing import Nothing
from chalicelib.conditions.plan import Policy, plan
from chalicelib.conditions.row import AlertState
from chalicelib.mirrors import Mirror, MirrorUnavailable
from chalicelib.store.ports import Rows
from chalicelib.sync.claims import Clock
from chalicelib.telemetry.telemetry import Telemetry

LIMIT = timedelta(seconds=5)
"""The longest a delivery may take; clients have shorter limits of their own."""

AFTER_FAILURE = timedelta(seconds=60)
"""How long a worker skips a failed mirror: one that does not answer would cost seconds for each row."""


@dataclass
class Delivery:
    """Adds facts to a row and delivers them; without mirrors it does neither."""

    mirrors: tuple[Mirror, ...]
    rows: Rows
    clock: Clock
    policy: Policy
    telemetry: Telemetry
    _closed_until: datetime | None = field(default=None, init=False)

    def noted(self, claimed: AlertState, settled: AlertState) -> AlertState:
        """Add to a settled row the facts that its step produced."""
        issue, alert = settled.status.issue, settled.spec.alert
        if not self.mirrors or issue is None or alert is None:
            return settled
        now, title = self.clock.now(), issue.title or render.title(alert, self.policy.routing)
        kinds = changes.happened(claimed.status, settled.status)
        facts = tuple(
            Fact(
                id=self.clock.unique(),
                kind=kind,
                ref=issue.ref,
                url=issue.url,
                title=title,
                priority=issue.priority,
                teams=issue.teams,
                at=now,
                closed_by=None if issue.open else issue.closed_by,
            )
            for kind in kinds
        )
        status, dropped = outbox.noted(settled.status, facts, now)
        self._drop(settled, dropped, f"a row keeps {outbox.MOST} facts for the mirrors")
        return replace(settled, status=status)

    def deliver(self, row: AlertState | None, before: AlertState, until: datetime) -> None:
        """Deliver what is due or happened since `before`; `row` is None if another worker has it.

        If another worker writes the row meanwhile, the facts stay in it and are delivered twice.
        """
        left = self._left(row, before, until) if row else None
        if left and left is not row:
            step = plan(left, self.clock.now(), self.policy)
            due_at, held = (step.due_at, step.held) if isinstance(step, Nothing) else (left.due_at, None)
            self.rows.note(replace(left, due_at=due_at, held=held))

    def _left(self, row: AlertState, before: AlertState, until: datetime) -> AlertState:
        """Return the row with what is left to deliver; the same row if that has not changed."""
        status, now = row.status, self.clock.now()
        busy = row.lease is not None and row.lease.until > now
        if not status.outbox or busy or (self.mirrors and now + LIMIT > until):
            return row
        if not self.mirrors:
            self._drop(row, status.outbox, "no mirror is configured any longer")
            return replace(row, status=outbox.emptied(status))
        due = status.mirror_at is None or status.mirror_at <= now
        if not due and status.outbox == before.status.outbox:
            return row
        if self._delivered(row):
            return replace(row, status=outbox.emptied(status))
        if not due:
            return row
        status, dropped = outbox.put_off(status, now)
        self._drop(row, dropped, "no mirror accepted it within a day")
        return replace(row, status=status)

    def _delivered(self, row: AlertState) -> bool:
        """Whether every mirror took every fact; an unexpected error in a mirror must not fail a step."""
        if self._closed_until and self.clock.now() < self._closed_until:
            return False
        try:
            for mirror in self.mirrors:
                mirror.deliver(row.fingerprint, row.status.outbox)
        except Exception as error:  # noqa: BLE001 - logged, counted, and tried again
            self._closed_until = self.clock.now() + AFTER_FAILURE
            self.telemetry.problem("MIRROR_FAILED", error, fingerprint=row.fingerprint)
            self.telemetry.count("FactsUndelivered")
            return False
        self._closed_until = None
        for fact in row.status.outbox:
            self.telemetry.event("MIRRORED", **_keys(row, fact))
        return True

    def _drop(self, row: AlertState, facts: tuple[Fact, ...], why: str) -> None:
        for fact in facts:
            self.telemetry.problem("FACT_DROPPED", MirrorUnavailable(why), **_keys(row, fact))
            self.telemetry.count("FactsUndelivered")


def _keys(row: AlertState, fact: Fact) -> dict[str, object]:
    return {
        "fingerprint": row.fingerprint,
        "kind": fact.kind.value,
        "issue": str(fact.ref),
        "priority": fact.priority.value,
        "fact_id": fact.id,
    }
