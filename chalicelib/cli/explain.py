"""`explain`: what would this payload do? Needs no AWS."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Annotated

import typer

from chalicelib.adapters.registry import SOURCES
from chalicelib.adapters.source import Example
from chalicelib.cli import on_call, options, payloads, report, screen
from chalicelib.cli.rehearsal import Rehearsal
from chalicelib.cli.report import Answer
from chalicelib.cli.trouble import Trouble
from chalicelib.errors import NotAccepted, Rejected
from chalicelib.settings import Settings
from chalicelib.wiring.clock import CLOCK
from chalicelib.wiring.rules import policy

APART = timedelta(minutes=5)
"""How long after one file the next one arrives, like Alertmanager's `group_interval`."""

Files = Annotated[
    list[str] | None,
    typer.Argument(metavar="FILE...", help="Payloads, in the order they arrive; `-` is standard input."),
]
Template = Annotated[
    str | None, typer.Option(help=f"Print a payload to start from: {', '.join(SOURCES.built_in)}.")
]


def explain(
    files: Files = None,
    source: options.Source = None,
    template: Template = None,
    as_json: options.AsJson = False,
) -> None:
    """What would this payload do? The alert, its steps and issue, or what is wrong and how to fix it.

    Needs no AWS and sends nothing. Says how it recognised the source, unless you name it. Several files
    arrive five minutes apart, and each meets the state that the ones before it left.

    Examples:
    - `explain --template cloudwatch > alarm.json`
    - `explain alarm.json`
    - `explain firing.json resolved.json`
    - `cat payload.json | explain --source grafana -`
    """
    now = CLOCK.now()
    if template is not None:
        screen.as_json(payloads.named(template).template(Example(now)))
        return
    rehearsal = Rehearsal(policy(Settings.read({})), now, on_call=on_call.by_file(now))
    answers: list[Answer] = []
    for name in _named(files):
        answers += answers_of(payloads.text(name), source, rehearsal)
        rehearsal.now += APART
    report.show(answers, rehearsal.policy.routing, now, as_json=as_json)
    if any(isinstance(answer.what, Rejected | NotAccepted) for answer in answers):
        raise typer.Exit(1)


def _named(files: list[str] | None) -> list[str]:
    if not files:
        raise Trouble("Name a file, or - for standard input; --template grafana prints one to start from.")
    return files


def answers_of(text: str, source: str | None, rehearsal: Rehearsal) -> Iterator[Answer]:
    """Return what would become of each alert in a payload, or why the webhook refuses it."""
    whose = payloads.Whose(source) if source else payloads.recognised(text)
    try:
        messages = payloads.messages(whose.source, text, rehearsal.now)
    except NotAccepted as refusal:
        yield Answer(whose.source, refusal, whose.known_by)
        return
    for message in messages:
        yield from (Answer(message.source, each, whose.known_by) for each in rehearsal.rehearse(message))
