"""Windows that people asked for on a repository's board, as a document of the table stores them. Pure."""

from datetime import datetime, timedelta

from pydantic import BaseModel

from chalicelib.conditions.clocks import LONG_AGO
from chalicelib.conditions.windows import Window

KEPT = timedelta(days=7)
"""How long a window is remembered after its end: alerts that began and ended in it are not reported later."""

MOST = 50


class AskedWindows(BaseModel):
    """The windows by the comment that asked for them, and which of the board's comments were processed.

    Comments since `since`, by GitHub's clock, are read when `listened_at` is long enough ago, or when one is
    known to be new (`wanted`). `heard` are those already processed, `answers` the reactions still to be
    added.
    """

    windows: dict[int, Window] = {}
    since: datetime | None = None
    listened_at: datetime = LONG_AGO
    wanted: bool = False
    heard: tuple[int, ...] = ()
    answers: dict[int, str] = {}

    def forget(self, now: datetime) -> None:
        """Forget windows that ended long ago, and if there are too many, those that end first."""
        known = sorted(self.windows.items(), key=lambda each: each[1].ends)
        self.windows = {name: window for name, window in known[-MOST:] if now < window.ends + KEPT}


def key(repository: str) -> str:
    """Return the key of a repository's document; GitHub ignores case in its name."""
    return f"maintenance#{repository.lower()}"
