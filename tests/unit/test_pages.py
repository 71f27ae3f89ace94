"""The README and the pages say what the code does: what they name exists, what they list is complete."""

import ast
import re
from pathlib import Path

import pytest

from chalicelib.conditions.commands import SEV, WORDS
from chalicelib.conditions.nothing import Quiet
from chalicelib.conditions.record import Reason, record
from chalicelib.routing import load
from chalicelib.telemetry.metrics import METRICS, Unit
from tests.local.stack.__main__ import PLAY
from tests.unit.builders import at, row_of
from tests.unit.conditions.test_record import test_table as table

ROOT = Path(__file__).parents[2]
PAGES = sorted(
    path for path in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), ROOT / "infra-extra/README.md"]
)


def text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


README, LIFE, MAKEFILE = text("README.md"), text("docs/lifecycle.md"), text("Makefile")
MESSAGES, _, PLANS = LIFE.partition("Then the plan says")
UNTOLD = {Quiet.IN_PROGRESS, Quiet.LOOKED}
"""Reasons that last a moment."""
CHANGES_NOTHING = {Reason.STALE, Reason.DUPLICATE}


def commands(page: str) -> list[str]:
    """Every command that a page shows at a prompt."""
    return re.findall(r"^\$ (.+)$", page, re.MULTILINE)


def test_the_readme_is_read_in_five_minutes() -> None:
    assert len(README.splitlines()) <= 150


def test_every_make_target_that_the_readme_names_is_there() -> None:
    targets = set(re.findall(r"^([a-z-]+):", MAKEFILE, re.MULTILINE))
    for listed in re.findall(r"^(?:COMMANDS|ON_A_STAGE) := (.+)$", MAKEFILE, re.MULTILINE):
        targets |= {
            f"{each[:-1]}{stage}" for each in listed.split() for stage in ("dev", "prod") if "%" in each
        }
        targets |= set(listed.split())
    named = set(re.findall(r"`make ([a-z-]+)", README)) | {each.split()[1] for each in commands(README)}
    assert {"demo", "test"} < named
    assert named <= targets


def test_the_commands_to_try_it_are_those_that_make_local_prints() -> None:
    named = commands(text("docs/try-it.md"))
    by_hand = [command for command in named if "--without-http" in command or "bin/chalice" in command]
    assert len(by_hand) == 2
    assert [command for command in named if command not in PLAY and command not in by_hand] == []
    assert len(named) == 6


def test_its_table_of_commands_has_them_all() -> None:
    table = text("docs/commands.md").partition("| command | effect |")[2].partition("\n\n")[0]
    named = re.findall(r"`/(\w+)[^`]*`", "".join(line.split("|")[1] for line in table.splitlines()[2:]))
    assert sorted(named) == sorted((*WORDS, SEV))


def test_its_example_of_an_escalation_is_one() -> None:
    (example,) = re.findall(r"^```toml\n(\[team.*?)^```", text("docs/commands.md"), re.MULTILINE | re.DOTALL)
    team = load(f'[default]\nrepository = "o/r"\n{example}').teams["dev-infra"]
    assert team.escalation
    assert [len(tier) for tier in team.escalation.tiers] == [1, 2]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_to_a_file_and_a_heading(page: Path) -> None:
    for link in re.findall(r"\]\(([^)\s]+)\)", page.read_text(encoding="utf-8")):
        if link.startswith(("http", "mailto:")):
            continue
        file, _, anchor = link.partition("#")
        target = (page.parent / file).resolve() if file else page
        assert target.exists(), link
        assert not anchor or anchor in headings(target), link


def test_every_page_that_code_names_is_there() -> None:
    folders = ("chalicelib", "infra-extra", "tests", ".github")
    files = [ROOT / "Makefile", *(path for name in folders for path in (ROOT / name).rglob("*"))]
    named = {
        page
        for file in files
        if file.suffix in {"", ".py", ".tf", ".toml", ".yml"}
        and file.is_file()
        and ".terraform" not in file.parts
        and "node_modules" not in file.parts
        for page in re.findall(r"\bdocs/[\w/-]+\.md\b", file.read_text(encoding="utf-8"))
    }
    assert {"docs/on-call.md", "docs/lifecycle.md"} < named
    assert [page for page in sorted(named) if not (ROOT / page).exists()] == []


def headings(page: Path) -> set[str]:
    """The anchors of a page, as GitHub names them."""
    found = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading).strip().lower().replace(" ", "-") for heading in found}


UNITS = {Unit.COUNT: "", Unit.MILLISECONDS: ", ms", Unit.SECONDS: ", s"}


def test_its_table_of_metrics_is_the_list() -> None:
    figures = text("docs/operations.md").partition("## Figures")[2].partition("\n## ")[0]
    assert re.findall(r"^\| `.*$", figures, re.MULTILINE) == [
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
        for before, after, reasons in re.findall(r"^    (\S+) --> (\S+): (.+)$", LIFE, re.MULTILINE)
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


def test_the_layout_is_the_tree_in_the_words_of_each_folder() -> None:
    layout = text("docs/architecture.md").partition("## Folders")[2]
    listed = dict(re.findall(r"^\| `chalicelib/([a-z_]+)/` \| (.+) \|$", layout, re.MULTILINE))
    found = {}
    for package in sorted((ROOT / "chalicelib").glob("*/__init__.py")):
        says = ast.get_docstring(ast.parse(package.read_text(encoding="utf-8")))
        assert says, f"{package} says nothing of what belongs there"
        found[package.parent.name] = says.splitlines()[0]
    assert listed == found
