"""Who is on call is assigned and called at the moment, whatever becomes of the step; and handing off."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from chalicelib.conditions.commands import PersonComment
from chalicelib.conditions.enrichment import Enrichment
from chalicelib.conditions.group import Group
from chalicelib.conditions.on_call import HANDOFF, PATIENCE, Called, Roster, Rosters, ShiftSource
from chalicelib.conditions.on_call_notes import KEY, Answer, OnCallNotes
from chalicelib.conditions.rotations import Rotation
from chalicelib.conditions.shifts import Shift
from chalicelib.errors import Contended, OutcomeUnknown, StoreUnavailable, Unavailable
from chalicelib.reconcile.board import BoardListener, kept
from chalicelib.reconcile.board.kept import Kept
from chalicelib.routing import load
from chalicelib.store.documents import Document
from chalicelib.sync.execute import Executor
from chalicelib.sync.on_call import FRESH, OnCall
from chalicelib.sync.sync import Sync
from tests.unit.builders import REPOSITORY, at, firing, policy, resolved
from tests.unit.sync.test_sync import FIRST, World, fails_with

ROUTING = f"""
[default]
repository = "{REPOSITORY}"
assignees = ["<on-call>"]
mention.P1 = ["<on-call>"]
escalate_after = "15m"
escalate_to = [["<on-call>"]]

[team.elsewhere]
repository = "example-org/elsewhere"

