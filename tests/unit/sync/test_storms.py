"""Storms begin with enough alerts of one cause, take in what comes after, and never hide an alert."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.adapters import own
from chalicelib.adapters.storm import MOST_MEMBERS, CauseKind, Storm
from chalicelib.alert import AlertEvent
from chalicelib.conditions import causes, storms
from chalicelib.conditions.group import Group
from chalicelib.conditions.plan import Policy
from chalicelib.conditions.row import AlertState
from chalicelib.conditions.steps import needed
from chalicelib.errors import StoreUnavailable, Unavailable
from chalicelib.rate_limit.rules import Limits
from chalicelib.rate_limit.shared import SharedBudget
from chalicelib.routing import load
from chalicelib.store import codec
from chalicelib.sync import storms as looked_up
from chalicelib.sync.storms import StormEnricher
from chalicelib.sync.sync import Sync
from tests.twins.census import MemoryCensus
from tests.twins.store import MemoryStore
from tests.twins.tracker import MOST_SUB_ISSUES
from tests.unit.builders import REPOSITORY, at, firing, resolved
from tests.unit.sync.test_sync import World, fails_with

ROUTING = load(f"""
[default]
repository = "{REPOSITORY}"
storm_at = 4

[team.never]
storm_at = 0
""")


class Table(MemoryStore):
    """The rows, which can be away, and of which another worker can write one first."""

    def __init__(self) -> None:
        super().__init__()
        self.away: set[str] = set()
        self.read: list[int] = []
        self.first: list[AlertState] = []

    def get(self, fingerprint: str) -> AlertState | None:
        self._answer("get")
        return super().get(fingerprint)

    def several(self, fingerprints: Sequence[str]) -> list[AlertState]:
        self._answer("several")
        found = super().several(fingerprints)
        self.read.append(len(found))
        return found

    def record(self, row: AlertState) -> AlertState | None:
        if self.first:
            super().record(self.first.pop())
        return super().record(row)

    def _answer(self, call: str) -> None:
        if call in self.away:
            raise StoreUnavailable("away")


class Storms(World):
    """A world in which four alerts of one cause are a storm."""

    store: Table

    def __init__(self) -> None:
        super().__init__(Policy(routing=ROUTING))
        self.store = Table()
        self.gate = SharedBudget(self.store, Limits(), self.clock.now)
        self.index = MemoryCensus(self.store)
        self.sync = self.worker()

    def worker(self) -> Sync:
        made = super().worker()
        if not isinstance(self.store, Table):
            return made
        enricher = StormEnricher(self.index, self.store, ROUTING, self.clock.now, self.telemetry)
        return replace(made, enrichers=(enricher,))

    def fires(self, each: str, minutes: float = 0, /, **fields: Any) -> AlertState:
        """Let an alert of a rule fire, and sync its row."""
        return self.sent(alert(each, minutes, **fields))

    def sent(self, event: AlertEvent) -> AlertState:
        self.clock.time = max(self.clock.time, event.occurred_at)
        self.sync.advance(self.says(event), self.clock.now() + timedelta(minutes=1))
        return self.store.rows[event.fingerprint]

    def begun(self, many: int = 4, minutes: float = 0, **fields: Any) -> AlertState:
        """Let a storm begin; returns the row of the storm."""
        for number in range(many):
            self.fires(f"disk-{number}", minutes, **fields)
        (parent,) = self.parents
        return parent

    @property
    def parents(self) -> list[AlertState]:
        return [self.store.rows[name] for name in self.index.of_our_own(own.STORM, 9)]

    @property
    def titles(self) -> list[str]:
        return [issue.title for issue in self.tracker.open_issues]


def alert(each: str, minutes: float = 0, /, **fields: Any) -> AlertEvent:
    """One of the rule "Disk full", distinguished from others by its disk."""
    said: dict[str, Any] = {
        "source": "disks",
        "title": f"Disk full [{each}]",
        "name": "Disk full",
        "identity": {"alarm_id": each},
    }
    return firing(minutes, **(said | fields))


def content(parent: AlertState) -> Storm:
    found = Storm.read(parent.spec.alert)
    assert found
    return found


@pytest.fixture
def world() -> Storms:
    return Storms()


def test_the_last_alert_that_makes_it_a_storm_opens_the_storms_issue_before_its_own(world: Storms) -> None:
    before = [world.fires(f"disk-{number}", number) for number in range(3)]
    assert [row.group for row in before] == [None] * 3
    last = world.fires("disk-3", 3)
    (parent,) = world.parents
    assert parent.status.issue
    shown = parent.status.issue
    assert last.group == Group(parent.fingerprint, at(3), shown.ref, shown.id)
    assert world.titles[3:] == ["[P1] Disk full: many at once", "[P1] Disk full [disk-3]"]
    assert (parent.due_at, parent.intent, parent.lease) == (None, None, None)


def test_a_p0_waits_for_no_storms_issue(world: Storms) -> None:
    for number in range(3):
        world.fires(f"disk-{number}", number)
    worst = world.fires("disk-3", 3, priority="P0")
    (parent,) = world.parents
    assert (parent.status.issue, parent.due_at) == (None, at(3))
    assert worst.status.issue
    assert worst.group == Group(parent.fingerprint, at(3))


def test_a_storm_says_what_it_consists_of_and_is_as_urgent_as_the_worst(world: Storms) -> None:
    for number, priority in enumerate(["P2", "P1", "P3"]):
        world.fires(f"disk-{number}", number, priority=priority)
    world.fires("disk-3", 3, priority="P2")
    (parent,) = world.parents
    said = content(parent)
    assert (said.cause.kind, said.cause.teams, said.began, said.part) == (
        CauseKind.RULE,
        ("dev-infra",),
        at(0),
        1,
    )
    assert [(each.title, each.began, each.issue) for each in said.members] == [
        ("Disk full [disk-0]", at(0), f"{REPOSITORY}#1"),
        ("Disk full [disk-1]", at(1), f"{REPOSITORY}#2"),
        ("Disk full [disk-2]", at(2), f"{REPOSITORY}#3"),
        ("Disk full [disk-3]", at(3), ""),
    ]
    assert parent.priority == "P1"
    assert world.telemetry.named("STORM") == [
        {"fingerprint": parent.fingerprint, "cause": "rule", "part": 1, "members": 4}
    ]


def test_what_comes_after_joins_at_the_cost_of_one_read_and_one_query(world: Storms) -> None:
    parent = world.begun()
    world.store.calls.clear()
    world.store.read.clear()
    late = world.fires("disk-9", 60)
    joined = late.group
    assert joined
    assert (joined.fingerprint, joined.ref) == (
        parent.fingerprint,
        parent.status.issue and parent.status.issue.ref,
    )
    assert [call for call in world.store.calls if call in ("get", "several")] == ["several"]
    assert world.store.read == [1]
    assert len(world.parents) == 1


def test_an_ordinary_opening_reads_no_other_row(world: Storms) -> None:
    for number in range(3):
        world.fires(f"disk-{number}", number)
    assert world.store.read == [0, 0, 0]
    assert "get" not in world.store.calls


@pytest.mark.parametrize(
    "fields",
    [
        {"name": "Disk slow", "title": "Disk slow [x]"},
        {"source": "others"},
        {"teams": ["storage"]},
        {"teams": ["dev-infra", "storage"]},
    ],
    ids=["rule", "source", "team", "teams"],
)
def test_what_differs_in_cause_or_teams_is_no_storm(world: Storms, fields: dict[str, Any]) -> None:
    for number in range(3):
        world.fires(f"disk-{number}", number)
    other = world.fires("other", 3, **fields)
    assert (other.group, world.parents) == (None, [])


def test_what_began_more_than_five_minutes_before_is_no_part_of_it(world: Storms) -> None:
    for number in range(3):
        world.fires(f"disk-{number}", number)
    assert world.fires("disk-3", 5.1).group is None
    assert world.parents == []
    assert world.fires("disk-4", 6).group is not None


def test_a_team_that_wants_none_gets_none(world: Storms) -> None:
    world.store.calls.clear()
    for number in range(9):
        world.fires(f"disk-{number}", teams=["never"])
    assert world.parents == []
    assert "several" not in world.store.calls


def test_the_most_telling_cause_that_enough_share_names_the_storm(world: Storms) -> None:
    place = {"account_id": "123456789012", "region": "eu-west-1"}
    for number in range(2):
        world.fires(f"disk-{number}", identity={**place, "alarm_id": f"disk-{number}"}, group="{}:{a}")
    for number in range(2):
        name = f"Queue {number}"
        world.fires(name, identity={**place, "alarm_id": name}, name=name, title=name)
    (parent,) = world.parents
    assert content(parent).cause.kind is CauseKind.PLACE
    assert world.titles[3] == "[P1] Many alerts at once in eu-west-1"
    for number in range(4):
        world.fires(f"grouped-{number}", group="{}:{b}", name=f"rule {number}", title=f"rule {number}")
    assert [content(each).cause.kind for each in world.parents] == [CauseKind.GROUP, CauseKind.PLACE]


def test_what_belongs_to_a_more_telling_storm_counts_for_no_other(world: Storms) -> None:
    """Its first alerts opened on their own, and are still listed with their team."""
    place = {"account_id": "123456789012", "region": "eu-west-1"}
    for number in range(4):
        world.fires(f"disk-{number}", identity={**place, "alarm_id": f"disk-{number}"})
    assert len(world.parents) == 1
    other = world.fires("Queue", identity={**place, "alarm_id": "queue"}, name="Queue", title="Queue")
    assert (other.group, len(world.parents)) == (None, 1)


def test_by_its_place_alone_nothing_joins_after_an_hour_and_a_new_wave_is_the_next_part(
    world: Storms,
) -> None:
    """So what begins later, for a reason of its own, calls its people."""

    def of_place(name: str, minutes: float) -> AlertState:
        place = {"account_id": "123456789012", "region": "eu-west-1", "alarm_id": name}
        return world.fires(name, minutes, identity=place, name=name, title=name)

    first = [of_place(f"first {number}", 0) for number in range(4)][-1]
    assert of_place("within", 60).group == first.group
    assert of_place("late", 61).group is None
    wave = [of_place(f"wave {number}", 62) for number in range(3)][-1]
    assert wave.group != first.group
    assert [(content(each).part, content(each).continues) for each in world.parents] == [
        (2, False),
        (1, False),
    ]
    assert world.titles.count("[P1] Many alerts at once in eu-west-1 (part 2)") == 1
    assert of_place("again", 70).group == wave.group


def test_what_joins_a_storm_of_as_many_as_the_index_counts_becomes_no_sub_issue(
    world: Storms, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The storm's own table may be a minute behind."""
    parent = world.begun()
    asked: list[tuple[str, int]] = []

    def size(name: str, limit: int) -> int:
        asked.append((name, limit))
        return MOST_SUB_ISSUES

    monkeypatch.setattr(world.index, "size", size)
    assert world.fires("disk-9", 1).group == replace(needed(storms.as_group(parent)), id=0)
    assert asked == [(parent.fingerprint, MOST_MEMBERS)]


