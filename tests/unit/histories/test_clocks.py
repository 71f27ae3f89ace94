"""Clocks that differ: the provider's, GitHub's and ours, by up to ten minutes either way."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from chalicelib.adapters.registry import SOURCES
from chalicelib.alert import AlertEvent
from chalicelib.conditions import outcome
from chalicelib.conditions.clocks import by_ours
from chalicelib.conditions.issue import Closer, IssueRef
from chalicelib.conditions.nothing import Nothing, Quiet
from chalicelib.conditions.plan import plan
from chalicelib.conditions.record import record
from chalicelib.conditions.row import AlertState
from chalicelib.conditions.steps import OpenIssue
from chalicelib.conditions.suppression import closed_in_this_episode
from chalicelib.errors import OutcomeUnknown
from tests.unit import one_each
from tests.unit.builders import PROVIDERS, REPOSITORY, alert, at, firing, policy, resolved, row_of
from tests.unit.conditions.test_outcome import INTENT, SEEN
from tests.unit.conditions.test_plan import closed, with_issue
from tests.unit.histories.test_people import People
from tests.unit.sync.test_sync import FIRST, fails_with

SECOND = IssueRef(REPOSITORY, 2)
MINUTES = [-10, -5, 0, 5, 10]
PEOPLE = [-10, 0, 10]


class Skewed(People):
    """The provider's clock is `provider` minutes ahead of ours, GitHub's `github`."""

    def __init__(self, provider: float, github: float, source: str) -> None:
        super().__init__()
        self.provider, self.source = provider, source
        self.tracker.ahead = timedelta(minutes=github)

    def fires(self, minute: float, began: float | None = None, *, sync: bool = True) -> None:
        self._told("FIRING", minute, minute if began is None else began, sync=sync)

    def ends(self, minute: float, *, sync: bool = True) -> None:
        self._told("RESOLVED", minute, minute, sync=sync)

    def _told(self, state: str, minute: float, occurred: float, *, sync: bool) -> None:
        anew = state == "FIRING" and self.source != "alertmanager"
        event = alert(occurred + self.provider, state=state, source=self.source, began_anew=anew)
        self.clock.time = at(minute)
        row = self.says(event)
        if sync:
            self.sync.advance(row, self.clock.now() + timedelta(minutes=1))

    def closes(self, minute: float) -> None:
        self.clock.time = at(minute)
        self.tracker.close_as_person(FIRST)

    @property
    def open(self) -> list[IssueRef]:
        return [issue.ref for issue in self.tracker.open_issues]


def told(world: Skewed) -> None:
    world.event()


def nothing(world: Skewed) -> None:
    """Nobody reports it, and nobody looks."""


@pytest.fixture(params=MINUTES)
def provider(request: pytest.FixtureRequest) -> float:
    return float(request.param)


@pytest.fixture(params=PEOPLE)
def github(request: pytest.FixtureRequest) -> float:
    return float(request.param)


def speech(source: str) -> tuple[bool, bool, bool]:
    """What differs between sources here: whose firing begins again, who repeats, and whose alerts end."""
    return source != "alertmanager", bool(SOURCES[source].repeats), SOURCES[source].ends


SPEAKERS = one_each(PROVIDERS, speech)


@pytest.fixture(params=SPEAKERS)
def world(request: pytest.FixtureRequest, provider: float, github: float) -> Skewed:
    return Skewed(provider, github, request.param)


LEARNS = pytest.mark.parametrize("learns", [told, nothing])
Learns = Callable[[Skewed], None]


@LEARNS
def test_what_a_person_closes_stays_closed_in_this_episode(world: Skewed, learns: Learns) -> None:
    world.fires(0)
    world.closes(2)
    learns(world)
    world.fires(15, 0)
    world.settle(90)
    assert (world.open, len(world.tracker.all_issues)) == ([], 1)


@LEARNS
def test_what_fires_again_after_a_person_closed_it_and_it_resolved_has_a_fresh_issue(
    world: Skewed, learns: Learns
) -> None:
    world.fires(0)
    world.closes(2)
    learns(world)
    world.ends(3)
    world.fires(5)
    world.settle(90)
    assert world.open == [SECOND]


@LEARNS
@pytest.mark.parametrize(("began", "still_open"), [(2, []), (13, [SECOND]), (23, [SECOND])])
def test_a_start_clearly_later_than_a_persons_closing_is_not_what_was_closed(
    provider: float, github: float, learns: Learns, began: float, still_open: list[IssueRef]
) -> None:
    """It ended while it was silenced, or its route sends no resolutions; all we hear is a newer start."""
    world = Skewed(provider, github, "alertmanager")
    world.fires(0)
    world.closes(2)
    learns(world)
    world.fires(24, began)
    world.settle(90)
    assert world.open == still_open


def test_an_emitter_that_names_no_start_repeats_what_a_person_closed() -> None:
    row = row_of(firing(0, source="ci-watcher"), firing(24, source="ci-watcher"))
    ours = with_issue(row, **closed(2, Closer.PERSON))
    assert plan(ours, at(25), policy()) == Nothing(Quiet.CLOSED_BY_PERSON)


def test_what_resolved_stays_closed_and_untold_where_a_person_closed_it(world: Skewed) -> None:
    world.fires(0)
    world.closes(2)
    world.event()
    world.ends(3)
    world.settle(90)
    assert (world.open, len(world.tracker.all_issues)) == ([], 1)


def test_our_own_closing_is_reopened_within_the_window_and_not_after(world: Skewed) -> None:
    world.fires(0)
    world.ends(20)
    world.fires(49)
    assert world.open == [FIRST]
    world.ends(60)
    world.fires(91)
    assert world.open == [SECOND]


def test_an_opening_whose_answer_was_lost_is_found(world: Skewed) -> None:
    world.tracker.faults["open"] = fails_with(OutcomeUnknown("dropped"), after=True)
    world.fires(0)
    world.settle(60)
    assert (world.open, len(world.tracker.all_issues)) == ([FIRST], 1)


def test_the_first_command_is_heard(world: Skewed) -> None:
    world.fires(0)
    world.say("/ack")
    world.event()
    assert world.tracker.threads[FIRST].assignees == {"mona"}


@pytest.mark.parametrize("source", SPEAKERS)
@pytest.mark.parametrize(("closed", "still_open"), [(8, [SECOND]), (12, [])])
def test_a_closing_noticed_later_belongs_to_the_episode_during_which_it_happened(
    provider: float, github: float, source: str, closed: float, still_open: list[IssueRef]
) -> None:
    """GitHub is away while one episode ends and the next begins; what is open is still the first's issue."""
    world = Skewed(provider, github, source)
    world.fires(0)
    world.ends(9, sync=False)
    world.fires(10, sync=False)
    world.closes(closed)
    world.clock.time = at(15)
    world.settle(90)
    assert world.open == still_open


