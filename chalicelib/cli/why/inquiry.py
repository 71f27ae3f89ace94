"""An inquiry: what one stage is asked, and the verdict on each case that it makes."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from chalicelib.cli import explain, payloads
from chalicelib.cli.rehearsal import Outcome, Rehearsal
from chalicelib.cli.why import payload, search
from chalicelib.cli.why.case import Case, Place
from chalicelib.cli.why.causes import verdict_of
from chalicelib.cli.why.reading import StageEvidence
from chalicelib.cli.why.subject import Subject, read
from chalicelib.cli.why.verdict import Verdict
from chalicelib.conditions.row import AlertState
from chalicelib.wiring.rules import limits, policy
from chalicelib.wiring.stage import Stage
from chalicelib.wiring.table import store

Answer = tuple[Case, Verdict]


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

    def case(self, subject: Subject, row: AlertState | None = None) -> Case:
        """Make a case."""
        return Case(subject, row, self.place, self.now, self.evidence)

    def about(self, text: str) -> list[Answer]:
        """Answer for a title, issue, fingerprint or alarm."""
        subject = read(text)
        rows: list[AlertState | None] = [*search.find(self.stage, subject, self.now)]
        cases = [self.case(subject, row) for row in rows or [None]]
        return [(case, verdict_of(case)) for case in cases]

    def about_file(self, name: str, source: str | None) -> list[Answer]:
        """Answer for each alert of a payload."""
        rehearsal = Rehearsal(self.place.policy, self.now, store(self.stage).get)
        found: list[Answer] = []
        for answer in explain.answers_of(payloads.text(name), source, rehearsal):
            if isinstance(answer.what, Outcome):
                alert = answer.what.alert
                case = self.case(Subject(alert.title), store(self.stage).get(alert.fingerprint))
                found.append((case, verdict_of(case)))
            elif verdict := payload.no_condition(answer, name):
                found.append((self.case(Subject(name)), verdict))
        return found or [(self.case(Subject(name)), payload.no_alert(name))]

    def about_all(self) -> list[Answer]:
        """Answer for everything that fires and has no open issue."""
        cases = [self.case(read(row.fingerprint), row) for row in search.firing(self.stage, self.now)]
        return [(case, verdict_of(case)) for case in cases]


def place(stage: Stage, region: str | None) -> Place:
    """Name what is asked, and how a command names it again."""
    named = [] if stage.local else ["--stage", stage.name]
    return Place(
        stage.name,
        policy(stage.settings),
        limits(stage.settings),
        stage.topic,
        (*named, *(["--region", region] if region else [])),
    )
