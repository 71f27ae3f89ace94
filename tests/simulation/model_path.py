"""Whether what happened to a condition is a path of the model: all states that it may be in are followed."""

from collections.abc import Iterable, Iterator

from chalicelib.conditions.row import AlertState
from chalicelib.conditions.steps import needed
from protocol_actions import Moves, goes_on, moves, record, tick
from protocol_state import CLAIMED, LOOK, OPEN, PLANNED, READ, UPDATE, Row, State, Worker, plan
from tests.simulation.model_trace import CLAIM, EFFECT, RECORD, REST, SETTLE, Event, begun, fires

TICK, SLACK = 30.0, 2.0
"""Seconds; workers' clocks are set by a header that tells seconds."""

PLENTY = 1_000_000
TOO_LATE = "is too late to send"
UNSEEN = ("is refused", "reads", "UPDATE is answered")


class Path:
    """The states that one condition may be in, after what has happened so far."""

    def __init__(self) -> None:
        self.states = {State(workers=(), crashes=PLENTY, lost=PLENTY, refusals=PLENTY)}
        self._at, self._names, self._numbers = 0.0, list[str](), dict[int, int]()

    def follow(self, event: Event) -> bool:
        """Take the event in every state in which the model allows it; False if there is no such state."""
        passed, self._at = event.at - self._at, event.at
        me = self._worker(event.worker)
        then = {
            RECORD: self._record,
            CLAIM: self._claim,
            EFFECT: self._effect,
            SETTLE: self._settle,
            REST: self._rest,
        }
        ticked = (tick(state, passed / TICK) for state in self.states)
        self.states = {_plain(after) for state in ticked for after in then[event.what](state, me, event)}
        return bool(self.states)

    def _worker(self, name: str) -> int:
        if name not in self._names:
            self._names.append(name)
            self.states = {s._replace(workers=(*s.workers, Worker())) for s in self.states}
        return self._names.index(name)

    def _record(self, s: State, me: int, event: Event) -> Iterator[State]:
        row = needed(event.row)
        yield record(s, "FIRING" if fires(row) else "RESOLVED", row.spec.episode)

    def _claim(self, s: State, me: int, event: Event) -> Iterator[State]:
        """Plan on the row as it is, and claim; that there is more to say needs no reason.

        What a call does that changes no issue's state is not seen, so it may have happened from now on.
        """
        row = needed(event.row)
        more = not s.row.intent and not s.row.lease and s.row.issue and event.step in (UPDATE, READ)
        if event.step not in plan(s.row) and not more:
            return
        planned = goes_on(s, me, Worker(PLANNED, event.step, s.row.episode))
        for after in named(moves(planned, me), f"claims {event.step}"):
            lease = needed(row.lease).until.timestamp() - event.at
            worker = after.workers[me]._replace(left=(lease + SLACK) / TICK)
            leased = after.row._replace(lease=max(lease - SLACK, 0) / TICK)
            if not after.overwritten and row.due_at and self._agrees(leased, row):
                claimed = goes_on(after, me, worker)._replace(row=leased)
                yield claimed
                yield from (then for name, then in moves(claimed, me) if name in UNSEEN)

    def _effect(self, s: State, me: int, event: Event) -> Iterator[State]:
        """A call of the worker has its effect; its answer may yet be lost, or the worker crash."""
        worker = s.workers[me]
        if event.step == LOOK:
            yield s
            if worker.phase == CLAIMED and worker.step == LOOK:
                yield from (then for name, then in moves(s, me) if name.startswith("looks"))
            return
        if worker.phase != CLAIMED or worker.step != event.step or not worker.left:
            return
        if event.step == OPEN:
            self._numbers[event.number] = len(s.issues) + 1
        elif self._numbers.get(event.number) != s.row.issue:
            return
        yield from named(moves(s, me), f"{event.step} is answered")

    def _settle(self, s: State, me: int, event: Event) -> Iterator[State]:
        """What became of the step shows in the row."""
        row, worker = needed(event.row), s.workers[me]
        late = named(moves(s, me), TOO_LATE) if worker.phase == CLAIMED else (s,)
        for answered in late:
            for after in named(moves(answered, me), "settles"):
                stays_due = not (worker.stale or after.row.intent) or row.due_at is not None
                if stays_due and self._agrees(after.row, row):
                    yield after._replace(row=self._seen(after.row, row, event.at))

    def _rest(self, s: State, me: int, event: Event) -> Iterator[State]:
        """Nothing is due any more; what ended long ago may stay unreported."""
        if not (s.row.intent or s.row.lease) and (not plan(s.row) or not (s.row.firing or s.row.open)):
            yield s

    def _agrees(self, believed: Row, row: AlertState) -> bool:
        issue = row.status.issue
        known = (self._numbers.get(issue.ref.number), issue.open) if issue else (0, False)
        intent, unfinished = row.intent, OPEN if believed.intent == OPEN else UPDATE
        return (
            (believed.firing, believed.episode) == (fires(row), row.spec.episode)
            and (believed.issue, believed.open) == known
            and (unfinished if believed.intent else "") == begun(intent)
            and (intent is None or believed.intended == intent.episode)
            and (intent is None or believed.intent != OPEN or believed.looks == intent.looks)
        )

    def _seen(self, believed: Row, row: AlertState, now: float) -> Row:
        """Take over what the model leaves open: which episode the issue shows, and when to look again."""
        looked = row.intent.looked_at if row.intent else None
        wait = max(looked.timestamp() + 60 - SLACK - now, 0) / TICK if looked else 0
        issue = row.status.issue
        return believed._replace(shows=issue.episode if issue else 0, wait=wait, due=True)


def _plain(s: State) -> State:
    """Forget whoever has lost the lease, of whom nothing more may be seen, and how often calls failed."""
    return s._replace(workers=tuple(w if w.holds else Worker() for w in s.workers), refusals=PLENTY)


def named(found: Moves, name: str) -> Iterator[State]:
    """Those of some moves that have a name."""
    return (then for each, then in found if each == name)


def refused(events: Iterable[Event]) -> Event | None:
    """The first event that the model does not allow."""
    paths: dict[str, Path] = {}
    return next((e for e in events if not paths.setdefault(e.fingerprint, Path()).follow(e)), None)