@pytest.mark.parametrize(
    ("messages", "heard_at"),
    [
        ([(firing(-9), 1)], 1),
        ([(firing(-9), 1), (firing(-8), 2)], 1),
        ([(firing(-9), 1), (resolved(-8), 2), (firing(-7), 3)], 3),
        ([(firing(-9), 1), (firing(-7, began_anew=True), 3)], 3),
        ([(firing(-9), 2), (firing(-10), 3)], 2),
        ([(firing(-9), 2), (firing(-10), 1)], 1),
        # a late end splits the episode: its newer part was heard of by when the row was last seen
        ([(firing(-9), 1), (firing(-7), 3), (resolved(-8), 5)], 3),
        ([(firing(-9), 1), (resolved(-8), 2), (resolved(-7), 3)], 1),
        ([(resolved(-8), 2), (firing(-7), 3)], 3),
    ],
)
def test_when_an_episode_was_first_heard_of(
    messages: list[tuple[AlertEvent, float]], heard_at: float
) -> None:
    row: AlertState | None = None
    for event, received in messages:
        row = record(row, event, at(received)).row
    assert row
    assert row.spec.episode_heard_at == at(heard_at)


def test_a_row_of_before_this_was_known_compares_what_it_has() -> None:
    row = row_of(firing(1), resolved(2), firing(9))
    old = replace(row, spec=replace(row.spec, episode_heard_at=None))
    later, sooner = (with_issue(old, episode=at(1), **closed(each, Closer.PERSON)) for each in (9, 8))
    assert plan(later, at(20), policy()) == Nothing(Quiet.CLOSED_BY_PERSON)
    assert plan(sooner, at(20), policy()) == OpenIssue()
    assert [each.status.issue and each.status.issue.over_at for each in (later, sooner)] == [at(9), at(8)]


def test_an_issue_that_shows_the_episode_was_closed_in_it_whatever_githubs_clock_says() -> None:
    """An older row knows the closing only by GitHub's clock, which is half a minute behind ours here."""
    early = with_issue(row_of(firing(1)), **closed(0.5, Closer.PERSON))
    assert plan(early, at(20), policy()) == Nothing(Quiet.CLOSED_BY_PERSON)


def test_what_never_fired_was_closed_in_no_episode() -> None:
    shown = with_issue(row_of(firing(1)), **closed(3, Closer.PERSON))
    tombstone = replace(row_of(resolved(2)), status=shown.status)
    assert not closed_in_this_episode(tombstone)


@pytest.mark.parametrize(("theirs", "ours"), [(5, 5), (3, 3), (7, 7), (2.9, 3), (-99, 3), (7.1, 7), (99, 7)])
def test_a_time_of_theirs_lies_between_what_we_know(theirs: float, ours: float) -> None:
    assert by_ours(at(theirs), at(3), at(7)) == at(ours)


@pytest.mark.parametrize(
    ("minutes", "ahead"), [(-10, -10), (3, 3), (10, 10), (10.1, 0), (-10.1, 0), (-99, 0)]
)
def test_how_far_githubs_clock_is_ahead_shows_in_its_answers(minutes: float, ahead: float) -> None:
    row = row_of(firing(0))
    changed = replace(SEEN, changed_at=at(60 + minutes))
    opening = outcome.opened(row, INTENT, changed, at(60)).issue
    assert opening
    assert opening.clock_ahead == timedelta(minutes=ahead)
    found = outcome.opened(row, INTENT, changed, at(60), found=True)
    assert found.issue
    assert found.issue.clock_ahead == timedelta()
    written = outcome.shown(replace(row, status=found), firing(0), changed, "t", at(60)).issue
    assert written
    assert written.clock_ahead == timedelta(minutes=ahead)
