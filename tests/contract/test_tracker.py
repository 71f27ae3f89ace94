"""What an issue tracker promises, held to by the twin in memory and by our client of GitHub alike."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from chalicelib.alert import Priority
from chalicelib.errors import (
    CommentsClosed,
    GitHubError,
    Gone,
    OutcomeUnknown,
    RateLimited,
    Refused,
    TooLate,
    Unavailable,
)
from chalicelib.github.auth import App
from chalicelib.github.budget import Call, Granted, Kind, Limits
from chalicelib.github.client import GitHubClient
from chalicelib.github.gate import Gate
from chalicelib.github.issues import GitHubIssues
from chalicelib.lifecycle.issue import Closer, Draft, IssueRef, Label, Seen
from tests.contract.github_rig import APP_ID, ISSUES, NOON, REPOSITORY, Clock, Rig, app_key, no_tls
from tests.local.github.model import Issue
from tests.local.github.people import Person
from tests.twins.clock import ManualClock
from tests.twins.github import GitHubTwin, UnsignedApp
from tests.twins.store import MemoryStore
from tests.twins.tracker import MemoryTracker
from tests.unit.test_auth import rsa_key, shows

LABELS = ("area:alerting", "Pri:P1")
TIMEOUT = timedelta(seconds=5)
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
READ = Call(Kind.READ, Priority.P0)


class Twin:
    """The twin, its clock and its people."""

    def __init__(self) -> None:
        self.clock = ManualClock(datetime.fromtimestamp(NOON, UTC))
        self.tracker = MemoryTracker(self.clock.now)

    def now(self) -> datetime:
        return self.clock.now()

    def pass_(self, seconds: float) -> None:
        self.clock.pass_(seconds=seconds)

    def close(self, ref: IssueRef) -> None:
        self.tracker.close_as_person(ref)

    def reopen(self, ref: IssueRef) -> None:
        self.tracker.reopen_as_person(ref)

    def delete(self, ref: IssueRef) -> None:
        self.tracker.delete(ref)

    def say(self, ref: IssueRef, body: str) -> int:
        return self.tracker.say(ref, body)

    def reactions(self, ref: IssueRef) -> list[str]:
        return sorted(content for _, content in self.tracker.threads[ref].reactions)

    def assignees(self, ref: IssueRef) -> set[str]:
        return self.tracker.threads[ref].assignees


@cache
def private_key() -> RSAPrivateKey:
    key = load_pem_private_key(app_key().private_pem.encode(), None)
    assert isinstance(key, RSAPrivateKey)
    return key


class Hub:
    """Our client, the budget it reports to, and the stand-in with its people."""

    def __init__(self, rig: Rig, http: httpx.Client) -> None:
        self.rig, self.github, self.http = rig, rig.github, http
        self.gate = Gate(MemoryStore(), Limits(), self.now)
        self.mona = rig.github.person("mona")
        self.tracker = self.worker()

    def worker(self, app: App | None = None, timeout: timedelta = TIMEOUT) -> GitHubIssues:
        app = app or App(APP_ID, private_key())
        return GitHubIssues(GitHubClient(self.http, app, self.gate, self, timeout))

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.rig.clock(), UTC)

    def pass_(self, seconds: float) -> None:
        self.rig.clock.turn(seconds)

    def sleep(self, seconds: float) -> None:
        """Stand still: here time passes only when a test says so, and turns are another suite's matter."""

    def close(self, ref: IssueRef) -> None:
        self.mona.close(ref.repository, ref.number)

    def reopen(self, ref: IssueRef) -> None:
        self.mona.reopen(ref.repository, ref.number)

    def delete(self, ref: IssueRef) -> None:
        self.mona.delete(ref.repository, ref.number)

    def say(self, ref: IssueRef, body: str) -> int:
        return self.mona.comment(ref.repository, ref.number, body).id

    def reactions(self, ref: IssueRef) -> list[str]:
        comments = self.github.world.issue(ref.repository, ref.number).comments
        return sorted(content for comment in comments for _, content in comment.reactions)

    def assignees(self, ref: IssueRef) -> set[str]:
        return {account.login for account in self.github.world.issue(ref.repository, ref.number).assignees}

    def issues(self, repository: str = REPOSITORY) -> list[Issue]:
        return list(self.github.world.repository(repository).issues.values())


