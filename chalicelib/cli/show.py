"""`show`: one condition's row and its episodes, in words."""

from collections.abc import Iterator
from datetime import datetime
from typing import Annotated

import typer
from pydantic import TypeAdapter

from chalicelib import render
from chalicelib.cli import next_command, options, rows, screen, words
from chalicelib.cli.reasons import Reason, reason
from chalicelib.conditions import heartbeats, tiers
from chalicelib.conditions.plan import Policy, plan
from chalicelib.conditions.row import AlertState, Issue
from chalicelib.quantities import counted
from chalicelib.render import unopened
from chalicelib.render.words import duration, moment
from chalicelib.wiring import checkout
from chalicelib.wiring.clock import CLOCK
from chalicelib.wiring.rules import policy_at_home

_ROW = TypeAdapter(AlertState)

Key = Annotated[
    str,
    typer.Argument(metavar="FINGERPRINT|ISSUE", help="As `list` shows them; an issue's address works too."),
]
ShowIssue = Annotated[
    bool, typer.Option("--issue", help="Show the issue's text too, as it would be written now.")
]


def show(
    key: Key,
    stage: options.Stage = "local",
    region: options.Region = None,
    issue: ShowIssue = False,
    as_json: options.AsJson = False,
) -> None:
    """What is known about one condition: since when, whose, its issue, what comes next, and earlier episodes.

    Examples:
    - `show example-org/alerts#12 --stage prod`
    - `show 424df6ca5f81`
    - `show https://github.com/example-org/alerts/issues/12 --issue`
    """
    found, now = checkout.find(stage, region), CLOCK.now()
    row = rows.find(found, key, now, limit=1000)
    if row is None:
        rejected = next_command.on(found, "dlq", "list")
        typer.echo(
            f"Nothing is known about {key} on {stage}. Rejected messages: `{rejected}`. An issue that was "
            "closed 90 days ago is found by its fingerprint, which is hidden in its text.",
            err=True,
        )
        raise typer.Exit(1)
    if as_json:
        screen.as_json(_ROW.dump_python(row, mode="json", exclude={"listed"}))
        return
    screen.heading(rows.title(row))
    rules = policy_at_home(found)
    screen.facts(_facts(row, rules, now, reason(found, row, now)))
    if row.spec.episodes and not row.spec.news:
        screen.show(screen.table(("began", "ended", "lasted", "how"), _episodes(row)))
    if issue and row.spec.alert:
        screen.issue(render.title(row.spec.alert, rules.routing), render.body(row, rules.routing, now))


def _facts(
    row: AlertState, policy: Policy, now: datetime, reason: Reason | None = None
) -> Iterator[tuple[str, object]]:
    alert, shown = row.spec.alert or heartbeats.newest(row.spec), row.status.issue
    yield "condition", rows.state(row, now)
    if alert:
        yield "priority", f"{alert.priority}, {alert.source}, {', '.join(alert.teams)}"
        yield "sender", alert.sender
        yield "reason", alert.reason
        yield "links", " ".join(filter(None, (alert.links.runbook_url, alert.links.source_url)))
    yield "fingerprint", row.fingerprint
    yield "issue", rows.issue(row) or "none"
    yield "not open", reason.sentence if reason else ""
    if shown:
        yield "", shown.url
        yield "last updated", moment(shown.spoke_at)
        yield "acknowledged", _acknowledged(row, shown, policy)
    yield "issue before", row.status.predecessor
    if row.spec.news:
        yield "sent before", ", ".join(moment(each.began) for each in reversed(row.spec.episodes))
    yield "next", words.step(plan(row, now, policy))
    yield "due", moment(row.due_at) if row.due_at else "not before something changes"
    yield from _trouble(row, now)


def _acknowledged(row: AlertState, shown: Issue, policy: Policy) -> str:
    """Say who has it, or who is called next; nothing for an alert that is over."""
    if not row.spec.firing or not shown.open:
        return ""
    if shown.acked_by:
        return f"by {shown.acked_by}" + (f" at {moment(shown.acked_at)}" if shown.acked_at else "")
    at = tiers.due_at(row, policy.routing)
    escalation = policy.routing.route(shown.teams, _somebody).escalation if at else None
    if at is None or escalation is None:
        return "by nobody"
    tier = f"tier {shown.tier + 1} of {len(escalation.tiers)}"
    return f"by nobody; {tier}, {' '.join(escalation.tiers[shown.tier])}, is called at {moment(at)}"


def _somebody(_: str) -> tuple[str, ...]:
    return ("whoever is on call then",)


def _trouble(row: AlertState, now: datetime) -> Iterator[tuple[str, object]]:
    """Say what is under way or went wrong."""
    if row.intent:
        looks = f", looked for {counted(row.intent.looks, 'time')}" if row.intent.looks else ""
        yield "unfinished", f"{row.intent.verb} begun at {moment(row.intent.since)}{looks}"
    if row.lease:
        yield "held", f"by a worker until {moment(row.lease.until)}"
    if refusal := row.status.refusal:
        request = f", GitHub's request id {refusal.request_id}" if refusal.request_id else ""
        times = f"{refusal.step} at {moment(refusal.at, now)}, failing since {moment(refusal.since, now)}"
        yield "failed", f"{unopened.failed(refusal)} ({times}{request})"
    if row.status.failures:
        refused = counted(row.status.failures, "time")
        yield "refused", f"by GitHub, {refused} in a row; doctor finds missing permissions"
    if (put_off := row.status.put_off) and now < put_off.until:
        yield "put off", f"{put_off.reason} until {moment(put_off.until, now)}"


def _episodes(row: AlertState) -> Iterator[tuple[object, ...]]:
    for episode in reversed(row.spec.episodes):
        how = "recovered" if episode.recovered else "not known to have recovered"
        yield moment(episode.began), moment(episode.ended), duration(episode.ended - episode.began), how
