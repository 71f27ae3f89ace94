"""The noise of a month of known traffic: counted once, for each team that wants it, whatever crashes."""

import contextlib
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from chalicelib.adapters import own
from chalicelib.adapters.noise_review import Advice, Counts, Review
from chalicelib.alert import Kind, Priority
from chalicelib.conditions.issue import IssueRef
from chalicelib.conditions.noise import SAMPLES, Noise
from chalicelib.conditions.policy import Policy
from chalicelib.conditions.row import AlertState
from chalicelib.errors import StoreUnavailable
from chalicelib.reconcile import noise_count, noise_review
from chalicelib.reconcile.noise_count import MOST_CONDITIONS, MOST_RULES, Count
from chalicelib.reconcile.noise_review import KEY, NoiseReview
from chalicelib.routing import load
from chalicelib.store import codec
from chalicelib.store.census import DynamoCensus
from chalicelib.store.rows import DynamoStore
from tests.twins.census import MemoryCensus
from tests.twins.clock import START
from tests.twins.dynamodb import DynamoTwin
from tests.unit.builders import REPOSITORY, alert, at
from tests.unit.sync.test_sync import World as Synced

DAY, HOUR = 24 * 60, 60
ROUTING = f"""
[default]
repository = "{REPOSITORY}"
assignees = ["mona"]
[default.mention]
P0 = ["@example-org/oncall"]
[team.infra]
noise_review = true
[team.web]
noise_review = true
[team.quiet]
noise_review = true
[team.other]
[fallback]
team = "infra"
priority = "P2"
"""
Deed = tuple[float, Callable[["World"], None]]
"""Minutes from the beginning, and what happens then."""

APRIL, MAY = datetime(2026, 4, 1, 1, tzinfo=UTC), datetime(2026, 5, 1, 1, tzinfo=UTC)


class World(Synced):
    """Alerts, people, and the review; it begins on the first of March at three."""

    def __init__(self, routing: str = ROUTING) -> None:
        super().__init__(Policy(routing=load(routing)))
        self.census = MemoryCensus(self.store)

    @property
    def job(self) -> NoiseReview:
        return NoiseReview(self.store, self.census, self.policy.routing, self.clock.now, self.telemetry)

    def fires(self, name: str, on: str = "a", state: str = "FIRING", **fields: Any) -> None:
        """What happens to an alert now, and its issue."""
        minutes = (self.clock.now() - START) / timedelta(minutes=1)
        known = {
            "name": name,
            "title": f"{name} [{on}]",
            "teams": ("infra",),
            "identity": {"alarm_id": name + on},
        }
        self.sync.advance(self.says(alert(minutes, state=state, **known | fields)), self.soon)

    def ends(self, name: str, on: str = "a", **fields: Any) -> None:
        self.fires(name, on, "RESOLVED", **fields)

    def says_to(self, name: str, body: str, on: str = "a") -> None:
        """Somebody comments on an alert's issue, and GitHub reports it."""
        self.tracker.say(self.issue(name, on), body, "mona")
        self.looks(name, on)

    def closes(self, name: str, on: str = "a") -> None:
        """Somebody closes an alert's issue, and GitHub reports it."""
        self.tracker.close_as_person(self.issue(name, on))
        self.looks(name, on)

    def looks(self, name: str, on: str) -> None:
        self.sync.look(self._row(name, on), self.soon)

    def issue(self, name: str, on: str) -> IssueRef:
        issue = self._row(name, on).status.issue
        assert issue
        return issue.ref

    def _row(self, name: str, on: str) -> AlertState:
        title = f"{name} [{on}]"
        (row,) = (
            each for each in self.store.rows.values() if each.spec.alert and each.spec.alert.title == title
        )
        return row

    @property
    def soon(self) -> datetime:
        return self.clock.now() + timedelta(minutes=1)

    def lives(self, *deeds: Deed) -> None:
        """Do what happens, each at its time."""
        for minutes, deed in sorted(deeds, key=lambda each: each[0]):
            self.clock.time = at(minutes)
            deed(self)

    def review(self, when: datetime, minutes: int = 5) -> dict[str, Review]:
        """Run reconcile, with everything else that it does, for a few minutes; gives the newest reviews."""
        self.clock.time = when
        for _ in range(minutes):
            self.job.check(self.clock.now() + timedelta(seconds=50))
            self.reconcile(1)
        return self.reviews

    @property
    def reviews(self) -> dict[str, Review]:
        rows = [
            row for row in self.store.rows.values() if row.spec.alert and row.spec.alert.source == own.REVIEW
        ]
        found = [Review.read(row.spec.alert) for row in rows if row.spec.alert]
        return {each.team: each for each in found if each}

    @property
    def issues(self) -> list[tuple[str, bool, str]]:
        """The reviews' issues: their titles, whether they are open, and how they were closed."""
        seen = [thread.seen for thread in self.tracker.threads.values()]
        return [(each.title, each.open, each.state_reason) for each in seen if "Noise review" in each.title]


