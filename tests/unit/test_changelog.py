"""The notes of a release are its section of the changelog, and its tag is the version of the code."""

import re

import pytest

from ops.changelog import NotThisRelease, notes

CHANGELOG = """# Changelog

## Unreleased

- Later.

## 1.2.0 (2026-11-29)

### What changed

- This.

## 1.1.0

- Before.
"""


def test_the_notes_are_the_section_of_the_version() -> None:
    assert notes("v1.2.0", "1.2.0", CHANGELOG) == "### What changed\n\n- This."
    assert notes("v1.1.0", "1.1.0", CHANGELOG) == "- Before."


@pytest.mark.parametrize(
    ("tag", "version", "told"),
    [
        ("v1.2.1", "1.2.0", "the tag is v1.2.1, and the code is 1.2.0"),
        ("1.2.0", "1.2.0", "tag v1.2.0"),
        ("v1.3.0", "1.3.0", 'has no section "## 1.3.0"'),
        ("v1.2", "1.2", 'has no section "## 1.2"'),
    ],
)
def test_a_tag_of_another_version_is_no_release(tag: str, version: str, told: str) -> None:
    with pytest.raises(NotThisRelease, match=re.escape(told)):
        notes(tag, version, CHANGELOG)
