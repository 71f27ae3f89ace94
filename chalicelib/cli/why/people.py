"""People and settings: who wanted that no issue is opened, since when, until when and where. Pure."""

from collections.abc import Iterator

from chalicelib.cli.why.case import Case
from chalicelib.cli.why.condition import facts
from chalicelib.cli.why.verdict import Cause, Kind, Verdict
from chalicelib.conditions import wishes
from chalicelib.conditions.issue import IssueRef
from chalicelib.conditions.nothing import Held, Quiet
from chalicelib.conditions.unopened import (
    ClosedByPerson,
    Disabled,
    Muted,
    NotPlanned,
    Snoozed,
)
from chalicelib.conditions.wishes import Wish
from chalicelib.render import unopened
from chalicelib.render.words import moment

CLOSED = Cause(
    "CLOSED_BY_A_PERSON",
    Kind.WANTED,
    "{title} is firing, but {who} closed {issue} at {when}: no updates until {until}.",
    "Reopen the issue if that was a mistake.",
)
NOT_PLANNED = Cause(
    "CLOSED_AS_NOT_PLANNED",
    Kind.WANTED,
    "{title} is firing, but {who} closed {issue} as not planned at {when}: no new issue until {until}.",
    "Reopen the issue if that was a mistake.",
)
MUTED = Cause(
    "MUTED",
    Kind.WANTED,
    "{title} is firing, but {who} muted it on {issue}: no new issue until it is unmuted.",
    "Comment `/unmute` on the issue, or remove the label `alert:muted`.",
)
SNOOZED = Cause(
    "SNOOZED",
    Kind.WANTED,
    "{title} is firing, but {who} snoozed it on {issue}: no new issue until {until}.",
    "Comment `/unsnooze` on the issue.",
)
MAINTENANCE = Cause(
    "MAINTENANCE",
    Kind.WANTED,
    "{title} is firing, but is held back by {window}: what is still firing then gets its issue.",
    "End it where it was set: by `/maintenance end` on the board, in maintenance.toml, or in CloudWatch.",
)
INHIBITED = Cause(
    "INHIBITED",
    Kind.WANTED,
    "{title} is firing, but {what} holds it back: what is still firing after that gets its issue.",
    "Change `[[inhibit]]` in chalicelib/routing.toml, if it should have an issue at once.",
)
DISABLED = Cause(
    "GITHUB_DISABLED",
    Kind.WANTED,
    "{title} is firing, but the stage {stage} writes nothing to GitHub (GITHUB_ENABLED=false).",
    "Set GITHUB_ENABLED to true in the stage's file and deploy; what is still firing gets its issue.",
)
CAUSES = (CLOSED, NOT_PLANNED, MUTED, SNOOZED, MAINTENANCE, INHIBITED, DISABLED)
"""The words that a row stores; `unopened` says which one applies."""

SOMEBODY = "a person"
"""The row does not say who set a label."""


def closed(case: Case, why: ClosedByPerson | NotPlanned) -> Verdict:
    """Return who closed it."""
    resolved = "it has resolved once"
    cause = CLOSED if isinstance(why, ClosedByPerson) else NOT_PLANNED
    return cause.verdict(
        _gh("reopen", why.ref),
        _known(case),
        title=case.title,
        who=why.by or SOMEBODY,
        issue=why.ref,
        when=moment(why.at, case.now) if why.at else "some time",
        until=moment(why.until, case.now) if why.until else resolved,
    )


def muted(case: Case, why: Muted) -> Verdict:
    """Return who muted it."""
    return MUTED.verdict(
        _gh("comment", why.ref, "--body", "/unmute"),
        _known(case, wishes.MUTE),
        title=case.title,
        who=_who(case, wishes.MUTE),
        issue=why.ref,
    )


def snoozed(case: Case, why: Snoozed) -> Verdict:
    """Return who snoozed it."""
    return SNOOZED.verdict(
        _gh("comment", why.ref, "--body", "/unsnooze") if why.ref else case.place.cli("list"),
        _known(case, wishes.SNOOZE),
        title=case.title,
        who=_who(case, wishes.SNOOZE),
        issue=why.ref or "its issue",
        until=moment(why.until, case.now) if why.until else "the snooze ends",
    )


def held_back(case: Case, held: Held) -> Verdict:
    """Return which window covers it, or which condition holds it back."""
    if held.reason is Quiet.INHIBITED:
        what, asked = held.what or "another condition", ("show", held.by)
        return INHIBITED.verdict(case.place.cli(*asked), _known(case), title=case.title, what=what)
    window = unopened.held_back(held, case.now)
    return MAINTENANCE.verdict(
        case.place.cli("list", "--muted"), _known(case), title=case.title, window=window
    )


def disabled(case: Case, why: Disabled) -> Verdict:  # noqa: ARG001 - as the others
    """Return that the stage writes nothing."""
    return DISABLED.verdict(case.place.cli("doctor"), _known(case), title=case.title, stage=case.place.stage)


def _wish(case: Case, word: str) -> Wish | None:
    return wishes.whose(case.row.status.wishes, word) if case.row else None


def _who(case: Case, word: str) -> str:
    wish = _wish(case, word)
    return wish.author if wish else SOMEBODY


def _known(case: Case, word: str = "") -> Iterator[tuple[str, object]]:
    if case.row:
        issue = case.row.status.issue
        if wish := _wish(case, word):
            yield "asked for", f"/{word} by {wish.author} at {moment(wish.at, case.now)}"
        yield "issue", issue.url if issue else None
        yield from facts(case.row, case.now)


def _gh(verb: str, ref: IssueRef, *more: str) -> str:
    return " ".join(["gh issue", verb, str(ref.number), "--repo", ref.repository, *more])
