"""What a Datadog monitor reports, in the payload that docs/senders/datadog.md shows -> an alert.

docs.datadoghq.com/integrations/webhooks
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from zlib import crc32

from chalicelib.adapters import bounds, canonical, fields, telling, titles
from chalicelib.adapters.fields import Ignored, Parsed, quoted
from chalicelib.adapters.owner import OwnershipSource, owner
from chalicelib.adapters.owner_rules import OwnerRules
from chalicelib.adapters.source import Example, Payload, Source, alone
from chalicelib.alert_values import MAX_DESCRIPTION, MAX_REASON, MAX_TITLE, Condition
from chalicelib.errors import Rejected

if TYPE_CHECKING:
    from chalicelib.alert import AlertEvent

FIRING = frozenset({"Triggered", "Re-Triggered", "Warn", "Re-Warn", "No Data", "Re-No Data", "Renotify"})
RESOLVED = frozenset({"Recovered", "Warn Recovered"})
"""Datadog also sends `Warn Recovered`, which its documentation does not mention."""

OWNER = frozenset({"team", "teams", "priority"})
_IDENTIFYING = (
    "alert_id alert_transition alert_scope alert_priority title date tags org_id team teams priority"
)
EVERYTHING = "*"
"""The scope of a monitor that does not group."""

_CHANGE = "|".join(sorted(FIRING | RESOLVED))
_PREFIX = re.compile(rf"\[(?:TEST|P[1-5]|(?:{_CHANGE})(?: on \{{[^{{}}]*\}})?)\]\s*")
_MILLISECONDS = re.compile(r"\d{12,14}", re.ASCII)
_PASTE = "Paste the payload from docs/senders/datadog.md into the webhook, not encoded as a form."


def parse(payload: Mapping[str, Any], rules: OwnerRules) -> list[Parsed]:
    """Read what a monitor reports about one of its groups; raises Rejected."""
    if fields.title(payload.get("title"), MAX_TITLE).startswith("[TEST]"):
        return [Ignored("TEST_NOTIFICATION", _title(payload))]
    return [_alert(payload, rules)]


def _alert(payload: Mapping[str, Any], rules: OwnerRules) -> "AlertEvent":
    monitor, scope, title = _monitor(payload), _scope(payload.get("alert_scope")), _title(payload)
    condition, tags = _condition(payload.get("alert_transition")), _tags(payload.get("tags"))
    place = OwnershipSource("the tags of the monitor", title, "team:your-team", "priority:P2")
    labels = {name: value for name, value in tags.items() if name.lower() not in OWNER}
    groups = scope.split(",") if scope else []
    named = owner(_said(payload, tags), condition, rules, place)
    rest = {
        name: value
        for name, value in labels.items()
        if f"{name}:{value}" not in groups and name.lower() not in named.names
    }
    reason = fields.text(payload.get("alert_status"), MAX_REASON)
    return canonical.AlertEvent(
        source=SOURCE.name,
        state=condition,
        title=titles.written(title, [*groups, *telling.pieces(title, rest)]),
        name=title,
        description=fields.text(payload.get("text"), MAX_DESCRIPTION),
        reason=reason or fields.word(payload.get("alert_transition")),
        priority=named.priority,
        occurred_at=_time(payload.get("date")),
        teams=named.teams,
        identity=canonical.Identity(
            account_id=fields.word(payload.get("org_id")) or None,
            alarm_id=fields.identifier(f"{monitor} {scope}".strip()),
        ),
        links=canonical.Links(
            runbook_url=fields.url(payload.get("runbook_url")),
            source_url=fields.url(payload.get("link")),
            image_url=fields.url(payload.get("snapshot")),
        ),
        labels=bounds.labels(labels),
        raw_provider=fields.raw(payload),
    )


def _monitor(payload: Mapping[str, Any]) -> str:
    monitor = fields.word(payload.get("alert_id"))
    if monitor and not monitor.startswith("$"):
        return monitor
    raise Rejected("CUSTOM_PAYLOAD", "the payload has no `alert_id`, the id of a monitor", _PASTE)


def _condition(transition: object) -> Condition:
    if isinstance(transition, str) and transition in FIRING | RESOLVED:
        return Condition.FIRING if transition in FIRING else Condition.RESOLVED
    raise Rejected(
        "UNKNOWN_STATUS",
        f"`alert_transition` is not a monitor's transition: {quoted(transition)}",
        f"Mention the webhook only in monitors. {_PASTE}",
    )


def _scope(value: object) -> str:
    """Write the tags of a group in a stable order, whatever order they arrive in."""
    named = fields.title(value, fields.MAX_RAW)
    return ",".join(sorted({tag.strip() for tag in named.split(",")} - {"", EVERYTHING}))


def _title(payload: Mapping[str, Any]) -> str:
    """Remove what Datadog puts before a monitor's name: `[P2] [Triggered on {host:web-1}] Disk full`."""
    title = fields.title(payload.get("title"), MAX_TITLE)
    while found := _PREFIX.match(title):
        title = title[found.end() :]
    return title or f"Monitor {fields.word(payload.get('alert_id'))}"


