"""What must hold when the world has been left alone and is quiet: what the README promises, at rest."""

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from chalicelib.adapters import own
from chalicelib.alert import Condition
from chalicelib.conditions.nothing import Nothing, Quiet
from chalicelib.conditions.plan import plan
from chalicelib.conditions.row import AlertState
from chalicelib.conditions.steps import Step
from chalicelib.render.marker import marker
from tests.local.github.model import Issue
from tests.simulation import incident_oracle, news, oracle

if TYPE_CHECKING:
    from tests.simulation.world import World

FOUND = Iterator[tuple[str, str]]


def check(world: "World") -> None:
    """Tell the world of everything that does not hold."""
    for promise, how in _found(world):
        world.breaks(promise, how)


def _found(world: "World") -> FOUND:
    for message in world.messaging.sent:
        if message.id not in world.telemetry.heard and not world.is_dead(message):
            yield "4. no message is lost", f"{message.id} is nowhere"
    for deed in world.human.deeds:
        if not deed.stands() and deed.word not in world.watch.overwritten:
            yield "6. people's words stay", f"#{deed.issue.number} lost {deed.word} ({deed.kind})"
    yield from oracle.judge(world)
    yield from world.mirrored.judge()
    yield from world.called.judge()
    yield from world.storms.judge()
    yield from incident_oracle.judge(world)
    yield from news.judge(world)
    for row in world.rows():
        yield from _at_rest(world, row)
        yield from _issue(world, row)


ASKED_FOR = (Quiet.MUTED, Quiet.SNOOZED, Quiet.MAINTENANCE, Quiet.NOT_PLANNED)
"""Why a person has no issue who should have one."""

LEFT_OPEN = (*ASKED_FOR, Quiet.REOPENED_BY_PERSON, Quiet.FLAPPING)
"""Why an issue is left as it is."""


WAITING = (*LEFT_OPEN, Quiet.UP_TO_DATE, Quiet.BEATING, Quiet.RESOLVED_UNTOLD)
"""Why a row may be due some time: by then its source may not have repeated it for too long, for example."""


def _plan(world: "World", row: AlertState) -> Step:
    """Plan as who knows every maintenance window."""
    return plan(row, world.schedule.now(), replace(world.policy, outside=world.maintained.outside))


def _at_rest(world: "World", row: AlertState) -> FOUND:
    step = _plan(world, row)
    waits = isinstance(step, Nothing) and step.reason in WAITING and step.due_at in (None, row.due_at)
    if (row.due_at and not waits) or row.lease or row.intent or not isinstance(step, Nothing):
        yield "rest", f"{row.fingerprint[:4]} is due at {row.due_at}, intent {row.intent}, plan {step}"


def _issue(world: "World", row: AlertState) -> FOUND:
    if row.spec.news:
        return  # of a series, people may have several open
    issues = world.watch.about(row.fingerprint)
    open_ones = [issue for issue in issues if issue.state == "open"]
    step = _plan(world, row)
    reason = step.reason if isinstance(step, Nothing) else None
    name = row.fingerprint[:4]
    if len(open_ones) > 1:
        yield "1. one open issue", f"{name} has {[issue.number for issue in open_ones]}"
    elif row.spec.condition is Condition.FIRING and not open_ones:
        if (
            not (reason is Quiet.CLOSED_BY_PERSON and world.watch.ever_closed_by_person(row.fingerprint))
            and reason not in ASKED_FOR
        ):
            yield "2. a firing condition has its issue", f"{name} has none: {reason}"
    elif row.spec.condition is Condition.FIRING:
        yield from _shows(row, open_ones[0], reason)
    elif open_ones and reason not in LEFT_OPEN and _closes(world, row):
        yield "2. a resolved condition has none", f"{name} has #{open_ones[0].number}: {reason}"


def _closes(world: "World", row: AlertState) -> bool:
    """Whether the team wants its issues closed; those of our own that say so are closed in any case."""
    alert = row.spec.alert
    if alert is None:
        return False
    return own.of(alert.source).closes or world.policy.routing.route(alert.teams).close_on_resolve


def _shows(row: AlertState, issue: Issue, reason: Quiet | None) -> FOUND:
    """The open issue is the row's, and is about its episode, whatever else people pasted there."""
    told = row.spec.episode is not None and marker(row.fingerprint, row.spec.episode) in (issue.body or "")
    believed = row.status.issue
    if believed is None or believed.ref.number != issue.number:
        yield "2. the row knows its issue", f"{row.fingerprint[:4]}: #{issue.number}, believed {believed}"
    elif reason not in LEFT_OPEN and not told:
        yield "2. the issue tells of its episode", f"#{issue.number} does not tell of {row.spec.episode}"
