"""What the model of sync is about: its clauses, what a state consists of, and which step comes next.

Time passes in ticks of 30 seconds.
"""

from typing import NamedTuple

CLAUSES = {
    "lease": "nobody else can claim a row while its lease runs",
    "revision": "claiming a row or putting it to rest fails if the row has changed since the plan was made",
    "intent": "an opening is recorded in the row before it is sent",
    "unfinished first": "an unfinished step is resolved first, whatever the provider has reported since",
    "read back": "a change with an unknown outcome is read back",
    "unknown": "an opening that got no answer stays unfinished",
    "lease kept": "after a lost answer, the lease is left to expire",
    "call in lease": "nothing is sent after the lease has expired",
    "two looks": "an opening is given up only after a second look finds nothing",
    "interval": "the second look comes a minute after the first",
    "marker": "a look searches for the marker of the opening's own episode",
    "refusal": "a look that is refused leaves the opening unfinished",
    "holder": "only the worker that holds the lease settles",
    "moved": "a row that was updated during a step stays due",
    "due": "a claimed row is due again when its lease ends",
    "carry over": "an open issue is carried over to the next episode",
    "read first": "a change, or an opening after another issue, first reads the row's issue",
    "closing": "an issue that a person closed is not reopened, and gets no successor in its episode",
    "reopening": "an issue that a person reopened after the end is left open",
    "drift": "what people did is found in the list, even if no event reports it",
    "merge": "of two open issues, the younger is closed",
}
PEOPLE = frozenset({"read first", "closing", "reopening", "drift", "merge"})
"""The clauses about people."""
NONE: frozenset[str] = frozenset()
LEASE, INTERVAL, SHOWS = 2, 2, 3
"""Ticks: a lease; between two looks; until lists show an issue, at most."""

OPEN, REOPEN, UPDATE, CLOSE = "OPEN", "REOPEN", "UPDATE", "CLOSE"
LOOK, READ, NOTHING = "LOOK", "READ", "NOTHING"
ADOPT, DUPLICATE = "ADOPT", "DUPLICATE"
IDLE, PLANNED, CLAIMED, ANSWERED, REFUSED = "idle", "planned", "claimed", "answered", "refused"


class Row(NamedTuple):
    """The condition's row: what the provider reports, what GitHub shows, and what was begun.

    `closed` is the episode in which a person closed its issue; `kept` says that a person reopened it after
    the end.
    """

    firing: bool = False
    episode: object = 0
    issue: int = 0
    open: bool = False
    shows: object = 0
    intent: str = ""
    intended: object = 0
    looks: int = 0
    wait: float = 0
    lease: float = 0
    due: bool = False
    closed: object = None
    kept: bool = False


class Issue(NamedTuple):
    """An issue, the episode it was opened for, and for how many ticks lists may leave it out.

    `person` is the episode in which a person last closed or reopened it, None if we did so since; `ended`
    says that this was after the episode's end.
    """

    episode: object
    open: bool = True
    hidden: float = SHOWS
    person: object = None
    ended: bool = False


class Worker(NamedTuple):
    """A worker; `stale`: others wrote the row since it planned; `holds`: nobody has claimed it since."""

    phase: str = IDLE
    step: str = ""
    episode: object = 0
    stale: bool = False
    holds: bool = False
    left: float = 0
    found: int = 0


class Flight(NamedTuple):
    """A call that GitHub will carry out before the next tick, though nobody waits for its answer."""

    step: str
    number: int
    episode: object


class State(NamedTuple):
    """Everything there is. What may still go wrong is counted down."""

    row: Row = Row()
    issues: tuple[Issue, ...] = ()
    workers: tuple[Worker, ...] = (Worker(), Worker())
    flights: tuple[Flight, ...] = ()
    script: tuple[tuple[str, object], ...] = ()
    crashes: int = 0
    lost: int = 0
    refusals: int = 0
    overwritten: bool = False
    people: int = 0
    undone: bool = False


Without = frozenset[str]


def wanted(row: Row, without: Without = NONE) -> list[str]:
    """Compare what GitHub shows with what it should; more than one step where settings decide."""
    if row.open and not row.firing:
        return [] if row.kept and "reopening" not in without else [CLOSE]
    if row.closed and not row.open and "closing" not in without:
        return [OPEN] if row.firing and row.closed != row.episode else []
    if row.open:
        carried = [OPEN] if "carry over" in without else [UPDATE]
        return carried if row.shows != row.episode else []
    if row.shows == row.episode:
        return [REOPEN] if row.firing else []
    return [OPEN, REOPEN] if row.issue else [OPEN]


def plan(row: Row, without: Without = NONE) -> list[str]:
    """List the steps that may come next: none while a lease runs or a look waits."""
    if row.lease and "lease" not in without:
        return []
    steps = wanted(row, without)
    if not row.intent or ("unfinished first" in without and steps):
        return steps
    if row.intent != OPEN:
        return steps if "read back" in without else [READ]
    return [] if row.wait and "interval" not in without else [LOOK]
