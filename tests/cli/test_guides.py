"""The guides: their links lead somewhere, and a test runs each of their commands."""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
GUIDES = ("writing-alerts", "troubleshooting", "migrating")
PROGRAM = ".venv/bin/python -m chalicelib.cli"


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
    assert left == {"sed", "for", "make"}


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


def test_the_readme_links_every_guide() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    missing = [guide.name for guide in DOCS.glob("*.md") if f"(docs/{guide.name})" not in readme]
    assert missing == []


def test_troubleshooting_knows_every_reason_that_it_names() -> None:
    """Constants in its tables are those of the code."""
    code = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "chalicelib").rglob("*.py"))
    named = set(re.findall(r"`([A-Z]+_[A-Z_]+)`", text("troubleshooting")))
    built = {"MISSING_TEAM", "MISSING_PRIORITY", "MISSING_TEAM_AND_PRIORITY"}  # put together from parts
    assert named >= built
    assert [name for name in named - built if name not in code] == []
