"""What people do on GitHub, reported by an event or found by looking: both end in the same row."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.adapters.envelope import Message
from chalicelib.collector.github_hint import GitHubHints
from chalicelib.conditions.command import Command
from chalicelib.conditions.issue import Closer, IssueRef
from chalicelib.conditions.row import AlertState, Status
from chalicelib.errors import Contended, Gone, OutcomeUnknown, Refused, Rejected, Unavailable
from chalicelib.sync.execute import Executor
from chalicelib.webhook.hints import Hint
from tests.twins.store import MemoryStore
from tests.unit.builders import REPOSITORY, at, firing, resolved
from tests.unit.reconcile.test_drift import SECOND, DriftWorld
from tests.unit.sync.test_sync import FIRST, fails_with


class People(DriftWorld):
    """The world with GitHub's events."""

    def __init__(self) -> None:
        super().__init__()
        self.notice = GitHubHints(self.store, self.clock.now, self.telemetry)

    def event(self, ref: IssueRef = FIRST) -> None:
        """GitHub reports that something was done to an issue, and the collector takes the report."""
        row = self.notice.take(message(ref))
        if row:
            self.sync.advance(row, self.clock.now() + timedelta(minutes=1))

    def say(self, body: str, author: str = "mona", ref: IssueRef = FIRST) -> int:
        """Comment, a minute later."""
        self.clock.pass_(minutes=1)
        return self.tracker.say(ref, body, author)

    def reactions(self, ref: IssueRef = FIRST) -> set[tuple[int, str]]:
        return self.tracker.threads[ref].reactions

    def comments(self, ref: IssueRef = FIRST) -> list[str]:
        return self.tracker.threads[ref].comments


def message(ref: IssueRef) -> Message:
    hint = Hint("issues", "closed", ref.repository, ref.number, "mona", "guid")
    body = json.dumps(hint.message())
    return Message("m", "r", "github", body, at(0), "c", hint.message())


@pytest.fixture
def world() -> People:
    people = People()
    people.run(firing(0))
    people.look(1)
    return people


def told(world: People) -> None:
    world.event()


def found(world: People) -> None:
    world.look(12)


@pytest.fixture(params=[told, found], ids=["event", "look"])
def learns(request: pytest.FixtureRequest) -> Callable[[People], None]:
    learn: Callable[[People], None] = request.param
    return learn


def test_who_closed_when_and_as_what_is_known(world: People, learns: Callable[[People], None]) -> None:
    world.clock.pass_(minutes=1)
    world.tracker.close_as_person(FIRST, "not_planned")
    learns(world)
    issue = world.row.status.issue
    assert issue
    assert (issue.closed_by, issue.closer, issue.closed_at) == (Closer.PERSON, "mona", at(2))
    assert issue.state_reason == "not_planned"
    world.run(firing(20))
    assert world.settle().status.issue == issue
    assert world.tracker.open_issues == []


def test_not_planned_keeps_recurrences_quiet_for_a_week_and_says_so_once(
    world: People, learns: Callable[[People], None]
) -> None:
    world.clock.pass_(minutes=1)
    world.tracker.close_as_person(FIRST, "not_planned")
    learns(world)
    for hour in (1, 2, 30):
        world.run(resolved(hour * 60))
        world.run(firing(hour * 60 + 50))
        world.settle()
    assert world.tracker.open_issues == []
    (said,) = world.comments()
    assert "closed as not planned by mona" in said
    world.clock.time = at(7 * 24 * 60 + 2)
    world.settle(2)
    assert [issue.ref for issue in world.tracker.open_issues] == [SECOND]
    assert "the previous issue was #1" in world.tracker.threads[SECOND].seen.body


def test_a_reopened_issue_is_ours_again(world: People, learns: Callable[[People], None]) -> None:
    world.clock.pass_(minutes=1)
    world.tracker.close_as_person(FIRST, "not_planned")
    world.event()
    world.tracker.reopen_as_person(FIRST)
    learns(world)
    world.run(resolved(20))
    assert world.tracker.threads[FIRST].seen.closed_by is Closer.US


