"""What a stage does that takes over with rows missing: all of them, or those of the last moments."""

from datetime import datetime, timedelta

import pytest

from chalicelib.render.marker import read_markers
from chalicelib.store import codec
from tests.local import senders
from tests.local.github.model import Issue
from tests.longlife.world import START, World

TITLES = ("Queue too long", "Disk fills", "Backup late")
EVERY = timedelta(minutes=5)


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    return World(monkeypatch)


def report(world: World, titles: tuple[str, ...] = TITLES, ended: datetime | None = None) -> None:
    for title in titles:
        alert = senders.GrafanaAlert(title, "P1", "dev-infra", "Look at it")
        world.post("grafana", senders.grafana_group([alert.payload(START, ended)]))


def live(world: World, **time: float) -> None:
    world.run(world.now + timedelta(**time), EVERY)


def open_issues(world: World) -> dict[str, list[Issue]]:
    """The open issues of each condition, by their markers."""
    found: dict[str, list[Issue]] = {}
    for issue in world.issues():
        for mark in read_markers(issue.body or ""):
            if issue.state == "open":
                found.setdefault(mark.fingerprint, []).append(issue)
    return found


def take_over(world: World, lost: set[str]) -> None:
    """Begin in another region, with the items that are left."""
    kept = [item for name, item in world.table.items.items() if name not in lost]
    for part in (world.table.items, world.table._indexed):
        part.clear()
    for item in kept:
        world.table.put(item)
    world.start_cold()


@pytest.mark.parametrize("lost", [1, len(TITLES)], ids=["newest", "all"])
def test_an_issue_whose_row_is_lost_is_the_only_one_again_within_the_hour(world: World, lost: int) -> None:
    """Its alert is repeated, gets a second issue, and the hourly look closes that as a duplicate."""
    report(world)
    live(world, minutes=10)
    before = {name: [each.number for each in found] for name, found in open_issues(world).items()}
    assert len(before) == len(TITLES)
    rows = sorted(world.items(), key=lambda name: codec.row(world.items()[name]).spec.seen_at)
    gone = set(rows[-lost:])
    take_over(world, gone if lost < len(TITLES) else {*world.table.items})
    report(world)
    live(world, minutes=2)
    assert max(len(found) for found in open_issues(world).values()) <= 2
    live(world, hours=2)
    assert {name: [each.number for each in found] for name, found in open_issues(world).items()} == before

    report(world, ended=world.now)
    live(world, hours=1)
    assert open_issues(world) == {}
    assert (world.messaging.dead, world.messaging.queue, world.log.problems) == ([], {}, [])


def test_an_issue_whose_alert_ends_while_its_row_is_lost_is_left_open(world: World) -> None:
    """So `adopt` takes it over, or a person closes it."""
    report(world)
    live(world, minutes=10)
    take_over(world, {*world.table.items})
    report(world, ended=world.now)
    live(world, hours=3)
    assert sorted(len(found) for found in open_issues(world).values()) == [1] * len(TITLES)
