"""Declarations: which `/sev` declared the incident of an alert, when several workers read one each at once.

The indexes that list open incidents lag, and what an alert's row says cannot be noted while a worker has it.
So the first to write this document has declared it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from pydantic import BaseModel

from chalicelib.adapters import incident
from chalicelib.alert import Identity, UtcDatetime
from chalicelib.store import documents
from chalicelib.store.ports import Rows

KEY = "incidents#declared"

UNRECORDED = timedelta(hours=1)
"""How long one counts whose incident is not recorded: until then, its worker or the next one records it."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A request for an incident: in which comment, when by GitHub's clock, and its title if it has one."""

    comment: int
    author: str
    at: UtcDatetime
    title: str = ""

    @property
    def identity(self) -> Identity:
        """What identifies the incident."""
        return incident.identity(self.comment)

    @property
    def fingerprint(self) -> str:
        """Name the incident's row."""
        return incident.fingerprint(self.identity)


class _Declaration(BaseModel):
    """What was asked for, and when it was read by our clock."""

    asked: Asked
    read_at: UtcDatetime


class _Declarations(BaseModel):
    """The newest of each alert, by fingerprint, as long as its incident is open."""

    by_alert: dict[str, _Declaration] = {}


@dataclass(frozen=True, slots=True)
class Declarations:
    """The document of who declared what."""

    rows: Rows
    now: Callable[[], datetime]

    def first(self, alert: str, asked: Asked) -> Asked:
        """Return which request declares an alert's incident: this one, or an earlier one whose is not over.

        Raises Contended.
        """
        new = _Declaration(asked=asked, read_at=self.now())

        def declared(known: _Declarations) -> _Declarations:
            going_on = {name: each for name, each in known.by_alert.items() if self._goes_on(each)}
            return _Declarations(by_alert={alert: new} | going_on)

        return documents.changed(self.rows, KEY, _Declarations, declared).by_alert[alert].asked

    def _goes_on(self, declaration: _Declaration) -> bool:
        row = self.rows.get(declaration.asked.fingerprint)
        return row.spec.firing if row else self.now() < declaration.read_at + UNRECORDED
