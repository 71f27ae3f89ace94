"""What a step leaves in the row: its outcome, nothing that is begun, and all else as it was."""

from dataclasses import replace
from datetime import timedelta

import pytest

from chalicelib import render
from chalicelib.conditions import commands, outcome, written
from chalicelib.conditions.command import Command
from chalicelib.conditions.issue import Closer, Draft, IssueRef
from chalicelib.conditions.row import AlertState, Intent, Lease, Status, Verb
from chalicelib.conditions.steps import (
    AddComment,
    AddLabels,
    Adopt,
    CloseDuplicate,
    CloseIssue,
    CloseSuperseded,
    FollowCommands,
    ReadIssue,
    RemoveLabel,
    ReopenIssue,
    UpdateIssue,
    Work,
    needed,
)
from chalicelib.sync.commands import DONE, WRONG, Conversation
from chalicelib.sync.execute import Executor
from tests.unit.builders import REPOSITORY, at, firing
from tests.unit.sync.test_sync import FIRST, World

SECOND = IssueRef(REPOSITORY, 2)
BEGUN = Intent(Verb.CHANGE, at(0), 1, at(0), REPOSITORY)


class Deed:
    """Done where it is told `yes`."""

    def read(self, argument: str) -> str | None:
        return argument

    def do(self, tracker: Conversation, row: AlertState, command: Command) -> Status | None:
        return replace(row.status, failures=5) if command.argument == "yes" else None


class Desk(World):
    """The row of an issue that mona has, claimed for a step at minute 3, and a second issue."""

    def __init__(self) -> None:
        super().__init__()
        self.run(firing(0))
        body = self.tracker.threads[FIRST].seen.body
        self.tracker.open(REPOSITORY, Draft("[P1] twice", body, ()), at(999))
        self.clock.time = at(3)
        self.tracker.calls.clear()

    @property
    def leased(self) -> AlertState:
        issue = replace(needed(self.row.status.issue), acked_by="mona", acked_at=at(1))
        lease = Lease("w", self.clock.now() + timedelta(minutes=1))
        status = replace(self.row.status, issue=issue, commands=(asks(commands.ACK),))
        return replace(self.row, status=status, intent=BEGUN, lease=lease)

    def does(self, step: Work, row: AlertState | None = None) -> AlertState:
        routing, of_issue = self.policy.routing, self.store.of_issue
        act = Executor(lambda: self.tracker, routing, self.clock.now, of_issue, {"deed": Deed()})
        return act.execute(row or self.leased, step)


@pytest.fixture
def desk() -> Desk:
    return Desk()


def asks(word: str, argument: str = "", author: str = "mona") -> Command:
    return Command(FIRST, 1, author, word, at(2), argument=argument)


def follow(word: str, argument: str = "", author: str = "mona") -> FollowCommands:
    return FollowCommands(FIRST, asks(word, argument, author))


DONE_IN_FULL: dict[str, Work] = {
    "update": UpdateIssue(FIRST),
    "reopen": ReopenIssue(FIRST),
    "close": CloseIssue(FIRST, recovered=True),
    "comment": AddComment(FIRST, "repeat-2"),
    "add labels": AddLabels(FIRST, ("x",)),
    "remove label": RemoveLabel(FIRST, "Pri:P1"),
    "read": ReadIssue(FIRST),
    "adopt": Adopt(SECOND),
    "duplicate": CloseDuplicate(SECOND),
    "superseded": CloseSuperseded(SECOND),
    "ack": follow(commands.ACK),
    "unack": follow(commands.UNACK),
    "mute": follow(commands.MUTE),
    "wrong": follow(""),
    "stranger": follow(commands.ACK, author="stranger"),
    "deed": follow("deed", "yes"),
    "deed, wrong": follow("deed", "no"),
    "deed, stranger": follow("deed", "yes", "stranger"),
}


@pytest.mark.parametrize("name", DONE_IN_FULL)
def test_a_step_that_is_done_changes_the_status_alone_and_leaves_nothing_begun(desk: Desk, name: str) -> None:
    row = desk.leased
    after = desk.does(DONE_IN_FULL[name])
    assert after == replace(row, status=after.status, intent=None)


EDITS = ("update", "reopen", "close", "comment", "remove label", "ack", "unack")


@pytest.mark.parametrize("name", EDITS)
def test_where_a_person_closed_the_issue_meanwhile_that_is_noted_and_nothing_done(
    desk: Desk, name: str
) -> None:
    desk.tracker.close_as_person(FIRST)
    before = desk.tracker.threads[FIRST].seen
    row = desk.leased
    after = desk.does(DONE_IN_FULL[name])
    assert after == replace(row, status=outcome.observed(row, before, at(3)), intent=None)
    assert needed(after.status.issue).closed_by is Closer.PERSON
    assert desk.tracker.threads[FIRST].seen == before
    assert desk.tracker.threads[FIRST].reactions == set()


@pytest.mark.parametrize("word", [commands.ACK, commands.UNACK])
def test_who_has_it_is_written_into_the_issue_and_the_row_in_one_step(desk: Desk, word: str) -> None:
    row, alert = desk.leased, needed(desk.row.spec.alert)
    after = desk.does(follow(word))
    had = replace(row, status=commands.obeyed(row.status, asks(word), at(3)))
    shown = desk.tracker.threads[FIRST].seen
    title = render.title(alert, desk.policy.routing)
    assert after.status == outcome.shown(had, alert, shown, title, at(3))
    assert shown.body == render.body(had, desk.policy.routing, at(3), previous=shown.body)
    assert after.status.commands == ()
    assert desk.tracker.threads[FIRST].reactions == {(1, DONE)}


@pytest.mark.parametrize(
    ("argument", "reaction", "failures", "replies"), [("yes", DONE, 5, ()), ("no", WRONG, 0, (1,))]
)
def test_a_deed_is_answered_by_what_came_of_it(
    desk: Desk, argument: str, reaction: str, failures: int, replies: tuple[int, ...]
) -> None:
    row = desk.leased
    after = desk.does(follow("deed", argument))
    assert after.status == replace(row.status, failures=failures, commands=(), replies=replies)
    assert desk.tracker.threads[FIRST].reactions == {(1, reaction)}


@pytest.mark.parametrize("word", [commands.ACK, "deed"])
def test_a_command_of_who_may_not_write_is_dropped_in_silence(desk: Desk, word: str) -> None:
    row = desk.leased
    after = desk.does(follow(word, "yes", "stranger"))
    assert after.status == replace(row.status, commands=())
    assert desk.tracker.threads[FIRST].reactions == set()
    assert desk.tracker.calls == ["may_write"]


def test_labels_and_comments_are_noted_as_ours(desk: Desk) -> None:
    row = desk.leased
    added = desk.does(AddLabels(FIRST, ("x",)))
    assert added.status == written.labelled(row, added=("x",))
    removed = desk.does(RemoveLabel(FIRST, "Pri:P1"))
    assert removed.status == written.labelled(row, removed="Pri:P1")
    said = desk.does(AddComment(FIRST, "repeat-2"))
    assert said.status == written.commented(row, row.priority, "repeat-2", at(3))
