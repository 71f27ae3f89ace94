"""What of GitHub no twin has: pages, other authors, moves, and repositories that refuse."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from chalicelib.conditions.issue import Closer, Draft, IssueRef, Seen
from chalicelib.errors import (
    CommentsClosed,
    Gone,
    OutOfSight,
    Refused,
    RepositoryMissing,
    Suspended,
    Unavailable,
)
from tests.contract.github_rig import ISSUES, REPOSITORY
from tests.contract.tracker_rig import (
    LABELS,
    LONG_AGO,
    Hub,
    before,
    changed,
    comments,
    edit,
    open_ones,
    opened,
    read,
)
from tests.local.github.people import Person

ROUTE = "/repos/{repo}/issues"

# What is known already


def reads(hub: Hub) -> list[int | None]:
    """The statuses of the reads of single issues."""
    return [entry.status for entry in hub.github.journal.requests if entry.route == f"{ROUTE}/{{number}}"]


def test_an_issue_that_is_as_it_was_left_costs_nothing_of_the_primary_limit(hub: Hub) -> None:
    seen = opened(hub)
    left = hub.github.limits.standing(f"installation ID {hub.rig.installation.id}")
    assert read(hub, seen.ref) == seen
    assert hub.github.limits.standing(f"installation ID {hub.rig.installation.id}") == left
    assert edit(hub, seen.ref, body="another") == read(hub, seen.ref) == read(hub, seen.ref)
    assert reads(hub) == [304, 200, 304, 304]


@pytest.mark.parametrize(
    "change",
    [
        lambda mona: mona.edit(REPOSITORY, 1, body="body, and what a person knows"),
        lambda mona: mona.edit(REPOSITORY, 1, title="Disk fuller"),
        lambda mona: mona.label(REPOSITORY, 1, "alert:muted"),
        lambda mona: mona.comment(REPOSITORY, 1, "/ack"),
        lambda mona: mona.close(REPOSITORY, 1, "not_planned"),
    ],
    ids=["body", "title", "label", "comment", "closing"],
)
def test_what_a_person_changes_in_the_same_second_is_seen(hub: Hub, change: Callable[[Person], None]) -> None:
    seen = opened(hub)
    change(hub.mona)
    now = read(hub, seen.ref)
    assert now == hub.worker().read(seen.ref, before(hub)) != seen
    assert read(hub, seen.ref) == now
    assert reads(hub) == [200, 200, 304]


def test_a_new_token_reads_an_issue_whole(hub: Hub) -> None:
    seen = opened(hub)
    hub.pass_(3600)
    assert read(hub, seen.ref) == read(hub, seen.ref) == seen
    assert reads(hub) == [200, 304]


# More than a page


def test_lists_are_followed_over_their_pages(hub: Hub) -> None:
    hub.github.limits.creations_per_minute = hub.github.limits.points_per_minute = None
    for number in range(205):
        hub.tracker.open(REPOSITORY, Draft(f"issue {number}", "body", LABELS), before(hub))
        hub.mona.comment(REPOSITORY, 1, "theirs")
    assert [seen.ref.number for seen in open_ones(hub)] == list(range(1, 206))
    assert len(changed(hub)) == 205
    hub.tracker.comment(IssueRef(REPOSITORY, 1), "ours", before(hub))
    assert comments(hub, IssueRef(REPOSITORY, 1)) == ["ours"]


def test_what_others_wrote_is_not_ours(hub: Hub) -> None:
    forged = hub.mona.open(REPOSITORY, "forged", "<!-- marker -->", labels=LABELS)
    hub.mona.comment(REPOSITORY, forged.number, "<!-- marker -->")
    assert [(seen.title, seen.by_us) for seen in open_ones(hub)] == [("forged", False)]
    assert comments(hub, IssueRef(REPOSITORY, forged.number)) == []


def test_clocks_that_are_apart_hide_no_change(hub: Hub) -> None:
    seen = opened(hub)
    assert changed(hub, hub.now() + timedelta(minutes=1)) == [seen]
    hub.tracker.comment(seen.ref, "ours", before(hub))
    since = hub.now() + timedelta(minutes=1)
    assert list(hub.tracker.comments(seen.ref, since, before(hub))) == ["ours"]


@pytest.mark.parametrize(
    ("level", "may"), [("admin", True), ("write", True), ("read", False), ("none", False)]
)
def test_write_access_is_asked_of_github(hub: Hub, level: str, may: bool) -> None:
    hub.github.person("octo")
    hub.github.person("octo[bot]")
    hub.rig.repository.permissions |= {"octo": level, "octo[bot]": level}
    assert hub.tracker.may_write(REPOSITORY, "octo[bot]", before(hub)) is may
    assert hub.tracker.may_write(REPOSITORY, "octo", before(hub)) is may


DUPLICATE = {"state": "closed", "state_reason": "duplicate"}


def test_a_duplicate_names_the_issue_that_stands_for_it_by_its_id(hub: Hub) -> None:
    hub.github.world.add_repository("acme/other")
    hub.tracker.open("acme/other", Draft("another number 1", "", (), ()), before(hub))
    kept, twice = opened(hub), opened(hub)
    closed = edit(hub, twice.ref, **DUPLICATE, duplicate_issue_id=kept.id)
    assert (closed.open, closed.state_reason) == (False, "duplicate")
    assert hub.github.world.issue(REPOSITORY, 2).duplicate_of == hub.github.world.issue(REPOSITORY, 1).id


def test_where_github_does_not_take_what_it_duplicates_it_is_closed_all_the_same(hub: Hub) -> None:
    closed = edit(hub, opened(hub).ref, **DUPLICATE, duplicate_issue_id=7)
    assert (closed.open, closed.state_reason) == (False, "duplicate")
    with pytest.raises(Refused):
        edit(hub, opened(hub).ref, title="x" * 257, **DUPLICATE, duplicate_issue_id=7)


# Moved, locked, refused


WRITES = {"issues": "write", "metadata": "read"}
READS = {"issues": "read", "metadata": "read"}


EVERYWHERE = ["everywhere"]


def minted(hub: Hub) -> list[tuple[dict[str, str], list[str]]]:
    """What each token allows, and where."""
    names = {each.id: each.full_name for each in hub.github.world.repositories.values()}
    return [
        (token.permissions, EVERYWHERE if opened is None else [names[each] for each in opened])
        for token in hub.github.authority.tokens
        for opened in [token.repository_ids]
    ]


def test_each_token_writes_to_one_repository(hub: Hub) -> None:
    hub.github.authority.revoke_all()
    hub.github.world.add_repository("acme/other")
    ref = opened(hub).ref
    hub.tracker.comment(ref, "ours", before(hub))
    hub.tracker.open("acme/other", Draft("x", "body", (), ()), before(hub))
    assert minted(hub) == [(WRITES, [REPOSITORY]), (WRITES, ["acme/other"])]


def test_what_shows_where_an_issue_went_reads_alone(hub: Hub) -> None:
    hub.github.authority.revoke_all()
    ref = opened(hub).ref
    hub.github.world.add_repository("acme/attic")
    hub.mona.transfer(REPOSITORY, 1, "acme/attic")
    moved = read(hub, ref).ref
    edit(hub, moved, body="there")
    assert [each for each in minted(hub) if each[0] != WRITES] == [(READS, EVERYWHERE)]
    writing = [where for may, where in minted(hub) if may == WRITES]
    assert ["acme/attic"] in writing
    assert all(len(where) == 1 and where != EVERYWHERE for where in writing)


@pytest.mark.parametrize("private", [True, False], ids=["private", "public"])
def test_a_moved_issue_is_followed_by_every_call(hub: Hub, *, private: bool) -> None:
    ref = opened(hub).ref
    hub.github.world.add_repository("acme/attic").private = private
    hub.mona.transfer(REPOSITORY, 1, "acme/attic")
    moved = IssueRef("acme/attic", 1)
    assert read(hub, ref).ref == moved
    assert edit(hub, ref, body="there").ref == moved
    hub.tracker.comment(ref, "there too", before(hub))
    hub.tracker.add_labels(ref, ("x/y",), before(hub))
    hub.tracker.remove_label(ref, "x/y", before(hub))
    assert comments(hub, ref) == ["there too"]
    seen = read(hub, moved)
    assert (seen.body, seen.labels, seen.comments) == ("there", LABELS, 1)


def test_an_issue_moved_out_of_reach_is_out_of_sight_and_not_taken_for_deleted(hub: Hub) -> None:
    ref = opened(hub).ref
    hub.github.world.add_repository("umbrella/attic", installed=False)
    hub.mona.transfer(REPOSITORY, 1, "umbrella/attic")
    with pytest.raises(OutOfSight) as raised:
        read(hub, ref)
    assert raised.value.status == 404


def test_github_says_which_comments_are_of_insiders(hub: Hub) -> None:
    ref = opened(hub).ref
    hub.mona.comment(REPOSITORY, 1, "/ack")
    hub.github.person("stranger").comment(REPOSITORY, 1, "/ack")
    spoken = hub.tracker.spoken(ref, LONG_AGO, before(hub))
    assert [(each.author, each.insider) for each in spoken] == [("mona", True), ("stranger", False)]


def test_a_renamed_app_still_knows_what_is_its_own(hub: Hub) -> None:
    ref = opened(hub).ref
    theirs = hub.mona.open(REPOSITORY, "theirs").number
    hub.tracker.comment(ref, "ours", before(hub))
    hub.mona.comment(REPOSITORY, 1, "a person's")
    edit(hub, ref, state="closed", state_reason="completed")
    hub.github.rename_app("pager")
    seen = read(hub, ref)
    assert (seen.by_us, seen.closer, seen.closed_by) == (True, "pager[bot]", Closer.US)
    assert not read(hub, IssueRef(REPOSITORY, theirs)).by_us
    assert comments(hub, ref) == ["ours"]
    assert [each.body for each in hub.tracker.spoken(ref, LONG_AGO, before(hub))] == ["a person's"]
    assert [found.ref for found in changed(hub)] == [ref], "under its new login"
    hub.mona.reopen(REPOSITORY, 1)
    hub.mona.close(REPOSITORY, 1)
    assert read(hub, ref).closed_by is Closer.PERSON


def test_what_a_renamed_app_opens_while_its_answer_is_lost_is_found_as_its_own(hub: Hub) -> None:
    opened(hub)
    hub.github.rename_app("pager")
    lost = opened(hub).ref
    (found,) = [seen for seen in changed(hub) if seen.ref == lost]
    assert found.by_us
    edit(hub, lost, state="closed", state_reason="completed")
    assert read(hub, lost).closed_by is Closer.US


def test_a_closing_of_ours_on_what_another_opened_is_known_after_the_next_list(hub: Hub) -> None:
    theirs = IssueRef(REPOSITORY, hub.mona.open(REPOSITORY, "adopted").number)
    read(hub, theirs)
    hub.github.rename_app("pager")
    edit(hub, theirs, state="closed", state_reason="completed")
    changed(hub)
    assert read(hub, theirs).closed_by is Closer.US


def test_a_replaced_installation_is_followed(hub: Hub) -> None:
    opened(hub)
    hub.github.reinstall(REPOSITORY)
    assert opened(hub).ref.number == 2
    assert [seen.ref.number for seen in open_ones(hub)] == [1, 2]


@pytest.mark.parametrize("private", [True, False], ids=["private", "public"])
@pytest.mark.parametrize("warm", [True, False], ids=["warm", "cold"])
def test_a_repository_that_moved_to_another_owner_is_followed(hub: Hub, *, private: bool, warm: bool) -> None:
    hub.rig.repository.private = private
    hub.github.world.add_repository("acme/other")
    hub.github.world.add_repository("umbrella/other")
    ref = opened(hub).ref
    hub.pass_(120)
    hub.github.world.move(hub.rig.repository, "umbrella")
    hub.tracker = hub.tracker if warm else hub.worker()
    moved = IssueRef("umbrella/alerts", 1)
    assert opened(hub).ref == IssueRef("umbrella/alerts", 2), "a write first: reading proves nothing of it"
    assert read(hub, ref).ref == moved
    assert edit(hub, ref, body="there").body == "there"
    hub.tracker.comment(moved, "ours", before(hub))
    assert comments(hub, ref) == ["ours"]
    hub.tracker.open("acme/other", Draft("x", "body", (), ()), before(hub))


def test_a_repository_that_moved_to_where_the_app_is_not_says_so(hub: Hub) -> None:
    opened(hub)
    hub.pass_(120)
    hub.github.world.move(hub.rig.repository, "umbrella", installed=False)
    with pytest.raises(RepositoryMissing, match="install it there"):
        opened(hub)


def test_where_the_repository_is_out_of_reach_too_an_issue_is_only_refused(hub: Hub) -> None:
    ref = opened(hub).ref
    repository = hub.github.world.repositories.pop(next(iter(hub.github.world.repositories)))
    with pytest.raises(Refused) as raised:
        read(hub, ref)
    assert (type(raised.value), raised.value.status, repository.full_name) == (Refused, 404, REPOSITORY)


def test_where_that_cannot_be_told_it_is_asked_again_later(hub: Hub) -> None:
    ref = opened(hub).ref
    hub.github.world.add_repository("umbrella/attic", installed=False)
    hub.mona.transfer(REPOSITORY, 1, "umbrella/attic")
    hub.github.faults.add("status", status=502, method="GET", path=ISSUES, times=1)
    with pytest.raises(Unavailable):
        read(hub, ref)


def test_a_renamed_repository_is_followed(hub: Hub) -> None:
    ref = opened(hub).ref
    hub.mona.rename(REPOSITORY, "alarms")
    assert read(hub, ref).ref == IssueRef("acme/alarms", 1)
    assert opened(hub).ref == IssueRef("acme/alarms", 2)
    assert [seen.ref.number for seen in open_ones(hub)] == [1, 2]
    hub.tracker = hub.worker()
    assert read(hub, ref).ref == IssueRef("acme/alarms", 1), "nor does a new worker lose it"


@pytest.mark.parametrize("heeds_case", [False, True])
def test_a_repository_in_another_case_is_opened_with_a_token_for_it_alone(
    hub: Hub, *, heeds_case: bool
) -> None:
    hub.github.world.tokens_heed_case = heeds_case
    for number in (1, 2):
        seen = hub.tracker.open("Acme/ALERTS", Draft("t", "b", LABELS), before(hub))
        assert seen.ref.number == number
    writing = [token for token in hub.github.authority.tokens if token.permissions.get("issues") == "write"]
    assert writing[-1].repository_ids == frozenset({hub.rig.repository.id})


def test_a_repository_made_under_the_former_name_of_another_is_opened(hub: Hub) -> None:
    opened(hub)
    hub.mona.rename(REPOSITORY, "alarms")
    hub.github.world.former_names.clear()
    hub.github.world.add_repository(REPOSITORY)
    hub.pass_(120)
    with pytest.raises(Refused):
        opened(hub)
    assert opened(hub).ref == IssueRef(REPOSITORY, 1), "at the next try"


def test_an_issue_deleted_where_it_was_moved_to_is_gone(hub: Hub) -> None:
    ref = opened(hub).ref
    hub.github.world.add_repository("acme/attic")
    hub.mona.transfer(REPOSITORY, 1, "acme/attic")
    hub.mona.delete("acme/attic", 1)
    with pytest.raises(Gone):
        read(hub, ref)


def test_a_locked_issue_takes_no_comments_but_edits(hub: Hub) -> None:
    ref = opened(hub).ref
    hub.mona.lock(REPOSITORY, 1)
    with pytest.raises(CommentsClosed):
        hub.tracker.comment(ref, "x", before(hub))
    assert edit(hub, ref, body="still").body == "still"


def test_an_issue_full_of_comments_takes_no_more_but_edits(hub: Hub) -> None:
    ref = opened(hub).ref
    hub.github.world.comment_cap = 1
    hub.tracker.comment(ref, "last", before(hub))
    with pytest.raises(CommentsClosed):
        hub.tracker.comment(ref, "one too many", before(hub))
    assert edit(hub, ref, body="still").comments == 1


def test_a_repository_without_issues_refuses_and_has_lost_none(hub: Hub) -> None:
    ref = opened(hub).ref
    hub.mona.set_issues(REPOSITORY, enabled=False)
    calls: list[Callable[[], Seen]] = [lambda: opened(hub), lambda: read(hub, ref)]
    for call in calls:
        with pytest.raises(Refused) as refused:
            call()
        assert not isinstance(refused.value, Gone)


def test_an_archived_repository_refuses(hub: Hub) -> None:
    ref = opened(hub).ref
    hub.mona.archive(REPOSITORY)
    for refused in (lambda: edit(hub, ref, body="x"), lambda: hub.tracker.comment(ref, "x", before(hub))):
        with pytest.raises(Refused) as raised:
            refused()
        assert (type(raised.value), raised.value.status) == (Refused, 403)


def test_a_suspended_installation_refuses_until_it_is_back(hub: Hub) -> None:
    opened(hub)
    hub.mona.suspend(REPOSITORY)
    with pytest.raises(Suspended, match="an owner of acme can restore the App"):
        opened(hub)
    hub.pass_(4000)
    with pytest.raises(Suspended):
        opened(hub)
    hub.mona.suspend(REPOSITORY, suspended=False)
    assert opened(hub).ref.number == 2


def test_a_repository_without_the_app_refuses(hub: Hub) -> None:
    hub.github.world.add_repository("umbrella/alerts", installed=False)
    with pytest.raises(Refused):
        hub.tracker.open("umbrella/alerts", Draft("x", "body", (), ()), before(hub))


def assignees(hub: Hub) -> list[str]:
    return sorted(account.login for issue in hub.issues() for account in issue.assignees)


def test_only_the_assignees_that_github_does_not_accept_are_left_out_and_named(hub: Hub) -> None:
    wanted = Draft("x", "body", LABELS, ("nobody", "mona", "Stranger"))
    seen = hub.tracker.open(REPOSITORY, wanted, before(hub))
    assert (seen.labels, assignees(hub)) == (LABELS, ["mona"])
    assert seen.left_out == ("assignee nobody", "assignee Stranger")


def test_assignees_that_github_does_not_accept_keep_nothing_else_from_being_changed(hub: Hub) -> None:
    ref = opened(hub).ref
    assert edit(hub, ref, body="new", assignees=["mona"]).body == "new"
    assert assignees(hub) == ["mona"]
    seen = edit(hub, ref, body="newer", assignees=["mona", "nobody"])
    assert (seen.body, assignees(hub)) == ("newer", ["mona"])
    with pytest.raises(Refused):
        edit(hub, ref, title="x" * 257, body="newest")


def test_only_the_label_that_github_does_not_accept_is_left_out_and_named(hub: Hub) -> None:
    seen = hub.tracker.open(REPOSITORY, Draft("x", "body", ("x" * 51, *LABELS), ("mona",)), before(hub))
    assert (seen.labels, assignees(hub), seen.left_out) == (LABELS, ["mona"], (f"label {'x' * 51}",))


def test_where_github_names_none_of_a_field_all_of_it_is_left_out(hub: Hub) -> None:
    hub.rig.installation.may_create_labels = False
    seen = hub.tracker.open(REPOSITORY, Draft("x", "body", ("new",), ("mona",)), before(hub))
    assert (seen.labels, assignees(hub), seen.left_out) == ((), ["mona"], ("label new",))


def test_more_than_a_few_that_are_not_accepted_cost_a_few_writes(hub: Hub) -> None:
    nobodies = tuple(f"nobody-{number}" for number in range(9))
    seen = hub.tracker.open(REPOSITORY, Draft("x", "body", LABELS, ("mona", *nobodies)), before(hub))
    assert (seen.labels, len(seen.left_out)) == (LABELS, 10)
    assert hub.github.journal.counts()["POST", "/repos/{repo}/issues"] == 5


def test_what_github_drops_in_silence_is_named(hub: Hub) -> None:
    hub.rig.installation.may_push = False
    seen = hub.tracker.open(REPOSITORY, Draft("x", "body", LABELS, ("mona",)), before(hub))
    assert (seen.labels, seen.left_out) == ((), (*(f"label {each}" for each in LABELS), "assignee mona"))


def test_who_can_be_assigned_is_asked_of_github(hub: Hub) -> None:
    assert hub.tracker.assignable(REPOSITORY, "mona", before(hub))
    assert not hub.tracker.assignable(REPOSITORY, "nobody", before(hub))


def test_an_issue_whose_title_is_not_accepted_is_refused(hub: Hub) -> None:
    with pytest.raises(Refused):
        opened(hub, "x" * 257)
    assert hub.issues() == []
