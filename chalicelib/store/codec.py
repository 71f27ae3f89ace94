"""Codec: a row as attributes of the table, one group for each of its writers. Pure.

No write removes an attribute. Fields that alerts gained later have their own attribute, since an earlier
version rejects a spec with unknown fields in its alerts, and must be able to take over after a rollback.
"""

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from pydantic import TypeAdapter, ValidationError

from chalicelib.alert import AlertEvent, Condition, Priority
from chalicelib.alert_fields import OF_NOTIFICATIONS
from chalicelib.conditions import heartbeats, lag, storms
from chalicelib.conditions.nothing import Held
from chalicelib.conditions.row import AlertState, Intent, Lease, Status
from chalicelib.conditions.spec import Spec
from chalicelib.store import schema
from chalicelib.store.documents import Document

Item = Mapping[str, Any]

KEPT, TOMBSTONE_KEPT = timedelta(days=3 * 365), timedelta(days=7)

ALERTS = ("alert", "resolution", "early")
ADDED = {"annotations", "grace", "group", "interval", "kind", "measurement", "muted_until", "name", "sender"}
ADDED |= {*OF_NOTIFICATIONS}
"""Fields of an alert that came later."""
ALERTING, NEWS = "", "NEWS#"
"""Kinds of rows in the index `open`, so that news does not count as firing."""
WAITING, SILENCED, HELD = "", "SILENCED#", "HELD#"
"""Kinds of rows in the index `waiting`; the first is as old as the index, and has no name."""

OCCASIONAL = ("refusal", "put_off", "enrichment", "wishes", "past", "incident")
"""Fields of a status that are written only if they say something, like those for the mirrors."""

_SPEC, _STATUS = TypeAdapter(Spec), TypeAdapter(Status)
_INTENT, _HELD = TypeAdapter(Intent), TypeAdapter(Held)
_ADDED = {name: TypeAdapter[Any](AlertEvent.model_fields[name].annotation or Any) for name in ADDED}


def spec(row: AlertState) -> dict[str, Any]:
    """Return what record writes; a resolved row or a heartbeat's is kept three years, a tombstone a week."""
    told = row.spec
    resolved = told.condition is Condition.RESOLVED
    ended = told.episodes[-1].ended if resolved and told.episodes and not told.news else None
    expires = told.at + (KEPT if told.alert or heartbeats.newest(told) else TOMBSTONE_KEPT)
    absent: dict[str, Any] = dict.fromkeys(ALERTS, ADDED) | ({} if told.readings else {"readings": True})
    return {
        "spec": {"S": _SPEC.dump_json(told, exclude=absent).decode()},
        "added": _added(told),
        "correlation_id": {"S": row.correlation_id} if row.correlation_id else None,
        "ttl_expires_at": {"N": str(int(expires.timestamp()))} if resolved else None,
        "resolved_day": {"S": ended.strftime("%Y-%m-%d")} if ended else None,
        "resolved_at": number(ended) if ended else None,
    }


def status(row: AlertState) -> dict[str, Any]:
    """Return what sync writes."""
    issue = row.status.issue
    still_open = issue if issue and issue.open else None
    kind = NEWS if row.spec.news else ALERTING
    return {
        "status": {"S": _STATUS.dump_json(row.status, exclude=_unset(row.status)).decode()},
        "issue_repository": repository(issue.ref.repository) if issue else None,
        "issue_number": {"N": str(issue.ref.number)} if issue else None,
        "open_priority": {"S": part(kind, still_open.priority)} if still_open else None,
        "open_since": number(still_open.episode) if still_open else None,
    }


def _unset(status: Status) -> set[str]:
    mirrored = () if status.outbox else ("outbox", "mirror_at")
    return {*mirrored, *(name for name in OCCASIONAL if not getattr(status, name))}


def retired() -> dict[str, Any]:
    """Return empty attributes for an issue that closed long ago, so that the indexes no longer find it."""
    return {"issue_repository": None, "issue_number": None}


def intent(unfinished: Intent | None) -> dict[str, Any]:
    """Return the step that began and is not known to have ended."""
    return {"intent": {"S": _INTENT.dump_json(unfinished).decode()} if unfinished else None}


def lease(held: Lease | None) -> dict[str, Any]:
    """Return who acts on the row, and until when."""
    return {
        "lease_owner": {"S": held.owner} if held else None,
        "lease_until": number(held.until) if held else None,
        "lease_unended": {"N": str(held.unended)} if held and held.unended else None,
    }