class InProcess(Hub):
    """The same on the stand-in's endpoints reached in this process, as the simulation does."""

    def __init__(self) -> None:
        self.clock = Clock()
        twin = GitHubTwin(self.clock)
        twin.world.add_repository(REPOSITORY, collaborators=["mona"])
        self.github, self.mona = twin, Person(twin.world, "mona")  # type: ignore[assignment]
        self.gate = Gate(MemoryStore(), Limits(), self.now)
        self.tracker = GitHubIssues(GitHubClient(twin, UnsignedApp(), self.gate, self, TIMEOUT))

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.clock(), UTC)

    def pass_(self, seconds: float) -> None:
        self.clock.turn(seconds)


World = Twin | Hub


@pytest.fixture
def hub() -> Iterator[Hub]:
    with Rig() as rig, httpx.Client(base_url=rig.github.url, trust_env=False, verify=no_tls()) as http:
        yield Hub(rig, http)


@pytest.fixture(params=["twin", "in process", "github"])
def world(request: pytest.FixtureRequest) -> World:
    if request.param == "twin":
        return Twin()
    if request.param == "in process":
        return InProcess()
    found: Hub = request.getfixturevalue("hub")
    return found


def before(world: World) -> datetime:
    return world.now() + timedelta(minutes=1)


def opened(world: World, title: str = "[P1] Disk full", labels: tuple[str, ...] = LABELS) -> Seen:
    return world.tracker.open(REPOSITORY, Draft(title, "body", labels, ()), before(world))


def read(world: World, ref: IssueRef) -> Seen:
    return world.tracker.read(ref, before(world))


def edit(world: World, ref: IssueRef, **changes: Any) -> Seen:
    return world.tracker.edit(ref, changes, before(world))


def changed(world: World, since: datetime = LONG_AGO, label: str | None = LABELS[0]) -> list[Seen]:
    return list(world.tracker.changed(REPOSITORY, label, since, before(world)))


def open_ones(world: World, label: str = LABELS[0]) -> list[Seen]:
    return list(world.tracker.open_ones(REPOSITORY, label, before(world)))


def comments(world: World, ref: IssueRef) -> list[str]:
    return list(world.tracker.comments(ref, LONG_AGO, before(world)))


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
    assert not world.tracker.may_write(REPOSITORY, "nobody/knows ?", before(world))


def test_assigning_and_reacting_twice_is_the_same_as_once(world: World) -> None:
    ref = opened(world).ref
    comment = world.say(ref, "/ack")
    for _ in range(2):
        world.tracker.assign(ref, "mona", before(world))
        world.tracker.react(ref, comment, "+1", before(world))
    world.tracker.react(ref, comment, "confused", before(world))
    assert (world.assignees(ref), world.reactions(ref)) == ({"mona"}, ["+1", "confused"])


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


# GitHub alone: more than a page


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
    hub.rig.repository.permissions["octo"] = level
    assert hub.tracker.may_write(REPOSITORY, "octo", before(hub)) is may


# GitHub alone: moved, locked, refused


def test_a_moved_issue_is_followed_by_every_call(hub: Hub) -> None:
    ref = opened(hub).ref
    hub.github.world.add_repository("acme/attic")
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


def test_an_issue_moved_out_of_reach_is_refused_and_not_taken_for_deleted(hub: Hub) -> None:
    ref = opened(hub).ref
    hub.github.world.add_repository("umbrella/attic", installed=False)
    hub.mona.transfer(REPOSITORY, 1, "umbrella/attic")
    with pytest.raises(Refused) as raised:
        read(hub, ref)
    assert (type(raised.value), raised.value.status) == (Refused, 404)


def test_a_renamed_repository_is_followed(hub: Hub) -> None:
    ref = opened(hub).ref
    hub.mona.rename(REPOSITORY, "alarms")
    assert read(hub, ref).ref == IssueRef("acme/alarms", 1)
    assert opened(hub).ref == IssueRef("acme/alarms", 2)
    assert [seen.ref.number for seen in open_ones(hub)] == [1, 2]
    hub.tracker = hub.worker()
    assert read(hub, ref).ref == IssueRef("acme/alarms", 1), "nor does a new worker lose it"


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
    with pytest.raises(Refused):
        opened(hub)
    hub.mona.suspend(REPOSITORY, suspended=False)
    assert opened(hub).ref.number == 2


def test_a_repository_without_the_app_refuses(hub: Hub) -> None:
    hub.github.world.add_repository("umbrella/alerts", installed=False)
    with pytest.raises(Refused):
        hub.tracker.open("umbrella/alerts", Draft("x", "body", (), ()), before(hub))


