"""Strangers: who may not write to a repository, as GitHub said recently; remembered by a warm function.

So GitHub is not asked again for each comment of the same crowd.
"""

from datetime import datetime, timedelta

KEPT = timedelta(minutes=10)
"""How long somebody waits who has just been given write access."""

MOST = 1000
"""If there are more, those asked about first are forgotten."""


class Strangers:
    """Who was refused lately, and how long that counts."""

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