def quiet_label(world: People) -> None:
    labels = world.tracker.threads[FIRST].seen.labels
    world.tracker.change(FIRST, Closer.PERSON, labels=(*labels, "alert:quiet"))


DEEDS: dict[str, Callable[[People], object]] = {
    "closed": lambda world: world.tracker.close_as_person(FIRST),
    "closed as not planned": lambda world: world.tracker.close_as_person(FIRST, "not_planned"),
    "labelled": quiet_label,
    "transferred": lambda world: world.tracker.transfer(FIRST, "example-org/attic"),
    "deleted": lambda world: world.tracker.delete(FIRST),
    "/ack": lambda world: world.say("/ack"),
    "/snooze": lambda world: world.say("/snooze 4h"),
    "/mute": lambda world: world.say("/mute"),
    "no command": lambda world: world.say("hm"),
    "nobody": lambda world: world.say("/mute", author="stranger"),
    "much at once": lambda world: [world.say(body) for body in ("/ack", "/snooze 4h", "/snoze", "/mute")],
}


@pytest.mark.parametrize("deed", DEEDS)
def test_told_or_found_later_the_row_ends_the_same(deed: str) -> None:
    """Except for the time at which an issue was opened in a deleted one's place."""
    rows = []
    for looks in (False, True):
        world = People()
        world.run(firing(0))
        world.look(1)
        world.clock.pass_(minutes=1)
        DEEDS[deed](world)
        if not looks:
            world.event()
        world.clock.time = at(62)
        world.drift.check(at(63))
        world.settle(5)
        issue, past = world.row.status.issue, world.row.status.past
        assert issue
        assert past
        assert past.opening or not issue.open
        placed = replace(
            issue, spoke_at=at(0), commented_at=at(0), heard_at=None, opened_at=None, called_at=None
        )
        opening = replace(past.opening, at=at(0)) if past.opening else None
        status = replace(world.row.status, issue=placed, past=replace(past, opening=opening))
        rows.append((status, world.row.look, world.row.due_at))
    assert rows[0] == rows[1]


def test_the_same_event_twice_is_the_same_as_once(world: People) -> None:
    world.say("/ack")
    for _ in range(3):
        world.event()
    assert world.tracker.calls.count("edit") == 1
    assert world.reactions() == {(1, "+1")}


def test_an_event_of_an_issue_that_is_no_rows_is_counted_and_changes_nothing(world: People) -> None:
    before = world.row
    assert world.notice.take(message(IssueRef(REPOSITORY, 99))) is None
    assert world.row == before
    assert ("AlertsIgnored", 1, {"reason": "ISSUE_UNKNOWN"}) in world.telemetry.counts


def test_a_message_that_is_no_hint_is_rejected(world: People) -> None:
    with pytest.raises(Rejected):
        world.notice.take(replace(message(FIRST), content={"issue": 1}))


def test_a_row_that_keeps_changing_leaves_the_hint_for_later(world: People) -> None:
    class Busy(MemoryStore):
        def ask(self, row: AlertState) -> AlertState | None:
            return None

    busy = Busy()
    busy.rows = world.store.rows
    with pytest.raises(Contended):
        GitHubHints(busy, world.clock.now, world.telemetry).take(message(FIRST))


def test_a_hint_during_a_step_is_looked_at_after_it(world: People) -> None:
    def closed_meanwhile(_: str, effect: Callable[[], object]) -> object:
        world.tracker.faults.clear()
        done = effect()
        world.tracker.close_as_person(FIRST)
        assert world.notice.take(message(FIRST))
        return done

    world.tracker.faults["edit"] = closed_meanwhile
    world.run(firing(30))
    world.settle(2)
    assert not world.row.look
    issue = world.row.status.issue
    assert issue
    assert issue.closer == "mona"


# Commands