def test_an_issue_opens_without_the_assignees_that_github_does_not_accept(hub: Hub) -> None:
    seen = hub.tracker.open(REPOSITORY, Draft("x", "body", LABELS, ("mona", "stranger")), before(hub))
    assert seen.labels == LABELS
    assert [issue.assignees for issue in hub.issues()] == [[]]


@pytest.mark.parametrize("labels", [("x" * 51,), ("new",)])
def test_an_issue_opens_without_the_labels_that_github_does_not_accept(
    hub: Hub, labels: tuple[str, ...]
) -> None:
    hub.rig.installation.may_create_labels = False
    seen = hub.tracker.open(REPOSITORY, Draft("x", "body", labels, ("stranger",)), before(hub))
    assert (seen.title, seen.labels) == ("x", ())
    assert len(hub.issues()) == 1


def test_an_issue_whose_title_is_not_accepted_is_refused(hub: Hub) -> None:
    with pytest.raises(Refused):
        opened(hub, "x" * 257)
    assert hub.issues() == []


# GitHub alone: the network, and bad days


@pytest.mark.parametrize("fault", [{"effect": "drop"}, {"effect": "status", "status": 502}])
def test_a_write_that_took_effect_without_an_answer_is_unknown(hub: Hub, fault: dict[str, Any]) -> None:
    hub.github.faults.add(**fault, method="POST", path=ISSUES, times=1, after_write=True)
    with pytest.raises(OutcomeUnknown):
        opened(hub)
    assert [seen.title for seen in changed(hub, hub.now())] == ["[P1] Disk full"]


@pytest.mark.parametrize("fault", [{"effect": "drop"}, {"effect": "status", "status": 503}])
def test_a_write_without_an_answer_is_unknown_even_if_it_took_no_effect(
    hub: Hub, fault: dict[str, Any]
) -> None:
    hub.github.faults.add(**fault, method="POST", path=ISSUES, times=1)
    with pytest.raises(OutcomeUnknown):
        opened(hub)
    assert changed(hub) == []
    assert hub.github.journal.counts()["POST", "/repos/{repo}/issues"] == 1, "and is not sent twice"


@pytest.mark.parametrize("effect", ["comment", "edit"])
def test_comments_and_edits_without_an_answer_are_unknown_too(hub: Hub, effect: str) -> None:
    ref = opened(hub).ref
    hub.github.faults.add("drop", path=f"{ISSUES}/1*", times=1, after_write=True)
    with pytest.raises(OutcomeUnknown):
        hub.tracker.comment(ref, "x", before(hub)) if effect == "comment" else edit(hub, ref, body="x")
    assert (read(hub, ref).body, comments(hub, ref)) == (
        ("body", ["x"]) if effect == "comment" else ("x", [])
    )


@pytest.mark.parametrize("fault", [{"effect": "drop"}, {"effect": "status", "status": 502}])
def test_a_read_or_a_minting_without_an_answer_is_only_unavailable(hub: Hub, fault: dict[str, Any]) -> None:
    hub.github.faults.add(**fault, path="*/access_tokens", times=1)
    with pytest.raises(Unavailable):
        opened(hub)
    assert hub.issues() == []
    ref = opened(hub).ref
    hub.github.faults.add(**fault, method="GET", times=2)
    for look in (lambda: read(hub, ref), lambda: changed(hub)):
        with pytest.raises(Unavailable):
            look()
    assert read(hub, ref).open


def test_without_a_connection_a_write_is_only_unavailable(hub: Hub) -> None:
    opened(hub)
    hub.github.stop()
    with pytest.raises(Unavailable):
        opened(hub)
    hub.github.start()
    assert [seen.ref.number for seen in open_ones(hub)] == [1]


def test_a_hanging_github_is_given_up_after_the_timeout(hub: Hub) -> None:
    opened(hub)
    hub.tracker = hub.worker(timeout=timedelta(seconds=0.5))
    read(hub, IssueRef(REPOSITORY, 1))
    hub.github.faults.add("hang", seconds=30, method="POST", path=ISSUES, times=1, after_write=True)
    with pytest.raises(OutcomeUnknown):
        opened(hub, "hung")
    assert [seen.title for seen in open_ones(hub)] == ["[P1] Disk full", "hung"]


def test_three_failures_open_the_breaker_and_an_answer_closes_it(hub: Hub) -> None:
    ref = opened(hub).ref
    hub.github.faults.outage(lasting=30)
    for _ in range(3):
        with pytest.raises(Unavailable):
            read(hub, ref)
    refused = hub.gate.ask("acme", READ)
    assert not isinstance(refused, Granted)
    assert (refused.until, refused.reason) == (hub.rig.clock() + 30, "BREAKER_OPEN")
    hub.pass_(30)
    assert isinstance(hub.gate.ask("acme", READ), Granted)
    read(hub, ref)
    assert all(isinstance(hub.gate.ask("acme", READ), Granted) for _ in range(2))


