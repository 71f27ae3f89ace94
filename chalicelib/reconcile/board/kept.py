"""What is stored about a repository's board, as a document of the table."""

from datetime import date, datetime

from pydantic import BaseModel

from chalicelib.alert import Priority
from chalicelib.conditions.clocks import LONG_AGO


class Kept(BaseModel):
    """What is stored about a repository's board.

    `place` is the repository that it is in, to which a person may have moved it, `shown` a digest of its
    content; `begun_at` is set while an opening's outcome is not known, and `looks` counts the empty looks.
    `waits_since` is since when the budget has put off writing it.
    """

    number: int | None = None
    place: str = ""
    shown: str = ""
    looked_at: datetime = LONG_AGO
    begun_at: datetime | None = None
    looks: int = 0
    waits_since: datetime | None = None
    quiet_since: datetime | None = None
    days: dict[date, dict[Priority, int]] = {}


def key(repository: str) -> str:
    """Return the key of a repository's document; GitHub ignores case in its name."""
    return f"board#{repository.lower()}"
