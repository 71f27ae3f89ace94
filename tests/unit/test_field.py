"""What commit 86bf882 wrote is still read, and means what it meant.

`golden/86bf882` holds what that commit's own code wrote: rows, documents, issues and comments from runs of
its simulation and from its renderer; the fingerprints that it gave to the samples; the messages that its
webhook queued; and what it read from settings, routing and secrets. `means` is what that commit read there.
`worlds.json` and `reads.json` are for tests/longlife/test_upgrade.py.
These files are never rewritten. If a test here fails, read the old form too; a field moved by a deployment
must not lose what production knows.
"""

import base64
import json
from collections.abc import Mapping
from dataclasses import MISSING, fields, replace
from datetime import UTC, date, datetime, timedelta
from enum import Enum
from pathlib import Path
from typing import Any

import pytest

from chalicelib import render
from chalicelib.adapters import envelope, reading
from chalicelib.alert import Priority
from chalicelib.conditions.command import Command
from chalicelib.conditions.plan import plan
from chalicelib.conditions.row import AlertState, Intent, Issue, Verb
from chalicelib.conditions.steps import ReadIssue, Recover
from chalicelib.github.auth import App
from chalicelib.rate_limit import shared
from chalicelib.rate_limit.rules import Budget
from chalicelib.reconcile import alarm_check, canary, drift, label_styles, unrouted
from chalicelib.reconcile.board import kept as kept_board
from chalicelib.render.marker import split
from chalicelib.routing import Route, load
from chalicelib.settings import Settings
from chalicelib.store import codec
from chalicelib.webhook import hints
from chalicelib.webhook.authentication import Credentials
from tests.local.github import AppKey
from tests.unit.builders import policy
from tests.unit.messages import FALLBACK, deliver, record
from tests.unit.rows import routing, row

FIELD = Path(__file__).parent / "golden" / "86bf882"
SAMPLES = Path(__file__).parents[1] / "samples"
WRITTEN = datetime(2026, 11, 20, 8, 30, 15, 123456, tzinfo=UTC)


def written(name: str) -> Any:
    return json.loads((FIELD / f"{name}.json").read_text(encoding="utf-8"))


ROWS: dict[str, dict[str, Any]] = written("rows")
DOCUMENTS: dict[str, codec.Item] = written("documents")
ISSUES: list[dict[str, Any]] = written("issues")
COMMENTS: list[dict[str, Any]] = written("comments")
MESSAGES: list[dict[str, Any]] = written("messages")
FINGERPRINTS: dict[str, list[str]] = written("fingerprints")
CONFIGURATION: dict[str, dict[str, Any]] = written("configuration")


def plain(value: Any) -> Any:
    """A value as JSON has it."""
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, tuple):
        return [plain(each) for each in value]
    if isinstance(value, Mapping):
        return {plain(name): plain(each) for name, each in value.items()}
    return value


def named(thing: object, names: Mapping[str, Any]) -> dict[str, Any]:
    """The named attributes of an object."""
    return {name: plain(getattr(thing, name)) for name in names}


# Rows


def means(row: AlertState) -> dict[str, Any]:
    spec, status, alert = row.spec, row.status, row.spec.alert
    return {
        "condition": spec.condition.value,
        "at": plain(spec.at),
        "seen_at": plain(spec.seen_at),
        "episode": plain(spec.episode),
        "generation": spec.generation,
        "ended": [[plain(e.began), plain(e.ended), e.recovered] for e in spec.episodes],
        "moments": len(spec.moments),
        "priority": row.priority.value,
        "title": alert.title if alert else None,
        "teams": plain(alert.teams) if alert else None,
        "source": alert.source if alert else None,
        "told": plain(status.told),
        "predecessor": str(status.predecessor) if status.predecessor else None,
        "failures": status.failures,
        "snoozed_until": plain(status.snoozed_until),
        "commands": [_command(each) for each in status.commands],
        "heard": plain(status.heard),
        "replies": plain(status.replies),
        "revision": row.revision,
        "due_at": plain(row.due_at),
        "look": row.look,
        "correlation_id": row.correlation_id,
        "lease": [row.lease.owner, plain(row.lease.until)] if row.lease else None,
        "intent": _intent(row.intent) if row.intent else None,
        "issue": _issue(status.issue) if status.issue else None,
    }


