"""Maintenance in a worker: the windows of the file, and those that people asked for on boards."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from pydantic import ValidationError

from chalicelib.alert import AlertEvent
from chalicelib.conditions.asked_windows import AskedWindows, key
from chalicelib.conditions.clocks import LONG_AGO
from chalicelib.conditions.nothing import Held
from chalicelib.conditions.row import AlertState
from chalicelib.conditions.windows import Rule, Window, covering, held_by
from chalicelib.errors import AlertingError
from chalicelib.routing import Routing
from chalicelib.store.documents import Documents
from chalicelib.telemetry.telemetry import Telemetry

FRESH = timedelta(seconds=20)
KNOWN_FOR = timedelta(minutes=5)
"""How long windows are trusted after the table last gave them; after that, alerts open rather than hide."""


@dataclass(frozen=True, slots=True)
class _Known:
    """What was read for one repository, and when that was last tried."""

    tried_at: datetime = LONG_AGO
    read_at: datetime = LONG_AGO
    windows: tuple[Window, ...] = ()


@dataclass(frozen=True)
class Maintenance:
    """Applies maintenance windows; `rules` are those of the file."""

    rules: tuple[Rule, ...]
    documents: Documents
    routing: Routing
    now: Callable[[], datetime]
    telemetry: Telemetry
    _known: dict[str, _Known] = field(default_factory=dict)

    def __call__(self, alert: AlertEvent, at: datetime) -> Held | None:
        """Return what held an alert back at a time, from what is already known; reads nothing."""
        known = self._known.get(self._repository(alert), _Known())
        asked = known.windows if self.now() < known.read_at + KNOWN_FOR else ()
        window = covering(alert, (*self.rules, *asked), self.routing, at)
        return held_by(window) if window else None

    def refresh(self, row: AlertState) -> None:
        """Read the windows of the row's repository, unless that was tried recently."""
        repository, now = self._repository(row.spec.alert) if row.spec.alert else "", self.now()
        known = self._known.get(repository, _Known())
        if not repository or repository not in self.routing.boards or now < known.tried_at + FRESH:
            return
        try:
            asked = self.documents.load(key(repository)).parsed(AskedWindows)
        except (AlertingError, ValidationError) as error:
            self.telemetry.problem("WINDOWS_UNKNOWN", error, repository=repository)
            self._known[repository] = _Known(now, known.read_at, known.windows)
        else:
            self._known[repository] = _Known(now, now, tuple(asked.windows.values()))

    def _repository(self, alert: AlertEvent) -> str:
        return self.routing.route(alert.teams).repository
