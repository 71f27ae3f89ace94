"""What people do to issues in the model, and how drift and the reading before each edit notice it."""

from collections.abc import Iterator

from protocol_state import (
    ADOPT,
    CLOSE,
    DUPLICATE,
    NONE,
    OPEN,
    PLANNED,
    READ,
    REOPEN,
    Issue,
    Row,
    State,
    Without,
    Worker,
)


def people(s: State) -> Iterator[tuple[str, State]]:
    """Let a person close or reopen any issue; no event of GitHub need report it.

    Nobody can tell that an issue was closed and reopened if it was not read in between.
    """
    for number, issue in enumerate(s.issues, 1):
        known = number == s.row.issue and not s.row.open
        unseen = not issue.open and issue.person and not known and s.row.issue in (0, number)
        person = None if unseen else s.row.episode
        changed = issue._replace(open=not issue.open, person=person, ended=not s.row.firing)
        issues = (*s.issues[: number - 1], changed, *s.issues[number:])
        verb = "closes" if issue.open else "reopens"
        yield f"a person {verb} issue {number}", s._replace(issues=issues, people=s.people - 1)


def found(s: State, without: Without = NONE) -> tuple[str, int] | None:
    """Return the step with which drift answers what a person did, and its issue; None if it needs none."""
    row = s.row
    if "drift" in without or not any(issue.person for issue in s.issues):
        return None  # drift repairs nothing else here
    if row.issue and s.issues[row.issue - 1].open != row.open:
        return READ, row.issue
    opened = [number for number, issue in enumerate(s.issues, 1) if issue.open]
    if opened and opened[0] != row.issue:
        return ADOPT, opened[0]
    return (DUPLICATE, opened[1]) if len(opened) > 1 and "merge" not in without else None


def drifts(s: State, without: Without = NONE) -> Iterator[tuple[str, Worker]]:
    """Look at the list, whether or not the row is due; a row that is claimed or unfinished is left alone."""
    if not (s.row.lease or s.row.intent) and (step := found(s, without)):
        name, number = step
        if not s.issues[number - 1].hidden:
            yield f"drifts: {name} {number}", Worker(PLANNED, name, s.row.episode, found=number)


def surprised(s: State, step: str) -> bool:
    """Whether a person changed the row's issue, which every edit and opening reads first."""
    issue = s.issues[s.row.issue - 1] if s.row.issue else None
    if issue is None or not issue.person or step in (READ, ADOPT, DUPLICATE):
        return False
    return issue.open != s.row.open or (not issue.open and issue.person != s.row.closed)


def undone(s: State, step: str) -> bool:
    """Whether sending a step would undo or overlook what GitHub shows of a person's act."""
    issue = s.issues[s.row.issue - 1] if s.row.issue else None
    if issue is None or not issue.person:
        return False
    if step == REOPEN:
        return not issue.open
    return issue.open and (s.row.kept if step == CLOSE else step == OPEN)


def seen(row: Row, number: int, issue: Issue) -> Row:
    """Return the row once it has read an issue, its own or one that it takes over."""
    closed = issue.person if not issue.open else None
    kept = issue.open and bool(issue.person) and issue.ended and not row.firing
    shows = row.shows if number == row.issue else issue.episode
    return row._replace(issue=number, open=issue.open, shows=shows, closed=closed, kept=kept)