def test_ack_assigns_and_stops_repeats_being_commented(
    world: People, learns: Callable[[People], None]
) -> None:
    comment = world.say("/ack")
    learns(world)
    assert world.tracker.threads[FIRST].assignees == {"mona"}
    assert world.reactions() == {(comment, "+1")}
    for minute in range(20, 400, 20):
        world.run(firing(minute, reason=f"{minute} jobs wait"))
    assert world.comments() == []
    assert "380 jobs wait" in world.tracker.threads[FIRST].seen.body


def test_the_text_says_who_has_it_at_no_further_write(
    world: People, learns: Callable[[People], None]
) -> None:
    assert "\n\nNobody has it yet: comment `/ack`.\n\n" in world.tracker.threads[FIRST].seen.body
    world.say("/ack")
    before = len(world.writes())
    learns(world)
    assert "\n\nAcknowledged by `@mona` at 03:02 UTC.\n\n" in world.tracker.threads[FIRST].seen.body
    assert [call for call in world.writes()[before:] if call in WRITING] == ["edit", "react"]
    world.say("/unack")
    world.event()
    assert "Nobody has it yet" in world.tracker.threads[FIRST].seen.body
    assert world.tracker.threads[FIRST].assignees == set()


WRITING = ("edit", "react", "comment", "add_labels", "remove_label")


def test_an_acknowledgement_leaves_other_assignees_and_what_people_write(world: People) -> None:
    thread = world.tracker.threads[FIRST]
    world.tracker.change(FIRST, Closer.PERSON, body=f"ours\n\n{thread.seen.body}", assignees=("octocat",))
    world.say("/ack")
    world.event()
    assert thread.assignees == {"octocat", "mona"}
    assert thread.seen.body.startswith("ours\n\n")
    world.say("/unack")
    world.event()
    assert thread.assignees == {"octocat"}


def test_who_is_assigned_already_is_assigned_once(world: People) -> None:
    world.tracker.change(FIRST, Closer.PERSON, assignees=("Mona",))
    world.say("/ack")
    world.event()
    assert world.tracker.threads[FIRST].seen.assignees == ("Mona",)


def test_what_a_person_did_since_the_comment_was_read_comes_first(world: People) -> None:
    asked: list[str] = []

    def closes(name: str, effect: Callable[[], Any]) -> Any:
        asked.append(name)
        if len(asked) == 2:  # the first question is whether to listen, the second whether to obey
            world.tracker.close_as_person(FIRST)
        return effect()

    world.tracker.faults["may_write"] = closes
    world.say("/ack")
    world.event()
    world.settle(2)
    thread, issue = world.tracker.threads[FIRST], world.row.status.issue
    assert issue
    assert (thread.seen.open, issue.closed_by, thread.assignees) == (False, Closer.PERSON, {"mona"})
    assert "Acknowledged" not in thread.seen.body, "the text of a closed issue is left alone"


def test_an_acknowledgement_of_what_a_person_keeps_open_leaves_it_open(world: People) -> None:
    world.run(resolved(5))
    world.tracker.reopen_as_person(FIRST)
    world.event()
    world.say("/ack")
    world.event()
    world.settle(20)
    assert world.tracker.threads[FIRST].assignees == {"mona"}
    assert world.tracker.threads[FIRST].seen.open


def test_whoever_cannot_be_assigned_has_it_all_the_same(world: People) -> None:
    crowd = tuple(f"person-{number}" for number in range(10))
    world.tracker.change(FIRST, Closer.PERSON, assignees=crowd)
    world.say("/ack")
    world.event()
    assert world.tracker.threads[FIRST].assignees == set(crowd)
    assert "Acknowledged by `@mona`" in world.tracker.threads[FIRST].seen.body


def test_a_command_waits_until_what_people_did_meanwhile_is_known(world: People) -> None:
    world.say("/ack")
    world.event()  # GitHub reported the comment, and before we write
    world.say("/unack")
    world.tracker.change(
        FIRST, Closer.PERSON, labels=(*world.tracker.threads[FIRST].seen.labels, "alert:quiet")
    )
    world.event()
    world.settle(2)
    issue = world.row.status.issue
    assert issue
    assert (issue.quiet, issue.acked_by, world.row.status.commands) == (True, "", ())


