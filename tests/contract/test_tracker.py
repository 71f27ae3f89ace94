"""What an issue tracker promises, held to by the twin in memory and by our client of GitHub alike."""

from datetime import datetime, timedelta

import pytest

from chalicelib.conditions.issue import Closer, Draft, IssueRef, Label, Seen
from chalicelib.errors import (
    Gone,
    Refused,
    TooLate,
)
from chalicelib.github import strangers
from tests.contract.github_rig import REPOSITORY
from tests.contract.tracker_rig import (
    LABELS,
    LONG_AGO,
    Hub,
    InProcess,
    Twin,
    World,
    before,
    changed,
    comments,
    edit,
    open_ones,
    opened,
    read,
    walked,
)


@pytest.fixture(params=["twin", "in process", "github"])
def world(request: pytest.FixtureRequest) -> World:
    if request.param == "twin":
        return Twin()
    if request.param == "in process":
        return InProcess()
    found: Hub = request.getfixturevalue("hub")
    return found


# One issue


def test_an_opened_issue_is_what_was_asked_for_and_ours(world: World) -> None:
    seen = opened(world)
    assert seen.ref == IssueRef(REPOSITORY, 1)
    assert seen.url == "https://github.com/acme/alerts/issues/1"
    assert (seen.title, seen.body, seen.labels) == ("[P1] Disk full", "body", LABELS)
    assert (seen.open, seen.by_us, seen.comments, seen.closed_by) == (True, True, 0, None)
    assert read(world, seen.ref) == seen


def test_issues_are_numbered_in_turn(world: World) -> None:
    assert [opened(world).ref.number for _ in range(3)] == [1, 2, 3]


def test_an_edit_changes_what_it_names_and_nothing_else(world: World) -> None:
    ref = opened(world).ref
    edited = edit(world, ref, title="[P0] Disk full", body="worse")
    assert (edited.title, edited.body, edited.labels) == ("[P0] Disk full", "worse", LABELS)
    assert edited.open
    assert read(world, ref) == edited


@pytest.mark.parametrize("reason", ["completed", "not_planned", "duplicate"])
def test_our_own_closing_is_ours(world: World, reason: str) -> None:
    ref = opened(world).ref
    world.pass_(60)
    closed = edit(world, ref, state="closed", state_reason=reason, body="over")
    assert (closed.open, closed.closed_at, closed.closed_by) == (False, world.now(), Closer.US)
    assert read(world, ref) == closed


def test_a_persons_closing_is_a_persons(world: World) -> None:
    ref = opened(world).ref
    world.pass_(60)
    world.close(ref)
    seen = read(world, ref)
    assert (seen.open, seen.closed_at, seen.closed_by) == (False, world.now(), Closer.PERSON)


def test_closing_what_a_person_closed_leaves_it_theirs(world: World) -> None:
    ref = opened(world).ref
    world.close(ref)
    assert edit(world, ref, state="closed", state_reason="completed").closed_by is Closer.PERSON


def test_a_reopened_issue_has_no_closer(world: World) -> None:
    ref = opened(world).ref
    edit(world, ref, state="closed", state_reason="completed")
    reopened = edit(world, ref, state="open")
    assert (reopened.open, reopened.closed_at, reopened.closed_by) == (True, None, None)
    world.close(ref)
    world.reopen(ref)
    assert read(world, ref) == reopened


def test_labels_are_added_beside_those_that_are_there(world: World) -> None:
    ref = opened(world).ref
    world.tracker.add_labels(ref, ("Pri:P1", "Team:dev/infra ?"), before(world))
    assert read(world, ref).labels == (*LABELS, "Team:dev/infra ?")


def test_one_label_is_taken_off(world: World) -> None:
    ref = opened(world, labels=(*LABELS, "Team:dev/infra ?")).ref
    world.tracker.remove_label(ref, "Team:dev/infra ?", before(world))
    assert read(world, ref).labels == LABELS


def test_our_comments_are_counted_and_listed_in_order(world: World) -> None:
    ref = opened(world).ref
    for body in ("one", "two"):
        world.tracker.comment(ref, body, before(world))
    assert read(world, ref).comments == 2
    assert comments(world, ref) == ["one", "two"]


