"""A payload file: what of it becomes an alert, and what the webhook or its adapter says of the rest. Pure."""

from chalicelib.adapters.fields import Ignored
from chalicelib.cli import words
from chalicelib.cli.report import Answer
from chalicelib.cli.why.verdict import Cause, Kind, Verdict, command
from chalicelib.errors import NotAccepted, Rejected

REFUSED = Cause(
    "NOT_ACCEPTED",
    Kind.SENDER,
    "The webhook refuses {file} with {status}: {why} ({reason}).",
    "Correct what the sender posts; `explain --template` prints a payload that is taken.",
)
REJECTED = Cause(
    "NOT_AN_ALERT",
    Kind.SENDER,
    "What {file} holds goes to the dead-letter queue: {why} ({reason}).",
    "Correct it where it comes from.",
)
IGNORED = Cause(
    "IGNORED",
    Kind.WELL,
    "{title} opens no issue: {why} ({reason}).",
    "Nothing; it is acknowledged and counted.",
)
EMPTY = Cause(
    "NO_ALERT",
    Kind.WELL,
    "What {file} holds is a list without an alert, so nothing happens.",
    "Nothing, unless an alert should have been in it.",
)
CAUSES = (REFUSED, REJECTED, IGNORED, EMPTY)


def no_alert(file: str) -> Verdict:
    """Say that a payload holds nothing."""
    return EMPTY.verdict(command("explain", file), file=file)


def no_condition(answer: Answer, file: str) -> Verdict | None:
    """Say why a payload, or a part of it, becomes no condition; None where it becomes one."""
    explain = command("explain", "--source", answer.source, file)
    match answer.what:
        case NotAccepted() as refusal:
            return REFUSED.verdict(
                explain, file=file, status=refusal.status, why=_why(refusal), reason=refusal.reason
            )
        case Rejected() as rejected:
            return REJECTED.verdict(
                explain, [("fix", rejected.fix)], file=file, why=_why(rejected), reason=rejected.reason
            )
        case Ignored(reason, title):
            return IGNORED.verdict(explain, title=title, why=words.ignored(reason), reason=reason)
    return None


def _why(error: Exception) -> str:
    return str(error).rstrip(".")
