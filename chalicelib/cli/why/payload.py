"""A payload file: what of it becomes an alert, and what the webhook or its adapter says about the rest."""

from datetime import datetime

from chalicelib.adapters.fields import Ignored
from chalicelib.alert import AlertEvent
from chalicelib.cli import explain, payloads, words
from chalicelib.cli.next_command import command
from chalicelib.cli.rehearsal import Outcome, Rehearsal
from chalicelib.cli.report import Answer
from chalicelib.cli.why.verdict import Answered, Cause, Kind, Verdict
from chalicelib.errors import NotAccepted, Rejected
from chalicelib.settings import Settings
from chalicelib.wiring.rules import policy

REFUSED = Cause(
    "NOT_ACCEPTED",
    Kind.SENDER,
    "The webhook would refuse {file} with {status}: {why} ({reason}).",
    "Fix what the sender posts; `explain --template` prints a valid payload.",
)
REJECTED = Cause(
    "NOT_AN_ALERT",
    Kind.SENDER,
    "{file} would go to the dead-letter queue: {why} ({reason}).",
    "Fix it at its source.",
)
IGNORED = Cause(
    "IGNORED",
    Kind.WELL,
    "“{title}” opens no issue: {why} ({reason}).",
    "Nothing; it is acknowledged and counted.",
)
EMPTY = Cause(
    "NO_ALERT",
    Kind.WELL,
    "{file} contains no alerts, so nothing happens.",
    "Nothing, unless it should contain one.",
)
CAUSES = (REFUSED, REJECTED, IGNORED, EMPTY)


def parts(name: str, source: str | None, now: datetime) -> list[AlertEvent | Answered]:
    """Read a payload: its alerts, and the verdict on parts that become none. Needs no AWS."""
    rehearsal = Rehearsal(policy(Settings.read({})), now)
    answers = explain.answers_of(payloads.text(name), source, rehearsal)
    return [_part(answer, name) for answer in answers] or [_answered(name, _no_alert(name))]


def _part(answer: Answer, file: str) -> AlertEvent | Answered:
    if isinstance(answer.what, Outcome):
        return answer.what.alert
    return _answered(file, _verdict(answer.what, file, answer.source))


def _answered(file: str, verdict: Verdict) -> Answered:
    return Answered(file, file, None, verdict)


def _no_alert(file: str) -> Verdict:
    return EMPTY.verdict(command("explain", file), file=file)


def _verdict(what: Ignored | Rejected | NotAccepted, file: str, source: str) -> Verdict:
    """Say why a payload, or a part of it, does not become a condition."""
    look = command("explain", "--source", source, file)
    match what:
        case NotAccepted() as refusal:
            return REFUSED.verdict(
                look, file=file, status=refusal.status, why=_why(refusal), reason=refusal.reason
            )
        case Rejected() as rejected:
            return REJECTED.verdict(
                look, fix=rejected.fix, file=file, why=_why(rejected), reason=rejected.reason
            )
        case Ignored(reason, title):
            return IGNORED.verdict(look, title=title, why=words.ignored(reason), reason=reason)


def _why(error: Exception) -> str:
    return str(error).rstrip(".")