def test_a_deleted_issue_is_gone_for_every_call(world: World) -> None:
    ref = opened(world).ref
    world.delete(ref)
    for call in (
        lambda: read(world, ref),
        lambda: edit(world, ref, state="closed"),
        lambda: world.tracker.comment(ref, "x", before(world)),
        lambda: world.tracker.add_labels(ref, ("x",), before(world)),
        lambda: world.tracker.remove_label(ref, "x", before(world)),
        lambda: comments(world, ref),
    ):
        with pytest.raises(Gone):
            call()
    assert (changed(world), open_ones(world)) == ([], [])


def test_what_could_outlast_the_lease_is_not_sent(world: World) -> None:
    ref = opened(world).ref
    with pytest.raises(TooLate):
        world.tracker.open(REPOSITORY, Draft("late", "body", (), ()), world.now())
    with pytest.raises(TooLate):
        world.tracker.comment(ref, "late", world.now())
    with pytest.raises(TooLate):
        list(world.tracker.changed(REPOSITORY, None, LONG_AGO, world.now()))
    assert [seen.title for seen in open_ones(world)] == ["[P1] Disk full"]
    assert comments(world, ref) == []


def test_who_closed_and_as_what_is_read(world: World) -> None:
    ref = opened(world).ref
    world.close(ref)
    closed = read(world, ref)
    assert (closed.closer, closed.state_reason) == ("mona", "completed")
    world.reopen(ref)
    assert (read(world, ref).closer, read(world, ref).state_reason) == ("", "")


def numbers(pages: list[list[Seen]]) -> list[int]:
    return [seen.ref.number for page in pages for seen in page]


def test_a_walk_begins_with_what_has_not_changed_for_longest(world: World) -> None:
    refs = []
    for _ in range(3):
        world.pass_(60)
        refs.append(opened(world).ref)
    world.pass_(60)
    edit(world, refs[0], body="changed")
    world.pass_(60)
    world.close(refs[1])
    assert numbers(walked(world)) == [3, 1, 2]
    assert numbers(walked(world, only_open=True)) == [3, 1]
    (page,) = walked(world, world.now() - timedelta(seconds=60))
    assert [(seen.ref, seen.open, seen.changed_at) for seen in page][-1] == (refs[1], False, world.now())


def test_a_walk_goes_on_from_the_time_it_came_to(world: World) -> None:
    for _ in range(3):
        world.pass_(60)
        opened(world)
    (page,) = walked(world)
    assert [seen.ref.number for seen in page] == [1, 2, 3]
    assert numbers(walked(world, page[1].changed_at)) == [2, 3]


def test_what_is_changed_while_a_walk_is_under_way_hides_nothing_from_it(world: World) -> None:
    for _ in range(105):
        world.pass_(2)
        opened(world)
    walk = world.tracker.walk(
        REPOSITORY, LABELS[0], LONG_AGO, world.now() + timedelta(hours=1), only_open=True
    )
    first = next(walk)
    for seen in first[:10]:
        world.pass_(2)
        edit(world, seen.ref, body="changed")
    for seen in first[10:20]:
        world.close(seen.ref)
    assert {seen.ref.number for page in (first, *walk) for seen in page} == set(range(1, 106))


# People


def spoken(world: World, ref: IssueRef, since: datetime = LONG_AGO) -> list[tuple[int, str, str]]:
    found = world.tracker.spoken(ref, since, before(world))
    return [(each.id, each.author, each.body) for each in found]


def test_what_people_say_is_listed_without_our_own(world: World) -> None:
    ref = opened(world).ref
    world.tracker.comment(ref, "ours", before(world))
    first, second = world.say(ref, "/ack"), world.say(ref, "theirs")
    assert first < second
    assert spoken(world, ref) == [(first, "mona", "/ack"), (second, "mona", "theirs")]
    (heard, _) = world.tracker.spoken(ref, LONG_AGO, before(world))
    assert heard.at == world.now()
    assert read(world, ref).comments == 3


