"""Which code this is: a version, and the commit that the deployment package was built from."""

from pathlib import Path

from chalicelib import __version__

COMMIT = Path(__file__).with_name("commit.txt")
"""The file that `make` writes into the package; `chalice deploy` alone does not."""


def of(commit: str | None) -> str:
    """Name this version with a commit, as in 0.1.0+1a2b3c4d5e6f; without one if it is not known."""
    return f"{__version__}+{commit}" if commit else __version__


def running() -> str:
    """Name the version of a deployed package."""
    return of(COMMIT.read_text(encoding="utf-8") if COMMIT.is_file() else None)


def differ(one: str, other: str) -> bool:
    """Whether two versions are certainly of different code; if one has no commit, that is not known."""
    versions, commits = zip(*(each.partition("+")[::2] for each in (one, other)), strict=True)
    return len(set(versions)) > 1 or ("" not in commits and len(set(commits)) > 1)
