"""Inhibition in a worker: which firing conditions may hold others back.

A document lists their fingerprints, so that few rows are read; only the rows say whether they fire.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from pydantic import BaseModel, ValidationError

from chalicelib.alert import AlertEvent
from chalicelib.conditions import inhibition
from chalicelib.conditions.clocks import LONG_AGO
from chalicelib.conditions.nothing import Held
from chalicelib.conditions.row import AlertState
from chalicelib.errors import AlertingError
from chalicelib.routing import Routing
from chalicelib.store.ports import Rows
from chalicelib.telemetry.telemetry import Telemetry

KEY = "inhibition#firing"
MOST = 300
"""How many are listed, the newest; alerts held back by an older one are opened rather than hidden."""

FRESH = timedelta(seconds=5)
KNOWN_FOR = timedelta(minutes=1)
"""How long the answer is trusted after the table last gave it."""

TRIES = 3


class Inhibitors(BaseModel):
    """Fingerprints of conditions that may hold others back, the newest last."""

    firing: tuple[str, ...] = ()


@dataclass
class Inhibition:
    """Applies the inhibition rules of the routing table."""

    routing: Routing
    stale_after: timedelta | None
    rows: Rows
    now: Callable[[], datetime]
    telemetry: Telemetry
    _tried_at: datetime = LONG_AGO
    _read_at: datetime = LONG_AGO
    _firing: tuple[AlertState, ...] = ()

    def __call__(self, alert: AlertEvent, at: datetime) -> Held | None:
        """Return what holds an alert back, from what is already known; reads nothing."""
        if not self._firing or self.now() >= self._read_at + KNOWN_FOR:
            return None
        row = inhibition.holding(alert, self._firing, self.routing, at)
        return inhibition.held_by(row, alert, self.routing, at) if row else None

    def refresh(self, row: AlertState) -> None:
        """List the row if it may hold others back; read those that do, if it may be held back itself."""
        alert, rules = row.spec.alert, self.routing.inhibit
        if alert is None:
            return
        try:
            if any(rule.may_hold(alert) for rule in rules):
                self._list(row)
            if self.now() >= self._tried_at + FRESH and any(rule.may_be_held(alert) for rule in rules):
                self._read()
        except (AlertingError, ValidationError) as error:
            self.telemetry.problem("INHIBITORS_UNKNOWN", error)

    def _list(self, row: AlertState) -> None:
        fires = row.spec.firing
        document = self.rows.load(KEY)
        for _ in range(TRIES):
            listed = document.parsed(Inhibitors).firing
            if (row.fingerprint in listed) is fires:
                return
            others = tuple(each for each in listed if each != row.fingerprint)
            firing = (*others, row.fingerprint)[-MOST:] if fires else others
            newer = self.rows.swap(KEY, Inhibitors(firing=firing).model_dump_json(), document.version)
            self._tried_at = LONG_AGO
            if newer is None:
                return
            document = newer

    def _read(self) -> None:
        self._tried_at = now = self.now()
        listed = self.rows.load(KEY).parsed(Inhibitors).firing
        rows = self.rows.several(listed) if listed else []
        self._firing = tuple(row for row in rows if inhibition.inhibitor(row, now, self.stale_after))
        self._read_at = now
