"""The README says what the code does: its commands exist, its state machine is the tested one."""

import ast
import re
from pathlib import Path

from chalicelib.conditions.commands import WORDS
from chalicelib.conditions.nothing import Quiet
from chalicelib.conditions.record import Reason, record
from chalicelib.routing import load
from chalicelib.telemetry.metrics import METRICS, Unit
from tests.local.stack.__main__ import PLAY
from tests.unit.builders import at, row_of
from tests.unit.conditions.test_record import test_table as table

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
LIFE = README.partition("## The life of a condition")[2]
MESSAGES, _, PLANS = LIFE.partition("Then the plan says")
UNTOLD = {Quiet.IN_PROGRESS, Quiet.LOOKED}
"""Reasons that last a moment."""
CHANGES_NOTHING = {Reason.STALE, Reason.DUPLICATE}


def commands() -> list[str]:
    """Every command that the README shows at a prompt."""
    return re.findall(r"^\$ (.+)$", README, re.MULTILINE)


def test_every_make_target_it_names_is_there() -> None:
    targets = set(re.findall(r"^([a-z-]+):", MAKEFILE, re.MULTILINE))
    for listed in re.findall(r"^(?:COMMANDS|ON_A_STAGE) := (.+)$", MAKEFILE, re.MULTILINE):
        targets |= {
            f"{each[:-1]}{stage}" for each in listed.split() for stage in ("dev", "prod") if "%" in each
        }
        targets |= set(listed.split())
    named = set(re.findall(r"`make ([a-z-]+)", README)) | {
        c.split()[1] for c in commands() if c.startswith("make")
    }
    assert named
    assert named <= targets


def test_the_other_commands_are_those_that_make_local_prints() -> None:
    others = [command for command in commands() if not command.startswith("make")]
    by_hand = [command for command in others if "--without-http" in command or "bin/chalice" in command]
    assert len(by_hand) == 2
    on_call = re.findall(r"^\$ (.+)$", README.partition("## On call")[2].partition("\n## ")[0], re.MULTILINE)
    elsewhere = [*by_hand, *on_call]  # tests/cli walks through the latter
    assert [command for command in others if command not in PLAY and command not in elsewhere] == []
    assert len(others) - len(on_call) == 6


def test_its_table_of_commands_has_them_all() -> None:
    table = README.partition("| command | effect |")[2].partition("\n\n")[0]
    named = re.findall(r"`/(\w+)[^`]*`", "".join(line.split("|")[1] for line in table.splitlines()[2:]))
    assert sorted(named) == sorted(WORDS)


def test_its_example_of_an_escalation_is_one() -> None:
    (example,) = re.findall(r"^```toml\n(\[team.*?)^```", README, re.MULTILINE | re.DOTALL)
    team = load(f'[default]\nrepository = "o/r"\n{example}').teams["dev-infra"]
    assert team.escalation
    assert [len(tier) for tier in team.escalation.tiers] == [1, 2]


def test_every_file_it_links_is_there() -> None:
    links = re.findall(r"\]\(([^)#]+)\)", README)
    assert links
    assert [link for link in links if not link.startswith("http") and not (ROOT / link).exists()] == []


UNITS = {Unit.COUNT: "", Unit.MILLISECONDS: ", ms", Unit.SECONDS: ", s"}


def test_its_table_of_metrics_is_the_list() -> None:
    operating = README.partition("## Operating")[2].partition("\n## ")[0]
    assert re.findall(r"^\| `.*$", operating, re.MULTILINE) == [
        f"| `{metric.name}` | {', '.join(metric.dimensions)} | {'metric' if metric.published else 'log'} | "
        f"{metric.purpose}{UNITS[metric.unit]} |"
        for metric in METRICS
    ]


def test_its_table_has_every_reason_once() -> None:
    assert sorted(re.findall(r"^\| `([A-Z_]+)` \|", MESSAGES, re.MULTILINE)) == sorted(Reason)


def test_its_table_has_every_reason_for_silence_once() -> None:
    assert sorted(re.findall(r"^\| `([A-Z_]+)` \|", PLANS, re.MULTILINE)) == sorted(set(Quiet) - UNTOLD)


def test_its_drawing_is_the_tested_state_machine() -> None:
    drawn = {
        (before, reason, after)
        for before, after, reasons in re.findall(r"^    (\S+) --> (\S+): (.+)$", README, re.MULTILINE)
        for reason in reasons.split(", ")
    }
    assert drawn == {change for change in changes_of_the_table() if change[1] not in CHANGES_NOTHING}


def changes_of_the_table() -> set[tuple[str, str, str]]:
    """Every change of condition in the table of `test_record`, with its reason."""
    (cases,) = [mark.args[1] for mark in table.pytestmark if mark.name == "parametrize"]  # type: ignore[attr-defined]
    found = set()
    for earlier, last, sent, *_ in cases:
        row = row_of(*earlier) if earlier else None
        result = record(row, last, at(sent))
        found.add(
            (row.spec.condition.value if row else "[*]", result.reason.value, result.row.spec.condition.value)
        )
    return found


def test_its_layout_is_the_tree_in_the_words_of_each_folder() -> None:
    layout = README.partition("## Layout")[2]
    listed = dict(re.findall(r"^\| `chalicelib/([a-z_]+)/` \| (.+) \|$", layout, re.MULTILINE))
    found = {}
    for package in sorted((ROOT / "chalicelib").glob("*/__init__.py")):
        says = ast.get_docstring(ast.parse(package.read_text(encoding="utf-8")))
        assert says, f"{package} says nothing of what belongs there"
        found[package.parent.name] = says.splitlines()[0]
    assert listed == found