# GitHub alone: limits


def limited(hub: Hub) -> RateLimited:
    with pytest.raises(RateLimited) as raised:
        opened(hub)
    return raised.value


def blocked_for(hub: Hub) -> float:
    answer = hub.gate.ask("acme", READ)
    return 0.0 if isinstance(answer, Granted) else answer.until - hub.rig.clock()


def test_a_secondary_limit_with_retry_after_says_until_when(hub: Hub) -> None:
    hub.github.faults.add("secondary_limit", method="POST", path=ISSUES, retry_after=17, times=1)
    assert limited(hub).retry_at == hub.now() + timedelta(seconds=17)
    assert blocked_for(hub) == 17
    assert hub.issues() == []


@pytest.mark.parametrize("status", [403, 429])
def test_a_secondary_limit_without_one_blocks_for_a_minute_then_two(hub: Hub, status: int) -> None:
    hub.github.faults.add("secondary_limit", method="POST", path=ISSUES, status=status, times=2)
    assert limited(hub).retry_at is None
    assert blocked_for(hub) == 60
    hub.pass_(60)
    limited(hub)
    assert blocked_for(hub) == 120


def test_the_primary_limit_blocks_until_its_reset(hub: Hub) -> None:
    opened(hub)
    hub.github.faults.add("primary_limit", method="POST", path=ISSUES, seconds=120, times=1)
    assert limited(hub).retry_at == hub.now() + timedelta(seconds=121)
    assert blocked_for(hub) == 121
    hub.pass_(121)
    assert opened(hub).ref.number == 2


def test_the_last_call_of_the_primary_limit_is_heeded_before_the_first_refusal(hub: Hub) -> None:
    opened(hub)
    hub.github.limits.requests_per_hour = 3
    opened(hub)
    assert blocked_for(hub) == 0
    opened(hub)
    assert blocked_for(hub) == pytest.approx(3601)
    assert hub.github.limits.refusals["primary"] == 0


# GitHub alone: credentials


def minted(hub: Hub) -> int:
    route = "/app/installations/{installation_id}/access_tokens"
    return hub.github.journal.counts()["POST", route]


def test_a_token_serves_until_it_expires_and_is_then_minted_anew(hub: Hub) -> None:
    hub.github.journal.clear()
    opened(hub)
    hub.pass_(3000)
    opened(hub)
    assert minted(hub) == 1
    hub.pass_(3000)
    opened(hub)
    assert minted(hub) == 2
    assert {entry.status for entry in hub.github.journal.requests} == {200, 201}


def test_a_token_that_github_no_longer_takes_is_minted_anew(hub: Hub) -> None:
    opened(hub)
    hub.github.authority.revoke_all()
    assert opened(hub).ref.number == 2


def test_a_token_that_expires_early_is_minted_anew(hub: Hub) -> None:
    opened(hub)
    hub.github.authority.token_lifetime = 600
    hub.tracker = hub.worker()
    opened(hub)
    hub.pass_(599)
    opened(hub)
    hub.pass_(599)
    assert opened(hub).ref.number == 4


def test_an_app_with_a_foreign_key_is_refused(hub: Hub) -> None:
    hub.tracker = hub.worker(App(APP_ID, rsa_key()))
    with pytest.raises(Refused, match="401 A JSON web token could not be decoded"):
        opened(hub)


def test_an_app_that_github_does_not_know_is_refused(hub: Hub) -> None:
    hub.tracker = hub.worker(App("999", private_key()))
    with pytest.raises(Refused, match="404 Integration not found"):
        opened(hub)


def test_no_credential_stands_in_an_error(hub: Hub) -> None:
    opened(hub)
    credentials = ["ghs_", "eyJ"]
    hub.github.faults.add("drop", method="POST", path=ISSUES, times=1)
    hub.github.faults.add("status", method="PATCH", times=1)
    ref = IssueRef(REPOSITORY, 99)
    calls: list[Callable[[], object]] = [
        lambda: opened(hub),
        lambda: edit(hub, ref, body="x"),
        lambda: read(hub, ref),
    ]
    for call in calls:
        with pytest.raises(GitHubError) as raised:
            call()
        assert not shows(raised.value, credentials)