def test_what_was_said_long_ago_need_not_be_listed(world: World) -> None:
    ref = opened(world).ref
    world.say(ref, "old")
    world.pass_(3600)
    new = world.say(ref, "new")
    assert spoken(world, ref, world.now()) == [(new, "mona", "new")]


def test_a_collaborator_may_write_and_others_may_not(world: World) -> None:
    assert world.tracker.may_write(REPOSITORY, "mona", before(world))
    assert world.tracker.refused(REPOSITORY, world.now()) == frozenset()
    assert not world.tracker.may_write(REPOSITORY, "nobody/knows ?", before(world))
    assert world.tracker.refused(REPOSITORY, world.now()) == {"nobody/knows ?"}
    assert world.tracker.refused(REPOSITORY, before(world) + strangers.KEPT) == frozenset()


def test_assigning_and_reacting_twice_is_the_same_as_once(world: World) -> None:
    ref = opened(world).ref
    comment = world.say(ref, "/ack")
    for _ in range(2):
        world.tracker.edit(ref, {"assignees": ["mona"]}, before(world))
        world.tracker.react(ref, comment, "+1", before(world))
    world.tracker.react(ref, comment, "confused", before(world))
    assert (world.assignees(ref), world.reactions(ref)) == ({"mona"}, ["+1", "confused"])


def test_an_edit_may_replace_the_assignees(world: World) -> None:
    ref = opened(world).ref
    world.tracker.edit(ref, {"assignees": ["mona"]}, before(world))
    seen = world.tracker.edit(ref, {"body": "new", "assignees": []}, before(world))
    assert (seen.body, seen.assignees, world.assignees(ref)) == ("new", (), set())
    seen = world.tracker.edit(ref, {"assignees": ["mona"]}, before(world))
    assert (seen.assignees, world.assignees(ref)) == (("mona",), {"mona"})


def test_a_comment_that_its_author_has_deleted_needs_no_reaction(world: World) -> None:
    ref = opened(world).ref
    world.tracker.react(ref, 12345, "+1", before(world))


# Labels of a repository


def test_a_label_that_an_issue_brought_is_plain_until_it_is_dressed_once(world: World) -> None:
    opened(world, labels=("Pri:P1",))
    assert [label.plain for label in world.tracker.labels(REPOSITORY, before(world))] == [True]
    red, new = Label("Pri:P1", "b60205", "Critical"), Label("a/b ?", "0e8a16", "New")
    world.tracker.dress_label(REPOSITORY, red, before(world))
    world.tracker.create_label(REPOSITORY, new, before(world))
    found = list(world.tracker.labels(REPOSITORY, before(world)))
    assert sorted(found, key=lambda label: label.name) == [red, new]
    assert not any(label.plain for label in found)
    with pytest.raises(Refused):
        world.tracker.create_label(REPOSITORY, red, before(world))


# Lists


def test_the_list_of_changes_shows_every_state_and_the_list_of_open_ones_does_not(world: World) -> None:
    first, second = opened(world, "first"), opened(world, "second")
    edit(world, first.ref, state="closed", state_reason="completed")
    assert {seen.ref: seen.open for seen in changed(world)} == {first.ref: False, second.ref: True}
    assert open_ones(world) == [second]


def test_the_list_of_changes_begins_at_its_time(world: World) -> None:
    old, touched = opened(world, "old"), opened(world, "touched")
    world.pass_(3600)
    since = world.now()
    edit(world, touched.ref, body="new")
    new = opened(world, "new")
    assert {seen.ref for seen in changed(world, since)} == {touched.ref, new.ref}
    assert {seen.ref for seen in changed(world)} == {old.ref, touched.ref, new.ref}


def test_lists_are_by_label_or_of_all(world: World) -> None:
    labelled, bare = opened(world), opened(world, "bare", labels=())
    assert [seen.ref for seen in changed(world)] == [labelled.ref]
    assert [seen.ref for seen in open_ones(world)] == [labelled.ref]
    assert {seen.ref for seen in changed(world, label=None)} == {labelled.ref, bare.ref}


def test_an_empty_list_is_empty(world: World) -> None:
    assert (changed(world), open_ones(world)) == ([], [])
    assert comments(world, opened(world).ref) == []
