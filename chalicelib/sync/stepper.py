"""One step on one row: prepare, claim, budget, act, settle.

Whatever happens in between, the row records the step that began, and is due again.
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime

from chalicelib.conditions import failure, past
from chalicelib.conditions.nothing import Nothing
from chalicelib.conditions.plan import Policy, plan
from chalicelib.conditions.row import AlertState
from chalicelib.conditions.steps import Work
from chalicelib.errors import ConfigurationError, GitHubError, OutcomeUnknown
from chalicelib.rate_limit import rules
from chalicelib.rate_limit.rules import CallBudget
from chalicelib.store.ports import Rows
from chalicelib.sync import claims, intents
from chalicelib.sync.claims import Clock, Timing
from chalicelib.sync.delivery import Delivery
from chalicelib.sync.execute import Executor
from chalicelib.sync.journal import Journal
from chalicelib.sync.readiness import permit, prepare
from chalicelib.telemetry.telemetry import Telemetry


@dataclass(frozen=True)
class Stepper:
    """Takes single steps."""

    rows: Rows
    permits: CallBudget
    act: Executor
    clock: Clock
    policy: Policy
    timing: Timing
    telemetry: Telemetry
    delivery: Delivery
    on_call: intents.OnCall = intents.nobody

    @property
    def journal(self) -> Journal:
        """What logs and counts steps."""
        return Journal(self.telemetry, self.policy.routing, self.clock.now)

    def take(self, row: AlertState, step: Work) -> tuple[AlertState | None, datetime | None]:
        """Prepare, claim, budget, act, settle; returns the row, and the time until which it was put off."""
        repository = intents.repository(row, step, self.policy.routing)
        with self.telemetry.bound():
            unready = prepare(self.act.connect, self.permits, repository, row.priority)
        claimed = self.claim(row, step)
        if claimed is None:
            return None, None
        if unready:
            return self._failed(row, claimed, step, unready)
        answer = permit(self.permits, repository, intents.call(row, step), self.clock)
        if isinstance(answer, rules.Denied):
            until = datetime.fromtimestamp(answer.until, UTC)
            self.journal.refused(row, step, answer.reason, until)
            put_off = failure.put_off(claimed, answer.reason, self.clock.now(), until)
            return self._give_back(row, put_off, until), until
        with self.telemetry.bound():  # adds what the calls to GitHub note to the step's event
            return self._act_and_settle(row, claimed, step)

    def claim(self, row: AlertState, step: Work) -> AlertState | None:
        """Claim a row for a step; None if another worker has it, or it has changed."""
        begun = intents.intent(row, step, self.policy.routing, self.clock.now(), self.on_call)
        lease = claims.lease(row, self.clock, self.timing)
        claimed = self.rows.claim(row, begun, lease)
        if claimed and lease.unended >= claims.NEVER_ENDING:
            self.journal.never_ending(row, step, lease)
        return replace(claimed, status=row.status) if claimed else None  # with what was looked up for it

    def _act_and_settle(
        self, row: AlertState, claimed: AlertState, step: Work
    ) -> tuple[AlertState | None, datetime | None]:
        try:
            settled = self.act.execute(claimed, step)
        except OutcomeUnknown as error:
            # The lease is left to expire: the call may still be in flight.
            self.journal.unknown(row, step, error)
            self.rows.note(failure.counted(claimed, step, error, self.clock.now()))
            return None, None
        except (GitHubError, ConfigurationError) as error:
            return self._failed(row, claimed, step, error)
        self.journal.done(row, settled, step)
        return self.settle(claimed, failure.cleared(settled, step)), None

    def settle(self, claimed: AlertState, settled: AlertState) -> AlertState | None:
        """Write the outcome, and when the rest is due."""
        now = self.clock.now()
        free = self.delivery.noted(claimed, past.noted(claimed, replace(settled, lease=None), now))
        step = plan(free, now, self.policy)
        due_at, held = (step.due_at, step.held) if isinstance(step, Nothing) else (now, None)
        return self.rows.settle(claimed, replace(free, due_at=due_at, held=held), now)

    def _failed(
        self, row: AlertState, claimed: AlertState, step: Work, error: GitHubError | ConfigurationError
    ) -> tuple[AlertState | None, datetime | None]:
        """Settle that nothing happened on GitHub, and try again when it makes sense."""
        self.journal.failed(row, step, error)
        if ended := failure.ended(claimed, step, error):
            return self.settle(claimed, ended), None
        until = failure.again_at(claimed, error, self.clock.now(), self.timing.retry)
        self.journal.retried(row, step, until)
        return self._give_back(row, failure.counted(claimed, step, error, self.clock.now()), until), until

    def _give_back(self, row: AlertState, claimed: AlertState, until: datetime) -> AlertState | None:
        """End the claim as if it had not been made, due again later."""
        free = replace(claimed, intent=row.intent, lease=None, due_at=until)
        return self.rows.settle(claimed, free, self.clock.now())
