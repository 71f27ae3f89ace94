"""People: who has an alert, whom it calls, and what they may write to us."""

from chalicelib.conditions import calling, commands
from chalicelib.conditions.on_call import HANDOFF
from chalicelib.conditions.row import Issue
from chalicelib.conditions.tiers import called_by_opening
from chalicelib.render import on_call
from chalicelib.render.view import View
from chalicelib.render.words import moment

TAKE_IT = f"comment `/{commands.ACK}`"

EFFECTS = {
    commands.ACK: ("", "you have it. You are assigned, repeats add no comments, and nobody else is called."),
    commands.UNACK: ("", "nobody has it any more. Any escalation starts again."),
    commands.SNOOZE: (" 4h", "no updates for that long (`30m`, `4h`, `2d`; at most 30 days)."),
    commands.UNSNOOZE: ("", "the snooze ends now."),
    commands.MUTE: ("", "no updates about this alert until it is unmuted."),
    commands.UNMUTE: ("", "updates resume."),
    commands.SEV: (
        "",
        "opens an incident with its own issue; a title may follow. On that issue, `/sev resolved` ends it.",
    ),
    HANDOFF: (" @name", "that person is on call for the team until the shift ends."),
}
"""How each command is written, and its effect."""


def listed(words: tuple[str, ...]) -> str:
    """List commands."""
    return "\n".join(f"- `/{word}{EFFECTS[word][0]}`: {EFFECTS[word][1]}" for word in words)


def available(view: View) -> str:
    """List the commands that an alert's issue takes."""
    return listed((*commands.WORDS, commands.SEV, *((HANDOFF,) if view.route.on_call else ())))


def folded(view: View) -> str:
    """List them for people who read the issue."""
    return f"On the first line of a comment, by anyone who can write to this repository:\n\n{available(view)}"


def who_has_it(view: View) -> str:
    """Say who acknowledged it, or how to; not as a mention, which editing the text could send again."""
    issue = view.row.status.issue
    if not view.firing:
        return ""
    if issue is None or not issue.open or not issue.acked_by:
        return "" if _storm_says(view) else f"Nobody has it yet: {TAKE_IT}."
    since = f" at {moment(issue.acked_at, view.began)}" if issue.acked_at else ""
    return f"Acknowledged by `@{issue.acked_by}`{since}."


def _storm_says(view: View) -> bool:
    """Whether the issue of its storm calls people instead, and so says who has it."""
    group = view.row.group
    return bool(group and group.ref) and not calling.calls(view.row)


def called(view: View, issue: Issue | None) -> str:
    """Name those whom the issue calls, or will call once it is open.

    They stay named while it fires, as a new name would call; the next tiers are called by comments. A member
    of a storm calls nobody.
    """
    if not view.firing or not calling.calls(view.row):
        return ""
    if issue:
        return "\n\n".join(filter(None, [view.mentions(issue.announced), on_call.unsure(view)]))
    tier = called_by_opening(view.row.status.issue, view.alert.priority)
    names = " ".join(filter(None, [view.mentions(view.alert.priority), of_tier(view, tier)]))
    return "\n\n".join(filter(None, [names, on_call.unsure(view)]))


def of_tier(view: View, number: int) -> str:
    """Return the mentions of a tier, the first being 1; empty if there is no such tier."""
    tiers = view.route.escalation.tiers if view.route.escalation else ()
    return " ".join(tiers[number - 1]) if 0 < number <= len(tiers) else ""
