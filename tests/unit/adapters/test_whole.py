"""What each source makes of its samples and its template, in full (golden/adapters): no word changes unseen.

A sample's own `expect` says what it is about. `python -m tests.unit.adapters.test_whole` writes the golden
files again; read the difference first.
"""

import copy
import dataclasses
import json
from collections.abc import Collection, Iterable, Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path as File
from typing import Any

import pytest

from chalicelib.adapters import envelope, reading, registry
from chalicelib.adapters.fields import Ignored, Parsed
from chalicelib.adapters.owner_rules import NO_RULES
from chalicelib.adapters.registry import SOURCES
from chalicelib.adapters.signing import Signing
from chalicelib.adapters.source import Example
from chalicelib.alert import AlertEvent, Priority
from chalicelib.errors import NotAccepted, Rejected
from tests.unit.builders import at
from tests.unit.messages import REQUEST, record

SAMPLES = File(__file__).parents[2] / "samples"
GOLDEN = File(__file__).parents[1] / "golden" / "adapters"
EXAMPLES = {
    "fires": Example(at(0), name="Disk full", team="storage", priority=Priority.P3),
    "ended": Example(at(0), at(5), name="Disk full", team="storage", priority=Priority.P3),
}
CHANGES: dict[str, tuple[Any, ...]] = {"without": (), "with ? in place of": ("?",)}
NAMED = {"team": "network", "priority": "P0"}
OTHERS: tuple[Any, ...] = (None, True, -1, 10**400, 0.5, "", "?", [], [[]], [None], {}, {"?": {}})
"""What no member should be, or be always."""

MOST_VARIED = 60
"""Members of one sample; those with more are about too much of something."""

Path = tuple[str | int, ...]
"""The way to a member of a payload, however deep."""


def payloads(source: str, body: Any) -> list[Any]:
    """Take the body of a request as the webhook does, or a message as it is published; raises NotAccepted."""
    posts = registry.webhook(source)
    return [posts.cut(each) for each in posts.payloads(body, REQUEST)] if posts else [body]


def received(source: str, body: Any) -> list[Any]:
    """Put what a source sends through the whole pipeline, and record the result."""
    try:
        return [each for payload in payloads(source, body) for each in read(source, payload)]
    except NotAccepted as refused:
        return [{"refused": refused.status, "reason": refused.reason, "because": str(refused)}]


def read(source: str, payload: Any) -> list[Any]:
    """Read what is in the queue."""
    stamped = {"source": source} if registry.webhook(source) else {}
    try:
        message = envelope.read(
            record(payload if isinstance(payload, str) else json.dumps(payload), **stamped)
        )
        parsed = reading.parse(message.source, message.payload, NO_RULES)
    except Rejected as rejected:
        return [{"rejected": rejected.reason, "because": str(rejected), "fix": rejected.fix}]
    return [written(each, message.payload) for each in parsed]


def written(parsed: Parsed, payload: object) -> Any:
    if isinstance(parsed, Ignored):
        return {"ignored": parsed.reason, "title": parsed.title}
    assert isinstance(parsed, AlertEvent)
    said = parsed.model_dump(mode="json", exclude_defaults=True)
    kept = (
        "the payload"
        if parsed.raw_provider == payload
        else f"{len(json.dumps(parsed.raw_provider))} characters"
    )
    return said | {"raw_provider": kept}


def differing(read: list[Any], usual: list[Any]) -> Any:
    """Keep only what differs from the usual result."""
    if len(read) != 1 or "source" not in read[0]:
        return read
    (one,), (other,) = read, usual
    return {
        name: one.get(name)
        for name in sorted(one | other)
        if one.get(name) != other.get(name) and name != "raw_provider"
    }


def members(value: Any, *path: str | int) -> Iterator[Path]:
    """Name each member of a payload."""
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, member in pairs:
        yield (*path, name)
        yield from members(member, *path, name)


def replaced(payload: Any, path: Path, *other: Any) -> Any:
    """Copy a payload with one member replaced or removed."""
    changed = copy.deepcopy(payload)
    holder = changed
    for name in path[:-1]:
        holder = holder[name]
    if other:
        (holder[path[-1]],) = other
    else:
        del holder[path[-1]]
    return changed


def mended(name: str, payload: Any, *keys: str) -> Any:
    """Copy a payload with another owner, or with only another team or priority."""
    changed = copy.deepcopy(payload)
    if isinstance(changed, dict):
        SOURCES[name].mend(changed, {key: NAMED[key] for key in keys or NAMED})
    return changed


def ended(name: str, payload: Any) -> bool | str:
    """Whether a payload reports an end, or why it is not known."""
    try:
        return SOURCES[name].ended(payload)
    except Rejected as rejected:
        return rejected.reason


