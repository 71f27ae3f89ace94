"""`why`: why something has no open issue, in one sentence, with the evidence and the next command."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from chalicelib.cli import options, rows, screen
from chalicelib.cli.letters import Letter
from chalicelib.cli.why.case import Case, Unknown
from chalicelib.cli.why.inquiry import Answer, Inquiry, place
from chalicelib.cli.why.verdict import Kind, Verdict
from chalicelib.quantities import counted
from chalicelib.wiring import checkout
from chalicelib.wiring.clock import CLOCK

SEVERAL = 1
"""The exit code where several conditions are meant, and one at least fires without an open issue."""
COLUMNS = ("why", "condition", "found")

What = Annotated[
    str | None,
    typer.Argument(
        metavar="X",
        help="A title or part of one, an issue, a fingerprint, an alarm's name or ARN, or a payload's file; "
        "`-` is standard input.",
    ),
]


def why(
    what: What = None,
    source: options.Source = None,
    stage: options.Stage = "local",
    region: options.Region = None,
    as_json: options.AsJson = False,
) -> None:
    """Why is there no open issue? One verdict in a sentence, its evidence, and the next command.

    Without X: everything that fires and has no open issue. Changes nothing.

    Examples:
    - `why "Disk almost full" --stage prod`
    - `why example-org/alerts#12`
    - `why arn:aws:cloudwatch:us-west-2:123456789012:alarm:queue-too-long`
    - `why payload.json --source grafana`
    - `why --stage prod --json | jq -r '.[].sentence'`

    The exit code says what kind of cause it is:
    - 0: it has its open issue, or it does not fire
    - 1: several conditions are meant, and at least one fires without an open issue
    - 2: wrong usage, or nobody answered
    - 3: its issue comes by itself; the sentence says when
    - 4: a person, or a setting, wants it so
    - 5: whoever sends it has to change something
    - 6: GitHub refuses it: the App, the repository or the routing has to be changed
    - 7: Alerting itself does not get on; see its log
    - 8: it never reached this stage
    """
    found, now = checkout.find(stage, region), CLOCK.now()
    inquiry = Inquiry(found, place(found, region), now)
    if what is None:
        answers = inquiry.about_all()
    elif what == "-" or Path(what).is_file():
        answers = inquiry.about_file(what, source)
    else:
        answers = inquiry.about(what)
    if as_json:
        screen.as_json([_data(*answer) for answer in answers])
    elif len(answers) == 1:
        _show(answers[0][1])
    else:
        _show_several(inquiry, answers, what)
    raise typer.Exit(_code(answers))


def _code(answers: Sequence[Answer]) -> int:
    kinds = {verdict.cause.kind for _, verdict in answers} - {Kind.WELL}
    if len(answers) == 1:
        return int(answers[0][1].cause.kind)
    return SEVERAL if kinds else 0


def _show(verdict: Verdict) -> None:
    screen.line(verdict.sentence)
    screen.facts([("why", verdict.cause.name), *verdict.evidence])
    screen.say("next:")
    screen.line(f"  {verdict.command}")


def _show_several(inquiry: Inquiry, answers: Sequence[Answer], what: str | None) -> None:
    """Print one line for all, and a table."""
    missing = [verdict for _, verdict in answers if verdict.cause.kind is not Kind.WELL]
    if what is None:
        screen.line(_all(missing, inquiry.evidence.letters))
    else:
        screen.line(f"{len(answers)} conditions fit “{what}”: {_without(len(missing))}.")
    if answers:
        screen.show(screen.table(COLUMNS, map(_cells, answers)))
        first = next((case for case, verdict in answers if verdict.cause.kind is not Kind.WELL), None)
        commands = [inquiry.place.cli("why", _key(first))] if first else []
    else:
        commands = [inquiry.place.cli("doctor")]
    if what is None and inquiry.evidence.letters:
        commands.append(inquiry.place.cli("dlq", "list"))
    for command in commands:
        screen.line(f"next: {command}")


def _all(missing: Sequence[Verdict], dead: Sequence[Letter] | Unknown) -> str:
    rejected = ""
    if isinstance(dead, Unknown):
        rejected = f"; the dead-letter queue was not looked at: {dead.why.rstrip('.')}"
    elif dead:
        rejected = f"; {counted(len(dead), 'message')} in the dead-letter queue became none"
    if not missing:
        return f"Every condition that fires has its open issue{rejected}."
    return f"{_without(len(missing)).capitalize()}{rejected}."


def _without(number: int) -> str:
    if not number:
        return "none fires without an open issue"
    return (
        f"{counted(number, 'condition')} {'fires and has' if number == 1 else 'fire and have'} no open issue"
    )


def _cells(answer: Answer) -> tuple[object, ...]:
    case, verdict = answer
    return verdict.cause.name, _key(case), verdict.sentence


def _key(case: Case) -> str:
    row = case.row
    if row is None:
        return case.subject.words
    return rows.issue(row).partition(" ")[0] if row.status.issue else row.fingerprint[: rows.KEY]


def _data(case: Case, verdict: Verdict) -> dict[str, Any]:
    return {
        "cause": verdict.cause.name,
        "kind": verdict.cause.kind.name,
        "sentence": verdict.sentence,
        "title": case.title,
        "fingerprint": case.row.fingerprint if case.row else None,
        "evidence": [{"name": name, "value": value} for name, value in verdict.evidence],
        "command": verdict.command,
    }