def fires(minutes: float, name: str, on: str = "a", **fields: Any) -> Deed:
    return minutes, lambda world: world.fires(name, on, **fields)


def ends(minutes: float, name: str, on: str = "a", **fields: Any) -> Deed:
    return minutes, lambda world: world.ends(name, on, **fields)


def said(minutes: float, name: str, body: str, on: str = "a") -> Deed:
    return minutes, lambda world: world.says_to(name, body, on)


def closed(minutes: float, name: str, on: str = "a") -> Deed:
    return minutes, lambda world: world.closes(name, on)


def waits(minutes: float) -> Deed:
    return minutes, lambda world: world.reconcile(2)


def short(minutes: float, name: str, **fields: Any) -> tuple[Deed, Deed]:
    """An alert that is over after ten minutes, and that nobody touches."""
    return fires(minutes, name, **fields), ends(minutes + 10, name, **fields)


MARCH: tuple[Deed, ...] = (
    # Over after three minutes, on eight days, and nobody does anything.
    *(fires(day * DAY, "Latency") for day in range(8)),
    *(ends(day * DAY + 3, "Latency") for day in range(8)),
    # Two hosts: somebody acknowledges one after four minutes, and closes the other one after six.
    *(fires(2 * DAY + HOUR, "Disk full", "x"), said(2 * DAY + HOUR + 4, "Disk full", "/ack", "x")),
    ends(2 * DAY + HOUR + 30, "Disk full", "x"),
    *(fires(9 * DAY + HOUR, "Disk full", "y"), closed(9 * DAY + HOUR + 6, "Disk full", "y")),
    ends(9 * DAY + HOUR + 30, "Disk full", "y"),
    # Three short ones, and from the fourth end on it flaps, until an hour after the sixth.
    *(fires(12 * DAY + 10 * number, "Queue") for number in range(6)),
    *(ends(12 * DAY + 10 * number + 5, "Queue") for number in range(6)),
    waits(12 * DAY + 115),
    # Muted, and closed an hour later, when it is no longer muted.
    *(fires(15 * DAY, "Backup"), said(15 * DAY + 1, "Backup", "/mute"), ends(15 * DAY + 30, "Backup")),
    *(said(15 * DAY + 60, "Backup", "/unmute"), waits(15 * DAY + 62)),
    *short(20 * DAY, "Site", teams=("web", "infra")),
    *short(21 * DAY, "Unowned", teams=("unknown",)),
    *short(22 * DAY, "Unwanted", teams=("other",)),
    fires(23 * DAY, "News", kind=Kind.NOTIFICATION),
    # From 23:00 on the 31st to 03:00 on the first of April.
    *(fires(30 * DAY + 20 * HOUR, "Late"), ends(31 * DAY, "Late")),
)

LATENCY = Counts(conditions=1, opened=8, closed=8, untouched=8, flapped=0, muted=0, to_resolve=180)
QUEUE = Counts(conditions=1, opened=4, closed=4, untouched=4, flapped=1, muted=0, to_resolve=300)
DISK = Counts(conditions=2, opened=2, closed=2, untouched=0, flapped=0, muted=0, to_ack=240, to_resolve=1080)
BACKUP = Counts(conditions=1, opened=1, closed=1, untouched=0, flapped=0, muted=1, to_resolve=3600)
UNOWNED = Counts(conditions=1, opened=1, closed=1, untouched=1, flapped=0, muted=0, to_resolve=600)
LATE = Counts(conditions=1, opened=1, closed=0, untouched=0, flapped=0, muted=0)


@pytest.fixture
def world() -> World:
    world = World()
    world.lives(*MARCH)
    return world