def _command(command: Command) -> list[Any]:
    asked = (command.id, command.author, command.word, command.at, command.until)
    return [str(command.ref), *map(plain, asked)]


def _intent(intent: Intent) -> list[Any]:
    begun = (intent.verb, intent.episode, intent.generation, intent.since, intent.repository)
    shown = (intent.key, intent.title, intent.labels, intent.priority, intent.teams)
    return [plain(each) for each in (*begun, *shown, intent.looks, intent.looked_at)]


OF_AN_ISSUE = """
    url open episode title labels priority teams generation spoke_at commented_at announced comment_key
    comments comments_closed muted closed_at closed_by kept_open closer state_reason quiet acked_by heard
    heard_at once
"""


def _issue(issue: Issue) -> dict[str, Any]:
    return {"ref": str(issue.ref), **named(issue, dict.fromkeys(OF_AN_ISSUE.split()))}


@pytest.mark.parametrize("name", ROWS)
def test_a_row_means_what_it_meant(name: str) -> None:
    assert means(codec.row(ROWS[name]["item"])) == ROWS[name]["means"]


def test_the_rows_are_of_every_kind() -> None:
    read = [codec.row(each["item"]) for each in ROWS.values()]
    assert {row.intent.verb for row in read if row.intent} == set(Verb)
    issues = [row.status.issue for row in read if row.status.issue]
    assert {(issue.open, plain(issue.closed_by)) for issue in issues} >= {
        (True, None),
        (False, "US"),
        (False, "PERSON"),
    }
    assert all(any(getattr(issue, name) for issue in issues) for name in ("muted", "kept_open", "once"))
    assert all(any(getattr(row, name) for row in read) for name in ("lease", "look", "due_at"))
    assert any(row.spec.alert is None for row in read)


@pytest.mark.parametrize("name", ROWS)
def test_a_row_is_written_so_that_the_deployment_can_be_taken_back(name: str) -> None:
    """What that commit reads is written under the same name with the same value; new names are its own."""
    item = ROWS[name]["item"]
    row = codec.row(item)
    parts = codec.spec(row) | codec.status(row) | codec.intent(row.intent) | codec.lease(row.lease)
    whole = parts | codec.due(row) | codec.look(wanted=row.look)
    kept = item.keys() - {"fingerprint", "revision", "spec", "status", "intent"}
    assert [name for name in kept if whole[name] is None] == []
    same = kept - {"waiting_since"}  # it counts from when we heard, no longer from what the provider says
    assert {name: whole[name] for name in same} == {name: item[name] for name in same}
    for part in item.keys() & {"spec", "status", "intent"}:
        assert _lost(json.loads(item[part]["S"]), json.loads(whole[part]["S"]), part) == []


def _lost(old: Any, new: Any, path: str) -> list[str]:
    """Name what the old text has and the new one lacks."""
    if isinstance(old, dict) and isinstance(new, dict):
        return [found for name in old for found in _lost(old[name], new.get(name), f"{path}.{name}")]
    if isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        pairs = enumerate(zip(old, new, strict=True))
        return [found for n, (one, other) in pairs for found in _lost(one, other, f"{path}.{n}")]
    return [] if old == new else [f"{path}: {old!r} became {new!r}"]


@pytest.mark.parametrize("name", ROWS)
def test_nothing_is_known_to_have_kept_a_step_of_a_row_from_its_end(name: str) -> None:
    """Nothing of that is written until something is known."""
    status = codec.row(ROWS[name]["item"]).status
    assert (status.refusal, status.put_off) == (None, None)
    text = codec.status(codec.row(ROWS[name]["item"]))["status"]["S"]
    assert {"refusal", "put_off"}.isdisjoint(json.loads(text))


UNFINISHED = [name for name in ROWS if "intent" in ROWS[name]["item"]]


@pytest.mark.parametrize("name", UNFINISHED)
def test_a_step_that_was_begun_is_looked_for(name: str) -> None:
    row = replace(codec.row(ROWS[name]["item"]), lease=None)
    intent = row.intent
    assert intent
    later = (intent.looked_at or intent.since) + timedelta(hours=1)
    step = plan(row, later, policy())
    assert isinstance(step, Recover if intent.verb in (Verb.OPEN, Verb.COMMENT) else ReadIssue)


