"""Strangers: who may not write to a repository, as GitHub said a moment ago; remembered in a warm function.

A crowd that comments again and again is then not asked about each time.
"""

from datetime import datetime, timedelta

KEPT = timedelta(minutes=10)
"""So long somebody waits who has just been given write access."""

MOST = 1000
"""Of more, those asked about first are forgotten."""


class Strangers:
    """Who was refused lately, and until when that counts."""

    def __init__(self) -> None:
        self._until: dict[tuple[str, str], datetime] = {}

    def note(self, repository: str, login: str, now: datetime) -> None:
        """Note that somebody may not write to a repository."""
        self._until.pop((repository, login), None)
        self._until[repository, login] = now + KEPT
        if len(self._until) > MOST:
            del self._until[next(iter(self._until))]

    def of(self, repository: str, now: datetime) -> frozenset[str]:
        """Name those who may not write to a repository."""
        known = self._until.items()
        return frozenset(login for (name, login), until in known if name == repository and now < until)