def test_an_acknowledgement_of_what_is_over_is_an_assignment(world: People) -> None:
    world.run(resolved(30))
    body = world.tracker.threads[FIRST].seen.body
    world.say("/ack")
    world.event()
    assert world.tracker.threads[FIRST].assignees == {"mona"}
    assert world.tracker.threads[FIRST].seen.body == body
    assert not world.tracker.threads[FIRST].seen.open


def test_a_snooze_says_nothing_until_its_end_and_then_what_happened(
    world: People, learns: Callable[[People], None]
) -> None:
    world.say("/snooze 4h")
    learns(world)
    body = world.tracker.threads[FIRST].seen.body
    for minute in range(20, 240, 20):
        world.run(firing(minute, reason=f"{minute} jobs wait"))
    assert (world.comments(), world.tracker.threads[FIRST].seen.body) == ([], body)
    world.clock.time = at(242)
    world.settle(1)
    (said,) = world.comments()
    assert "The snooze is over, and it still fires" in said
    world.settle(11)
    assert "220 jobs wait" in world.tracker.threads[FIRST].seen.body
    assert len(world.comments()) == 1


def test_what_ends_while_snoozed_is_closed_at_its_end(world: People) -> None:
    world.say("/snooze 1h")
    world.event()
    world.run(resolved(10))
    assert world.tracker.open_issues
    world.clock.time = at(63)
    world.settle(1)
    assert (world.tracker.open_issues, world.comments()) == ([], [])
    assert world.row.status.snoozed_until is None


def test_unsnooze_ends_it_now(world: People, learns: Callable[[People], None]) -> None:
    world.say("/snooze 4h")
    world.event()
    world.say("/unsnooze")
    learns(world)
    world.run(resolved(20))
    assert world.tracker.open_issues == []


def test_mute_holds_over_episodes_until_it_is_lifted(world: People, learns: Callable[[People], None]) -> None:
    world.say("/mute")
    learns(world)
    assert "alert:muted" in world.tracker.threads[FIRST].seen.labels
    world.clock.pass_(minutes=1)
    world.tracker.close_as_person(FIRST)
    world.event()
    world.run(resolved(50))
    world.run(firing(300))
    assert world.tracker.open_issues == []
    world.say("/unmute")
    world.event()
    world.settle(2)
    assert "alert:muted" not in world.tracker.threads[FIRST].seen.labels
    assert [issue.ref for issue in world.tracker.open_issues] == [SECOND]


def test_the_label_does_the_same(world: People, learns: Callable[[People], None]) -> None:
    labels = world.tracker.threads[FIRST].seen.labels
    world.tracker.change(FIRST, Closer.PERSON, labels=(*labels, "alert:quiet"))
    learns(world)
    for minute in range(20, 400, 20):
        world.run(firing(minute, reason=f"{minute} jobs wait"))
    assert world.comments() == []
    assert "380 jobs wait" in world.tracker.threads[FIRST].seen.body
    assert "alert:quiet" in world.tracker.threads[FIRST].seen.labels


def test_a_wrong_command_is_answered_once_with_the_help(
    world: People, learns: Callable[[People], None]
) -> None:
    comment = world.say("/snooze forever")
    learns(world)
    world.event()
    world.settle(5)
    (said,) = world.comments()
    assert "`/snooze 4h`" in said
    assert world.reactions() == {(comment, "confused")}


def test_somebody_without_write_access_changes_nothing(
    world: People, learns: Callable[[People], None]
) -> None:
    before = world.tracker.calls.copy()
    for body in ("/mute", "/snooze", "/ack"):
        world.say(body, author="stranger")
    learns(world)
    world.settle(5)
    assert world.reactions() == set()
    assert "alert:muted" not in world.tracker.threads[FIRST].seen.labels
    assert (world.comments(), world.row.status.commands) == ([], ())
    calls = world.tracker.calls[len(before) :]
    assert calls.count("may_write") == 1
    assert set(calls) <= {"read", "spoken", "may_write", "changed", "open_ones"}


