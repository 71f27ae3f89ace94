"""An inquiry: the questions to one stage, and the verdict on each case."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from chalicelib.alert import AlertEvent
from chalicelib.cli import rows
from chalicelib.cli.why import search
from chalicelib.cli.why.case import Case, Place, Unknown
from chalicelib.cli.why.causes import verdict_of
from chalicelib.cli.why.reading import StageEvidence, deployed
from chalicelib.cli.why.subject import Subject, read
from chalicelib.cli.why.verdict import Answered, Summary
from chalicelib.conditions.row import AlertState
from chalicelib.quantities import counted
from chalicelib.wiring import checkout
from chalicelib.wiring.rules import limits, policy
from chalicelib.wiring.stage import Stage
from chalicelib.wiring.table import store


@dataclass(frozen=True)
class Inquiry:
    """Asks one stage."""

    stage: Stage
    place: Place
    now: datetime

    @cached_property
    def evidence(self) -> StageEvidence:
        """What the stage shows."""
        return StageEvidence(self.stage, self.now)

    def about(self, text: str) -> list[Answered]:
        """Answer for a title, issue, fingerprint or alarm."""
        subject = read(text)
        found: list[AlertState | None] = [*search.find(self.stage, subject, self.now)]
        return [self._answer(subject, row) for row in found or [None]]

    def about_alerts(self, alerts: Sequence[AlertEvent]) -> list[Answered]:
        """Answer for the conditions that alerts of a payload are about."""
        found = ((Subject(alert.title), store(self.stage).get(alert.fingerprint)) for alert in alerts)
        return [self._answer(*each) for each in found]

    def about_all(self) -> list[Answered]:
        """Answer for everything that fires and has no open issue."""
        found = search.firing(self.stage, self.now)
        return [self._answer(Subject(rows.title(row)), row) for row in found]

    def summary(self, what: str | None, answers: Sequence[Answered]) -> Summary:
        """Summarise what was found, and what to do next."""
        missing = [each for each in answers if not each.well]
        ask = tuple(self.place.cli("why", each.key) for each in missing[:1])
        if what is not None:
            return Summary(f"{len(answers)} conditions match “{what}”: {_unopened(len(missing))}.", ask)
        dead = self.evidence.letters
        rejected, look = "", tuple[str, ...]()
        if isinstance(dead, Unknown):
            rejected = f"; the dead-letter queue could not be checked: {dead.why.rstrip('.')}"
        elif dead:
            are = "is" if len(dead) == 1 else "are"
            rejected = f"; {counted(len(dead), 'message')} {are} in the dead-letter queue"
            look = (self.place.cli("dlq", "list"),)
        said = _unopened(len(missing)) if missing else "every firing condition has an open issue"
        headline = said[:1].upper() + said[1:] + rejected
        return Summary(f"{headline}.", (*ask, *look) or (self.place.cli("doctor"),))

    def _answer(self, subject: Subject, row: AlertState | None) -> Answered:
        case = Case(subject, row, self.place, self.now, self.evidence)
        return Answered(_key(case), case.name, row.fingerprint if row else None, verdict_of(case))


def of(name: str, region: str | None, now: datetime) -> Inquiry:
    """Find the stage to ask."""
    stage = checkout.find(name, region)
    settings = deployed(stage)
    options = () if stage.local else ("--stage", stage.name, "--region", stage.region)
    place = Place(stage.name, policy(settings), limits(settings), stage.topic, options)
    return Inquiry(stage, place, now)


def _unopened(number: int) -> str:
    if not number:
        return "none is firing without an open issue"
    return f"{counted(number, 'condition')} {'is' if number == 1 else 'are'} firing without an open issue"


def _key(case: Case) -> str:
    row = case.row
    if row is None:
        return case.subject.words
    return str(row.status.issue.ref) if row.status.issue else row.fingerprint[: rows.KEY]