def _tags(value: object) -> dict[str, str]:
    """Read `monitor, team:storage, host:web-1`; several values of a name are joined."""
    tags: dict[str, str] = {}
    for tag in fields.title(value, fields.MAX_RAW).split(","):
        name, _, said = (part.strip() for part in tag.partition(":"))
        if said:
            tags[name] = f"{tags[name]}, {said}" if name in tags else said
    return tags


def _said(payload: Mapping[str, Any], tags: Mapping[str, str]) -> list[dict[str, str]]:
    """Return what names an owner: the monitor's tags, or else what the payload sets for all monitors."""
    of_all = fields.strings({name: payload[name] for name in OWNER & payload.keys()})
    of_monitor = fields.strings({"priority": payload.get("alert_priority")})
    return [_in_ours(said) for said in (fields.lowered(tags), of_all, of_monitor)]


def _in_ours(said: Mapping[str, str]) -> dict[str, str]:
    return {**said, "priority": fields.lower_end(said.get("priority", "").strip())}


def _time(value: object) -> datetime:
    """Read milliseconds since 1970; raises Rejected."""
    written = fields.word(value)
    if _MILLISECONDS.fullmatch(written):
        written = datetime.fromtimestamp(int(written) / 1000, UTC).isoformat()
    return fields.time(written, "date")


def _ended(payload: Mapping[str, Any]) -> bool:
    transition = payload.get("alert_transition")
    return isinstance(transition, str) and transition in RESOLVED


def _looks_like(content: object) -> bool:
    return isinstance(content, Mapping) and "alert_transition" in content


def _mend(payload: Payload, named: dict[str, str]) -> None:
    """Set it for the whole payload, and remove it from the tags, which take precedence."""
    replaced = {*named, "teams"} if "team" in named else {*named}
    tags = str(payload.get("tags") or "").split(",")
    kept = [tag for tag in tags if tag.partition(":")[0].strip().lower() not in replaced]
    for name in replaced & payload.keys():
        del payload[name]
    payload.update(named, tags=",".join(kept))


def _template(of: Example) -> Payload:
    change = of.either("Triggered", "Recovered")
    return {
        "alert_id": str(crc32(of.name.encode())),
        "alert_transition": change,
        "alert_scope": EVERYTHING,
        "alert_priority": of.priority.value,
        "alert_status": "ci.jobs.waiting over * was > 50.0 on average during the last 5m",
        "title": f"[{change}] {of.name}",
        "text": "118 jobs have waited for more than 10 minutes",
        "date": str(int((of.ended or of.began).timestamp() * 1000)),
        "tags": f"monitor, pool:linux-x64, team:{of.team}",
        "org_id": "11023",
        "link": "https://app.datadoghq.com/event/jump_to?event_id=123456",
        "snapshot": "",
    }


SOURCE = Source(
    name="datadog",
    shown_as="Datadog",
    to_route="give its monitor the tag `team:your-team`",
    label="Tag",
    parse=parse,
    split=alone,
    ended=_ended,
    identifying=frozenset(_IDENTIFYING.split()),
    looks_like=_looks_like,
    known_by="`alert_transition`",
    template=_template,
    mend=_mend,
)