[team.alone]
assignees = ["ann"]
mention.P1 = ["@ann"]
escalate_to = [["@bob"]]
"""
FALLBACK = ("@example-org/leads",)
SECOND = timedelta(seconds=1)
HOURS = Rotation(("mona", "hubot"), at(0).replace(tzinfo=None), timedelta(hours=6), ZoneInfo("UTC"))
CHANGE = 360.0


class Site(World):
    """The world of sync, where teams have people on call."""

    def __init__(self) -> None:
        super().__init__()
        self.policy = replace(policy(), routing=load(ROUTING))
        rosters = {
            "dev-infra": Roster("dev-infra", FALLBACK, HOURS),
            "asked": Roster("asked", FALLBACK, source=ShiftSource.PAGERDUTY),
            "elsewhere": Roster("elsewhere", FALLBACK, HOURS),
        }
        self.on_call = self.knows(rosters)
        self.sync = self.working()
        self.tracker.writers = {"mona", "hubot", "octocat"}

    def knows(self, rosters: dict[str, Roster]) -> OnCall:
        known = Rosters(rosters, FALLBACK)
        return OnCall(known, self.store, self.policy.routing, self.clock.now, self.telemetry)

    def working(self) -> Sync:
        of_issue = self.store.of_issue
        act = Executor(
            lambda: self.tracker, self.policy.routing, self.clock.now, of_issue, {HANDOFF: self.on_call}
        )
        return replace(self.worker(), act=act, on_call=self.on_call.called)

    def write(self, *shifts: Shift) -> None:
        """Note what PagerDuty said about the team `asked`."""
        answer = Answer(at=at(0), tried_at=at(0), shifts=shifts)
        notes = OnCallNotes(answers={"asked": answer})
        self.store.swap(KEY, notes.model_dump_json(), self.store.load(KEY).version)

    def says_on(self, body: str, author: str = "mona") -> None:
        self.clock.pass_(seconds=30)
        self.tracker.say(FIRST, body, author)
        self.sync.look(self.row, self.clock.now() + timedelta(minutes=1))

    @property
    def body(self) -> str:
        return self.tracker.threads[FIRST].seen.body

    @property
    def assigned(self) -> set[str]:
        return self.tracker.threads[FIRST].assignees


@pytest.fixture
def site() -> Site:
    return Site()


@pytest.mark.parametrize(
    ("minutes", "person"),
    [(0, "mona"), (CHANGE - 1 / 60, "mona"), (CHANGE, "hubot"), (2 * CHANGE - 1 / 60, "hubot")],
)
def test_whoever_is_on_call_at_the_second_is_assigned_and_called(
    site: Site, minutes: float, person: str
) -> None:
    site.run(firing(minutes))
    assert site.assigned == {person}
    assert f"\n\n@{person}\n\n" in site.body
    assert "<on-call>" not in site.body


def test_an_issue_keeps_whom_it_called_and_the_next_call_is_for_who_is_on_then(site: Site) -> None:
    site.run(firing(CHANGE - 10))
    site.reconcile(20)
    site.run(firing(CHANGE + 15, title="Runner queue far too long"))
    assert "far too long" in site.tracker.threads[FIRST].seen.title
    assert "@mona" in site.body
    assert "@hubot" not in site.body
    (comment,) = site.tracker.threads[FIRST].comments
    assert "@hubot" in comment
    assert "@mona" not in comment


def test_an_escalation_calls_whoever_is_on_then_whom_the_text_names_from_then_on(site: Site) -> None:
    site.run(firing(CHANGE - 10, priority="P2"))
    assert "@" not in site.body.partition("<details>")[0]
    site.run(firing(CHANGE + 5, priority="P1"))
    site.reconcile(20)
    assert "@hubot" in site.tracker.threads[FIRST].comments[0]
    site.run(firing(2 * CHANGE + 5, priority="P1", title="Runner queue far too long"))
    site.reconcile(15)
    assert "\n\n@hubot\n\n" in site.body
    assert "@mona" not in site.body


def test_an_opening_whose_answer_was_lost_has_called_whoever_was_on_then(site: Site) -> None:
    site.tracker.faults["open"] = fails_with(OutcomeUnknown("502"), after=True)
    site.run(firing(CHANGE - 0.5))
    site.reconcile(10)
    assert site.row.status.issue
    assert site.row.status.issue.on_call == (Called("dev-infra", ("@mona",)),)
    assert len(site.tracker.open_issues) == 1
    assert "@hubot" not in site.body


def test_an_opening_that_failed_before_the_change_calls_whoever_is_on_after_it(site: Site) -> None:
    site.tracker.faults["open"] = fails_with(Unavailable("503"))
    site.run(firing(CHANGE - 0.5))
    site.reconcile(10)
    assert site.assigned == {"hubot"}


def test_reopened_after_the_change_it_is_assigned_to_whoever_is_on_now_too(site: Site) -> None:
    site.run(firing(CHANGE - 10))
    site.run(resolved(CHANGE - 5))
    site.run(firing(CHANGE + 5))
    assert site.tracker.threads[FIRST].seen.open
    assert site.assigned == {"mona", "hubot"}
    assert site.row.status.issue
    assert site.row.status.issue.on_call == (Called("dev-infra", ("@hubot",)),)


def test_reopened_in_the_same_shift_nobody_is_assigned_again_who_was_taken_off(site: Site) -> None:
    site.run(firing(1))
    site.run(resolved(2))
    site.tracker.edit(FIRST, {"assignees": []}, at(99))
    site.run(firing(3))
    assert site.assigned == set()


def test_reopened_as_a_member_of_a_storm_it_is_assigned_to_nobody(site: Site) -> None:
    site.run(firing(CHANGE - 10))
    site.run(resolved(CHANGE - 5))
    site.clock.time = at(CHANGE + 5)
    begun = site.says(firing(CHANGE + 5))
    assert begun.spec.episode
    known = Enrichment(begun.spec.episode, at(CHANGE + 5), group=Group("f" * 64, at(0), FIRST))
    site.sync.advance(replace(begun, status=replace(begun.status, enrichment=known)), at(CHANGE + 6))
    assert site.tracker.threads[FIRST].seen.open
    assert site.assigned == {"mona"}


def test_a_team_that_calls_nobody_on_call_costs_no_look_at_the_table(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    read, load = set[str](), site.store.load

    def noted(key: str) -> Document:
        read.add(key)
        return load(key)

    monkeypatch.setattr(site.store, "load", noted)
    site.run(firing(0, teams=("alone",)))
    assert (site.assigned, KEY in read) == ({"ann"}, False)
    assert site.row.status.issue
    assert site.row.status.issue.on_call == ()
    site.on_call.called(["alone"])
    assert KEY in read


def test_nobody_is_never_called_for_an_unknown_shift_but_the_fallback(site: Site) -> None:
    site.run(firing(0, teams=("asked",)))
    assert "@example-org/leads\n\nNobody is known to be on call for asked." in site.body
    assert site.assigned == set()


@pytest.mark.parametrize(("seconds", "said"), [(0, False), (1, True)])
def test_while_pagerduty_is_away_the_last_known_is_called_and_the_issue_says_so(
    site: Site, seconds: float, *, said: bool
) -> None:
    site.write(Shift("octocat", at(-60), at(600)))
    site.run(firing((PATIENCE.total_seconds() + seconds) / 60, teams=("asked",)))
    assert "\n\n@octocat\n\n" in site.body
    assert ("@octocat\n\nThe shifts of asked are as of" in site.body) is said


def test_while_the_table_is_away_what_was_read_last_counts(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.write(Shift("octocat", at(-60), at(600)))
    assert site.on_call.called(["asked"])[0].people == ("@octocat",)

    def away(key: str) -> Document:
        raise StoreUnavailable("the table did not answer")

    monkeypatch.setattr(site.store, "load", away)
    site.clock.time += FRESH
    assert site.on_call.called(["asked"])[0].people == ("@octocat",)
    assert [name for name, _ in site.telemetry.problems] == ["ON_CALL_UNKNOWN"]


def test_a_handoff_on_an_issue_holds_for_its_team_from_then_until_the_shift_ends(site: Site) -> None:
    site.run(firing(1))
    site.says_on("/handoff @octocat")
    assert site.tracker.threads[FIRST].reactions == {(1, "+1")}
    assert site.telemetry.named("HANDOFF") == [{"team": "dev-infra", "person": "octocat", "author": "mona"}]
    assert site.on_call.called(["dev-infra"])[0].people == ("@octocat",)
    assert site.on_call.called(["elsewhere"])[0].people == ("@mona",)
    site.clock.time = at(CHANGE) - SECOND
    assert site.on_call.called(["dev-infra"])[0].people == ("@octocat",)
    site.clock.time = at(CHANGE)
    assert site.on_call.called(["dev-infra"])[0].people == ("@hubot",)


@pytest.mark.parametrize(
    ("body", "author", "reactions"),
    [
        ("/handoff @octocat", "stranger", set()),
        ("/handoff @stranger", "mona", {(1, "confused")}),
        ("/handoff", "mona", {(1, "confused")}),
        ("/handoff mona and hubot", "mona", {(1, "confused")}),
        ("/handoff @octocat team=elsewhere", "mona", {(1, "confused")}),
        ("/handoff octocat team=dev-infra", "mona", {(1, "+1")}),
    ],
)
def test_who_may_not_write_neither_hands_over_nor_is_handed_to(
    site: Site, body: str, author: str, reactions: set[tuple[int, str]]
) -> None:
    site.run(firing(1))
    site.says_on(body, author)
    assert site.tracker.threads[FIRST].reactions == reactions
    handed = site.on_call.called(["dev-infra"])[0].people == ("@octocat",)
    assert handed == (reactions == {(1, "+1")})


def test_who_may_no_longer_write_when_it_is_carried_out_hands_nothing_over(site: Site) -> None:
    site.run(firing(1))
    asked: list[str] = []

    def leaves(name: str, effect: Callable[[], Any]) -> Any:
        asked.append(name)
        if len(asked) == 2:  # the first question is whether to listen, the second whether to obey
            site.tracker.writers = set()
        return effect()

    site.tracker.faults["may_write"] = leaves
    site.says_on("/handoff @octocat")
    assert (asked, site.tracker.threads[FIRST].reactions) == (["may_write"] * 2, set())
    assert (site.row.status.commands, site.row.intent, site.row.lease) == ((), None, None)
    assert site.row.status.issue
    assert site.telemetry.named("HANDOFF") == []


def test_a_handoff_for_a_team_without_shifts_is_answered_with_the_help(site: Site) -> None:
    site.run(firing(1, teams=("other",)))
    site.says_on("/handoff @octocat")
    site.reconcile(2)
    assert site.tracker.threads[FIRST].reactions == {(1, "confused")}
    assert "- `/handoff @name`: " in site.tracker.threads[FIRST].comments[0]


def test_if_others_keep_writing_the_handoff_is_tried_again(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(site.store, "swap", lambda *_: Document(9, ""))
    with pytest.raises(Contended, match=rf"^others kept changing the document {KEY}$"):
        site.on_call._hand_off("dev-infra", "octocat", "mona", at(1))


class Hall(Site):
    """The board of the repository, on which people write."""

    def __init__(self) -> None:
        super().__init__()
        self.run(firing(0))
        self.store.swap(kept.key(REPOSITORY), Kept(number=1).model_dump_json(), 0)

    def hears(self, body: str) -> set[tuple[int, str]]:
        thread = self.tracker.threads[FIRST]
        thread.spoken.append(PersonComment(1, "mona", body, self.clock.now()))
        listener = BoardListener(
            self.store,
            lambda: self.tracker,
            self.gate,
            frozenset({REPOSITORY}),
            self.clock.now,
            self.telemetry,
            deeds={HANDOFF: self.on_call},
        )
        listener.listen(self.clock.now() + timedelta(minutes=1))
        return thread.reactions


@pytest.mark.parametrize(
    ("body", "reaction", "team"),
    [
        ("/handoff @octocat team=asked", "+1", "asked"),
        ("/handoff octocat team=dev-infra", "+1", "dev-infra"),
        ("/handoff @octocat", "confused", ""),
        ("/handoff @octocat team=elsewhere", "confused", ""),
        ("/handoff @stranger team=asked", "confused", ""),
    ],
)
def test_on_the_board_of_several_teams_the_one_that_is_named_is_handed_over(
    body: str, reaction: str, team: str
) -> None:
    hall = Hall()
    assert hall.hears(body) == {(1, reaction)}
    notes = hall.store.load(KEY).parsed(OnCallNotes)
    assert list(notes.handoffs) == ([team] if team else [])


def test_on_the_board_of_one_team_nobody_has_to_name_it() -> None:
    hall = Hall()
    hall.on_call = hall.knows({"dev-infra": Roster("dev-infra", FALLBACK, HOURS)})
    assert hall.hears("/handoff @octocat") == {(1, "+1")}
    (duty,) = hall.on_call.duties(REPOSITORY.upper())
    assert (duty.called.people, duty.by, duty.until, duty.next) == (
        ("@octocat",),
        "mona",
        at(CHANGE),
        ("hubot",),
    )


def test_a_shift_that_is_not_known_to_end_is_handed_over_for_a_day(site: Site) -> None:
    site.on_call._hand_off("asked", "octocat", "mona", at(0))
    site.clock.time = at(24 * 60) - SECOND
    assert site.on_call.called(["asked"])[0].people == ("@octocat",)
    site.clock.time = at(24 * 60)
    assert site.on_call.called(["asked"])[0].fallback
