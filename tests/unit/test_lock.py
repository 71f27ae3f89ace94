"""The lock pins, with hashes, all that the package's libraries need, and says nothing else."""

import re
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
LOCK = (ROOT / "requirements.txt").read_text(encoding="utf-8")
ENTRY = re.compile(r"^(\S[^\\\n]*?) \\\n((?:    --hash=sha256:[0-9a-f]{64}(?: \\)?\n)+)", re.MULTILINE)
LOCKED = {
    canonicalize_name(Requirement(found[0]).name): Requirement(found[0]) for found in ENTRY.findall(LOCK)
}


def wanted() -> list[Requirement]:
    lines = (ROOT / "requirements.in").read_text(encoding="utf-8").splitlines()
    return [Requirement(line) for line in lines if line and not line.startswith("#")]


def needed(requirements: list[Requirement]) -> set[str]:
    """Name what the requirements need, and what that needs, on this Python."""
    names: set[str] = set()
    for requirement in requirements:
        asked = [Requirement(text) for text in metadata.requires(requirement.name) or []]
        applies = [each for each in asked if each.marker is None or each.marker.evaluate({"extra": ""})]
        names |= {canonicalize_name(requirement.name), *needed(applies)}
    return names


def test_every_line_is_a_pin_with_hashes_or_a_comment() -> None:
    rest = re.sub(r"^ *#.*\n", "", ENTRY.sub("", LOCK), flags=re.MULTILINE)
    assert rest == ""
    for requirement in LOCKED.values():
        assert [each.operator for each in requirement.specifier] == ["=="], requirement


def test_it_has_what_the_requirements_pin_in_the_same_version() -> None:
    for requirement in wanted():
        assert LOCKED[canonicalize_name(requirement.name)].specifier == requirement.specifier


def test_it_has_what_those_need_and_nothing_else() -> None:
    assert set(LOCKED) == needed(wanted())


def test_it_names_no_registry() -> None:
    assert "://" not in LOCK
    assert "index" not in LOCK
