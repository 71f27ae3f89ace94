"""Outside: everything that may hold rows back and is not in the row itself, asked in order."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from chalicelib.alert import AlertEvent
from chalicelib.conditions.nothing import Held
from chalicelib.conditions.row import AlertState


class Holder(Protocol):
    """One kind of thing that holds rows back."""

    def __call__(self, alert: AlertEvent, at: datetime) -> Held | None:
        """Return what held an alert back at a time, from what is already known; reads nothing."""

    def refresh(self, row: AlertState) -> None:
        """Read what may hold the row back, unless that was tried recently; raises nothing."""


@dataclass(frozen=True, slots=True)
class Outside:
    """All of them; the first that holds an alert back is the one reported."""

    holders: tuple[Holder, ...]

    def __call__(self, alert: AlertEvent, at: datetime) -> Held | None:
        """Return what held an alert back at a time."""
        return next(filter(None, (holder(alert, at) for holder in self.holders)), None)

    def refresh(self, row: AlertState) -> None:
        """Let each read what it needs."""
        for holder in self.holders:
            holder.refresh(row)
