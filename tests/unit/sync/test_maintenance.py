"""What a worker knows of maintenance windows, and what becomes of alerts while one lasts and at its end."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from chalicelib.alert import Priority
from chalicelib.conditions.asked_windows import KEPT, MOST, AskedWindows, key
from chalicelib.conditions.nothing import Held, Quiet
from chalicelib.conditions.windows import Rule, Scope, Window
from chalicelib.errors import StoreUnavailable
from chalicelib.reconcile.held_rows import HeldRows
from chalicelib.store.documents import Document
from chalicelib.sync.maintenance import FRESH, KNOWN_FOR, Maintenance
from tests.twins.census import MemoryCensus
from tests.unit.builders import REPOSITORY, at, firing, policy, resolved, routing, row_of
from tests.unit.sync.test_sync import World

ASKED = Window(at(10), at(60), Scope(repository=REPOSITORY), "new disks", "mona")
HELD = Held(Quiet.MAINTENANCE, at(60), "new disks", "mona")


class Site(World):
    """The world of sync, with workers that know windows."""

    def __init__(self, *rules: Rule) -> None:
        super().__init__()
        self.known = Maintenance(rules, self.store, routing(), self.clock.now, self.telemetry)
        self.policy = policy(outside=self.known)
        self.sync = replace(self.worker(), refresh=self.known.refresh)

    def before_due(self, until: datetime) -> None:
        census = MemoryCensus(self.store)
        HeldRows(census, self.store, self.known.refresh, self.policy, self.clock.now).check(until)

    def done(self) -> list[str]:
        return [action for action in self.actions if action != "SKIP"]

    def write(self, *windows: Window) -> None:
        document = self.store.load(key(REPOSITORY))
        asked = AskedWindows(windows=dict(enumerate(windows)))
        self.store.swap(key(REPOSITORY), asked.model_dump_json(), document.version)


@pytest.fixture(params=["file", "board"])
def site(request: pytest.FixtureRequest) -> Site:
    """A window as the file or the board has it."""
    if request.param == "file":
        return Site(ASKED)
    found = Site()
    found.write(ASKED)
    return found


def test_what_fires_in_a_window_is_opened_within_two_minutes_of_its_end(site: Site) -> None:
    site.run(firing(20))
    assert (site.writes(), site.row.held) == ([], HELD)
    site.reconcile(39)
    assert (site.writes(), site.actions) == ([], ["SKIP"])
    site.reconcile(3)
    assert (site.done(), site.row.held, site.row.due_at) == (["CREATE"], None, None)


def test_what_has_an_issue_is_left_alone_until_the_end_and_then_brought_up_to_date(site: Site) -> None:
    site.run(firing(1))
    site.run(firing(20, priority="P0"))
    site.reconcile(39)
    assert site.done() == ["CREATE"]
    site.reconcile(3)
    assert {"UPDATE", "COMMENT"} <= set(site.done()[1:])


def test_what_began_and_ended_in_a_window_is_never_told(site: Site) -> None:
    site.run(firing(20, priority="P0"))
    site.run(resolved(30, priority="P0"))
    site.reconcile(120)
    assert site.writes() == []


def test_a_row_that_is_held_back_is_due_at_the_end_and_neither_silenced_nor_late(
    site: Site,
) -> None:
    site.run(firing(20))
    census, name = MemoryCensus(site.store), site.row.fingerprint
    assert site.row.due_at == at(60)
    assert [name for each in Priority for name in census.held(each, 9)] == [name]
    assert [name for each in Priority for name in (*census.late(each, 9), *census.silenced(each, 9))] == []


def test_a_window_that_is_ended_early_wakes_what_it_held_back() -> None:
    site = Site()
    site.write(ASKED)
    site.run(firing(20))
    site.reconcile(5)
    site.write(replace(ASKED, ends=at(25)))
    site.reconcile(2)
    assert site.done() == ["CREATE"]


def test_windows_are_read_every_so_often_and_of_repositories_with_a_board_alone() -> None:
    site = Site()
    loads = site.store.calls
    row = site.run(firing(1))
    reads = loads.count("load")
    site.known.refresh(row)
    assert loads.count("load") == reads
    site.clock.time += FRESH
    site.known.refresh(row)
    assert loads.count("load") == reads + 1
    site.clock.time += FRESH
    site.known.refresh(row_of(resolved(1)))  # a tombstone
    assert loads.count("load") == reads + 1
    boardless = replace(routing(), default=replace(routing().default, board=False), teams={})
    known = Maintenance((), site.store, boardless, site.clock.now, site.telemetry)
    known.refresh(row)
    assert loads.count("load") == reads + 1


def test_windows_that_cannot_be_read_any_more_are_believed_for_minutes_and_then_nothing_is_hidden(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    site = Site()
    site.write(ASKED)
    row = site.run(firing(20))

    def away(_: Any) -> Document:
        raise StoreUnavailable("no answer")

    monkeypatch.setattr(site.store, "load", away)
    alert = firing(20)
    site.clock.time += KNOWN_FOR - timedelta(seconds=1)
    site.known.refresh(row)
    assert site.known(alert, site.clock.now()) == HELD
    site.clock.time += timedelta(seconds=1)
    assert site.known(alert, site.clock.now()) is None
    site.clock.time += FRESH
    site.known.refresh(row)
    assert site.known(alert, site.clock.now()) is None
    assert {name for name, _ in site.telemetry.problems} == {"WINDOWS_UNKNOWN"}


def test_a_document_that_is_none_hides_nothing() -> None:
    site = Site()
    site.store.swap(key(REPOSITORY), "{", 0)
    site.run(firing(20))
    assert site.done() == ["CREATE"]


def test_windows_are_forgotten_a_week_after_their_end_and_no_more_are_kept_than_fit() -> None:
    many = {number: replace(ASKED, ends=at(60 + number)) for number in range(MOST + 9)}
    asked = AskedWindows(windows=many)
    asked.forget(at(60))
    assert sorted(asked.windows) == list(range(9, MOST + 9))
    asked.forget(at(60 + MOST) + KEPT)
    assert sorted(asked.windows) == list(range(MOST + 1, MOST + 9))
