"""Events of AWS services, as EventBridge rules send them to the topic -> alerts; one file for each service.

A rule sends the event alone or, with an input transformer, in an object that says whose it is, since events
have no team and few have tags:

    {"team": "infra", "priority": "P1", "event": <aws.events.event.json>}

docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from chalicelib.adapters import aws_event, bounds, canonical, envelope, fields, titles
from chalicelib.adapters.aws_event import ACCOUNT, REGION, Event, Occurrence
from chalicelib.adapters.fields import Ignored, Parsed, quoted
from chalicelib.adapters.owner import OwnershipSource, owner
from chalicelib.adapters.owner_rules import FILE, OwnerRules
from chalicelib.adapters.source import Example, Payload, Source, alone
from chalicelib.alert_values import MAX_DESCRIPTION, MAX_REASON, MAX_TITLE, Condition
from chalicelib.errors import Rejected

if TYPE_CHECKING:
    from chalicelib.alert import AlertEvent


Read = Callable[[Event], Occurrence | Ignored]
Find = Callable[[Mapping[str, Any]], tuple[Event, Occurrence | Ignored]]


def source(
    name: str,
    shown_as: str,
    *kinds: str,
    read: Read,
    example: Callable[[Example], Payload],
    ends: bool = True,
) -> Source:
    """Make the source of a service: `kinds` are its detail types, `example` writes the first one's detail."""

    def find(payload: Mapping[str, Any]) -> tuple[Event, Occurrence | Ignored]:
        event = aws_event.read(payload)
        if event.kind not in kinds:
            raise Rejected(
                "OTHER_EVENT",
                f"the event {quoted(event.kind)} of {shown_as} does not become an alert",
                f"In the rule's pattern, list only the detail-type: {', '.join(kinds)}",
            )
        return event, read(event)

    made = published(
        name,
        shown_as,
        find=find,
        known_by=f"`event.source`, or `source` of an event on its own, which is {name.replace('-', '.', 1)}",
        template=lambda of: _template(name, kinds[0], example(of), of),
    )
    return replace(made, ends=ends)


def published(
    name: str,
    shown_as: str,
    *,
    find: Find,
    known_by: str,
    template: Callable[[Example], Payload],
) -> Source:
    """Make the source for what a service publishes to the topic, read by `find`."""

    def parse(payload: Mapping[str, Any], rules: OwnerRules) -> list[Parsed]:
        event, found = find(payload)
        return [found if isinstance(found, Ignored) else _alert(name, event, found, rules)]

    def ended(payload: Mapping[str, Any]) -> bool:
        _, found = find(payload)
        return isinstance(found, Occurrence) and found.state is Condition.RESOLVED

    return Source(
        name=name,
        shown_as=shown_as,
        to_route=f"give `[source.{name}]` in {FILE} a `team`",
        label="Detail",
        posts=False,
        parse=parse,
        split=alone,
        ended=ended,
        identifying=frozenset(),  # never cut, since it does not pass through the webhook
        known_by=known_by,
        looks_like=lambda content: envelope.publisher(content) == name,
        template=template,
        mend=_mend,
        repeats=timedelta(0),  # one message for each change
    )


def _alert(name: str, event: Event, found: Occurrence, rules: OwnerRules) -> "AlertEvent":
    said = [fields.lowered(event.said), fields.lowered(found.tags), {"severity": found.severity}]
    place = OwnershipSource(f"{FILE}, table", f"source.{name}", 'team = "your-team"', 'priority = "P2"')
    named = owner(said, found.state, rules, place)
    title = fields.title(aws_event.joined(found.name, found.what), MAX_TITLE)
    return canonical.AlertEvent(
        source=name,
        state=found.state,
        kind=found.kind,
        title=titles.written(title, found.pieces),
        name=title,
        description=fields.text(found.description, MAX_DESCRIPTION),
        reason=fields.text(found.reason, MAX_REASON),
        priority=named.priority,
        occurred_at=fields.time(found.at or event.time, "time"),
        teams=named.teams,
        identity=canonical.Identity(
            account_id=fields.word(found.account or event.account) or None,
            region=fields.word(found.region or event.region) or None,
            alarm_id=fields.identifier(found.id),
        ),
        links=canonical.Links(source_url=fields.url(found.link)),
        labels=bounds.labels(fields.strings(found.labels)),
        raw_provider=fields.raw(event.payload),
    )


def _mend(payload: Payload, named: dict[str, str]) -> None:
    """Set it as a rule's input transformer would; a message that is text already has such an object."""
    if not {"event", "text"} & payload.keys():
        event = dict(payload)
        payload.clear()
        payload["event"] = event
    if "team" in named:
        payload.pop("teams", None)
    payload.update(named)


def _template(name: str, kind: str, detail: Payload, of: Example) -> Payload:
    event = {
        "version": "0",
        "id": "315c1398-40ff-a850-213b-158f73e60175",
        "detail-type": kind,
        "source": name.replace("-", ".", 1),
        "account": ACCOUNT,
        "time": of.at,
        "region": REGION,
        "resources": detail.pop("resources", []),
        "detail": detail,
    }
    return {"team": of.team, "priority": of.priority.value, "event": event}
