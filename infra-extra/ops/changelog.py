"""`python -m ops.changelog v1.2.3`: the notes of a release, if the tag is the version of the code."""

import re
import sys

from chalicelib import __version__
from chalicelib.wiring import checkout


class NotThisRelease(Exception):
    """The tag, the code and the changelog do not name the same version."""


def notes(tag: str, version: str, changelog: str) -> str:
    """Return the changelog's section for a version; raises NotThisRelease if the tag is for another one."""
    if tag != f"v{version}":
        raise NotThisRelease(
            f"the tag is {tag}, and the code is {version} (chalicelib/__init__.py): tag v{version}"
        )
    found = re.search(rf"^## {re.escape(version)}(?: .*)?\n((?:(?!## ).*\n?)*)", changelog, re.MULTILINE)
    text = found[1].strip() if found else ""
    if not text:
        raise NotThisRelease(f'CHANGELOG.md has no section "## {version}": rename "## Unreleased"')
    return text


def main(tag: str) -> None:
    """Print the notes of a release."""
    try:
        print(notes(tag, __version__, (checkout.PROJECT / "CHANGELOG.md").read_text(encoding="utf-8")))
    except NotThisRelease as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main(*sys.argv[1:])
