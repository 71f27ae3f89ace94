"""5,000 alerts in a minute over 2,100 conditions, in virtual time, with GitHub's real limits."""

import itertools
from collections.abc import Iterator

import pytest

from chalicelib.adapters.storm import MOST_MEMBERS
from tests.local.github.limits import Limits as GitHubLimits
from tests.storm.storm import CONDITIONS, P0, RESOLVED, TITLE, Storm, number_of, numbered, of_one_cause
from tests.storm.world import HOUR, MINUTE, REPOSITORY


@pytest.fixture(scope="module", params=[1, 2], ids=["grouped", "alone"])
def storm(request: pytest.FixtureRequest) -> Iterator[Storm]:
    storm = Storm(seed=request.param, hours=5.2, grouped=request.param == 1).run()
    yield storm
    storm.world.timeline.end()


def test_github_refuses_no_call_and_could_have(storm: Storm) -> None:
    limits = storm.world.github.limits
    assert (limits.creations_per_minute, limits.creations_per_hour, limits.points_per_minute) == (
        80,
        500,
        900,
    )
    assert limits.requests_per_hour == GitHubLimits(now=lambda: 0.0).requests_per_hour == 5000
    assert set(storm.statuses) - {304} == {200, 201}
    assert not limits.refusals


def test_every_firing_condition_has_exactly_one_open_issue(storm: Storm) -> None:
    firing = {each.number for each in storm.conditions if each.resolves_at is None}
    shown = sorted(number_of(issue) for issue in storm.issues if issue.state == "open")
    assert shown == sorted(firing)
    assert len(shown) == CONDITIONS - RESOLVED


def test_every_p0_is_open_within_two_minutes_of_arriving_though_the_hour_is_spent(storm: Storm) -> None:
    urgent = [each for each in storm.conditions if each.priority == "P0"]
    late = [each for each in urgent if each.fires_at > MINUTE]
    spent = [each for each in storm.creations if storm.world.seconds_of(each) < late[0].fires_at]
    assert (len(urgent), len(late)) == (20, 10)
    assert len(spent) >= storm.limits.per_hour - sum(storm.limits.hour_reserves), "the hour is not spent"
    assert max(storm.opened[each.number] - each.fires_at for each in urgent) <= 2 * MINUTE


def test_the_last_issue_is_open_within_five_percent_of_the_best(storm: Storm) -> None:
    assert len(storm.best) == len(storm.opened) + len(storm.pages)
    assert 0 <= storm.worse <= 0.05


def test_the_budget_holds_over_any_minute_and_any_hour(storm: Storm) -> None:
    limits = storm.world.github.limits
    assert limits.busiest(MINUTE) <= storm.limits.per_minute
    assert limits.busiest(HOUR) <= storm.limits.per_hour


def test_writes_are_sent_a_second_apart_whoever_sends_them(storm: Storm) -> None:
    times = [entry.at for entry in storm.world.writes]
    assert min(later - before for before, later in itertools.pairwise(times)) >= storm.limits.spacing - 0.001


def test_comments_give_way_while_an_opening_waits(storm: Storm) -> None:
    paths = {f"/repos/{REPOSITORY}/issues/{issue.number}/comments" for issue in storm.issues}
    comments = [storm.world.seconds_of(each) for each in storm.world.writes if each.path in paths]
    assert len(comments) > 50, "there was nothing to give way"
    assert min(comments) > max(storm.opened.values())


def test_what_resolved_while_it_waited_costs_nothing_and_what_was_open_one_closing(storm: Storm) -> None:
    """P2 and P3 only: the next issue of the condition mentions them."""
    resolved = {each.number: each.resolves_at for each in storm.conditions if each.resolves_at is not None}
    issues = {number_of(issue): issue for issue in storm.issues if number_of(issue) in resolved}
    assert 0 < len(issues) < RESOLVED, "some were open before they resolved, and some were not"
    for number, issue in issues.items():
        assert storm.opened[number] < resolved[number]
        path = f"/repos/{REPOSITORY}/issues/{issue.number}"
        assert [each.method for each in storm.world.writes if each.path == path][-1] == "PATCH"
        assert (issue.state, len(issue.comments)) == ("closed", 0)


def test_nothing_is_lost_rejected_or_left_to_do(storm: Storm) -> None:
    queue = storm.world.queue
    assert (queue.messages, queue.dead, queue.rejected, storm.world.refused) == ({}, [], [], [])
    assert storm.world.telemetry.problems == []


@pytest.mark.parametrize("storm", [1], indirect=True, ids=["grouped"])
def test_half_of_a_storm_is_of_one_cause_and_calls_people_once(storm: Storm) -> None:
    callers, at_least = storm.watch.callers, storm.world.policy.routing.default.storm_at
    assert len({title for title in callers if title.startswith("[P0] Condition")}) == P0
    below = [title for title in callers if TITLE in title and not title.startswith("[P0]")]
    assert len([title for title in below if of_one_cause(numbered(title))]) <= at_least
    pages = {title.partition("] ")[2] for title in callers if TITLE not in title}
    assert pages == {"Many alerts at once in us-west-2", "Alerts that wait for an issue"}


@pytest.mark.parametrize("storm", [1], indirect=True, ids=["grouped"])
def test_no_condition_fires_for_two_minutes_and_is_nowhere_on_github(storm: Storm) -> None:
    assert storm.watch.slowest <= 2 * MINUTE
    assert storm.watch.listed > 1500, "there was nothing to list"
    assert storm.watch.twice == set()


def test_each_condition_costs_one_creation_and_each_400_of_them_one_more(storm: Storm) -> None:
    assert len({number_of(issue) for issue in storm.issues}) == len(storm.issues)
    assert len(storm.pages) <= 2 * (1 + CONDITIONS // 2 // MOST_MEMBERS)
