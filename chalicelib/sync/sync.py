"""Sync: makes GitHub agree with the row, one step at a time.

Running it twice is harmless, and stopping it anywhere loses nothing: the row's intent records what was
begun, and the row stays due while anything is left to do.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property, partial

from chalicelib import render
from chalicelib.conditions import outcome
from chalicelib.conditions.issue import IssueRef, Seen
from chalicelib.conditions.nothing import Nothing, Quiet
from chalicelib.conditions.plan import Policy, plan
from chalicelib.conditions.row import AlertState
from chalicelib.conditions.steps import AddComment, Adopt, CloseDuplicate, ReadIssue
from chalicelib.conditions.suppression import hushed
from chalicelib.mirrors import Mirror
from chalicelib.rate_limit.rules import CallBudget
from chalicelib.store.ports import Rows
from chalicelib.sync import claims, intents, storms
from chalicelib.sync.claims import Clock, Timing
from chalicelib.sync.delivery import Delivery
from chalicelib.sync.enrich import Enricher, Enrichers
from chalicelib.sync.execute import Executor
from chalicelib.sync.stepper import Stepper
from chalicelib.telemetry.telemetry import Telemetry

__all__ = ["Clock", "Sync", "Timing"]


@dataclass(frozen=True)
class Sync:
    """Takes the steps from what GitHub shows to what it should show, one row at a time.

    `refresh` reads what may hold a row back from outside, for the policy to use; `on_call` returns who is.
    """

    rows: Rows
    permits: CallBudget
    act: Executor
    clock: Clock
    policy: Policy
    timing: Timing
    telemetry: Telemetry
    mirrors: tuple[Mirror, ...] = ()
    enrichers: tuple[Enricher, ...] = ()
    refresh: Callable[[AlertState], None] = lambda _: None
    on_call: intents.OnCall = intents.nobody

    @cached_property
    def _enrichers(self) -> Enrichers:
        return Enrichers(self.enrichers, self.clock, self.telemetry)

    @cached_property
    def _parents(self) -> storms.Parents:
        return storms.Parents(self.rows, self.telemetry)

    @cached_property
    def _delivery(self) -> Delivery:
        return Delivery(self.mirrors, self.rows, self.clock, self.policy, self.telemetry)

    @cached_property
    def _stepper(self) -> Stepper:
        return Stepper(
            self.rows,
            self.permits,
            self.act,
            self.clock,
            self.policy,
            self.timing,
            self.telemetry,
            self._delivery,
            self.on_call,
        )

    def advance(self, row: AlertState, until: datetime) -> None:
        """Take steps until nothing is left to do now, another worker has the row, or `until` is near.

        The rest stays due.
        """
        put_off: datetime | None = None
        self.refresh(row)
        current: AlertState | None = self._led(row, until)
        while current and self.clock.now() + self.timing.call < until:
            current = self._with_incident(current, until)
            step = plan(hushed(current) if put_off else current, self.clock.now(), self.policy)
            if isinstance(step, Nothing):
                return self._delivery.deliver(self._rest(current, step, put_off), row, until)
            if enriched := self._enrichers.enriched(current, step, until - self.timing.call):
                current = self._led(enriched, until)
                continue  # the look-up took time: check that enough is left for the step
            current, refused_until = self._stepper.take(current, step)
            if refused_until and not isinstance(step, AddComment):
                return self._delivery.deliver(current, row, until)
            put_off = refused_until or put_off
        return None

    def _led(self, row: AlertState, until: datetime) -> AlertState:
        """Advance the row of an alert's storm first, as the alert's issue names the storm's."""
        return self._parents.led(row, self.clock.now(), partial(self.advance, until=until))

    def look(self, row: AlertState, until: datetime) -> None:
        """Read the row's issue, which people may have changed, then take the next steps."""
        issue = row.status.issue
        if issue is None or claims.busy(row, self.clock.now()):
            return
        looked, refused_until = self._stepper.take(row, ReadIssue(issue.ref))
        if looked and not refused_until:
            self.advance(looked, until)

    def titled(self, row: AlertState, seen: Seen) -> bool:
        """Say whether an issue has the title that we would give the row's issue, whatever its priority."""
        alert = row.spec.alert
        return alert is not None and outcome.same_title(render.title(alert, self.policy.routing), seen.title)

    def merge(self, row: AlertState, other: Seen, until: datetime) -> None:
        """Keep the older of two open issues: point the row at it first, then close the younger one.

        An issue that another row holds stays with that row, whatever its text says.
        """
        issue = row.status.issue
        if row.spec.alert is None or claims.busy(row, self.clock.now()):
            return
        if self.rows.of_issue(other.ref) not in (None, row.fingerprint):
            return
        if row.spec.news and not _of_this_episode(row, other):
            return  # a person reopened the issue of an earlier notification
        current: AlertState | None = row
        if other.ref == row.status.superseded:
            self.advance(row, until)
            return
        younger: IssueRef | None = other.ref
        if issue is None or not issue.open or other.ref.number < issue.ref.number:
            current, _ = self._stepper.take(row, Adopt(other.ref))
            younger = issue.ref if issue and issue.open else None
            if current is None or current.status.issue is None or current.status.issue.ref != other.ref:
                return
        if younger:
            current, _ = self._stepper.take(current, CloseDuplicate(younger)) if current else (None, None)
        if current:
            self.advance(current, until)

    def let_go(self, row: AlertState, until: datetime) -> None:
        """Forget an issue that another row holds too; if the condition fires, it gets an issue of its own."""
        issue = row.status.issue
        if issue is None or claims.busy(row, self.clock.now()):
            return
        claimed = self._stepper.claim(row, ReadIssue(issue.ref))
        settled = (
            self._stepper.settle(claimed, replace(claimed, status=outcome.gone(claimed))) if claimed else None
        )
        if settled:
            self.advance(settled, until)

    def _with_incident(self, row: AlertState, until: datetime) -> AlertState:
        """Open the incident that a row has just become part of, so that its issue can be named.

        The row is not written: the step that follows does that, or else reconcile, within a minute.
        """
        link = row.status.incident
        if link is None or link.ref:
            return row
        found = self.rows.get(link.fingerprint)
        if found and found.status.issue is None:
            self.advance(found, until)
            found = self.rows.get(link.fingerprint)
        issue = found.status.issue if found else None
        named = replace(link, ref=issue.ref if issue else None)
        return replace(row, status=replace(row.status, incident=named))

    def _rest(self, row: AlertState, step: Nothing, put_off: datetime | None) -> AlertState | None:
        """Write when to plan again; a row with an unfinished step always stays due.

        A lease that has expired, as after a claim whose answer was lost, no longer counts as unsettled.
        """
        if step.reason is Quiet.IN_PROGRESS:
            return None
        due_at = min((at for at in (step.due_at, put_off) if at), default=None)
        resting = replace(row, due_at=due_at, held=step.held, lease=None)
        rested = row if resting == row else self.rows.rest(resting)
        if step.held is None or not step.held.repeats(row.held):  # otherwise it is already in the log
            self._stepper.journal.rested(row, step, due_at)
        return rested


def _of_this_episode(row: AlertState, seen: Seen) -> bool:
    """Whether an issue is marked for the row's current episode, not an earlier one."""
    marks = render.read_markers(seen.body)
    return any((mark.fingerprint, mark.episode) == (row.fingerprint, row.spec.episode) for mark in marks)
