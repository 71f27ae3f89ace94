"""`requirements.txt` pins all that goes into the package, and the lock has the same with hashes."""

import re
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
PINS = (ROOT / "requirements.txt").read_text(encoding="utf-8")
LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")
DEVELOPMENT = (ROOT / "requirements-dev.txt").read_text(encoding="utf-8")
WHAT_THOSE_NEED = "# What these need.\n"
ENTRY = re.compile(r"^(\S[^\\\n]*?) \\\n((?:    --hash=sha256:[0-9a-f]{64}(?: \\)?\n)+)", re.MULTILINE)


def pins(text: str) -> dict[str, Requirement]:
    lines = [line.split("  #")[0] for line in text.splitlines() if line and not line.startswith(("#", "-r"))]
    return {canonicalize_name(each.name): each for each in map(Requirement, lines)}


OURS, THEIRS = (pins(part) for part in PINS.split(WHAT_THOSE_NEED))
LOCKED = pins("\n".join(pin for pin, _ in ENTRY.findall(LOCK)))


def exactly(requirements: dict[str, Requirement]) -> dict[str, tuple[str, str]]:
    """Which version of each is pinned, and under which conditions."""
    return {name: (str(each.specifier), str(each.marker)) for name, each in requirements.items()}


def needed(names: set[str]) -> set[str]:
    """Name libraries, what they need, and what that needs, on this Python."""
    found: set[str] = set()
    for name in names:
        asked = [Requirement(text) for text in metadata.requires(name) or []]
        applies = [each for each in asked if each.marker is None or each.marker.evaluate({"extra": ""})]
        found |= {name} | needed({canonicalize_name(each.name) for each in applies})
    return found


def test_each_requirement_is_a_pin_without_a_hash() -> None:
    assert OURS
    assert "--hash" not in PINS
    for requirement in (OURS | THEIRS).values():
        assert re.fullmatch(r"==[^*,]+", str(requirement.specifier)), requirement
        assert not requirement.extras, requirement


def test_the_requirements_are_ours_then_what_those_need_and_nothing_else() -> None:
    assert set(OURS) & set(THEIRS) == set()
    assert set(THEIRS) == needed(set(OURS)) - set(OURS)


def test_every_line_of_the_lock_is_a_pin_with_hashes_or_a_comment() -> None:
    rest = re.sub(r"^ *#.*\n", "", ENTRY.sub("", LOCK), flags=re.MULTILINE)
    assert rest == ""


def test_the_lock_has_the_versions_of_the_requirements_and_no_other() -> None:
    assert exactly(LOCKED) == exactly(OURS | THEIRS)


def test_the_lock_names_no_registry() -> None:
    assert "://" not in LOCK
    assert "index" not in LOCK


def test_development_has_the_same_libraries_and_boto3_which_is_the_runtimes() -> None:
    assert DEVELOPMENT.startswith("-r requirements.txt\n")
    assert "boto3" not in OURS | THEIRS
    assert "boto3" in pins(DEVELOPMENT)