def look(*, wanted: bool) -> dict[str, Any]:
    """Return whether people changed the issue, which is to be read."""
    return {"look": {"BOOL": True} if wanted else None}


def due(row: AlertState) -> dict[str, Any]:
    """Return when GitHub may be behind, how urgent that is, and since when it has been behind for certain.

    Rows that are held back from outside, and those that fire without an issue because people silenced them,
    are in the same index under other names. What fires is in the index `groups` with its storm, or its team.
    """
    at, kinds = row.due_at, ((WAITING, lag.since), (HELD, lag.held_since), (SILENCED, lag.silenced_since))
    kind, since = next(((kind, found) for kind, of in kinds if (found := of(row))), (WAITING, None))
    group, began = storms.listed(row) or (None, None)
    return {
        "due_priority": {"S": row.rank.value} if at else None,
        "due_at": number(at) if at else None,
        "waiting_priority": {"S": part(kind, row.priority)} if since else None,
        "waiting_since": number(since) if since else None,
        "group": {"S": group} if group else None,
        "group_since": number(began) if began else None,
        "held": {"S": _HELD.dump_json(row.held).decode()} if row.held else None,
    }


def part(kind: str, priority: Priority) -> str:
    """Return the part of the index `open` or `waiting` that has the rows of a kind and priority."""
    return f"{kind}{priority.value}"


def row(item: Item) -> AlertState:
    """Read a row; raises WrittenByNewer."""
    return AlertState(
        fingerprint=schema.known(item)["fingerprint"]["S"],
        spec=_spec(item),
        status=_STATUS.validate_json(item["status"]["S"]) if "status" in item else Status(),
        intent=_INTENT.validate_json(item["intent"]["S"]) if "intent" in item else None,
        lease=_lease(item) if "lease_owner" in item else None,
        revision=int(item["revision"]["N"]),
        due_at=time(item["due_at"]) if "due_at" in item else None,
        correlation_id=item["correlation_id"]["S"] if "correlation_id" in item else None,
        look="look" in item,
        held=_held(item["held"]["S"]) if "held" in item else None,
        listed="waiting_priority" in item,
    )


def _added(told: Spec) -> dict[str, str] | None:
    """Return the later fields of a spec's alerts, and which spec they belong to."""
    alerts = {name: alert for name in ALERTS if (alert := getattr(told, name))}
    options: dict[str, Any] = {"mode": "json", "include": ADDED, "exclude_defaults": True}
    added = {name: alert.model_dump(**options) for name, alert in alerts.items()}
    if not any(added.values()):
        return None
    return {"S": json.dumps({"seen_at": told.seen_at.isoformat(), **added}, ensure_ascii=False)}


def _spec(item: Item) -> Spec:
    told: Spec = _SPEC.validate_json(item["spec"]["S"])
    added = json.loads(item["added"]["S"]) if "added" in item else {}
    if added.pop("seen_at", None) != told.seen_at.isoformat():  # an earlier version has written it since
        return told
    whole: dict[str, Any] = {name: _whole(getattr(told, name), added[name]) for name in added}
    return replace(told, **whole)


def _whole(alert: AlertEvent, added: Mapping[str, Any]) -> AlertEvent:
    return alert.model_copy(update={name: _ADDED[name].validate_python(added[name]) for name in added})


def _held(text: str) -> Held | None:
    """Read what holds a row back; None if this version does not know it, as when a later one wrote it."""
    with suppress(ValidationError):
        return _HELD.validate_json(text)
    return None


def _lease(item: Item) -> Lease:
    unended = item.get("lease_unended", {"N": "0"})["N"]
    return Lease(item["lease_owner"]["S"], time(item["lease_until"]), int(unended))


def document(item: Item) -> Document:
    """Read a document; raises WrittenByNewer."""
    return Document(int(schema.known(item)["version"]["N"]), item["document"]["S"])


def repository(name: str) -> dict[str, str]:
    """A repository's name, in lower case, since GitHub ignores case."""
    return {"S": name.lower()}


def number(moment: datetime) -> dict[str, str]:
    """A time as epoch seconds, to the microsecond."""
    return {"N": f"{moment.timestamp():.6f}"}


def time(attribute: Mapping[str, str]) -> datetime:
    """Read a time."""
    return datetime.fromtimestamp(float(attribute["N"]), UTC)
