"""Comments: what is written in addition to the body, because a comment notifies."""

from collections.abc import Callable
from datetime import datetime

from chalicelib.conditions import commands
from chalicelib.conditions.comments import Comment
from chalicelib.conditions.issue import IssueRef
from chalicelib.conditions.row import AlertState
from chalicelib.render import incident, links, people
from chalicelib.render.marker import comment_marker
from chalicelib.render.stale import unheard
from chalicelib.render.view import View
from chalicelib.render.words import moment
from chalicelib.routing import Routing


def comment(row: AlertState, routing: Routing, key: str, now: datetime) -> str:
    """Write the comment that `key` names; raises ValueError for a key that is not ours."""
    view = View.of(row, routing, now)
    said = [part for part in _KINDS[Comment.of(key)](view) if part]
    return "\n\n".join([*said, comment_marker(row.fingerprint, view.began, key)])


def duplicate(ref: IssueRef) -> str:
    """Say which issue remains if two were open for one condition."""
    return f"Duplicate of {ref}\n\nBoth are about the same condition; updates continue there."


def superseded(newer: IssueRef | None) -> str:
    """Say which notification of the series replaced this one."""
    return f"Superseded by {newer}." if newer else "Superseded by a newer notification."


def _repeat(view: View) -> list[str]:
    return [f"Still firing: {view.since()}. {view.reported()}", view.now_says()]


def _escalation(view: View) -> list[str]:
    issue, priority = view.row.status.issue, view.alert.priority
    before = f" from {issue.announced}" if issue and issue.announced != priority else ""
    raised = f"Raised{before} to {view.severity(priority)}; firing {view.since()}."
    return [raised, links.links(view), view.mentions(priority), view.now_says()]


def _alone(view: View) -> list[str]:
    why = "GitHub does not accept the issue of the storm that this is part of, so people are called here."
    assigned = (f"@{login}" for login in view.route.assignees)
    names = dict.fromkeys((*view.route.mentions.get(view.alert.priority, ()), *assigned))
    fires = f"{view.severity(view.alert.priority)}; firing {view.since()}."
    return [f"{why} {fires}", links.links(view), " ".join(names), view.now_says()]


def _tier(view: View) -> list[str]:
    issue, priority = view.row.status.issue, view.severity(view.alert.priority)
    nobody = f"Nobody has acknowledged this yet. {priority}; firing {view.since()}."
    tier = people.of_tier(view, issue.tier + 1 if issue else 1)
    return [nobody, links.links(view), tier, view.now_says(), f"To take it, {people.TAKE_IT}."]


def _resolved(view: View) -> list[str]:
    return [view.ending(), "This issue stays open until a person closes it, as its team prefers."]


def _snooze(view: View) -> list[str]:
    return [f"The snooze is over, and it still fires: {view.since()}. {view.reported()}", view.now_says()]


def _quiet(view: View) -> list[str]:
    issue = view.row.status.issue
    closer = f" by {view.line(issue.closer)}" if issue and issue.closer else ""
    fires = f"It fires again, since {moment(view.began)}. This issue was closed as not planned{closer},"
    return [
        f"{fires} so no new issue is opened for a while, and this one gets no more updates.",
        "Reopen this issue to get updates.",
    ]


def _incident(view: View) -> list[str]:
    return [f"This alert is already part of an incident. {incident.named(view, view.row.status.issue)}"]


def _review(_: View) -> list[str]:
    return [REVIEW]


def _help(view: View) -> list[str]:
    return [HELP_ON_NEWS] if view.row.spec.news else [HELP, people.available(view)]


HELP = "That command could not be carried out. You can use these on the first line of a comment:"

HELP_ON_NEWS = f"""\
This is a notification: nobody has to take it, and it sends no updates. Close the issue once you have read it.
You can use these on the first line of a comment:

{people.listed(commands.OF_NEWS)}"""

REVIEW = """\
The incident is over. For its review, please add to the text of this issue:

- **Impact** in numbers: how many people, requests or jobs, and for how long
- **Root cause**: what made it possible, not who
- **What went well**, and what was luck
- **Follow-ups**, each with an owner and a date"""

_KINDS: dict[Comment, Callable[[View], list[str]]] = {
    Comment.REPEAT: _repeat,
    Comment.ESCALATION: _escalation,
    Comment.TIER: _tier,
    Comment.ALONE: _alone,
    Comment.RESOLVED: _resolved,
    Comment.SNOOZE: _snooze,
    Comment.QUIET: _quiet,
    Comment.STALE: unheard,
    Comment.HELP: _help,
    Comment.INCIDENT: _incident,
    Comment.REVIEW: _review,
}
