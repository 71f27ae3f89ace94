"""Labels get their colour once, and never in an alert's way."""

from collections.abc import Callable

import pytest

from chalicelib.conditions.issue import Draft, Label
from chalicelib.errors import Refused, Unavailable
from chalicelib.reconcile.label_styles import LabelStyles
from tests.unit.builders import REPOSITORY, at
from tests.unit.sync.test_sync import World, fails_with


class Labelled(World):
    def __init__(self) -> None:
        super().__init__()
        routing = self.policy.routing
        self.palette = LabelStyles(
            self.store, lambda: self.tracker, self.gate, routing, self.clock.now, self.telemetry
        )

    def look(self) -> None:
        self.palette.apply(at(999))

    def shelf(self) -> dict[str, Label]:
        return self.tracker.shelf[REPOSITORY]


@pytest.fixture
def world() -> Labelled:
    return Labelled()


def test_every_label_that_can_be_told_beforehand_is_created_in_the_colour_of_its_kind(
    world: Labelled,
) -> None:
    world.look()
    assert world.shelf()["pri:p1"] == Label("Pri:P1", "d93f0b", "High")
    assert {"area:alerting", "team:keepers", "source:grafana", "alert:flapping"} <= world.shelf().keys()


def test_what_an_issue_brought_grey_is_dressed(world: Labelled) -> None:
    world.tracker.open(REPOSITORY, Draft("x", "y", ("Pri:P0", "Team:unforeseen", "bug")), at(1))
    world.look()
    assert world.shelf()["pri:p0"].color == "b60205"
    assert world.shelf()["team:unforeseen"].description == "Alerts of the team unforeseen"
    assert world.shelf()["bug"].plain


def test_a_label_that_the_first_issue_makes_while_we_look_gets_its_colour(world: Labelled) -> None:
    def issue_first(_: str, effect: Callable[[], object]) -> object:
        del world.tracker.faults["create_label"]
        world.tracker.open(REPOSITORY, Draft("x", "y", ("area:alerting", "Pri:P0")), at(1))
        return effect()

    world.tracker.faults["create_label"] = issue_first
    world.look()
    assert world.shelf()["pri:p0"].plain
    world.look()
    assert world.shelf()["pri:p0"].color == "b60205"
    assert world.shelf()["area:alerting"].color == "1d76db"
    assert world.telemetry.named("LABEL_NOT_DRESSED") == []
    world.tracker.calls.clear()
    world.look()
    assert world.tracker.calls == []


def test_what_people_make_of_a_label_is_theirs(world: Labelled) -> None:
    theirs = Label("Pri:P0", "000000", "")
    world.tracker.shelf[REPOSITORY] = {"pri:p0": theirs}
    world.look()
    assert world.shelf()["pri:p0"] == theirs
    grey = Label("Pri:P1", "ededed", "")
    world.shelf()["pri:p1"] = grey
    world.clock.pass_(hours=1)
    world.look()
    assert world.shelf()["pri:p1"] == grey, "also where they make it grey"


def test_what_is_done_costs_nothing_more(world: Labelled) -> None:
    world.look()
    world.tracker.calls.clear()
    world.look()
    assert world.tracker.calls == []


def test_what_could_not_be_told_beforehand_is_dressed_within_the_hour(world: Labelled) -> None:
    world.look()
    world.tracker.open(REPOSITORY, Draft("x", "y", ("Source:my-script",)), at(1))
    world.clock.pass_(hours=1)
    world.look()
    assert world.shelf()["source:my-script"].description == "Alerts from my-script"


def test_without_the_right_to_it_is_tried_once(world: Labelled) -> None:
    world.tracker.faults["create_label"] = fails_with(Refused("403"), times=999)
    world.look()
    world.tracker.calls.clear()
    world.look()
    assert world.tracker.calls == []
    assert world.telemetry.named("LABEL_NOT_DRESSED")


def test_a_failure_is_told_and_made_up_for(world: Labelled) -> None:
    world.tracker.faults["create_label"] = fails_with(Unavailable("502"))
    with pytest.raises(Unavailable):
        world.look()
    world.look()
    assert "pri:p1" in world.shelf()


def test_while_github_asks_to_wait_nothing_is_sent(world: Labelled) -> None:
    world.gate.limited("example-org", at(15))
    world.look()
    assert world.tracker.calls == []
