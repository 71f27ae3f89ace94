"""On call: reads from calendars and PagerDuty whose shifts come next, and notes it for all workers.

It reads every few minutes. If one does not answer, its last answer applies, and it is asked again.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from chalicelib.conditions.on_call import OnCallUnknown
from chalicelib.conditions.on_call_notes import KEY, MOST_FAULTS, MOST_SHIFTS, Answer, OnCallNotes
from chalicelib.conditions.shifts import AHEAD, DAY, Shift
from chalicelib.errors import AlertingError
from chalicelib.store.documents import Documents, changed
from chalicelib.telemetry.masking import mask
from chalicelib.telemetry.telemetry import Telemetry

BEFORE = timedelta(hours=1)


class Source(Protocol):
    """Knows the shifts of a team."""

    def shifts(self, since: datetime, until: datetime) -> tuple[list[Shift], list[str]]:
        """Return the shifts between two times, and what cannot be used; raises OnCallUnknown."""


@dataclass(frozen=True)
class OnCallReader:
    """Asks the sources of the teams that have one; nothing is kept of teams that are not in `teams`."""

    documents: Documents
    teams: Collection[str]
    sources: Mapping[str, Source]
    now: Callable[[], datetime]
    telemetry: Telemetry
    every: timedelta = timedelta(minutes=5)

    def check(self, until: datetime) -> None:
        """Ask each source that is due, the one asked longest ago first."""
        notes, answers = self.documents.load(KEY).parsed(OnCallNotes), dict[str, Answer]()
        waiting = sorted(self.sources, key=lambda team: notes.answer(team).tried_at)
        for team in waiting:
            known, now = notes.answer(team), self.now()
            if now < until and now >= known.tried_at + self.every:
                answers[team] = self._asked(team, known, now)
        if answers or notes != notes.kept(self.teams):
            self._note(answers)

    def _asked(self, team: str, known: Answer, now: datetime) -> Answer:
        try:
            shifts, faults = self.sources[team].shifts(now - BEFORE, now + AHEAD + DAY)
        except Exception as error:  # noqa: BLE001 - logged, and asked again; other teams are not held up
            self.telemetry.problem("ON_CALL_UNKNOWN", error, team=team)
            why = str(error) if isinstance(error, AlertingError) else type(error).__name__
            return known.model_copy(update={"tried_at": now, "why": mask(why)})
        if faults and faults[:MOST_FAULTS] != [*known.faults]:
            self.telemetry.problem(
                "ON_CALL_UNUSABLE", OnCallUnknown("; ".join(faults[:MOST_FAULTS])), team=team
            )
        nearest = sorted(shifts, key=lambda shift: shift.begins)[:MOST_SHIFTS]
        return Answer(at=now, tried_at=now, shifts=tuple(nearest), faults=tuple(faults[:MOST_FAULTS]))

    def _note(self, answers: dict[str, Answer]) -> None:
        """Write the answers, and keep what people handed off in the meantime."""

        def answered(notes: OnCallNotes) -> OnCallNotes:
            return notes.model_copy(update={"answers": notes.answers | answers}).kept(self.teams)

        changed(self.documents, KEY, OnCallNotes, answered)
