"""What would become of alerts, for a person or a script."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from chalicelib import render
from chalicelib.adapters.fields import Ignored, Ownership
from chalicelib.alert import AlertEvent
from chalicelib.cli import screen, words
from chalicelib.cli.rehearsal import Outcome, Told
from chalicelib.conditions.row import AlertState
from chalicelib.errors import NotAccepted, Rejected
from chalicelib.github.protocol import Request
from chalicelib.render.words import duration
from chalicelib.routing import Route, Routing
from chalicelib.routing.route import ON_CALL


@dataclass(frozen=True, slots=True)
class Answer:
    """What becomes of one alert, or why the webhook refuses all of them."""

    source: str
    what: Told | NotAccepted
    known_by: str = ""

    @property
    def whose(self) -> str:
        """Its source, and how that was recognised."""
        return f"{self.source}, recognised by {self.known_by}" if self.known_by else self.source


def show(answers: Sequence[Answer], routing: Routing, now: datetime, *, as_json: bool) -> None:
    """Print answers."""
    if as_json:
        screen.as_json([data(answer, routing, now) for answer in answers])
        return
    for number, answer in enumerate(answers, start=1):
        _print(answer, f"{number} of {len(answers)}", routing, now)
    if not answers:
        screen.say("The payload holds no alert: nothing would happen.")


def data(answer: Answer, routing: Routing, now: datetime) -> dict[str, Any]:
    """Write an answer for a script."""
    whose = {"source": answer.source} | ({"recognised_by": answer.known_by} if answer.known_by else {})
    match answer.what:
        case Outcome() as change:
            return whose | {"outcome": "alert"} | _of_change(change, routing, now)
        case Ignored(reason, title):
            return whose | {"outcome": "ignored", "reason": reason, "title": title}
        case Rejected() as rejected:
            why = {"reason": rejected.reason, "explanation": str(rejected), "fix": rejected.fix}
            return whose | {"outcome": "rejected"} | why
        case NotAccepted() as refusal:
            why = {"reason": refusal.reason, "explanation": str(refusal)}
            return whose | {"outcome": "refused", "status": refusal.status} | why


def requests(sent: Sequence[Request]) -> Iterator[str]:
    """Write requests to GitHub, one on each line, with what a person wants to know about it."""
    for request in sent:
        body = request.body or {}
        named = [body.get("title"), body.get("state"), ", ".join(body.get("labels", ()))]
        said = " · ".join(filter(None, named))
        yield f"{request.method} {path(request)}" + (f"  {said}" if said else "")


def briefly(answer: Answer) -> Iterator[tuple[str, object]]:
    """Summarise in a few lines what becomes of an alert."""
    match answer.what:
        case Outcome() as change:
            yield "alert", f"{change.alert.title}, {change.alert.state}"
            yield "record", words.reason(change.reason, change.alert)
            yield "plan", ", then ".join(words.step(step) for step in change.steps)
            yield from (("request", line) for line in requests(change.requests))
        case Ignored(reason, title):
            yield "ignored", f"{title}: {reason}, {words.ignored(reason)}"
        case Rejected() as rejected:
            yield "why", f"{rejected.reason}: {rejected}"
            yield "to do", rejected.fix
        case NotAccepted() as refusal:
            yield "why", f"{refusal.status} {refusal.reason}: {refusal}"


def path(request: Request) -> str:
    """Write the path of a request; an issue that does not exist yet has no number."""
    return request.path.replace("/issues/0", "/issues/(the new one)")


def _of_change(change: Outcome, routing: Routing, now: datetime) -> dict[str, Any]:
    return {
        "alert": change.alert.model_dump(mode="json", exclude={"raw_provider"}, exclude_none=True),
        "owner": _owner(change.owner),
        "fingerprint": change.alert.fingerprint,
        "record": {"reason": change.reason.value, "meaning": words.meaning(change.reason, change.alert)},
        "plan": [words.step(step) for step in change.steps],
        "routing": _route(change.alert, routing, change.row),
        "requests": [
            {"method": request.method, "path": path(request), "body": request.body}
            for request in change.requests
        ],
        "issue": _issue(change, routing, now),
    }


def _route(alert: AlertEvent, routing: Routing, row: AlertState | None = None) -> dict[str, Any]:
    route = routing.route(alert.teams, lambda team: (row and row.called(team)) or (ON_CALL,))
    return {
        "repository": route.repository,
        "labels": routing.labels(alert),
        "assignees": route.assignees,
        "mentions": route.mentions.get(alert.priority, ()),
        "escalation": _escalation(route) if alert.priority.urgent else {},
        "runbook": alert.links.runbook_url or route.runbook,
    }


def _escalation(route: Route) -> dict[str, str]:
    """Say who is called next while nobody acknowledges it."""
    if route.escalation is None:
        return {}
    tiers = ", then ".join(" ".join(tier) for tier in route.escalation.tiers)
    return {"to": tiers, "each after": duration(route.escalation.after)}


def _issue(change: Outcome, routing: Routing, now: datetime) -> dict[str, str] | None:
    """Write the issue as it would look; a resolution of something unknown has none."""
    if change.row.spec.alert is None:
        return None
    written = [request.body["body"] for request in change.requests if request.body and "body" in request.body]
    body = written[-1] if written else render.body(change.row, routing, now)
    return {"title": render.title(change.row.spec.alert, routing), "body": body}


def _print(answer: Answer, number: str, routing: Routing, now: datetime) -> None:
    match answer.what:
        case Outcome() as change:
            _print_change(change, answer.whose, number, routing, now)
        case Ignored():
            screen.heading(f"{number}: acknowledged, and no issue")
            screen.facts([("source", answer.whose), *briefly(answer)])
        case Rejected():
            screen.heading(f"{number}: no issue, it goes to the dead-letter queue")
            screen.facts([("source", answer.whose), *briefly(answer)])
        case NotAccepted():
            screen.heading(f"{number}: the webhook refuses it")
            screen.facts([("source", answer.whose), *briefly(answer)])


def _print_change(change: Outcome, source: str, number: str, routing: Routing, now: datetime) -> None:
    alert = change.alert
    screen.heading(f"{number}: {alert.title}")
    screen.facts([("source", source), *_facts(alert, change.owner), ("fingerprint", alert.fingerprint)])
    screen.say()
    screen.facts(
        [
            ("record", words.reason(change.reason, alert)),
            *(("plan", words.step(step)) for step in change.steps),
            *((name, _joined(value)) for name, value in _route(alert, routing, change.row).items()),
            *(("request", line) for line in requests(change.requests)),
        ]
    )
    if issue := _issue(change, routing, now):
        screen.issue(issue["title"], issue["body"])


def _owner(owner: Ownership | None) -> dict[str, str]:
    """Say which rules gave an alert its teams and its priority."""
    return {"teams": owner.team_rule, "priority": owner.priority_rule} if owner else {}


def _facts(alert: AlertEvent, owner: Ownership | None) -> list[tuple[str, object]]:
    """List the fields of the normalized alert."""
    rules = _owner(owner)
    told: Mapping[str, Any] = alert.model_dump(
        mode="json", exclude={"raw_provider", "schema_version", "source"}, exclude_defaults=True
    )
    shown = {name: _joined(value) for name, value in told.items()}
    return [(name, f"{value} ({rules[name]})" if name in rules else value) for name, value in shown.items()]


def _joined(value: object) -> object:
    if isinstance(value, Mapping):
        return ", ".join(f"{name}={part}" for name, part in value.items() if part is not None)
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else value
