"""The guides: their links lead somewhere, and a test runs each of their commands."""

import re
import shlex
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from chalicelib.cli.next_command import PROGRAM
from tests.cli import answering

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
GUIDES = ("writing-alerts", "troubleshooting", "migrating")


def text(guide: str) -> str:
    return (DOCS / f"{guide}.md").read_text(encoding="utf-8")


def commands(guide: str) -> list[str]:
    """Every command at a prompt."""
    return re.findall(r"^ *\$ (.+)$", text(guide), re.MULTILINE)


def test_every_command_of_a_guide_is_run_by_a_test() -> None:
    left = {
        command.split()[0]
        for guide in GUIDES
        for command in commands(guide)
        if not command.startswith(PROGRAM)
    }
    assert left == {"sed", "make"}


READ = ("README.md", *sorted(str(guide.relative_to(ROOT)) for guide in DOCS.rglob("*.md")))
"""What an operator reads."""
NAMED = re.compile(rf"`((?:{'|'.join(answering.COMMANDS)})(?: [^`]*)?)`")
"""A command of ours in the middle of a sentence."""
NOT_A_COMMAND = {"send", "show"}
"""Words that alone may be more than the command."""


def named(file: str) -> set[str]:
    """Every command line of ours that a file names, at a prompt or in a sentence."""
    read = (ROOT / file).read_text(encoding="utf-8")
    at_prompt = re.findall(r"^ *\$ (.+)$", read, re.MULTILINE)
    ours = {line.removeprefix(PROGRAM).strip() for line in at_prompt if line.startswith(f"{PROGRAM} ")}
    return ours | set(NAMED.findall(read)) - NOT_A_COMMAND


def made(file: str) -> set[str]:
    """Every line for make that a file names."""
    read = (ROOT / file).read_text(encoding="utf-8")
    return set(re.findall(r"^ *\$ (make .+)$", read, re.MULTILINE)) | set(
        re.findall(r"`(make [a-z][^`]*)`", read)
    )


@pytest.mark.parametrize("file", READ)
def test_every_command_that_it_names_answers(file: str) -> None:
    """In a sentence too, with every option that is written there."""
    lines = [re.split(r" [|>&] ", line)[0].strip() for line in sorted(named(file))]
    faults = {line: fault for line in lines if (fault := answering.fault(shlex.split(line)))}
    assert faults == {}


@pytest.mark.parametrize("file", READ)
def test_every_make_target_that_it_names_is_there(file: str) -> None:
    assert {line: fault for line in sorted(made(file)) if (fault := answering.fault_of_make(line))} == {}


def test_the_looks_above_see_what_is_wrong() -> None:
    assert answering.fault(["dlq", "replay", "--al"]) == "dlq replay has no --al"
    assert answering.fault(["lists"]) == "no command lists"
    assert answering.fault_of_make("make why ARGS='--stag x'") == "why has no --stag"
    assert answering.fault_of_make("make whi") == "no target whi"
    assert {"why", "doctor"} <= named("docs/troubleshooting.md")
    assert "dlq replay --reason MISSING_TEAM --team ci-runners" in named("docs/command-line.md")
    assert any(line.startswith("make why") for line in made("docs/on-call.md"))


def test_the_guides_for_whoever_is_on_call_begin_with_why() -> None:
    """Before they send anybody elsewhere to find out why there is no issue."""
    assert f"{PROGRAM} why" in text("troubleshooting").partition("| look |")[0]
    assert "make why" in text("on-call").partition("## webhook-errors")[0]


@pytest.mark.parametrize("target", ["deploy-next", "doctor STAGE=next"])
def test_make_knows_any_stage(target: str) -> None:
    assert f"make {target}" in text("migrating")
    done = subprocess.run(
        ["make", "-n", "-o", ".venv/installed", *target.split()],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert "ops deploy next" in done.stdout or "ALERTING_STAGE=next" in done.stdout


def links() -> Iterator[tuple[str, str]]:
    for guide in sorted(DOCS.glob("*.md")):
        for link in re.findall(r"\]\(([^)\s]+)\)", guide.read_text(encoding="utf-8")):
            if not link.startswith("http"):
                yield guide.name, link


@pytest.mark.parametrize(("guide", "link"), list(links()))
def test_a_link_leads_to_a_file_and_a_heading(guide: str, link: str) -> None:
    name, _, anchor = link.partition("#")
    target = (DOCS / name).resolve() if name else DOCS / guide
    assert target.exists()
    if anchor:
        headings = re.findall(r"^#+ (.+)$", target.read_text(encoding="utf-8"), re.MULTILINE)
        slugs = {re.sub(r"[^\w\- ]", "", heading).strip().lower().replace(" ", "-") for heading in headings}
        assert anchor in slugs


def test_the_index_links_every_guide() -> None:
    index = text("README")
    guides = [guide.name for guide in DOCS.glob("*.md") if guide.name != "README.md"]
    missing = [name for name in guides if f"({name})" not in index and f"({name}#" not in index]
    assert missing == []


def test_troubleshooting_knows_every_reason_that_it_names() -> None:
    """Constants in its tables are those of the code."""
    code = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "chalicelib").rglob("*.py"))
    named = set(re.findall(r"`([A-Z]+_[A-Z_]+)`", text("troubleshooting")))
    built = {"MISSING_TEAM", "MISSING_PRIORITY", "MISSING_TEAM_AND_PRIORITY"}  # put together from parts
    assert named >= built
    assert [name for name in named - built if name not in code] == []
