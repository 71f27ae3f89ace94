"""What a run does to each row and its issues, as events that the model in docs/model knows."""

from collections.abc import Callable
from typing import Any, NamedTuple
from unittest.mock import patch

from chalicelib.alert import Condition
from chalicelib.conditions.row import AlertState, Intent, Verb
from chalicelib.conditions.steps import Recover, Work
from chalicelib.store import codec
from chalicelib.sync.stepper import Stepper
from protocol_state import CLOSE, LOOK, OPEN, READ, REOPEN, UPDATE
from tests.local.github.call import Call, Reply
from tests.simulation.run import Run, run
from tests.simulation.scenario import Scenario
from tests.simulation.watch import FINGERPRINT, _issue_of
from tests.simulation.world import World
from tests.twins.dynamodb import Item

STEPS = {"OpenIssue": OPEN, "ReopenIssue": REOPEN, "CloseIssue": CLOSE, "Recover": LOOK, "ReadIssue": READ}
"""Whatever else is done to an open issue says more on it, as an update does."""

RECORD, CLAIM, EFFECT, SETTLE, REST = "record", "claim", "effect", "settle", "rest"


class Event(NamedTuple):
    """What a worker did to a condition: `row` is the row then, `number` the issue that was changed."""

    at: float
    fingerprint: str
    worker: str
    what: str
    step: str = ""
    row: AlertState | None = None
    number: int = 0


class Traced(World):
    """A world that notes them."""

    def __init__(self, scenario: Scenario) -> None:
        super().__init__(scenario)
        self.events: list[Event] = []
        self.steps: dict[str, tuple[str, str]] = {}
        self.table._changed = self._row_changed
        self.github.watch = self._called

    def _note(self, fingerprint: str, what: str, step: str = "", **known: Any) -> None:
        worker = self.schedule.worker().name
        self.events.append(Event(self.schedule.time, fingerprint, worker, what, step, **known))

    def _row_changed(self, before: Item | None, after: Item) -> None:
        self.ledger.row_changed(before, after)
        key = after["fingerprint"]["S"]
        if "#" in key:
            return
        row, was = codec.row(after), before or {}
        if was.get("spec") != after.get("spec"):
            self._note(key, RECORD, row=row)
        owner, owned = after.get("lease_owner"), was.get("lease_owner")
        if owner and owner != owned:
            self._note(key, CLAIM, self.steps[self.schedule.worker().name][1], row=row)
        elif owned and not owner:
            self._note(key, SETTLE, row=row)
        if row.due_at is None and "due_at" in was:
            self._note(key, REST, row=row)

    def _called(self, point: str, call: Call, reply: Callable[[], Reply]) -> Reply:
        issue = _issue_of(call)
        state = issue.state if issue else ""
        answer = self.watch(point, call, reply)
        fingerprint, step = self.steps.get(self.schedule.worker().name, ("", ""))
        if point == "github.open":
            opened = call.repository().issues[answer.body["number"]]
            if found := FINGERPRINT.search(opened.body or ""):
                self._note(found[1], EFFECT, OPEN, number=opened.number)
        elif point == "github.edit" and issue and issue.state != state:
            done = CLOSE if issue.state == "closed" else REOPEN
            self._note(self.watch.fingerprints[issue.id], EFFECT, done, number=issue.number)
        elif point == "github.list" and step == LOOK:
            self._note(fingerprint, EFFECT, LOOK)
        return answer

    def claims(self, row: AlertState, step: Work) -> None:
        """A worker is about to claim a row for a step, which the row does not say."""
        self.steps[self.schedule.worker().name] = (row.fingerprint, named(step))


def trace(scenario: Scenario) -> tuple[Run, list[Event]]:
    """Run a scenario, and note what happens."""
    worlds: list[Traced] = []
    real = Stepper.claim

    def make(asked: Scenario) -> Traced:
        worlds.append(Traced(asked))
        return worlds[0]

    def claim(stepper: Stepper, row: AlertState, step: Work) -> AlertState | None:
        worlds[0].claims(row, step)
        return real(stepper, row, step)

    with patch.object(Stepper, "claim", claim):
        result = run(scenario, make)
    return result, worlds[0].events


def named(step: Work) -> str:
    """Name a step as the model does; an unfinished comment is looked for as a change is read back."""
    if isinstance(step, Recover) and step.intent.verb is not Verb.OPEN:
        return READ
    return STEPS.get(type(step).__name__, UPDATE)


def fires(row: AlertState) -> bool:
    """Whether the provider says that it fires."""
    return row.spec.condition is Condition.FIRING


def begun(intent: Intent | None) -> str:
    """Name what is unfinished, as far as the model tells it apart."""
    return "" if intent is None else OPEN if intent.verb is Verb.OPEN else UPDATE
