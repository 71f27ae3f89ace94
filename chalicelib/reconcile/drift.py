"""Drift: compares what rows believe with what GitHub lists under our label, again and again.

What changed since the last look every ten minutes, everything open once an hour. A failed call changes
nothing. A look that runs out of time continues where it stopped. Issues that were closed long ago are left
out of the hourly look; only the list of changes still shows them.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from pydantic import BaseModel

from chalicelib.conditions.calls import Kind
from chalicelib.conditions.clocks import LONG_AGO
from chalicelib.errors import GitHubError, TooLate
from chalicelib.labels import AREA_LABEL
from chalicelib.rate_limit.rules import CallBudget
from chalicelib.reconcile.comparison import Comparison, Looks
from chalicelib.reconcile.full_check import LAG, FullCheck, Lists, Progress
from chalicelib.reconcile.unrouted import UnroutedIssues
from chalicelib.store.ports import Census, Rows
from chalicelib.sync.readiness import at_once


def key_of(repository: str) -> str:
    """Return the key of a repository's document; GitHub ignores case in its name."""
    return f"drift#{repository.lower()}"


class Looked(BaseModel):
    """When a repository was last looked at, and where to continue a look that ran out of time.

    `changes` and `everything` are our times; `newest` is the newest change that a look has shown, and
    `resume` the last one of an unfinished look, both by GitHub's clock, which may differ from ours.
    """

    changes: datetime = LONG_AGO
    everything: datetime = LONG_AGO
    newest: datetime | None = None
    resume: datetime | None = None
    progress: Progress | None = None


@dataclass(frozen=True)
class Drift:
    """Looks through the routed repositories when it is time to."""

    rows: Rows
    lists: Callable[[], Lists]
    sync: Looks
    permits: CallBudget
    census: Census
    repositories: frozenset[str]
    now: Callable[[], datetime]
    changes_every: timedelta = timedelta(minutes=10)
    everything_every: timedelta = timedelta(minutes=60)

    def check(self, until: datetime) -> None:
        """Look at every repository whose turn it is; one repository's failure does not delay the others."""
        failures: list[GitHubError] = []
        for repository in self._in_turn():
            try:
                self._visit(repository, until)
            except TooLate:
                return
            except GitHubError as error:
                failures.append(error)
        self._astray.check(until)
        if failures:
            raise failures[0]

    def _in_turn(self) -> list[str]:
        """Begin with a different one each minute, so that a large one does not take all the time."""
        names = sorted(self.repositories)
        first = int(self.now().timestamp() // 60) % max(1, len(names))
        return names[first:] + names[:first]

    @property
    def _astray(self) -> UnroutedIssues:
        look, every = self.sync.look, self.everything_every
        return UnroutedIssues(self.rows, self.census, look, self.repositories, self.now, every)

    def _visit(self, repository: str, until: datetime) -> None:
        """Continue with what is to be looked at, and note how far that got, even if it fails midway."""
        document = self.rows.load(key_of(repository))
        looked = document.parsed(Looked)
        begun = looked.resume or looked.progress
        if not begun and self.now() - looked.changes < self.changes_every:
            return
        if self.now() >= until or not at_once(self.permits, repository, Kind.READ, self.now):
            return
        try:
            if self._changes(repository, looked, until):
                self._everything(repository, looked, until)
        finally:
            if (text := looked.model_dump_json()) != document.text:
                self.rows.swap(key_of(repository), text, document.version)

    def _changes(self, repository: str, looked: Looked, until: datetime) -> bool:
        """Look at what changed, if it is time to; return whether there is time for more."""
        began = self.now()
        if not looked.resume and began - looked.changes < self.changes_every:
            return True
        comparison = Comparison(self.rows, self.sync, self.now)
        since = looked.resume or (looked.newest or looked.changes - LAG) - LAG
        for page in self.lists().walk(repository, AREA_LABEL, since, until, only_open=False):
            for seen in comparison.compare(page, until):
                looked.resume = seen.changed_at
            if not comparison.time_left(until):
                return False
        looked.newest = looked.resume or looked.newest
        looked.changes, looked.resume = began, None
        return True

    def _everything(self, repository: str, looked: Looked, until: datetime) -> None:
        """Look at everything, if it is time to."""
        if looked.progress is None and self.now() - looked.everything < self.everything_every:
            return
        looked.progress = looked.progress or Progress(began=self.now())
        look = FullCheck(self.rows, self.lists, self.sync, self.now)
        if look.look(repository, looked.progress, until):
            looked.everything, looked.progress = looked.progress.began, None