def of_each(name: str, body: Any) -> list[Any]:
    """Record for each payload in a body whether it reports an end, and what mending changes in it."""
    with suppress(NotAccepted):
        return [
            [ended(name, each), differing(read(name, mended(name, each)), read(name, each))]
            for each in payloads(name, body)
            if isinstance(each, dict)
        ]
    return []


def template(name: str, example: str = "fires") -> Any:
    return SOURCES[name].template(EXAMPLES[example])


def facts(name: str) -> dict[str, Any]:
    """Record what is fixed for a source, and what it makes of a request's id."""
    sender = SOURCES[name]
    known = {each.name: getattr(sender, each.name) for each in dataclasses.fields(sender)}
    fixed = {each: plain(value) for each, value in known.items() if not callable(value)}
    return fixed | {"signing": plain(sender.signs), "answer": dict(sender.answer("r-1"))}


def plain(value: object) -> Any:
    """Write a value as JSON has it."""
    if isinstance(value, Signing):
        return dataclasses.asdict(value)
    if isinstance(value, frozenset):
        return " ".join(sorted(value))
    return str(value) if isinstance(value, timedelta) else value


def varied(name: str, payload: Any, paths: Collection[Path]) -> dict[str, Any]:
    """Read a payload with each of these members removed, and replaced by something else."""
    usual = read(name, payload)
    return {
        change: {
            "/".join(map(str, path)): differing(read(name, replaced(payload, path, *other)), usual)
            for path in paths
        }
        for change, other in CHANGES.items()
    }


def samples(name: str) -> dict[str, Any]:
    """Read the bodies of a source's samples."""
    paths = sorted((SAMPLES / name).glob("*.json"))
    return {path.stem: json.loads(path.read_text(encoding="utf-8"))["payload"] for path in paths}


def of_samples(name: str, known: Iterable[Path]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Vary the members of samples, each kind of member once; `known` are those of the template."""
    kinds = {kind(path) for path in known}
    for stem, body in samples(name).items():
        if stem.startswith("hostile"):
            continue  # about odd texts, even as names
        with suppress(NotAccepted):
            for payload in payloads(name, body):
                new = {kind(path): path for path in members(payload) if kind(path) not in kinds}
                kinds |= new.keys()
                if 0 < len(new) <= MOST_VARIED and is_one_alert(read(name, payload)):
                    yield stem, varied(name, payload, [*new.values()])


def kind(path: Path) -> Path:
    """Unify the members of a list."""
    return tuple(0 if isinstance(part, int) else part for part in path)


def is_one_alert(parsed: list[Any]) -> bool:
    return len(parsed) == 1 and "source" in parsed[0]


def golden(name: str) -> dict[str, Any]:
    (queued,) = payloads(name, template(name))
    usual = read(name, queued)
    return {
        "facts": facts(name),
        "templates": {
            example: {"sent": template(name, example), "read": received(name, template(name, example))}
            for example in EXAMPLES
        },
        **varied(name, queued, [*members(queued)]),
        "mended": {
            " and ".join(keys): differing(read(name, mended(name, queued, *keys)), usual)
            for keys in (("team",), ("priority",), ("team", "priority"))
        },
        "of ? alone": received(name, "?"),
        "samples": {stem: received(name, body) for stem, body in samples(name).items()},
        "samples ended and mended": {stem: of_each(name, body) for stem, body in samples(name).items()},
        "samples varied": dict(of_samples(name, members(queued))),
    }


def file(name: str) -> File:
    return GOLDEN / f"{name}.json"


@pytest.mark.parametrize("name", SOURCES)
def test_a_source_reads_its_samples_and_its_template_as_recorded(name: str) -> None:
    assert golden(name) == json.loads(file(name).read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", SOURCES)
def test_whatever_a_member_is_a_source_reads_or_rejects_and_mends_it(name: str) -> None:
    sender = SOURCES[name]
    sent = [template(name, example) for example in EXAMPLES]
    for body in (replaced(one, path, other) for one in sent for path in members(one) for other in OTHERS):
        received(name, body)
        assert isinstance(sender.looks_like(body), bool)
        assert sender.cut_off(body) >= 0
        taken = [body] if isinstance(body, dict) else []
        with suppress(NotAccepted):
            taken += payloads(name, body)
        for payload in taken:
            with suppress(Rejected):
                assert isinstance(sender.ended(payload), bool)
            sender.mend(payload, dict(NAMED))


if __name__ == "__main__":
    for each in SOURCES:
        file(each).write_text(json.dumps(golden(each), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
