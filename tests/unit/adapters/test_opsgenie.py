"""Opsgenie's clients: the path says which alert, and what happens to it."""

from typing import Any

import pytest

from chalicelib.adapters import texts
from chalicelib.adapters.opsgenie import SOURCE, WITHOUT_EFFECT
from chalicelib.adapters.source import MOST_BYTES, Request
from chalicelib.alert import AlertEvent
from chalicelib.errors import NotAccepted
from tests.unit.builders import at
from tests.unit.messages import FALLBACK

ALERT = {"message": "Disk full", "alias": "disk/1"}


def posted(body: object, *path: str, minute: float = 0) -> list[dict[str, Any]]:
    return SOURCE.payloads(body, Request(at(minute), path))


def read(payload: dict[str, Any]) -> AlertEvent:
    (alert,) = SOURCE.parse(payload, FALLBACK)
    assert isinstance(alert, AlertEvent)
    return alert


@pytest.mark.parametrize("path", [(), ("v2", "alerts")])
def test_an_alert_that_is_created_is_closed_by_its_alias(path: tuple[str, ...]) -> None:
    (created,) = posted(ALERT, *path)
    (closed,) = posted({"source": "cron"}, "v2", "alerts", "disk/1", "close", minute=5)
    fires, ended = read(created), read(closed)
    assert fires.fingerprint == ended.fingerprint
    assert (fires.state, fires.occurred_at, ended.state, ended.occurred_at) == (
        *("FIRING", at(0)),
        *("RESOLVED", at(5)),
    )
    assert (SOURCE.ended(created), SOURCE.ended(closed)) == (False, True)
    assert posted(closed, minute=9) == [closed], "a dead letter keeps its action and its time"


@pytest.mark.parametrize("action", sorted(WITHOUT_EFFECT))
def test_what_else_a_client_does_is_taken_without_effect(action: str) -> None:
    assert posted({"message": "x"}, "v2", "alerts", "disk/1", action) == []


@pytest.mark.parametrize(
    "path",
    [
        ("v2", "alerts", "disk/1", "explode"),
        ("v2", "alerts", "disk/1"),
        ("v2", "incidents"),
        ("v1", "alerts", "disk/1", "close"),
    ],
)
def test_any_other_path_is_not_found(path: tuple[str, ...]) -> None:
    with pytest.raises(NotAccepted) as caught:
        posted({}, *path)
    assert (caught.value.status, caught.value.reason, str(caught.value)) == (
        404,
        "UNKNOWN_PATH",
        "there is nothing under this path; the source's page in docs/senders has the address",
    )


@pytest.mark.parametrize(
    ("content", "known"),
    [
        ({"alias": "a", "message": "m"}, True),
        ({"alias": "a", "action": "close"}, True),
        ({"alias": "a"}, False),
        ({"message": "m", "action": "create"}, False),
        (["alias", "message"], False),
    ],
)
def test_it_is_known_by_an_alias_with_a_message_or_an_action(content: object, *, known: bool) -> None:
    assert SOURCE.looks_like(content) is known


def test_without_an_alias_the_message_tells_an_alert_apart() -> None:
    one, other = (read(posted({"message": text})[0]) for text in ("Disk full", "Disk slow"))
    again = read(posted({"message": "[FIRING:3] Disk full"}, minute=1)[0])
    assert one.fingerprint == again.fingerprint != other.fingerprint


@pytest.mark.parametrize("large", ["tags", "responders", "details"])
def test_however_much_there_is_of_one_thing_an_alert_keeps_what_matters(large: str) -> None:
    many: dict[str, Any] = {
        "tags": [f"tag {number}" for number in range(50_000)],
        "responders": [
            {"name": "storage", "type": "team"},
            *({"name": f"user {number}", "type": "user"} for number in range(50_000)),
        ],
        "details": {f"name {number}": "x" for number in range(50_000)},
    }
    body = {"alias": "db-1", "message": "Disk full", "priority": "P1", "action": "create"}
    team = {"name": "storage", "type": "team"}
    cut = SOURCE.cut({"responders": [team], **body, large: many[large]})
    assert texts.size(cut) <= MOST_BYTES
    assert cut.items() >= body.items()
    assert cut["responders"][0] == team
    assert large == "details" or len(cut[large]) > 1000
