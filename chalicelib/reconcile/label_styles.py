"""Label styles: gives each label of ours its colour and description, once.

When an issue gets a label that does not exist, GitHub creates it, grey and without a description, so alerts
need not wait for their labels. People may change a label afterwards: it is touched only once.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from pydantic import BaseModel

from chalicelib.conditions.calls import Kind
from chalicelib.conditions.clocks import LONG_AGO
from chalicelib.conditions.issue import Label
from chalicelib.errors import Invalid, Refused
from chalicelib.labels import OUR_PREFIXES, describe_label
from chalicelib.rate_limit.rules import CallBudget
from chalicelib.routing import Routing
from chalicelib.store.documents import Documents
from chalicelib.sync.readiness import at_once
from chalicelib.telemetry.telemetry import Telemetry

EVERY = timedelta(hours=1)
"""How often a repository is searched for labels that could not be known in advance."""


class Tracker(Protocol):
    """The labels of a repository; every call raises the classified errors."""

    def labels(self, repository: str, before: datetime) -> Iterator[Label]:
        """List them."""

    def create_label(self, repository: str, label: Label, before: datetime) -> None:
        """Create one."""

    def dress_label(self, repository: str, label: Label, before: datetime) -> None:
        """Change the colour and the description of one."""


class _Shelf(BaseModel):
    """Which labels of a repository are done, in lower case, and when they were last checked."""

    done: frozenset[str] = frozenset()
    looked_at: datetime = LONG_AGO


@dataclass(frozen=True)
class LabelStyles:
    """Takes care of the labels of every routed repository; stores in the table which are done."""

    documents: Documents
    tracker: Callable[[], Tracker]
    permits: CallBudget
    routing: Routing
    now: Callable[[], datetime]
    telemetry: Telemetry

    def apply(self, until: datetime) -> None:
        """Do what is missing, as far as the budget allows; the rest is done later."""
        for repository in sorted(self.routing.repositories):
            key = f"labels#{repository.lower()}"
            document = self.documents.load(key)
            shelf = document.parsed(_Shelf)
            missing = any(name.casefold() not in shelf.done for name in self.routing.labels_in(repository))
            if missing or self.now() - shelf.looked_at >= EVERY:
                done = shelf.done | frozenset(self._work(repository, shelf.done, until))
                newer = _Shelf(done=done, looked_at=self.now())
                self.documents.swap(key, newer.model_dump_json(), document.version)

    def _work(self, repository: str, done: frozenset[str], until: datetime) -> Iterator[str]:
        """Name each label that is as it should be, or that GitHub refuses to change."""
        if not self._may(repository):
            return
        known = {label.name.casefold(): label for label in self.tracker().labels(repository, until)}
        ours = [label.name for label in known.values() if label.name.startswith(OUR_PREFIXES)]
        wanted = {name.casefold(): name for name in (*self.routing.labels_in(repository), *ours)}
        for key in sorted(wanted.keys() - done):
            before = known.get(key)
            if (before is None or before.plain) and not self._may(repository):
                return
            if self._give(repository, wanted[key], before, until):
                yield key

    def _give(self, repository: str, name: str, before: Label | None, until: datetime) -> bool:
        """Whether the label is done: one that an issue has just created, grey, is styled later."""
        label = Label(name, *describe_label(name))
        try:
            if before is None:
                self.tracker().create_label(repository, label, until)
            elif before.plain:
                self.tracker().dress_label(repository, label, until)
        except Refused as error:
            if isinstance(error, Invalid) and any(each.code == "already_exists" for each in error.faults):
                return False
            # Without the permission, it stays as it is.
            self.telemetry.event("LABEL_NOT_DRESSED", repository=repository, label=name, error=str(error))
        return True

    def _may(self, repository: str) -> bool:
        return at_once(self.permits, repository, Kind.CHANGE, self.now)
