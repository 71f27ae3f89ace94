"""The executor reads before it writes, and does not overwrite what people did in between."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.conditions.comments import Comment
from chalicelib.conditions.enrichment import Enrichment
from chalicelib.conditions.group import Group
from chalicelib.conditions.issue import Closer, Draft, IssueRef, Seen
from chalicelib.conditions.plan import Policy
from chalicelib.conditions.row import AlertState, Intent, Lease, Status, Verb
from chalicelib.conditions.steps import AddComment, CloseDuplicate, OpenIssue, Recover, RemoveLabel, needed
from chalicelib.routing import load
from chalicelib.sync import intents
from chalicelib.sync.execute import Executor
from tests.unit.builders import REPOSITORY, at, firing, resolved, row_of
from tests.unit.sync.test_sync import FIRST, World

SECOND = IssueRef(REPOSITORY, 2)
BEGUN = Intent(Verb.CHANGE, at(0), 1, at(0), REPOSITORY)


@pytest.fixture
def world() -> World:
    """With an issue that the row holds."""
    made = World()
    made.run(firing(0, priority="P1"))
    return made


def leased(world: World, row: AlertState | None = None) -> AlertState:
    lease = Lease("w", world.clock.now() + timedelta(minutes=1))
    return replace(row or world.row, lease=lease)


def act(world: World) -> Executor:
    return world.sync.act


def another(world: World) -> Seen:
    """A second open issue of the same condition."""
    body = world.tracker.threads[FIRST].seen.body
    return world.tracker.open(REPOSITORY, Draft("[P1] twice", body, ()), at(999))


# A member of a storm


@pytest.mark.parametrize(("priority", "assigned"), [("P0", ("mona",)), ("P1", ())])
def test_a_member_is_opened_as_a_sub_issue_and_assigned_only_if_p0(
    priority: str, assigned: tuple[str, ...]
) -> None:
    table = load(f'[default]\nrepository = "{REPOSITORY}"\nassignees = ["mona"]')
    world = World(Policy(routing=table))
    parent = world.tracker.open(REPOSITORY, Draft("Many at once", "", ()), at(999))
    begun = world.says(firing(0, priority=priority))
    known = Enrichment(at(0), at(0), group=Group("f" * 64, at(0), parent.ref, parent.id))
    intent = intents.intent(begun, OpenIssue(), table, at(0))
    member = replace(begun, intent=intent, status=Status(enrichment=known))
    after = act(world).execute(leased(world, member), OpenIssue()).status.issue
    assert after
    assert world.tracker.children == {parent.id: [after.ref]}
    assert (after.has_parent, after.id > 0) == (True, True)
    assert world.tracker.threads[after.ref].seen.assignees == assigned


@pytest.mark.parametrize("taken", [True, False])
def test_where_github_left_the_parent_out_the_member_is_to_be_asked_about_again(
    taken: bool,
) -> None:
    world = World()
    parent = world.tracker.open(REPOSITORY, Draft("Many at once", "", ()), at(999))
    begun = world.says(firing(0))
    if not taken:
        world.tracker.children[parent.id] = [IssueRef(REPOSITORY, 1000 + each) for each in range(100)]
    known = Enrichment(at(0), at(0), group=Group("f" * 64, at(0), parent.ref, parent.id))
    intent = intents.intent(begun, OpenIssue(), world.policy.routing, at(0))
    member = replace(begun, intent=intent, status=Status(enrichment=known))
    after = act(world).execute(leased(world, member), OpenIssue()).enrichment
    assert after
    assert after.group == replace(needed(known.group), id=parent.id if taken else 0)


# A duplicate


def test_a_duplicate_is_closed_in_favour_of_the_rows_own_which_is_named_by_its_id(world: World) -> None:
    another(world)
    act(world).execute(leased(world), CloseDuplicate(SECOND))
    closed, kept = world.tracker.threads[SECOND], world.tracker.threads[FIRST]
    assert (closed.seen.open, closed.seen.state_reason) == (False, "duplicate")
    assert closed.duplicate_of == kept.seen.id
    assert closed.seen.body.endswith(kept.seen.body), "what it said stays"
    assert kept.seen.open


def test_nothing_is_closed_in_favour_of_a_closed_issue(world: World) -> None:
    another(world)
    world.tracker.close_as_person(FIRST)
    row = act(world).execute(leased(world), CloseDuplicate(SECOND))
    assert world.tracker.threads[SECOND].seen.open
    assert row.status.issue
    assert row.status.issue.closed_by is Closer.PERSON, "and the row knows of it"


def test_a_duplicate_that_a_person_closed_keeps_its_reason_and_its_text(world: World) -> None:
    another(world)
    world.tracker.close_as_person(SECOND, "completed")
    before = world.tracker.threads[SECOND].seen
    act(world).execute(leased(world), CloseDuplicate(SECOND))
    assert world.tracker.threads[SECOND].seen == before


def test_an_issue_is_no_duplicate_of_itself_under_a_former_name(world: World) -> None:
    former = IssueRef("example-org/former", 1)
    world.tracker.threads[former] = world.tracker.threads[FIRST]
    act(world).execute(leased(world), CloseDuplicate(former))
    assert world.tracker.threads[FIRST].seen.open


def test_the_issue_that_a_lost_opening_continues_is_not_taken_for_what_it_opened(world: World) -> None:
    another(world)
    intent = replace(BEGUN, verb=Verb.OPEN)
    after = act(world).execute(leased(world, replace(world.row, intent=intent)), Recover(intent))
    assert needed(after.status.issue).ref == SECOND
    assert after.intent is None


# A comment, an opening


def test_a_comment_is_not_made_on_what_a_person_muted_closed_or_quietened_meanwhile(world: World) -> None:
    comment = AddComment(FIRST, "repeat-2")
    intent = intents.intent(world.row, comment, world.policy.routing, world.clock.now())
    row = leased(world, replace(world.row, intent=intent))
    world.tracker.add_labels(FIRST, ("alert:muted",), at(999))
    after = act(world).execute(row, comment)
    assert world.tracker.threads[FIRST].comments == []
    assert after.status.issue
    assert (after.status.issue.muted, after.status.issue.comment_key, after.intent) == (True, "", None)


def test_a_label_is_not_removed_from_what_a_person_closed_meanwhile(world: World) -> None:
    labels = world.tracker.threads[FIRST].seen.labels
    world.tracker.close_as_person(FIRST)
    step = RemoveLabel(FIRST, labels[0])
    row = leased(world, replace(world.row, intent=BEGUN))
    after = act(world).execute(row, step)
    assert world.tracker.threads[FIRST].seen.labels == labels
    assert (needed(after.status.issue).closed_by, after.intent) == (Closer.PERSON, None)
    assert after.spec == row.spec


def test_the_next_tier_is_not_called_before_what_people_wrote_is_read(world: World) -> None:
    """GitHub may not have reported it yet."""
    world.tracker.say(FIRST, "/ack")
    row = leased(world, replace(world.row, intent=BEGUN))
    after = act(world).execute(row, AddComment(FIRST, Comment.TIER.key(1)))
    assert world.tracker.threads[FIRST].comments == []
    assert [command.word for command in after.status.commands] == ["ack"]
    assert (needed(after.status.issue).heard, after.intent) == (1, None)


def test_a_comment_on_an_issue_as_it_was_left_is_made_and_noted(world: World) -> None:
    after = act(world).execute(leased(world), AddComment(FIRST, "repeat-2"))
    assert len(world.tracker.threads[FIRST].comments) == 1
    assert after.status.issue
    assert (after.status.issue.comment_key, after.intent) == ("repeat-2", None)


def test_an_opening_that_a_persons_act_on_the_issue_before_forestalls_is_over(world: World) -> None:
    """If its intent were kept, the row would look twice for an issue that was never opened."""
    world.run(resolved(5))
    world.tracker.reopen_as_person(FIRST)
    world.tracker.calls.clear()
    world.run(firing(90))
    assert "open" not in world.tracker.calls
    assert "changed" not in world.tracker.calls, "nothing is looked for"
    assert [issue.ref for issue in world.tracker.open_issues] == [FIRST]
    assert world.row.status.issue
    assert (world.row.status.issue.open, world.row.intent) == (True, None)


def test_a_forestalled_opening_leaves_what_was_seen_and_no_intent(world: World) -> None:
    world.run(resolved(5))
    begun = world.says(firing(90))
    world.tracker.close_as_person(FIRST)
    world.tracker.reopen_as_person(FIRST)
    intent = intents.intent(begun, OpenIssue(), world.policy.routing, world.clock.now())
    after = act(world).execute(leased(world, replace(begun, intent=intent)), OpenIssue())
    assert after.intent is None
    assert after.status.issue
    assert after.status.issue.open
    assert len(world.tracker.all_issues) == 1


def test_a_step_that_nobody_carries_out_is_a_mistake_of_ours_and_no_endless_loop(world: World) -> None:
    forgotten: Any = object()
    with pytest.raises(AssertionError, match="unreachable"):
        act(world).execute(leased(world), forgotten)


def test_a_step_on_a_row_that_nobody_has_claimed_is_a_mistake_of_ours() -> None:
    with pytest.raises(AssertionError, match="nobody has claimed"):
        assert row_of(firing(0)).lease_end