def test_a_stranger_costs_the_table_no_more_than_somebody_who_asks_for_nothing() -> None:
    writes = []
    for body in ("/mute", "hm"):
        world = People()
        world.run(firing(0))
        world.look(1)
        before = world.row.revision
        world.say(body, author="stranger")
        world.event()
        world.settle(5)
        writes.append(world.row.revision - before)
    assert writes[0] == writes[1]


def test_commands_that_were_too_many_for_one_look_are_done_a_minute_later_unasked(world: People) -> None:
    said = [world.tracker.say(FIRST, "/ack") for _ in range(12)]
    world.event()
    assert len(world.reactions()) == 5
    world.settle(5)
    assert world.reactions() == {(comment, "+1") for comment in said}
    assert world.row.due_at is None


def test_a_command_that_was_noted_for_a_stranger_is_dropped_without_a_word(world: People) -> None:
    world.tracker.faults["react"] = fails_with(Unavailable("502"))
    world.say("/snoze")
    world.event()
    assert world.row.status.commands
    world.tracker.writers.clear()
    world.settle(5)
    assert (world.row.status.commands, world.reactions(), world.comments()) == ((), set(), [])


def test_what_is_no_command_is_left_alone(world: People, learns: Callable[[People], None]) -> None:
    world.say("Looks like the queue again.")
    world.say("/lgtm")
    learns(world)
    assert (world.reactions(), world.comments()) == (set(), [])


@pytest.mark.parametrize("call", ["may_write", "edit", "react", "spoken"])
@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("error", [OutcomeUnknown("dropped"), Unavailable("502")])
def test_a_failure_anywhere_leaves_a_command_to_be_done_later(
    world: People, call: str, after: bool, error: Exception
) -> None:
    world.tracker.faults[call] = fails_with(error, after=after)
    comment = world.say("/ack")
    world.event()
    world.settle(5)
    assert world.tracker.threads[FIRST].assignees == {"mona"}
    assert world.reactions() == {(comment, "+1")}
    assert (world.row.status.commands, world.row.intent, world.row.look) == ((), None, False)


def test_a_command_on_an_issue_that_was_deleted_is_let_go(world: People) -> None:
    world.tracker.faults["edit"] = fails_with(Unavailable("502"))
    world.say("/ack")
    world.event()
    assert world.row.status.commands
    world.tracker.delete(FIRST)
    world.tracker.faults["edit"] = fails_with(Gone("410", status=410), times=99)
    world.settle(5)
    assert world.row.status.commands == ()
    assert [issue.ref.number for issue in world.tracker.open_issues] == [2]


def test_an_answer_whose_own_answer_was_lost_is_not_given_twice(world: People) -> None:
    world.tracker.faults["comment"] = fails_with(OutcomeUnknown("dropped"), after=True)
    world.say("/snooze")
    world.event()
    world.settle(5)
    assert len(world.comments()) == 1


def test_a_command_that_github_refuses_is_answered(world: People) -> None:
    world.tracker.faults["add_labels"] = fails_with(Refused("403"), times=99)
    world.say("/mute")
    world.event()
    world.settle(5)
    assert len(world.comments()) == 1
    assert world.row.status.commands == ()


@pytest.mark.parametrize("status", [404, 403])
def test_a_label_that_a_person_has_taken_off_first_is_off(world: People, status: int) -> None:
    world.say("/mute")
    world.event()
    world.tracker.faults["remove_label"] = fails_with(Refused("no", status=status))
    comment = world.say("/unmute")
    world.event()
    world.settle(5)
    assert ((comment, "+1") in world.reactions()) is (status == 404)
    assert len(world.comments()) == (0 if status == 404 else 1)