def test_the_figures_of_a_month_are_those_of_its_traffic(world: World) -> None:
    review = world.review(APRIL)["infra"]
    assert [(rule.name, rule.counts) for rule in review.rules] == [
        ("Latency", LATENCY),
        ("Queue", QUEUE),
        ("Disk full", DISK),
        ("Unowned", UNOWNED),
        ("Backup", BACKUP),
        ("Late", LATE),
    ]
    assert (review.month, review.rules_in_all, review.partial) == (datetime(2026, 3, 1, tzinfo=UTC), 6, False)
    assert review.total == Counts(
        conditions=7, opened=17, closed=16, untouched=13, flapped=1, muted=1, to_ack=240, to_resolve=240
    )
    days = {1: 1, 2: 1, 3: 2, 4: 1, 5: 1, 6: 1, 7: 1, 8: 1, 10: 1, 13: 4, 16: 1, 22: 1, 31: 1}
    assert review.days == tuple(days.get(day, 0) for day in range(1, 32))
    wait = review.rules[0]
    assert wait.suggestion
    assert (wait.suggestion.advice, wait.suggestion.limit, wait.suggestion.part) == (Advice.WAIT, 5, 8)
    assert {rule.source for rule in review.rules} == {"cloudwatch"}


def test_the_table_tells_the_same_figures_as_its_twin(world: World) -> None:
    world.clock.time = APRIL
    twin = DynamoTwin(lambda: world.clock.now().timestamp())
    store, census = DynamoStore(twin, "table"), DynamoCensus(twin, "table")  # type: ignore[arg-type]
    for row in world.store.rows.values():
        recorded = store.record(replace(row, revision=0))
        assert recorded
        assert store.note(replace(recorded, status=row.status))
    NoiseReview(store, census, world.policy.routing, world.clock.now, world.telemetry).check(world.soon)
    rows = [codec.row(each) for key, each in twin.items.items() if "#" not in key]
    written = [row.spec.alert for row in rows if row.spec.alert and row.spec.alert.source == own.REVIEW]
    found = [Review.read(alert) for alert in written]
    assert {each.team: each for each in found if each} == world.review(APRIL)


def test_each_team_that_wants_one_and_had_issues_gets_one(world: World) -> None:
    """An alert of several teams counts for the first; one that names none, for the fallback's team."""
    assert world.review(APRIL).keys() == {"infra", "web"}
    assert [rule.name for rule in world.reviews["web"].rules] == ["Site"]
    title = "[P3] Noise review of March 2026: "
    assert sorted(world.issues) == [(f"{title}infra", True, ""), (f"{title}web", True, "")]


def test_the_default_speaks_for_teams_without_a_table_of_their_own() -> None:
    world = World(f"""
        [default]
        repository = "{REPOSITORY}"
        noise_review = true
        [team.other]
        noise_review = false
    """)
    world.lives(*short(DAY, "Site"), *short(2 * DAY, "Unwanted", teams=("other",)))
    assert world.review(APRIL).keys() == {"infra"}


@pytest.mark.parametrize("wanted", ["", "noise_review = false", "noise_review = true"])
def test_it_is_off_unless_somebody_wants_it(wanted: str) -> None:
    routing = load(f'[default]\nrepository = "{REPOSITORY}"\n[team.infra]\n{wanted}')
    assert routing.reviews_noise == wanted.endswith("true")
    assert load(f'[default]\nrepository = "{REPOSITORY}"\n{wanted}').reviews_noise == wanted.endswith("true")


def test_what_began_in_one_month_and_ended_in_the_next_counts_once_in_each() -> None:
    world = World()
    world.lives(*MARCH, fires(30 * DAY, "Always"))
    world.review(APRIL)
    world.lives(ends(31 * DAY, "Late"), *short(40 * DAY, "Latency"))
    april = world.review(MAY)["infra"]
    assert [(rule.name, rule.counts.opened, rule.counts.closed) for rule in april.rules] == [
        ("Latency", 1, 1)
    ]
    assert (april.total.opened, april.total.closed, sum(april.days)) == (1, 2, 1)
    assert april.total.conditions == 2  # nothing happened to the one that fires all month


def test_a_row_that_an_earlier_version_wrote_counts_nothing(world: World) -> None:
    for name, row in world.store.rows.items():
        world.store.rows[name] = replace(row, status=replace(row.status, past=None))
    assert world.review(APRIL) == {}


