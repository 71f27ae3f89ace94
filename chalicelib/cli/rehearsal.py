"""A rehearsal: what the pipeline would do, with its own record, plan and steps, in memory."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from chalicelib.adapters import reading
from chalicelib.adapters.envelope import Message
from chalicelib.adapters.fields import Ignored, Ownership
from chalicelib.alert import AlertEvent
from chalicelib.cli.recorder import Recorder
from chalicelib.conditions.nothing import Nothing
from chalicelib.conditions.plan import Policy, plan
from chalicelib.conditions.record import Reason, record
from chalicelib.conditions.row import AlertState, Lease
from chalicelib.conditions.steps import Step, Work
from chalicelib.errors import Rejected
from chalicelib.github.issues import GitHubIssues
from chalicelib.github.protocol import Request
from chalicelib.routing import permission
from chalicelib.sync import intents
from chalicelib.sync.execute import Executor

MOST_STEPS = 12
AN_HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an alert changes: the reason, the steps until there is nothing left to do, and their requests.

    `owner` says by which rules it has its teams and its priority; the canary needs none.
    """

    alert: AlertEvent
    owner: Ownership | None
    reason: Reason
    row: AlertState
    steps: tuple[Step, ...]
    requests: tuple[Request, ...]


Told = Outcome | Ignored | Rejected


def _never_seen(fingerprint: str) -> None:
    """Return that no row is known."""


@dataclass
class Rehearsal:
    """Takes messages one after the other; `before` returns the current row of a fingerprint.

    `on_call` returns who is on call for teams.
    """

    policy: Policy
    now: datetime
    before: Callable[[str], AlertState | None] = _never_seen
    on_call: intents.OnCall = intents.nobody
    _rows: dict[str, AlertState] = field(default_factory=dict)

    def rehearse(self, message: Message) -> list[Told]:
        """Return what would become of a message."""
        owners: list[Ownership] = []
        rules = replace(self.policy.routing.owner_rules, noted=owners.append)
        try:
            alerts = reading.parse(message.source, message.payload, rules, message.sender)
            noted = iter(owners)
            return [
                alert if isinstance(alert, Ignored) else self._change(alert, next(noted, None), message)
                for alert in alerts
            ]
        except Rejected as rejected:
            return [rejected]

    def steps(self, row: AlertState) -> tuple[AlertState, tuple[Step, ...], tuple[Request, ...]]:
        """Step until nothing is left to do; returns the resulting row, the steps, and the requests."""
        recorder = Recorder(self.now)
        act = Executor(lambda: GitHubIssues(recorder), self.policy.routing, lambda: self.now)
        taken: list[Step] = []
        while len(taken) < MOST_STEPS:
            step = plan(row, self.now, self.policy)
            taken.append(step)
            if isinstance(step, Nothing):
                break
            row = self._act(row, step, act, recorder)
        return row, tuple(taken), tuple(recorder.written)

    def _change(self, alert: AlertEvent, owner: Ownership | None, message: Message) -> Outcome:
        key = alert.fingerprint
        known = self._rows.get(key) or self.before(key)
        said = known.spec.alert if known else None
        permission.check(message.sender, alert, said, self.policy.routing)
        recorded = record(known, alert, message.received_at)
        row, steps, requests = self.steps(recorded.as_of(self.now))
        self._rows[key] = row
        return Outcome(alert, owner, recorded.reason, row, steps, requests)

    def _act(self, row: AlertState, step: Work, act: Executor, recorder: Recorder) -> AlertState:
        if row.status.issue:
            recorder.believe(row.status.issue)
        begun = intents.intent(row, step, self.policy.routing, self.now, self.on_call)
        claimed = replace(row, intent=begun, lease=Lease("rehearsal", self.now + AN_HOUR))
        return replace(act.execute(claimed, step), lease=None)
