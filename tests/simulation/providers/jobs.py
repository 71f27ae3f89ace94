"""Jobs that post a heartbeat each time they have run: what begins is that one dies, unheard.

A job has a condition's number; "fires" stops it, "ends" has it run again. A heartbeat that the webhook did
not take is not sent again, as a job is over when it ends. Where the world is left alone those that run are
taken down, and say so.
"""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from chalicelib.adapters.registry import OWN_EMITTERS
from tests.simulation.providers.provider import Happens, Shown, State, instant, team, title

if TYPE_CHECKING:
    from tests.simulation.world import World

SEEN = ("a heartbeat", "a heartbeat is lost", "a job is taken down")

SOON = 60.0
"""Seconds after which its issue is closed when a job runs again, where nothing is wrong for long."""

NEVER = 4_000_000_000.0
"""Later than any run: what is so since then is compared at rest alone."""

FALSE_ALARM = "18. what is heard of has no issue that says otherwise"


@dataclass(frozen=True)
class Jobs:
    """Jobs that run at a fixed interval, by a clock of their own."""

    name: str
    ahead: float = 0.0
    every: float = 300.0
    grace: float = 150.0

    def build(self, world: "World") -> "Running":
        return Running(world, self)


@dataclass
class _Job:
    """A job; `turn` names the runs since it was last started, `taken_at` when a heartbeat was last taken.

    Since `since` it is heard of again; `lost` says that its last heartbeat was not taken.
    """

    runs: bool = True
    turn: int = 0
    since: float = NEVER
    taken_at: float = math.nan
    lost: bool = False


class Running:
    """Every job of a run."""

    source = OWN_EMITTERS
    rests_at = 0.0

    def __init__(self, world: "World", setup: Jobs) -> None:
        self._world, self._setup, self.ahead = world, setup, setup.ahead
        self._jobs: dict[int, _Job] = {}

    def happen(self, event: Happens) -> None:
        """Let a job die, or run again."""
        job = self._jobs.get(event.condition)
        if job is None:
            job = self._jobs[event.condition] = _Job()
            self._run(event.condition, job.turn)
        if event.what == "fires" and job.runs:
            job.runs, job.turn = False, job.turn + 1
        elif event.what == "ends" and not job.runs:
            job.runs, job.since = True, self._world.schedule.time
            self._run(event.condition, job.turn)

    def heal(self) -> None:
        """Take down those that run, once what they said last is out."""
        for number, job in self._jobs.items():
            if job.runs:
                job.turn += 1
                self._world.schedule.at(self._world.schedule.time + 1, partial(self._end, number))

    def console(self) -> Mapping[str, Shown]:
        """Show which are silent: those that do not run and whose last heartbeat was long enough ago."""
        return {f"No heartbeat from {title(number)}": self._shown(job) for number, job in self._jobs.items()}

    def heard(self) -> list[str]:
        """Name those of which nothing is missing."""
        now = self._world.schedule.time
        return [
            f"No heartbeat from {title(number)}"
            for number, job in self._jobs.items()
            if not job.lost
            and now < job.taken_at + self._setup.every + self._setup.grace
            and not job.since < now < job.since + SOON
        ]

    def _shown(self, job: _Job) -> Shown:
        overdue_at = job.taken_at + self._setup.every + self._setup.grace
        if job.runs or job.lost:
            return Shown(State.QUIET if job.runs else State.UNKNOWN, NEVER)
        fires = overdue_at <= self._world.schedule.time
        return Shown(State.FIRING if fires else State.UNKNOWN, overdue_at if fires else NEVER)

    def _run(self, number: int, turn: int) -> None:
        job = self._jobs[number]
        if job.runs and job.turn == turn and not self._world.calmed:
            self._post(number, "FIRING")
            again = self._world.schedule.time + self._setup.every
            self._world.schedule.at(again, lambda: self._run(number, turn))

    def _end(self, number: int) -> None:
        self._count("a job is taken down")
        self._post(number, "RESOLVED")

    def _post(self, number: int, state: str) -> None:
        job, now = self._jobs[number], self._world.schedule.time
        self._count("a heartbeat")

        def answered(status: int | None) -> None:
            if status != 202:
                job.lost = True
                self._count("a heartbeat is lost")
                return
            job.since = self._world.schedule.time if job.lost else job.since
            job.lost, job.taken_at = False, now

        beat = {
            "source": "nightly-jobs",
            "kind": "heartbeat",
            "state": state,
            "title": title(number),
            "priority": "P1",
            "occurred_at": instant(now + self.ahead),
            "teams": [team(number) or "unheard-of"],
            "identity": {"alarm_id": f"job-{number}"},
            "interval": round(self._setup.every),
            "grace": round(self._setup.grace),
        }
        self._world.post(self.source, json.dumps(beat).encode(), answered)

    def _count(self, what: str) -> None:
        self._world.count(f"jobs: {what}")


@dataclass(frozen=True)
class HearsThem:
    """A person sees no open issue about a job of which nothing is missing."""

    at: float

    def happen(self, world: "World") -> None:
        heard = [
            name for each in world.providers.values() if isinstance(each, Running) for name in each.heard()
        ]
        for issue in world.issues():
            told = issue.state == "open" and "alert:resolved" not in issue.label_names
            if told and any(name in issue.title for name in heard):
                world.breaks(FALSE_ALARM, f"#{issue.number} {issue.title}")