def test_a_month_in_which_a_team_had_no_issue_is_not_reviewed() -> None:
    world = World()
    world.lives(*short(40 * DAY, "Latency"))
    assert world.review(APRIL) == {}
    assert world.issues == []


def test_the_newest_review_takes_the_place_of_the_one_before(world: World) -> None:
    world.review(APRIL)
    world.lives(*short(40 * DAY, "Latency"))
    world.review(MAY)
    months = ("March", "April")
    assert [each for each in world.issues if "infra" in each[0]] == [
        (
            f"[P3] Noise review of {month} 2026: infra",
            month == "April",
            "" if month == "April" else "not_planned",
        )
        for month in months
    ]


def test_without_a_newer_one_it_expires(world: World) -> None:
    world.review(APRIL)
    world.review(MAY)
    world.clock.time = MAY + timedelta(days=7)
    world.reconcile(1)
    assert [(is_open, how) for _, is_open, how in world.issues] == [(False, "not_planned")] * 2


def test_it_calls_nobody(world: World) -> None:
    world.review(APRIL)
    for thread in world.tracker.threads.values():
        if "Noise review" in thread.seen.title:
            assert (thread.seen.assignees, thread.comments) == ((), [])
            assert "@" not in thread.seen.body


@pytest.mark.parametrize("days", [-0.1, 0.03, 7, 20])
def test_only_the_first_week_of_a_month_is_looked_at(world: World, days: float) -> None:
    world.clock.time = datetime(2026, 4, 1, tzinfo=UTC) + timedelta(days=days)
    calls = len(world.store.calls)
    world.job.check(world.soon)
    assert len(world.store.calls) == calls


def test_once_written_it_costs_one_read_a_minute(world: World) -> None:
    world.review(APRIL)
    calls = len(world.store.calls)
    world.job.check(world.soon)
    assert world.store.calls[calls:] == ["load"]
    assert world.store.load(KEY).parsed(Count) == Count(month="2026-03", done=True)


