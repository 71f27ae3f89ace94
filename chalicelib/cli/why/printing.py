"""Printing: the verdicts for a person or a script, and the exit code."""

from collections.abc import Sequence

from chalicelib.cli import screen
from chalicelib.cli.why.verdict import Answered, Summary, Verdict

SEVERAL = 1
"""The exit code if several conditions are meant, and at least one fires without an open issue."""
COLUMNS = ("why", "condition", "found")


def show(answers: Sequence[Answered], summary: Summary | None) -> None:
    """Print one verdict in full; for several, a summary and a table."""
    if len(answers) == 1 and not summary:
        return _verdict(answers[0].verdict)
    if summary:
        screen.line(summary.headline)
    if answers:
        cells = [(each.verdict.cause.name, each.key, each.verdict.sentence) for each in answers]
        screen.show(screen.table(COLUMNS, cells))
    _next(summary.commands if summary else ())
    return None


def as_json(answers: Sequence[Answered]) -> None:
    """Print verdicts for a script."""
    screen.as_json(
        [
            {
                "cause": each.verdict.cause.name,
                "kind": each.verdict.cause.kind.name,
                "sentence": each.verdict.sentence,
                "title": each.title,
                "fingerprint": each.fingerprint,
                "evidence": [{"name": name, "value": value} for name, value in each.verdict.evidence],
                "command": each.verdict.command,
            }
            for each in answers
        ]
    )


def code(answers: Sequence[Answered]) -> int:
    """Return the exit code for the kind of cause."""
    if len(answers) == 1:
        return int(answers[0].verdict.cause.kind)
    return 0 if all(each.well for each in answers) else SEVERAL


def _verdict(verdict: Verdict) -> None:
    screen.line(verdict.sentence)
    screen.facts([("why", verdict.cause.name), *verdict.evidence])
    _next((verdict.command,))


def _next(commands: Sequence[str]) -> None:
    """Print each command on its own line, so that it can be pasted."""
    if commands:
        screen.say("next:")
    for command in commands:
        screen.line(f"  {command}")
