"""Whether a command line that somebody reads answers: its commands and its options are there."""

import re
import shlex
from functools import cache
from pathlib import Path

from tests.cli.prompt import run

ROOT = Path(__file__).parents[2]
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
COMMANDS = re.findall(r"^COMMANDS := (.+)$", MAKEFILE, re.MULTILINE)[0].split()
GROUPS = ("dlq", "send")
TARGETS = {
    *re.findall(r"^([a-z-]+):", MAKEFILE, re.MULTILINE),
    *(
        name
        for line in re.findall(r"^[A-Z_]+ := ([a-z].+)$", MAKEFILE, re.MULTILINE)
        for name in line.split()
    ),
}
STAGED = {name.removesuffix("-%") for name in TARGETS if name.endswith("-%")}


@cache
def options(*command: str) -> frozenset[str]:
    """The options of a command, as its help names them; empty if there is no such command."""
    answered = run(shlex.join([*command, "--help"]), COLUMNS="300", TERMINAL_WIDTH="300")
    return (
        frozenset(re.findall(r"(?<![\w-])--?[a-z][a-z-]*", answered.out))
        if not answered.code
        else frozenset()
    )


def fault(words: list[str]) -> str:
    """Say what of a command line of ours is not there; empty if all of it is."""
    depth = 2 if words[0] in GROUPS and len(words) > 1 and not words[1].startswith("-") else 1
    command = words[:depth]
    known = options(*command)
    if not known:
        return f"no command {shlex.join(command)}"
    named = {word.partition("=")[0] for word in words[depth:] if re.match(r"--?[a-z]", word)}
    return ", ".join(sorted(f"{shlex.join(command)} has no {option}" for option in named - known))


def fault_of_make(line: str) -> str:
    """Say what of a line for make is not there: its targets, or what ARGS gives to one of our commands."""
    words = shlex.split(line.replace("<", "").replace(">", ""))[1:]
    given = {name: value for word in words if "=" in word for name, _, value in [word.partition("=")]}
    targets = [word for word in words if "=" not in word and not word.startswith("-")]
    for target in targets:
        if target not in TARGETS and target.partition("-")[0] not in STAGED:
            return f"no target {target}"
        if target in COMMANDS and (found := fault([target, *shlex.split(given.get("ARGS", ""))])):
            return found
    return "" if targets else f"no target in {line}"
