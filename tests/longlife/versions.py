"""What other versions write: rows of commit 86bf882, and fields that this version does not know."""

import json
from pathlib import Path
from typing import Any

from chalicelib.conditions.issue import Closer
from chalicelib.conditions.row import Issue
from chalicelib.render.marker import end_marker, marker
from chalicelib.store import codec
from tests.longlife.world import World

WRITTEN = Path(__file__).parents[1] / "unit" / "golden" / "86bf882"


def settle_in(world: World) -> list[str]:
    """Put the rows and documents of commit 86bf882 into the table, and their issues on GitHub.

    The rows are of many runs, in which issues had the same numbers: each issue gets one of its own. Returns
    the fingerprints.
    """
    rows = {each["item"]["fingerprint"]["S"]: each["item"] for each in _read("rows").values()}
    for fingerprint, item in rows.items():
        issue = codec.row(item).status.issue
        world.table.put(item | (_with_issue(world, item, fingerprint, issue) if issue else {}))
    for item in _read("documents").values():
        world.table.put(item)
    return list(rows)


def write_as_a_newer_version(world: World) -> list[str]:
    """Give every third row what only a newer version knows: an attribute, and a field of its status."""
    names = sorted(world.items())[::3]
    for name in names:
        item = world.items()[name]
        status = json.loads(item["status"]["S"]) if "status" in item else {}
        newer = {"status": {"S": json.dumps(status | {"of_tomorrow": [1]})}} if status else {}
        world.table.put(item | newer | {"tomorrow": {"S": "{}"}})
    return names


def write_as_after_a_rollback(world: World) -> list[str]:
    """Write another third of the rows as 86bf882 does after a rollback: without what it does not know."""
    names = sorted(world.items())[1::3]
    golden = [each["item"] for each in _read("rows").values()]
    for part in ("spec", "status"):
        known = _shape([json.loads(each[part]["S"]) for each in golden if part in each])
        for name in names:
            item = world.items()[name]
            if part in item:
                told = _within(json.loads(item[part]["S"]), known)
                told |= {"seen_at": world.now.isoformat()} if part == "spec" else {}
                world.table.put(item | {part: {"S": json.dumps(told)}})
    return names


def _shape(values: list[Any]) -> Any:
    """Merge the names that values have, at every depth."""
    named = [each for each in values if isinstance(each, dict)]
    if not named:
        inner = [each for value in values if isinstance(value, list) for each in value]
        return _shape(inner) if inner else None
    names = {name for each in named for name in each}
    return {name: _shape([each[name] for each in named if name in each]) for name in names}


def _within(value: Any, shape: Any, name: str = "") -> Any:
    """Leave out the names that a shape does not have; an alert's labels may have any."""
    if isinstance(value, list):
        return [_within(each, shape) for each in value]
    if not isinstance(value, dict) or not isinstance(shape, dict) or name in ("alert", "resolution"):
        return value
    return {key: _within(each, shape[key], key) for key, each in value.items() if key in shape}


def _read(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((WRITTEN / f"{name}.json").read_text(encoding="utf-8"))
    return found


def _with_issue(world: World, item: Any, fingerprint: str, issue: Issue) -> dict[str, Any]:
    """Open on GitHub what the row believes in; returns what the row says of it then."""
    hub = world.github.world
    known = {each.full_name: each for each in hub.repositories.values()}
    name = issue.ref.repository
    repository = known.get(name) or hub.add_repository(name)
    body = f"{marker(fingerprint, issue.episode)}\n\nIt fires.\n\n{end_marker(issue.episode)}"
    made = hub.open_issue(repository, hub.bot, issue.title, body, labels=issue.labels)
    if issue.closed_at:
        person = issue.closed_by is Closer.PERSON
        hub.close(made, hub.account("mona") if person else hub.bot)
        made.closed_at = issue.closed_at.timestamp()
    status = json.loads(item["status"]["S"])
    status["issue"]["ref"]["number"] = made.number
    return {"status": {"S": json.dumps(status)}, "issue_number": {"N": str(made.number)}}