def test_our_own_comments_are_no_reason_to_look(world: People) -> None:
    world.run(firing(70, reason="70 jobs wait"))
    assert len(world.comments()) == 1
    world.tracker.calls.clear()
    world.look(80)
    assert "read" not in world.tracker.calls


# Moved and deleted


def test_a_transferred_issue_is_followed(world: People) -> None:
    world.clock.pass_(minutes=1)
    moved = world.tracker.transfer(FIRST, "example-org/attic")
    world.event()
    assert world.row.status.issue
    assert world.row.status.issue.ref == moved
    world.run(resolved(20))
    assert world.tracker.open_issues == []


def test_one_that_was_moved_out_of_sight_is_replaced_after_a_while(world: People) -> None:
    world.tracker.hide(FIRST)
    world.event()
    world.settle(5)
    assert world.row.status.issue
    assert (world.row.status.issue.ref, world.row.status.failures) == (FIRST, 4)
    world.settle(5)
    assert (world.row.status.issue.ref, world.row.status.failures) == (SECOND, 0)
    assert world.settle().due_at is None


def test_one_that_was_moved_out_of_sight_is_let_go_when_its_condition_has_ended(world: People) -> None:
    world.tracker.hide(FIRST)
    world.run(resolved(20))
    world.settle(20)
    assert world.row.status.issue is None
    assert world.row.due_at is None
    assert [call for call in world.tracker.calls if call == "open"] == ["open"]


def test_a_deleted_issue_is_replaced_while_its_condition_fires(world: People) -> None:
    world.tracker.delete(FIRST)
    world.event()
    assert [issue.ref for issue in world.tracker.open_issues] == [SECOND]


# Flapping


def test_what_flaps_and_gets_worse_calls_people_once() -> None:
    world = People()
    for minute in range(0, 20, 4):
        world.run(firing(minute, priority="P2"))
        world.run(resolved(minute + 2))
    assert world.comments() == []
    for minute in range(30, 50, 4):
        world.run(firing(minute, priority="P0"))
        world.run(resolved(minute + 2))
    (said,) = world.comments()
    assert "Raised from P2 to **P0 critical**" in said
    world.settle(10)
    assert world.tracker.threads[FIRST].seen.title.startswith("[P0]")


def test_a_condition_that_flaps_all_day_is_one_issue_few_comments_and_few_writes() -> None:
    world = People()
    moment = 0.0
    while moment < 24 * 60:
        world.run(firing(moment))
        world.run(resolved(moment + 1))
        moment += 2
        if not int(moment) % 50:
            world.look(moment)
    world.settle(180)
    (thread,) = world.tracker.threads.values()
    assert len(thread.comments) == 0
    assert len(world.writes()) <= 200
    assert not thread.seen.open
    assert "alert:flapping" not in thread.seen.labels
    assert "Fired at least" in thread.seen.body


class Paging:
    """A further command that a stage has."""

    def __init__(self) -> None:
        self.paged: list[str] = []

    def read(self, argument: str) -> str | None:
        return argument or None

    def do(self, tracker: object, row: AlertState, command: Command) -> Status | None:
        self.paged.append(command.argument)
        return row.status if command.argument == "hubot" else None


def test_a_command_of_the_stage_is_carried_out_and_leaves_the_alert_as_it_is(world: People) -> None:
    paging, before = Paging(), world.row.status.issue
    act = Executor(
        lambda: world.tracker, world.policy.routing, world.clock.now, world.store.of_issue, {"page": paging}
    )
    world.sync = replace(world.sync, act=act)
    right, wrong = world.say("/page hubot"), world.say("/page nobody")
    world.say("/page hubot", author="stranger")
    world.event()
    assert paging.paged == ["hubot", "nobody"]
    assert world.reactions() == {(right, "+1"), (wrong, "confused")}
    assert before
    assert world.row.status.issue
    assert world.row.status.issue.called_at == before.called_at
    assert world.row.status.commands == ()


def test_without_it_the_word_is_for_others(world: People) -> None:
    world.say("/page hubot")
    world.event()
    assert world.reactions() == set()
