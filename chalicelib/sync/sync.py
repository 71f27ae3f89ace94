"""Sync: makes GitHub agree with the row, one step at a time: claim, budget, act, settle.

Running it twice is harmless, and stopping it anywhere loses nothing: what was begun stands in the row as
its intent, and what is left to do keeps the row due.
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cached_property

from chalicelib import render
from chalicelib.conditions import failure, outcome
from chalicelib.conditions.issue import IssueRef, Seen
from chalicelib.conditions.nothing import Nothing, Quiet
from chalicelib.conditions.plan import Policy, plan
from chalicelib.conditions.row import AlertState
from chalicelib.conditions.steps import AddComment, Adopt, CloseDuplicate, ReadIssue, Work
from chalicelib.conditions.suppression import hushed
from chalicelib.errors import ConfigurationError, GitHubError, OutcomeUnknown
from chalicelib.mirrors import Mirror
from chalicelib.rate_limit import rules
from chalicelib.rate_limit.rules import CallBudget
from chalicelib.store.ports import Rows
from chalicelib.sync import claims, intents
from chalicelib.sync.claims import Clock, Timing
from chalicelib.sync.delivery import Delivery
from chalicelib.sync.enrich import Enricher, Enrichers
from chalicelib.sync.execute import Executor
from chalicelib.sync.journal import Journal
from chalicelib.sync.readiness import permit, prepare
from chalicelib.telemetry.telemetry import Telemetry

__all__ = ["Clock", "Sync", "Timing"]


@dataclass(frozen=True)
class Sync:
    """Takes the steps between what should be and what is, for one row at a time."""

    rows: Rows
    permits: CallBudget
    act: Executor
    clock: Clock
    policy: Policy
    timing: Timing
    telemetry: Telemetry
    mirrors: tuple[Mirror, ...] = ()
    enrichers: tuple[Enricher, ...] = ()

    @cached_property
    def _enrichers(self) -> Enrichers:
        return Enrichers(self.enrichers, self.clock, self.telemetry)

    @cached_property
    def _delivery(self) -> Delivery:
        return Delivery(self.mirrors, self.rows, self.clock, self.policy, self.telemetry)

    @property
    def _journal(self) -> Journal:
        return Journal(self.telemetry, self.policy.routing, self.clock.now)

    def advance(self, row: AlertState, until: datetime) -> None:
        """Step until there is nothing to do now, another worker acts, or `until` is near.

        The rest stays due.
        """
        put_off: datetime | None = None
        current: AlertState | None = row
        while current and self.clock.now() + self.timing.call < until:
            step = plan(hushed(current) if put_off else current, self.clock.now(), self.policy)
            if isinstance(step, Nothing):
                return self._delivery.deliver(self._rest(current, step, put_off), row, until)
            if enriched := self._enrichers.enriched(current, step, until - self.timing.call):
                current = enriched
                continue  # it took time, of which the step needs its own
            current, refused_until = self._take(current, step)
            if refused_until and not isinstance(step, AddComment):
                return self._delivery.deliver(current, row, until)
            put_off = refused_until or put_off
        return None

    def look(self, row: AlertState, until: datetime) -> None:
        """Read the row's issue, as people may have changed it, then step on."""
        issue = row.status.issue
        if issue is None or claims.busy(row, self.clock.now()):
            return
        looked, refused_until = self._take(row, ReadIssue(issue.ref))
        if looked and not refused_until:
            self.advance(looked, until)

    def titled(self, row: AlertState, seen: Seen) -> bool:
        """Say whether an issue has the title that we give the row's, whatever its priority."""
        alert = row.spec.alert
        return alert is not None and outcome.same_title(render.title(alert, self.policy.routing), seen.title)

    def merge(self, row: AlertState, other: Seen, until: datetime) -> None:
        """Keep the older of two open issues: point the row at it first, then close the younger.

        An issue that another row holds is that row's, whatever its text says.
        """
        issue = row.status.issue
        if row.spec.alert is None or claims.busy(row, self.clock.now()):
            return
        if self.rows.of_issue(other.ref) not in (None, row.fingerprint):
            return
        current: AlertState | None = row
        if other.ref == row.status.superseded:
            self.advance(row, until)
            return
        younger: IssueRef | None = other.ref
        if issue is None or not issue.open or other.ref.number < issue.ref.number:
            current, _ = self._take(row, Adopt(other.ref))
            younger = issue.ref if issue and issue.open else None
            if current is None or current.status.issue is None or current.status.issue.ref != other.ref:
                return
        if younger:
            current, _ = self._take(current, CloseDuplicate(younger)) if current else (None, None)
        if current:
            self.advance(current, until)

    def let_go(self, row: AlertState, until: datetime) -> None:
        """Forget the row's issue, which another row holds too; a condition that fires gets one of its own."""
        issue = row.status.issue
        if issue is None or claims.busy(row, self.clock.now()):
            return
        claimed = self._claim(row, ReadIssue(issue.ref))
        settled = self._settle(claimed, replace(claimed, status=outcome.gone(claimed))) if claimed else None
        if settled:
            self.advance(settled, until)

    def _rest(self, row: AlertState, step: Nothing, put_off: datetime | None) -> AlertState | None:
        """Write when there may be something to do again; an unfinished step never leaves a row undue."""
        if step.reason is Quiet.IN_PROGRESS:
            return None
        due_at = min((at for at in (step.due_at, put_off) if at), default=None)
        rested = row if due_at == row.due_at else self.rows.rest(replace(row, due_at=due_at))
        self._journal.rested(row, step, due_at)
        return rested

    def _take(self, row: AlertState, step: Work) -> tuple[AlertState | None, datetime | None]:
        """Prepare, claim, budget, act, settle; returns the row, and until when it was put off."""
        repository = intents.repository(row, step, self.policy.routing)
        with self.telemetry.bound():
            unready = prepare(self.act.connect, self.permits, repository, row.priority)
        claimed = self._claim(row, step)
        if claimed is None:
            return None, None
        if unready:
            return self._failed(row, claimed, step, unready)
        answer = permit(self.permits, repository, intents.call(row, step), self.clock)
        if isinstance(answer, rules.Denied):
            until = datetime.fromtimestamp(answer.until, UTC)
            self._journal.refused(row, step, answer.reason, until)
            put_off = failure.put_off(claimed, answer.reason, self.clock.now(), until)
            return self._give_back(row, put_off, until), until
        with self.telemetry.bound():  # what a call to GitHub notes stands in its step's event
            return self._act_and_settle(row, claimed, step)

    def _claim(self, row: AlertState, step: Work) -> AlertState | None:
        begun = intents.intent(row, step, self.policy.routing, self.clock.now())
        lease = claims.lease(row, self.clock, self.timing)
        claimed = self.rows.claim(row, begun, lease)
        if claimed and lease.unended >= claims.NEVER_ENDING:
            self._journal.never_ending(row, step, lease)
        return replace(claimed, status=row.status) if claimed else None  # also what was looked up for it

    def _act_and_settle(
        self, row: AlertState, claimed: AlertState, step: Work
    ) -> tuple[AlertState | None, datetime | None]:
        try:
            settled = self.act.execute(claimed, step)
        except OutcomeUnknown as error:
            # The lease is left to run out: the call may still be on its way.
            self._journal.unknown(row, step, error)
            self.rows.note(failure.counted(claimed, step, error, self.clock.now()))
            return None, None
        except (GitHubError, ConfigurationError) as error:
            return self._failed(row, claimed, step, error)
        self._journal.done(row, settled, step)
        return self._settle(claimed, failure.cleared(settled, step)), None

    def _settle(self, claimed: AlertState, settled: AlertState) -> AlertState | None:
        """Write the outcome with what it leaves to do."""
        now = self.clock.now()
        free = self._delivery.noted(claimed, replace(settled, lease=None))
        step = plan(free, now, self.policy)
        due_at = step.due_at if isinstance(step, Nothing) else now
        return self.rows.settle(claimed, replace(free, due_at=due_at), now)

    def _failed(
        self, row: AlertState, claimed: AlertState, step: Work, error: GitHubError | ConfigurationError
    ) -> tuple[AlertState | None, datetime | None]:
        """Nothing happened on GitHub: settle that, and try again when it makes sense."""
        self._journal.failed(row, step, error)
        if ended := failure.ended(claimed, step, error):
            return self._settle(claimed, ended), None
        until = failure.again_at(claimed, error, self.clock.now(), self.timing.retry)
        self._journal.retried(row, step, until)
        return self._give_back(row, failure.counted(claimed, step, error, self.clock.now()), until), until

    def _give_back(self, row: AlertState, claimed: AlertState, until: datetime) -> AlertState | None:
        """End the claim as if it had not been made, due again later."""
        free = replace(claimed, intent=row.intent, lease=None, due_at=until)
        return self.rows.settle(claimed, free, self.clock.now())
