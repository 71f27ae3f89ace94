"""Labels are created once, in the colour of their kind, and never in an issue's way."""

from datetime import UTC, datetime, timedelta

from chalicelib.errors import StoreUnavailable
from chalicelib.github.auth import App
from chalicelib.github.budget import Limits
from chalicelib.github.client import GitHubClient
from chalicelib.github.gate import Gate
from chalicelib.github.issues import GitHubIssues
from chalicelib.github.palette import Palette
from chalicelib.items import Document
from chalicelib.lifecycle.outcome import Draft, Seen
from tests.contract.github_rig import APP_ID, REPOSITORY
from tests.contract.test_tracker import LABELS, TIMEOUT, Hub, before, hub, private_key
from tests.twins.store import MemoryStore

__all__ = ["hub"]


def tracker(hub: Hub, store: MemoryStore) -> GitHubIssues:
    client = GitHubClient(hub.http, App(APP_ID, private_key()), Gate(store, Limits(), hub.now), hub, TIMEOUT)
    return GitHubIssues(client, Palette(client, store, hub.now))


def opened(hub: Hub, store: MemoryStore, labels: tuple[str, ...] = LABELS) -> Seen:
    return tracker(hub, store).open(REPOSITORY, Draft("x", "body", labels), before(hub))


def creations(hub: Hub) -> int:
    return hub.github.journal.counts()["POST", "/repos/{repo}/labels"]


def test_a_label_is_created_once_with_colour_and_description(hub: Hub) -> None:
    store = MemoryStore()
    for _ in range(3):
        assert opened(hub, store).labels == LABELS
    label = hub.rig.repository.labels["pri:p1"]
    assert (label.color, label.description) == ("d93f0b", "High")
    assert creations(hub) == len(LABELS)


def test_what_people_made_of_a_label_is_theirs(hub: Hub) -> None:
    hub.github.world.create_label(hub.rig.repository, "pri:p1", "000000", "ours")
    store = MemoryStore()
    opened(hub, store)
    opened(hub, store)
    assert hub.rig.repository.labels["pri:p1"].color == "000000"
    assert creations(hub) == len(LABELS)


def test_without_the_right_to_create_labels_the_issue_is_opened_all_the_same(hub: Hub) -> None:
    hub.rig.installation.may_create_labels = False
    store = MemoryStore()
    assert opened(hub, store).labels == ()
    assert opened(hub, store).labels == ()
    assert creations(hub) == len(LABELS)


def test_a_label_whose_creation_failed_is_tried_again_another_time(hub: Hub) -> None:
    hub.github.faults.add("status", status=502, method="POST", path="*/labels", times=1)
    store = MemoryStore()
    assert opened(hub, store).open
    assert (creations(hub), store.load(f"labels#{REPOSITORY}").text) == (1, "")
    opened(hub, store)
    assert creations(hub) == 1 + len(LABELS)


def test_a_table_that_does_not_answer_is_not_in_the_way(hub: Hub) -> None:
    class Away(MemoryStore):
        def load(self, key: str) -> Document:
            if key.startswith("labels#"):
                raise StoreUnavailable("away")
            return super().load(key)

    assert opened(hub, Away()).labels == LABELS


def test_labels_take_at_most_half_of_the_time_there_is(hub: Hub) -> None:
    store = MemoryStore()
    until = datetime.fromtimestamp(hub.rig.clock(), UTC) + TIMEOUT * 1.5
    assert tracker(hub, store).open(REPOSITORY, Draft("x", "body", LABELS), until).open
    assert creations(hub) == 0


def test_a_label_that_is_added_later_is_created_likewise(hub: Hub) -> None:
    store = MemoryStore()
    seen = opened(hub, store)
    tracker(hub, store).add_labels(seen.ref, ("alert:resolved",), before(hub) + timedelta(seconds=1))
    assert hub.rig.repository.labels["alert:resolved"].color == "2da44e"
