"""Tables and repositories as commit 86bf882 left them in the middle of a run, workers and all.

`golden/86bf882/worlds.json` holds runs of that commit's own simulation, each stopped at some moment: what
was in its table, on GitHub and in the queue, and what the provider had last said of each condition.
"""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

from chalicelib.render.marker import read_markers
from chalicelib.wiring import rules
from tests.local.github.model import Comment, Issue
from tests.longlife import world as longlife
from tests.longlife.world import World

GOLDEN = Path(__file__).parents[1] / "unit" / "golden" / "86bf882"
LEFT: dict[str, dict[str, Any]] = {
    f"seed {each['seed']}": each for each in json.loads((GOLDEN / "worlds.json").read_text(encoding="utf-8"))
}
READS: dict[str, Any] = json.loads((GOLDEN / "reads.json").read_text(encoding="utf-8"))
ROUTING = """
[default]
repository = "example-org/alerts"
[team.infra]
[team.keepers]
close_on_resolve = false
[fallback]
team = "infra"
priority = "P2"
"""


def settle_in(patch: pytest.MonkeyPatch, left: dict[str, Any], folder: Path) -> World:
    """Make a world of what was left, at the moment at which it was left."""
    patch.setitem(longlife.SETTINGS, "ALARMS_INTERVAL_MINUTES", "0")  # those are not what the twin shows
    world = World(patch)
    (folder / "routing.toml").write_text(ROUTING, encoding="utf-8")
    patch.setattr(rules, "ROUTING", folder / "routing.toml")
    world.now = datetime.fromtimestamp(left["at"], UTC)
    world.start_cold()
    world.github.world.add_repository("example-org/elsewhere", collaborators=["mona"])
    for issue in sorted(left["issues"], key=lambda issue: issue["number"]):
        _open(world, issue)
    for item in left["items"]:
        world.table.put(item)
    for message in left["queue"]:
        world.messaging.publish(message["body"], message["attributes"])
    return world


def about(world: World, fingerprint: str) -> list[Issue]:
    """The issues that our marker says are about a condition."""
    marked = [(issue, read_markers(issue.body or "")) for issue in world.issues()]
    return [issue for issue, marks in marked if fingerprint in {mark.fingerprint for mark in marks}]


def said(left: dict[str, Any], ended: datetime | None) -> Iterator[tuple[str, Any]]:
    """What each provider says next: the same again, or that it has ended."""
    for source, payload in left["said"]:
        yield source, (_ENDED[source](payload, ended) if ended else payload)


def _group(payload: dict[str, Any], ended: datetime) -> dict[str, Any]:
    over = {"status": "resolved", "endsAt": ended.isoformat()}
    return payload | {"status": "resolved", "alerts": [each | over for each in payload["alerts"]]}


def _alarm(payload: dict[str, Any], ended: datetime) -> dict[str, Any]:
    over = {"NewStateValue": "OK", "OldStateValue": "ALARM"}
    return payload | over | {"StateChangeTime": ended.isoformat().replace("+00:00", "+0000")}


def _normalized(payload: list[dict[str, Any]], ended: datetime) -> list[dict[str, Any]]:
    over = {"state": "RESOLVED", "occurred_at": ended.isoformat(), "began_anew": False}
    return [each | over for each in payload]


_ENDED: dict[str, Any] = {
    "grafana": _group,
    "alertmanager": _group,
    "cloudwatch": _alarm,
    "normalized": _normalized,
}


def _open(world: World, kept: dict[str, Any]) -> None:
    """Give GitHub an issue as it was, under the number that it had."""
    hub = world.github.world
    repository = hub.repository(kept["repository"])
    author, closer = hub.account(kept["author"]), kept["closed_by"]
    while len(repository.issues) < kept["number"] - 1:
        hub.delete(hub.open_issue(repository, author, "Deleted", None), author)
    issue = hub.open_issue(repository, author, kept["title"], kept["body"], labels=kept["labels"])
    assert issue.number == kept["number"]
    hub.assign(issue, kept["assignees"], author)
    issue.comments += [
        Comment(each["id"], each["body"], hub.account(each["author"]), each["created_at"])
        for each in kept["comments"]
    ]
    for known, comment in zip(kept["comments"], issue.comments, strict=True):
        comment.reactions |= {(name, content) for name, content in known["reactions"]}
    issue.created_at, issue.updated_at, issue.locked = kept["created_at"], kept["updated_at"], kept["locked"]
    issue.state, issue.state_reason, issue.closed_at = kept["state"], kept["state_reason"], kept["closed_at"]
    issue.closed_by = hub.account(closer) if closer else None


def unread_then(item: Any) -> Iterator[str]:
    """Say what that commit would not read of an item, by the JSON Schemas of its own models."""
    key = item["fingerprint"]["S"]
    parts = {name: item[name]["S"] for name in ("spec", "status", "intent") if name in item}
    checks = [(READS[name], text) for name, text in parts.items()]
    checks += [
        (model, item["document"]["S"]) for name, model in READS["documents"].items() if key.startswith(name)
    ]
    for model, text in checks:
        for error in Draft202012Validator(model).iter_errors(json.loads(text)):
            yield f"{key} {error.json_path}: {error.message[:200]}"