def test_a_full_storm_goes_on_in_its_next_part(world: Storms, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(looked_up, "MOST_MEMBERS", 2)
    world.begun()
    numbers = []
    for number in range(4, 9):
        joined = world.fires(f"disk-{number}", 1).group
        assert joined
        numbers.append(content(world.store.rows[joined.fingerprint]).part)
    assert numbers == [1, 2, 2, 3, 3]
    assert [content(each).continues for each in world.parents] == [True, True, False]


def test_a_storm_that_is_over_takes_nobody_in_and_the_next_is_its_next_episode(world: Storms) -> None:
    parent = world.begun()
    over = storms.recorded(parent, content(parent), at(20), over=True)
    assert world.store.record(over)
    world.clock.time = at(20)
    world.sync.advance(world.store.rows[parent.fingerprint], at(21))
    assert world.fires("disk-4", 30).group is None
    world.store.calls.clear()
    for number in range(5, 8):
        last = world.fires(f"disk-{number}", 31)
    assert world.store.calls.count("record") == 3 + 1, "the storm is recorded over its last episode at once"
    (again,) = world.parents
    assert again.fingerprint == parent.fingerprint
    assert last.group == storms.as_group(again)
    assert again.status.issue
    assert parent.status.issue
    assert again.status.issue.ref != parent.status.issue.ref  # it consists of others, and calls people
    assert [episode.began for episode in again.spec.episodes] == [parent.spec.episode]


def test_an_alert_that_recurs_is_in_the_storm_again(world: Storms) -> None:
    parent = world.begun()
    ended = alert("disk-3", 5).model_copy(update={"state": "RESOLVED"})
    world.sent(resolved(5, **ended.model_dump(include={"source", "title", "name", "identity"})))
    again = world.fires("disk-3", 8)
    assert again.group == storms.as_group(parent)
    assert [issue.title for issue in world.tracker.open_issues].count("[P1] Disk full [disk-3]") == 1


def test_our_own_alerts_are_in_no_storm(world: Storms) -> None:
    for number in range(9):
        row = world.fires(f"incident-{number}", source=own.INCIDENT)
        assert row.group is None
    assert world.parents == []


# What fails


@pytest.mark.parametrize("call", ["several", "began", "size"])
def test_where_the_table_is_away_an_alert_opens_on_its_own(
    world: Storms, call: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if call == "size":
        world.begun()
    else:
        for number in range(3):
            world.fires(f"disk-{number}")

    def away(*_: object) -> list[str]:
        raise StoreUnavailable("away")

    if call == "several":
        world.store.away.add("several")
    else:
        monkeypatch.setattr(world.index, call, away)
    row = world.fires("disk-9", 1)
    assert row.group is None
    assert world.titles[-1] == "[P1] Disk full [disk-9]"
    assert [name for name, _ in world.telemetry.problems] == ["ENRICHMENT_FAILED"]


def test_where_the_storms_row_cannot_be_read_an_alert_opens_on_its_own(world: Storms) -> None:
    for number in range(3):
        world.fires(f"disk-{number}")
    world.store.away.add("get")
    row = world.fires("disk-3")
    assert row.group is None
    assert world.titles[-1] == "[P1] Disk full [disk-3]"
    assert [name for name, _ in world.telemetry.problems] == ["STORM_UNKNOWN"]


def test_a_slow_table_leaves_no_time_to_look_for_a_storm(
    world: Storms, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(3):
        world.fires(f"disk-{number}")
    ask = world.index.began

    def slow(*asked: Any) -> list[str]:
        world.clock.pass_(seconds=2.5)
        return ask(*asked)

    monkeypatch.setattr(world.index, "began", slow)
    assert world.fires("disk-3").group is None
    assert world.titles[-1] == "[P1] Disk full [disk-3]"
    assert [str(error) for _, error in world.telemetry.problems] == [
        "the table took too long to look for a storm"
    ]


def test_a_worker_that_is_second_joins_the_storm_that_the_first_one_began(world: Storms) -> None:
    for number in range(3):
        world.fires(f"disk-{number}")
    rows = list(world.store.rows.values())
    cause = causes.causes(alert("disk-3"))[0]
    theirs = storms.recorded(None, storms.consisting_of(rows, cause), at(0))
    told = world.says(alert("disk-3"))
    world.store.first = [theirs]
    world.sync.advance(told, at(1))
    assert len(world.parents) == 1
    assert world.store.rows[told.fingerprint].group == storms.as_group(world.parents[0])
    assert len(content(world.parents[0]).members) == 3
    assert world.titles.count("[P1] Disk full: many at once") == 1


def test_one_that_never_gets_hold_of_its_storm_opens_on_its_own(
    world: Storms, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(3):
        world.fires(f"disk-{number}")
    told = world.says(alert("disk-3"))
    record = world.store.record
    monkeypatch.setattr(
        world.store, "record", lambda row: None if row.spec.alert.source == own.STORM else record(row)
    )
    world.store.calls.clear()
    world.sync.advance(told, at(1))
    assert world.store.rows[told.fingerprint].group is None
    assert world.titles[-1] == "[P1] Disk full [disk-3]"
    assert world.store.calls.count("get") == looked_up.TRIES
    assert [(name, str(error)) for name, error in world.telemetry.problems] == [
        (
            "ENRICHMENT_FAILED",
            "no part of the storm could be found or recorded: the alert stays on its own",
        )
    ]


def test_while_github_is_away_the_storm_waits_and_its_member_names_it_later(world: Storms) -> None:
    for number in range(3):
        world.fires(f"disk-{number}")
    world.tracker.faults["open"] = fails_with(Unavailable("away"))
    row = world.fires("disk-3")
    assert row.status.issue is None
    assert row.group is not None
    world.reconcile(5)
    (parent,) = world.parents
    assert parent.status.issue
    joined = world.store.rows[row.fingerprint].group
    assert joined
    assert joined.ref == parent.status.issue.ref


def test_a_member_whose_storm_ended_before_its_issue_was_opened_is_on_its_own(world: Storms) -> None:
    for number in range(3):
        world.fires(f"disk-{number}")
    world.tracker.faults["open"] = fails_with(Unavailable("away"))
    row = world.fires("disk-3")
    (parent,) = world.parents
    assert world.store.record(storms.recorded(parent, content(parent), at(0.2), over=True))
    world.reconcile(5)
    assert world.store.rows[row.fingerprint].group is None
    assert "[P1] Disk full [disk-3]" in world.titles


def test_what_was_looked_up_before_storms_were_known_is_in_none(world: Storms) -> None:
    row = world.fires("disk-0")
    written = codec.status(row)["status"]["S"]
    assert '"group":null' in written
    before = {"S": written.replace(',"group":null', "")}
    item = {name: value for name, value in {**codec.spec(row), **codec.status(row)}.items() if value}
    read = codec.row(
        {"fingerprint": {"S": row.fingerprint}, "revision": {"N": "1"}, **item, "status": before}
    )
    assert read.group is None
    assert read.status == row.status


def test_what_waits_for_its_issue_reads_its_storm_once_for_all_every_ten_seconds(world: Storms) -> None:
    world.begun()
    world.tracker.faults["open"] = fails_with(Unavailable("away"), times=99)
    waiting = [world.fires(f"disk-{number}", 1) for number in range(5, 9)]
    world.clock.pass_(minutes=1)
    world.store.calls.clear()
    for row in waiting:
        world.sync.advance(replace(world.store.rows[row.fingerprint], due_at=at(0)), at(9))
    assert world.store.calls.count("get") == 1