# Documents


def document(key: str) -> Any:
    return codec.document(DOCUMENTS[key])


def test_where_drift_stopped_is_known() -> None:
    """A look that had begun in that commit's way begins again, from the same time."""
    changes, everything = WRITTEN, WRITTEN - timedelta(hours=1)
    for key in (key for key in DOCUMENTS if key.startswith("drift#example")):
        looked = document(key).parsed(drift.Looked)
        old = json.loads(document(key).text)
        assert (looked.changes, looked.everything) == tuple(
            datetime.fromisoformat(old[name]) for name in ("changes", "everything")
        )
    looked = document(drift.key_of("Example-Org/interrupted")).parsed(drift.Looked)
    assert (looked.changes, looked.everything, looked.progress) == (changes, everything, None)
    looked_there = document(unrouted.KEY).parsed(unrouted._Looked)
    assert looked_there.everything == datetime(2027, 1, 15, 15, 51, 2, 379828, tzinfo=UTC)


def test_a_repositorys_board_is_known() -> None:
    kept = document(kept_board.key("Example-Org/alerts")).parsed(kept_board.Kept)
    assert (kept.number, kept.place, kept.shown[:8]) == (2, "example-org/alerts", "e80073b8")
    opening = document(kept_board.key("example-org/opening")).parsed(kept_board.Kept)
    assert (opening.number, opening.begun_at, opening.looks) == (None, WRITTEN, 1)
    assert (opening.quiet_since, opening.days) == (WRITTEN, {date(2026, 11, 19): {Priority.P1: 2}})


def test_what_github_still_takes_is_known() -> None:
    assert shared._parse(document(shared._key("Everything"))) == Budget(
        minutes=((29000000, 3), (29000001, 5)),
        recent=(1740000060.5, 1740000061.5),
        next_write=1740000062.5,
        openings_wait_until=1740000600.0,
        scarce_until=1740000700.0,
        blocked_until=1740000800.0,
        secondary_limits=2,
        failures=3,
        open_until=1740000900.0,
        probe_until=1740000920.0,
    )
    assert shared._parse(document("budget#example-org")).minutes == ((30000070, 1), (30000130, 1))


def test_the_labels_the_alarms_and_the_canary_are_where_they_were() -> None:
    shelf = document("labels#example-org/alerts").parsed(label_styles._Shelf)
    assert (shelf.done, shelf.looked_at) == (frozenset({"area:alerting", "pri:p1"}), WRITTEN)
    looked = document(alarm_check.KEY).parsed(alarm_check._Looked)
    assert (looked.at, looked.left, looked.missing) == (WRITTEN, [], {})
    cycle = document(canary.KEY).parsed(canary._Cycle)
    assert (cycle.fired_at, cycle.resolved_at, cycle.closed) == (
        WRITTEN,
        WRITTEN + timedelta(minutes=1),
        False,
    )


# Issues and comments


@pytest.mark.parametrize("issue", ISSUES, ids=lambda issue: f"{issue['title']} {issue['episode']}")
def test_an_issue_is_known_by_its_marker_and_peoples_words_are_kept(issue: dict[str, Any]) -> None:
    body, mark = issue["body"], render.read_marker(issue["body"])
    found = (mark.fingerprint, plain(mark.episode)) if mark else (None, None)
    assert found == (issue["fingerprint"], issue["episode"])
    assert render.is_board(body) == issue["board"]
    parts = split(body)
    assert (parts.before, parts.after, plain(parts.opened)) == (
        issue["before"],
        issue["after"],
        issue["opened"],
    )


@pytest.mark.parametrize(
    "issue", [each for each in ISSUES if each["fingerprint"]], ids=lambda issue: issue["title"]
)
def test_an_issue_is_rewritten_in_its_place(issue: dict[str, Any]) -> None:
    again = replace(row(), fingerprint=issue["fingerprint"])
    body = render.body(again, routing(), again.spec.at, previous=issue["body"])
    assert body.startswith(issue["before"])
    assert body.endswith(issue["after"])
    ours = body[len(issue["before"]) : len(body) - len(issue["after"])]
    marks = [mark.fingerprint for mark in render.read_markers(ours)]
    assert marks == [issue["fingerprint"]]


