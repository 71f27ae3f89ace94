"""Storms broken in each of their parts: who is called, what is listed, and when it is over."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from typing import Any
from unittest.mock import patch

from chalicelib.adapters.storm import Cause, CauseKind
from chalicelib.conditions import calling, causes, escalation, membership, tiers
from chalicelib.conditions.row import AlertState
from chalicelib.reconcile.storms import StormKeeper
from chalicelib.reconcile.waiting import WaitingLists
from chalicelib.sync import draft
from chalicelib.sync.storms import StormEnricher

Patch = AbstractContextManager[Any]


@contextmanager
def _called(calls: Callable[[AlertState], bool]) -> Iterator[None]:
    """Decide differently whose issue calls people."""
    with ExitStack() as patches:
        for module in (calling, escalation, tiers, draft):
            patches.enter_context(patch.object(module, "calls", calls))
        yield


def _of_a_team(alert: Any) -> Iterator[Cause]:
    """Everything that a team has shares one cause."""
    yield Cause(kind=CauseKind.GROUP, teams=alert.teams, value=("one",))


def _with_the_first() -> Patch:
    """A storm is over when one of its alerts is."""

    def over(self: Any, parts: Any, contents: Any) -> bool:
        return any(member.ended for content in contents for member in content.members)

    return patch.object(StormKeeper, "_over", over)


STORMS: Mapping[str, Callable[[], Patch]] = {
    "see no storm begin": lambda: patch.object(
        StormEnricher, "enrich", lambda self, row, known, before: known
    ),
    "let each alert of a storm call": lambda: _called(lambda row: True),
    "let a storm call for a P0, too": lambda: _called(
        lambda row: row.enrichment is None or row.enrichment.group is None
    ),
    "take what a team has for one cause": lambda: patch.object(causes, "_causes", _of_a_team),
    "list nothing that waits": lambda: patch.object(WaitingLists, "check", lambda *_: None),
    "look at no storm again": lambda: patch.object(StormKeeper, "check", lambda *_: None),
    "close no storm": lambda: patch.object(StormKeeper, "_over", lambda *_: False),
    "close a storm with its first end": _with_the_first,
    "list what began before a storm nowhere": lambda: patch.object(StormKeeper, "_loose", lambda *_: {}),
    "list what ended as if it fired": lambda: patch.object(
        membership, "_updated", lambda member, row: member
    ),
}
