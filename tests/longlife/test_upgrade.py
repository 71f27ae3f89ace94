"""What commit 86bf882 left is taken over at any moment: nothing doubled, nothing lost, all of it ended.

Its functions were stopped where they stood, as by a deployment: rows are claimed by workers that are gone,
issues were opened of which no row knows yet, and messages wait in the queue.
"""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from chalicelib.alert import Condition
from chalicelib.conditions.row import AlertState
from chalicelib.store import codec
from tests.local.github.model import Issue
from tests.longlife import field
from tests.longlife.world import World

EVERY = timedelta(minutes=5)


@pytest.fixture(params=field.LEFT)
def left(request: pytest.FixtureRequest) -> dict[str, Any]:
    found: dict[str, Any] = field.LEFT[request.param]
    return found


@pytest.fixture
def world(left: dict[str, Any], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> World:
    return field.settle_in(monkeypatch, left, tmp_path)


def rows(world: World) -> dict[str, AlertState]:
    return {name: codec.row(item) for name, item in world.items().items()}


def open_of(world: World, fingerprint: str) -> list[Issue]:
    return [issue for issue in field.about(world, fingerprint) if issue.state == "open"]


def live(world: World, **time: float) -> None:
    """Let functions run until the time has passed."""
    world.collect()
    world.run(world.now + timedelta(**time), EVERY)


def say(world: World, left: dict[str, Any], ended: datetime | None = None) -> None:
    for source, payload in field.said(left, ended):
        if source == "cloudwatch":
            world.publish(payload)
        else:
            world.post(source, payload)


def wants_an_issue(row: AlertState) -> bool:
    """Whether it fires, and nobody said that they want no issue."""
    issue = row.status.issue
    closed_by_person = issue is not None and not issue.open and issue.closed_by == "PERSON"
    muted = issue is not None and issue.muted
    return (
        row.spec.condition is Condition.FIRING
        and not (closed_by_person or muted)
        and row.status.snoozed_until is None
    )


def kept_by_people(row: AlertState) -> bool:
    """Whether an issue stays open though its condition has ended, since a person or a team wants that."""
    issue, alert = row.status.issue, row.spec.alert
    keepers = alert is not None and "keepers" in alert.teams
    return issue is not None and (issue.kept_open or issue.muted or keepers)


def unread(world: World) -> list[str]:
    """What that commit would not read of what this version wrote, if it were deployed again."""
    known = [item for item in world.table.items.values() if "schema" not in item]
    return [fault for item in known for fault in field.unread_then(item)]


def test_all_of_it_is_carried_on_to_its_end(world: World, left: dict[str, Any]) -> None:
    before, had = rows(world), {(each["repository"], each["number"]): each for each in left["issues"]}
    open_before = {name for name in before if open_of(world, name)}
    live(world, hours=3)
    assert before.keys() <= rows(world).keys()
    say(world, left)
    live(world, hours=3)

    for name, row in rows(world).items():
        found = open_of(world, name)
        assert (row.intent, row.lease) == (None, None)
        assert len(found) <= 1
        assert not wants_an_issue(row) or len(found) == 1, row
        if found and row.status.issue:
            assert row.status.issue.ref.number == found[0].number
        fresh = [
            each for each in field.about(world, name) if (each.repository.full_name, each.number) not in had
        ]
        assert len(fresh) <= (0 if name in open_before else 1), "an issue of that commit was left behind"

    assert unread(world) == []
    say(world, left, world.now)
    live(world, hours=6)
    assert unread(world) == []
    for name, row in rows(world).items():
        assert row.spec.condition is Condition.RESOLVED
        assert not open_of(world, name) or kept_by_people(row), row
    for kept in left["issues"]:
        issue = world.github.world.issue(kept["repository"], kept["number"])
        assert [each.body for each in issue.comments[: len(kept["comments"])]] == [
            each["body"] for each in kept["comments"]
        ]
    assert (world.messaging.dead, world.messaging.queue, world.log.problems) == ([], {}, [])


def test_the_worlds_are_of_every_kind() -> None:
    items = [item for each in field.LEFT.values() for item in each["items"] if "spec" in item]
    read = [codec.row(item) for item in items]
    verbs = {row.intent.verb for row in read if row.intent}
    assert {verb.value for verb in verbs} == {"OPEN", "COMMENT", "REOPEN", "CHANGE"}
    assert {source for each in field.LEFT.values() for source, _ in each["said"]} == {
        *("grafana", "alertmanager", "cloudwatch", "normalized")
    }
    assert any(row.lease for row in read)
    assert any(each["queue"] for each in field.LEFT.values())