@pytest.mark.parametrize("comment", COMMENTS, ids=lambda comment: comment["key"])
def test_a_comment_is_found_by_its_marker(comment: dict[str, Any]) -> None:
    episode = datetime.fromisoformat(comment["episode"])
    assert render.comment_marker(comment["fingerprint"], episode, comment["key"]) in comment["body"]


# Fingerprints and messages


@pytest.mark.parametrize("name", FINGERPRINTS)
def test_a_condition_keeps_its_fingerprint(name: str) -> None:
    """Or its open issue would be left behind, and another opened for it."""
    sample = json.loads((SAMPLES / f"{name}.json").read_text(encoding="utf-8"))
    given = [
        one if isinstance(one, str) else getattr(one, "fingerprint", f"ignored {getattr(one, 'reason', '')}")
        for one in deliver(name.partition("/")[0], sample["payload"], FALLBACK)
    ]
    assert given == FINGERPRINTS[name]


@pytest.mark.parametrize("queued", MESSAGES[:-1], ids=lambda queued: queued["means"]["title"])
def test_a_message_that_waits_in_a_queue_is_read(queued: dict[str, Any]) -> None:
    """For days, if it is in the dead-letter queue."""
    message = envelope.read(record(queued["body"], **queued["attributes"]))
    (alert,) = reading.parse(message.source, message.payload, FALLBACK)
    known = {"source": message.source, "correlation_id": message.correlation_id}
    of_alert = {name: None for name in queued["means"] if name not in known}
    means = queued["means"]
    assert (alert.title + " [").startswith(f"{means['title']} ["), "more may tell it from its siblings"
    assert known | named(alert, of_alert) | {"title": means["title"]} == means


def test_a_hint_that_waits_in_the_queue_is_read() -> None:
    queued = MESSAGES[-1]
    message = envelope.read(record(queued["body"], **queued["attributes"]))
    hint = hints.read(message.payload)
    assert hint
    assert (message.source, f"{hint.repository}#{hint.issue}") == ("github", queued["means"]["issue"])


# Configuration


def test_settings_mean_what_they_meant() -> None:
    field = CONFIGURATION["settings"]
    assert named(Settings.read(field["environment"]), field["means"]) == field["means"]
    defaults = {name: value for name, value in field["defaults"].items() if name != "stale_after"}
    assert (
        named(Settings.read({}), defaults) == defaults
    )  # without a number of hours it depends on the source


def _route(route: Route, meant: Mapping[str, Any]) -> dict[str, Any]:
    """A route, with the default for everything that did not exist then."""
    later = [each for each in fields(route) if each.name not in meant]
    assert {each.name: getattr(route, each.name) for each in later} == {
        each.name: each.default if each.default_factory is MISSING else each.default_factory()
        for each in later
    }
    return named(route, meant)


def test_the_routing_table_means_what_it_meant() -> None:
    field = CONFIGURATION["routing"]
    table, meant = load(field["text"]), field["means"]
    assert table.fallback
    assert {
        "default": _route(table.default, meant["default"]),
        "teams": {name: _route(route, meant["teams"][name]) for name, route in table.teams.items()},
        "fallback": [table.fallback.team, table.fallback.priority.value],
        "joined": _route(table.route(("dev-infra", "billing")), meant["joined"]),
    } == meant


def test_the_webhook_secret_means_what_it_meant() -> None:
    field = CONFIGURATION["webhook secret"]
    for source, meant in field["means"].items():
        credentials = Credentials.of(source, field["secret"])
        assert [plain(credentials.tokens), credentials.hmac_secret] == meant


def test_the_apps_secret_means_what_it_meant() -> None:
    """Its key is not kept here: whoever has the key is the App."""
    key = base64.encodebytes(AppKey.generate().private_pem.encode()).decode()
    for field in CONFIGURATION["app secret"].values():
        app = App.from_secret(field["secret"] | {"github_app_key_base64": key})
        assert app.issuer == field["means"]
