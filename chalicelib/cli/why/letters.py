"""Dead letters: messages that were rejected, never finished, or could not be delivered. Pure."""

from collections.abc import Iterator
from typing import Any

from chalicelib.adapters import texts
from chalicelib.cli import letters
from chalicelib.cli.letters import Letter
from chalicelib.cli.why.case import Case, Unknown
from chalicelib.cli.why.subject import fits
from chalicelib.cli.why.verdict import Cause, Kind, Verdict
from chalicelib.conditions.alarm_state import alarm_id_of
from chalicelib.render.words import moment

REPLAY = "Then replay the message; without `--yes` this is only a rehearsal."
REJECTED = Cause(
    "DEAD_LETTER",
    Kind.SENDER,
    "{title} has been in the dead-letter queue since {since}: {why} ({reason}).",
    f"Fix it at its source. {REPLAY}",
)
CAUSES = (REJECTED,)
FILLED = {"MISSING_TEAM": ("--team", "TEAM"), "MISSING_PRIORITY": ("--priority", "P2")}
"""What a replay can add to a message that lacks it."""


def rejected(case: Case) -> Verdict | None:
    """Find the newest dead letter about it, unless the row has been updated since."""
    if isinstance(case.evidence.letters, Unknown):
        return None
    about = [letter for letter in case.evidence.letters if _is_about(letter, case)]
    if not about:
        return None
    newest = max(about, key=lambda letter: letter.sent_at)
    if case.row and newest.sent_at <= case.row.spec.seen_at:
        return None
    return REJECTED.verdict(
        _replay(newest, case),
        _evidence(newest, len(about)),
        fix=f"{newest.why('fix').rstrip('.')}. {REPLAY}",
        title=case.title,
        since=moment(newest.sent_at, case.now),
        why=newest.why("explanation").rstrip("."),
        reason=newest.why("reason"),
    )


def _evidence(letter: Letter, number: int) -> Iterator[tuple[str, object]]:
    yield "from", letter.source
    yield "message", letter.id
    yield "rejected", f"{number} times" if number > 1 else ""
    yield "request", letter.attributes.get("correlation_id")


def _replay(letter: Letter, case: Case) -> str:
    reason = letter.why("reason")
    lacking = {name: option for name, option in FILLED.items() if name in reason}
    if reason == "MISSING_TEAM_AND_PRIORITY":
        lacking = FILLED
    added = [word for option in lacking.values() for word in option]
    return case.place.cli("dlq", "replay", letter.id[: letters.SHORT], *added)


def _is_about(letter: Letter, case: Case) -> bool:
    alarm_id = case.subject.arn or (alarm_id_of(case.row) if case.row else "")
    said = tuple(_texts(letter.body))
    if alarm_id and alarm_id in said:
        return True
    words = case.name if case.row else case.subject.words if case.subject.named else ""
    whole = case.row is not None
    return fits(words, said) > whole


def _texts(body: str) -> Iterator[str]:
    """List the texts of a message, including texts within texts: SNS wraps what it could not deliver raw."""
    content = texts.parsed(body)
    yield from _leaves(texts.line(body) if content is None else content)


def _leaves(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for each in value.values() if isinstance(value, dict) else value:
            yield from _leaves(each)
