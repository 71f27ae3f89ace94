"""What can happen in a state of the model: messages, late calls, time, and what workers do and suffer."""

from collections.abc import Iterator

from protocol_people import drifts, people, seen, surprised, undone
from protocol_state import (
    ADOPT,
    ANSWERED,
    CLAIMED,
    CLOSE,
    DUPLICATE,
    IDLE,
    INTERVAL,
    LEASE,
    LOOK,
    NONE,
    NOTHING,
    OPEN,
    PLANNED,
    READ,
    REFUSED,
    REOPEN,
    UPDATE,
    Flight,
    Issue,
    Row,
    State,
    Without,
    Worker,
    plan,
)

Moves = Iterator[tuple[str, State]]


def record(s: State, condition: str, episode: object) -> State:
    """Write what the provider says, which makes everybody's plan stale."""
    row = s.row._replace(firing=condition == "FIRING", episode=episode, due=True)
    return s._replace(row=row, workers=tuple(w._replace(stale=True) for w in s.workers))


def carried_out(s: State, step: str, number: int, episode: object) -> State:
    """Let a call have its effect on GitHub."""
    if step == OPEN:
        return s._replace(issues=(*s.issues, Issue(episode)))
    issue = s.issues[number - 1]
    if step != UPDATE:
        issue = issue._replace(open=step == REOPEN, person=None, ended=False)
    return s._replace(issues=(*s.issues[: number - 1], issue, *s.issues[number:]))


def actions(s: State, without: Without = NONE) -> Moves:
    """Everything that can happen next, each with its name and what is then."""
    if s.script:
        condition, episode = s.script[0]
        yield f"record {condition} {episode}", record(s, condition, episode)._replace(script=s.script[1:])
    if s.people:
        yield from people(s)
    for place, call in enumerate(s.flights):
        landed = s._replace(flights=s.flights[:place] + s.flights[place + 1 :])
        yield f"late {call.step} lands", carried_out(landed, call.step, call.number, call.episode)
    if (later := tick(s)) != s and not s.flights:
        yield "tick", later
    for me, worker in enumerate(s.workers):
        if worker in s.workers[:me]:
            continue  # one of two that are the same is enough
        for name, then in moves(s, me, without):
            yield f"worker {me + 1} {name}", then
        if s.crashes and worker.phase in (CLAIMED, ANSWERED):
            yield f"worker {me + 1} crashes", goes_on(s, me, Worker())._replace(crashes=s.crashes - 1)


def moves(s: State, me: int, without: Without = NONE) -> Moves:
    """What a worker may do next."""
    does = {IDLE: plans, PLANNED: claims, CLAIMED: acts, ANSWERED: settles, REFUSED: settles}
    return does[s.workers[me].phase](s, me, s.workers[me], without)


def tick(s: State, ticks: float = 1) -> State:
    """Let 30 seconds pass, `ticks` times."""
    return s._replace(
        row=s.row._replace(lease=max(s.row.lease - ticks, 0), wait=max(s.row.wait - ticks, 0)),
        issues=tuple(issue._replace(hidden=max(issue.hidden - ticks, 0)) for issue in s.issues),
        workers=tuple(worker._replace(left=max(worker.left - ticks, 0)) for worker in s.workers),
    )


def goes_on(s: State, me: int, worker: Worker, row: Row | None = None, *, claims: bool = False) -> State:
    """Change a worker, and the row if it writes that; whoever planned on the old row is then stale."""
    others = s.workers
    if row is not None:
        others = tuple(w._replace(stale=True, holds=w.holds and not claims) for w in others)
    workers = (*others[:me], worker, *others[me + 1 :])
    return s._replace(row=s.row if row is None else row, workers=workers)


def plans(s: State, me: int, _: Worker, without: Without) -> Moves:
    """Read a row that is due, and plan; nothing to do is planned too, and puts the row to rest."""
    if s.row.due and not (s.row.lease and "lease" not in without):
        for step in plan(s.row, without) or [NOTHING] * (not s.row.wait):
            yield f"plans {step}", goes_on(s, me, Worker(PLANNED, step, s.row.episode))
    for name, looks in drifts(s, without):
        yield name, goes_on(s, me, looks)


