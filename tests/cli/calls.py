"""Every command that the registry has, by its words, with the parameters it takes."""

import shlex
from collections.abc import Iterator, Mapping
from typing import Any

from chalicelib.cli.next_command import PROGRAM
from chalicelib.cli.registry import COMMANDS

NEEDED: Mapping[str, str] = {
    "FILE": "-",
    "ID": "00000000",
    "ID...": "00000000",
    "FINGERPRINT|ISSUE": "000000000000",
}
"""An argument for each that a command cannot do without, by its metavar; of a stage it names nothing."""


def leaves() -> Iterator[tuple[str, Any]]:
    """Every command that does something, and not only holds others."""
    for name, command in COMMANDS.items():
        yield from _leaves(name, command.load(name))


def takes(command: Any, option: str) -> bool:
    return any(option in each.opts for each in command.params)


def takes_files(command: Any) -> bool:
    return any(str(each.metavar).startswith("FILE") for each in command.params)


def needed(command: Any) -> str:
    """The arguments without which it is not called."""
    return " ".join(NEEDED[each.metavar] for each in command.params if each.required)


def parse(line: str) -> None:
    """Parse a printed command as the shell and the program do, and do not run it."""
    words = shlex.split(line)
    assert words[: len(PROGRAM.split())] == PROGRAM.split(), line
    name, *arguments = words[len(PROGRAM.split()) :]
    command = COMMANDS[name].load(name)
    while inside := getattr(command, "commands", None):
        name, *arguments = arguments
        command = inside[name]
    command.make_context(name, arguments)


def _leaves(name: str, command: Any) -> Iterator[tuple[str, Any]]:
    inside = getattr(command, "commands", None)
    if inside is None:
        yield name, command
    for each, found in (inside or {}).items():
        yield from _leaves(f"{name} {each}", found)
