"""The commands: one line for each, and the module that is loaded when it is called.

So a command that needs no AWS does not wait for the libraries of those that do.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Final

import typer
from typer.core import TyperCommand, TyperGroup
from typer.exceptions import TyperException
from typer.main import get_command

from chalicelib.cli.trouble import TROUBLE, sentence

MARKUP: Final = "markdown"
TYPERS_OWN = (TyperException, typer.Exit, typer.Abort)
"""Wrong usage, which Typer reports itself, and an exit."""


@dataclass(frozen=True, slots=True)
class Command:
    """Where a command is: a function in a module, or a group; `summary` is its line in the help."""

    module: str
    attribute: str
    summary: str

    def load(self, name: str) -> Any:
        """Import the module, and return the command."""
        found = getattr(import_module(f"chalicelib.cli.{self.module}"), self.attribute)
        if isinstance(found, typer.Typer):
            group: Any = get_command(found)
            group.name = name
            return group
        alone = typer.Typer(add_completion=False, rich_markup_mode=MARKUP)
        alone.command(name)(found)
        return get_command(alone)


COMMANDS: Mapping[str, Command] = {
    "explain": Command("explain", "explain", "What would this payload do?"),
    "why": Command("why", "why", "Why is there no open issue?"),
    "list": Command(
        "listing", "list_rows", "Everything that is firing: first what has no open issue, and why."
    ),
    "show": Command("show", "show", "What is known about one condition."),
    "doctor": Command("doctor", "doctor", "Check that a stage has everything it needs."),
    "stats": Command("stats", "stats", "How many alerts in the last days, how soon handled, how noisy."),
    "adopt": Command("adopt", "adopt", "Take over open issues that another bot opened."),
    "dlq": Command("dlq", "app", "Messages that did not become issues, and why; send them again."),
    "send": Command("send", "app", "Send a test alert, or a payload from a file."),
}


class Commands(TyperGroup):
    """The commands of the registry; a command that fails says why in a sentence, without a traceback."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self.commands.update({name: TyperCommand(name, help=it.summary) for name, it in COMMANDS.items()})

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Load the command that is called; of the others only the line in the help is known."""
        if args[0] in COMMANDS:
            self.commands[args[0]] = COMMANDS[args[0]].load(args[0])
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: Any) -> Any:
        """Run a command; exits with 2 if it could not be carried out."""
        try:
            return super().invoke(ctx)
        except (*TYPERS_OWN, BrokenPipeError):
            raise
        except Exception as error:
            typer.echo(sentence(error), err=True)
            raise typer.Exit(TROUBLE) from error