def test_a_count_that_takes_long_goes_on_in_the_next_minute(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected, resolved = World(), world.census.resolved
    expected.lives(*MARCH)

    def slow(day: date, limit: int) -> list[str]:
        world.clock.pass_(seconds=6)
        return resolved(day, limit)

    monkeypatch.setattr(world.census, "resolved", slow)
    assert world.review(APRIL) == {}
    kept = world.store.load(KEY).parsed(Count)
    assert 0 < kept.lists < 32
    assert kept.rules
    assert world.review(world.clock.now(), 30) == expected.review(APRIL)


def test_with_no_time_at_all_nothing_is_lost(world: World) -> None:
    world.clock.time = APRIL
    world.job.check(APRIL)
    assert world.store.load(KEY).parsed(Count) == Count(month="2026-03")
    assert world.review(APRIL).keys() == {"infra", "web"}


def test_time_runs_out_between_two_reads_of_a_list(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows that count for nothing are not read each time."""
    monkeypatch.setattr(noise_review, "AT_ONCE", 1)
    world = World()
    world.lives(*MARCH, *(deed for number in range(5) for deed in short(24 * DAY, f"Unknown {number}")))
    for name, row in world.store.rows.items():
        if row.spec.alert and "Unknown" in row.spec.alert.title:
            world.store.rows[name] = replace(row, status=replace(row.status, past=None))
    several = world.store.several

    def slow(names: Sequence[str]) -> list[AlertState]:
        world.clock.pass_(seconds=11)
        return several(names)

    monkeypatch.setattr(world.store, "several", slow)
    world.review(APRIL, 40)
    assert {each.name: each.counts for each in world.reviews["infra"].rules}["Disk full"] == DISK


def test_a_condition_that_moves_from_list_to_list_while_it_is_counted_counts_once(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It has been read among the ended ones, and fires before those that fire are read."""
    silenced = world.census.silenced

    def then(priority: Priority, limit: int) -> list[str]:
        if world.issue("Disk full", "x").number == first:
            world.fires("Disk full", "x")
            world.fires("Disk full", "y")
            world.ends("Disk full", "y")
        return silenced(priority, limit)

    first = world.issue("Disk full", "x").number
    monkeypatch.setattr(world.census, "silenced", then)
    counts = {rule.name: rule.counts for rule in world.review(APRIL)["infra"].rules}
    assert world.issue("Disk full", "x").number != first
    assert counts["Disk full"] == DISK


def test_what_ends_after_the_ended_ones_were_read_counts_too(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World()
    world.lives(fires(30 * DAY, "Site"))
    silenced, ending = world.census.silenced, iter(["Site"])

    def then(priority: Priority, limit: int) -> list[str]:
        for name in ending:
            world.ends(name)
        return silenced(priority, limit)

    monkeypatch.setattr(world.census, "silenced", then)
    assert world.review(APRIL)["infra"].total.opened == 1


def test_an_issue_of_the_month_counts_though_its_sender_says_that_it_ended_the_day_before() -> None:
    world = World()
    world.lives(fires(0, "Site", occurred_at=at(-5 * HOUR)), ends(9, "Site", occurred_at=at(-4 * HOUR)))
    assert world.review(APRIL)["infra"].total.opened == 1


@pytest.mark.parametrize("write", ["record", "swap"])
@pytest.mark.parametrize("after", [True, False])
@pytest.mark.parametrize("which", [1, 2])
def test_whatever_crashes_a_team_has_one_issue(
    world: World, monkeypatch: pytest.MonkeyPatch, write: str, which: int, *, after: bool
) -> None:
    working, count = getattr(world.store, write), 0

    def crashes(*args: Any) -> Any:
        nonlocal count
        count += 1
        if count == which and after:
            working(*args)
        if count == which:
            raise StoreUnavailable("away")
        return working(*args)

    with monkeypatch.context() as patch:
        patch.setattr(world.store, write, crashes)
        world.clock.time = APRIL
        for _ in range(3):
            with contextlib.suppress(StoreUnavailable):
                world.job.check(world.soon)
            world.clock.pass_(minutes=1)
    assert world.review(world.clock.now()).keys() == {"infra", "web"}
    assert len(world.issues) == 2
    assert len([told for told in world.telemetry.counts if told[0] == "AlertsRecorded"]) <= 2


def test_another_worker_that_is_faster_puts_it_off_to_the_next_minute(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.clock.time = APRIL
    with monkeypatch.context() as patch:
        patch.setattr(world.store, "record", lambda _: None)
        world.job.check(world.soon)
    assert not world.store.load(KEY).parsed(Count).done
    assert world.review(APRIL + timedelta(minutes=1)).keys() == {"infra", "web"}


def test_our_own_alerts_are_no_noise() -> None:
    world = World()
    ours = (short(24 * DAY, source, source=source) for source in (own.CANARY, own.INCIDENT))
    world.lives(*MARCH, *(deed for each in ours for deed in each))
    assert len([row for row in world.store.rows.values() if row.status.past]) == 11
    assert {rule.source for rule in world.review(APRIL)["infra"].rules} == {"cloudwatch"}


def test_a_list_that_is_not_whole_makes_the_review_partial(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(noise_review, "MOST_LISTED", 2)
    assert not world.review(APRIL)["infra"].partial
    monkeypatch.setattr(noise_review, "MOST_LISTED", 1)
    again = World()
    again.lives(*MARCH)
    assert again.review(APRIL)["infra"].partial


def test_of_too_many_rules_the_quietest_are_added_up(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(noise_count, "MOST_RULES", 3)
    review = world.review(APRIL)["infra"]
    assert [rule.name for rule in review.rules] == ["Latency", "Queue", "Disk full"]
    assert (review.total.opened, review.partial) == (17, True)


def test_of_too_many_conditions_the_rest_is_left_out_and_the_review_says_so(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(noise_count, "MOST_CONDITIONS", 2)
    review = world.review(APRIL)["infra"]
    assert (review.total.conditions, review.partial) == (2, True)


def test_the_largest_count_fits_into_an_item() -> None:
    """DynamoDB takes 400 KB."""
    noise = Noise(
        99, dict.fromkeys(range(1, 32), 99), 999, 999, 999, 999, (86_400,) * SAMPLES, (86_400,) * SAMPLES
    )
    source, name, longest = "s" * 45, "\U0001f525" * 77, replace(noise, url="u" * 150)
    rules = {f"{source} {number:03}{name}": longest for number in range(MOST_RULES)}
    seen = {f"{number:010x}" for number in range(MOST_CONDITIONS)}
    count = Count(month="2026-03", lists=40, seen=seen, rules={"t" * 45: rules}, partial=True)
    text = count.model_dump_json()
    assert len(text.encode()) < 390_000
    assert Count.model_validate_json(text) == count
