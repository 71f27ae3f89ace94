"""`dlq`: messages that did not become issues: why, and how to send them again once the reason is fixed."""

import json
from typing import Annotated, Any

import typer

from chalicelib.adapters import texts
from chalicelib.cli import letters, next_command, options, replay, screen
from chalicelib.cli.letters import Letter
from chalicelib.quantities import counted
from chalicelib.render.words import moment
from chalicelib.wiring import checkout
from chalicelib.wiring.clock import CLOCK

SHOWN = 160

app = typer.Typer(no_args_is_help=True, add_completion=False, rich_markup_mode="markdown")

Id = Annotated[str, typer.Argument(metavar="ID", help="As `dlq list` shows it, or its beginning.")]
Ids = Annotated[
    list[str], typer.Argument(metavar="ID...", help="As `dlq list` shows them, or their beginnings.")
]


@app.callback()
def dlq() -> None:
    """Messages that did not become issues: why each was rejected, and sending them again.

    - `dlq list` says why each is there and what to fix
    - `dlq replay ID` shows what sending it again would do; with `--yes` it does
    - `dlq drop ID` deletes what nobody needs
    """


@app.command("list")
def list_letters(
    stage: options.Stage = "local", region: options.Region = None, as_json: options.AsJson = False
) -> None:
    """Every message of the dead-letter queue, with the reason and what to do. Nothing is removed.

    Examples:
    - `dlq list --stage prod`
    - `dlq list --json | jq -r '.[] | [.id, .reason] | @tsv'`
    """
    at = checkout.find(stage, region)
    with letters.opened(at) as dead:
        found = sorted(dead.letters, key=lambda letter: letter.sent_at)
    if as_json:
        screen.as_json([data(letter) for letter in found])
        return
    for letter in found:
        screen.heading(f"{letter.id[: letters.SHORT]}  {letter.why('reason')}")
        screen.facts(_why(letter))
        screen.say()
    screen.say(f"{counted(len(found), 'message')}.")
    if found:
        first = found[0].id[: letters.SHORT]
        screen.say("See the first, and what sending it again would do:")
        screen.line(f"  {next_command.on(at, 'dlq', 'show', first)}")
        screen.line(f"  {next_command.on(at, 'dlq', 'replay', first)}")


@app.command("show")
def show_letter(
    name: Id, stage: options.Stage = "local", region: options.Region = None, as_json: options.AsJson = False
) -> None:
    """One message in full: why it was rejected, what to do, and its original body.

    Examples:
    - `dlq show 3f2a91cc`
    - `dlq show 3f2a91cc --json | jq -r .body | .venv/bin/python -m chalicelib.cli explain -`
    """
    with letters.opened(checkout.find(stage, region)) as dead:
        (letter,) = dead.named([name])
    if as_json:
        screen.as_json(data(letter) | {"body": letter.body})
        return
    screen.heading(f"{letter.id}  {letter.why('reason')}")
    screen.facts([*_why(letter), ("request", letter.attributes.get("correlation_id"))])
    screen.say()
    screen.say(_pretty(letter.body))


@app.command("drop")
def drop(
    names: Ids, stage: options.Stage = "local", region: options.Region = None, as_json: options.AsJson = False
) -> None:
    """Delete messages, each named by its id; no other command deletes a message that was not sent again.

    Example:
    - `dlq drop 3f2a91cc 81d0be77 --stage prod`
    """
    with letters.opened(checkout.find(stage, region)) as dead:
        dropped = dead.named(names)
        for letter in dropped:
            dead.delete(letter)
    if as_json:
        screen.as_json([data(letter) for letter in dropped])
        return
    for letter in dropped:
        screen.say(f"Dropped {letter.id}: {letter.why('reason')}, {letter.why('explanation')}")


app.command("replay")(replay.replay)


def data(letter: Letter) -> dict[str, Any]:
    """Write a message for a script."""
    why = {name: letter.why(name) for name in ("reason", "explanation", "fix")}
    return {
        "id": letter.id,
        "sent_at": letter.sent_at,
        "source": letter.source,
        "sender": letter.sender,
        **why,
    }


def _why(letter: Letter) -> list[tuple[str, object]]:
    since = f"{letter.whose}, kept since {moment(letter.sent_at, CLOCK.now())}"
    return [
        ("from", since),
        ("why", letter.why("explanation")),
        ("to do", letter.why("fix")),
        ("message", texts.cut(texts.line(letter.body), SHOWN)),
    ]


def _pretty(body: str) -> str:
    content = texts.parsed(body)
    return body if content is None else json.dumps(content, indent=2, ensure_ascii=False)