def claims(s: State, me: int, w: Worker, without: Without) -> Moves:
    """Take the lease and note the intent, or put the row to rest, if it is what was planned on."""
    if (w.stale and "revision" not in without) or (s.row.lease and "lease" not in without):
        yield "gives way", goes_on(s, me, Worker())
        return
    if w.step == NOTHING:
        yield "rests", goes_on(s, me, Worker(), s.row._replace(due=False))
        return
    row, overwritten = s.row._replace(lease=LEASE, due="due" not in without), s.overwritten
    if w.step not in (LOOK, READ, ADOPT, DUPLICATE):
        overwritten = overwritten or bool(row.intent == OPEN)
        noted = w.step if not (w.step == OPEN and "intent" in without) else ""
        row = row._replace(intent=noted, intended=w.episode, looks=0, wait=0)
    claimed = w._replace(phase=CLAIMED, stale=False, holds=True, left=LEASE)
    yield f"claims {w.step}", goes_on(s, me, claimed, row, claims=True)._replace(overwritten=overwritten)


def acts(s: State, me: int, w: Worker, without: Without) -> Moves:
    """Call GitHub: it answers, does not, is late, or refuses; nothing is sent after the lease."""
    answered = w._replace(phase=ANSWERED)
    if not w.left and "call in lease" not in without:
        yield "is too late to send", goes_on(s, me, w._replace(phase=REFUSED))
        return
    if s.refusals:
        yield "is refused", goes_on(s, me, w._replace(phase=REFUSED))._replace(refusals=s.refusals - 1)
    if w.step == LOOK:
        for number in looked(s, without):
            yield f"looks, finds {number or 'nothing'}", goes_on(s, me, answered._replace(found=number))
        return
    if w.step in (READ, ADOPT) or (surprised(s, w.step) and "read first" not in without):
        number = w.found if w.step == ADOPT else s.row.issue
        yield "reads", goes_on(s, me, answered._replace(step=READ, found=number))
        return
    s = s._replace(undone=s.undone or undone(s, w.step))
    aimed = w.found if w.step == DUPLICATE else s.row.issue
    done = carried_out(s, w.step, aimed, w.episode)
    number = len(done.issues) if w.step == OPEN else aimed
    yield f"{w.step} is answered", goes_on(done, me, answered._replace(found=number))
    if s.lost:
        row = s.row
        if w.holds:
            row = row._replace(lease=0) if "lease kept" in without else row
            row = row._replace(intent="") if "unknown" in without else row
        gone = goes_on(s, me, Worker(), row if row != s.row else None)
        gone = gone._replace(lost=s.lost - 1)
        call = Flight(w.step, aimed, w.episode)
        yield f"{w.step} has no answer, and is not done", gone
        yield f"{w.step} has no answer, and is done late", gone._replace(flights=(*s.flights, call))


def looked(s: State, without: Without) -> list[int]:
    """List what a look may find: lists may lag."""
    marker = s.row.episode if "marker" in without else s.row.intended
    found = [(n, i) for n, i in enumerate(s.issues, 1) if i.episode == marker and n != s.row.issue]
    return [n for n, _ in found[:1]] + [0] * all(issue.hidden for _, issue in found)


def settles(s: State, me: int, w: Worker, without: Without) -> Moves:
    """Write what came of the step and give the lease back."""
    if not w.holds and "holder" not in without:
        yield "has lost its lease", goes_on(s, me, Worker())
        return
    row = outcome(s, w, without)._replace(lease=0)
    due = bool(w.stale or row.intent or plan(row))
    if w.stale and "moved" in without:
        due = False
    yield "settles", goes_on(s, me, Worker(), row._replace(due=due), claims=True)


def outcome(s: State, w: Worker, without: Without) -> Row:
    """Return the row as the step leaves it."""
    row, free = s.row, s.row._replace(intent="", intended=0, looks=0, wait=0)
    if w.phase == REFUSED:
        return row if w.step in (LOOK, READ) and "refusal" not in without else free
    if w.step == LOOK and not w.found:
        last = row.looks or "two looks" in without
        return free if last else row._replace(looks=1, wait=INTERVAL)
    if w.step == READ:
        return seen(free, w.found, s.issues[w.found - 1])
    if w.step == DUPLICATE:
        return row
    if w.step == LOOK:
        return seen(free, w.found, s.issues[w.found - 1])
    return free._replace(issue=w.found, open=w.step != CLOSE, shows=w.episode, closed=None, kept=False)
