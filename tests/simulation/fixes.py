"""Fixes taken out: each fault that the real outside brought, put back into the product.

Each must be caught as the other mutants are, or the models of the outside do not show it.
"""

import math
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

from chalicelib.adapters import alarm_owner, described_alarm
from chalicelib.adapters.alarm_owner import Named
from chalicelib.alert import Condition
from chalicelib.collector.requeue import Requeue
from chalicelib.conditions import alarm_state, clocks, outbox, outcome, periods, resolved, suppression
from chalicelib.conditions.issue import Closer
from chalicelib.github import client, dates, drafts, lists, transfers, transport
from chalicelib.github.installations import WORK, Installations
from chalicelib.github.protocol import NOT_MODIFIED, Response
from chalicelib.github.transport import BoundedTransport
from chalicelib.rate_limit import shared
from chalicelib.reconcile import comparison, drift, ended_alarms
from chalicelib.reconcile.drift import Drift
from chalicelib.reconcile.full_check import FullCheck, Progress
from chalicelib.reconcile.missed_alarms import MissedAlarms
from chalicelib.store.rows import DynamoStore
from chalicelib.sync import stepper

Patch = AbstractContextManager[Any]


def _one_answer_is_enough() -> Patch:
    """An alarm that one answer lacks is taken for deleted."""
    real = alarm_state.learned

    def learned(row: Any, alarms: Any, since: datetime | None, now: datetime) -> Any:
        return real(row, alarms, now - timedelta(days=1), now)

    return patch.object(ended_alarms, "learned", learned)


@contextmanager
def _markers_before_rows() -> Iterator[None]:
    """Not even a merge asks which row holds an issue."""
    with (
        patch.object(comparison.Comparison, "_row_of", lambda self, seen, named: next(iter(named), None)),
        patch.object(DynamoStore, "of_issue", lambda *_: None),
    ):
        yield


def _unasked() -> Patch:
    """What GitHub last showed of an issue is taken for what it shows now."""
    real = client.GitHubClient._follow

    def follow(self: Any, request: Any, *rest: Any) -> Response:
        return Response(NOT_MODIFIED) if request.etag else real(self, request, *rest)

    return patch.object(client.GitHubClient, "_follow", follow)


@contextmanager
def _contributors_are_gone() -> Iterator[None]:
    """A contributor that is listed is taken for gone; the search, which would bring it back, knows none."""
    none_of_them = patch.object(ended_alarms, "_contributors", lambda *_: frozenset({"none of them"}))
    with none_of_them, patch.object(described_alarm, "has_contributors", lambda _: False):
        yield


def _clocks_as_they_are() -> Patch:
    """A person's closing is in the episode if its time on GitHub is after the provider's time of that."""

    def during(row: Any) -> bool:
        issue, episode = row.status.issue, row.spec.episode
        if issue is None or issue.closed_at is None or issue.closed_by is not Closer.PERSON:
            return False
        return episode is None or bool(issue.closed_at >= episode)

    return patch.object(suppression, "closed_in_this_episode", during)


def _pairs_alone(text: str) -> tuple[Named, Named, str]:
    """Team and priority are read only where they stand alone between bars."""
    parts = [part.strip() for line in text.split("\n") for part in line.split("|")]
    pairs = [part.split("=", 1) for part in parts if re.fullmatch(r"(TEAM|PRIORITY)\s*=.*", part)]
    found = {key.strip(): Named(value.strip()) for key, value in pairs}
    return found.get("TEAM", Named()), found.get("PRIORITY", Named()), text


def _look_from_the_start() -> Patch:
    """A look at everything that ran out of time begins again."""
    real = FullCheck.look

    def look(self: FullCheck, repository: str, progress: Progress, until: datetime) -> bool:
        return real(self, repository, Progress(began=progress.began), until)

    return patch.object(FullCheck, "look", look)


def _changes_from_the_start() -> Patch:
    """A look at what changed that ran out of time begins again."""
    real: Any = vars(Drift)["_changes"]

    def changes(self: Drift, repository: str, looked: Any, until: datetime) -> bool:
        looked.resume = None
        return bool(real(self, repository, looked, until))

    return patch.object(Drift, "_changes", changes)


def _reopened_by_whoever() -> Patch:
    """What GitHub calls reopened is taken for a person's doing, though we reopened it ourselves."""
    real = outcome.adopted

    def adopted(row: Any, alert: Any, seen: Any, title: str) -> Any:
        status = real(row, alert, seen, title)
        if status.issue is None or not seen.open:
            return status
        kept_open = seen.reopened and row.spec.condition is Condition.RESOLVED
        return replace(status, issue=replace(status.issue, kept_open=kept_open))

    return patch.object(outcome, "adopted", adopted)


FIXES: Mapping[str, Callable[[], Patch]] = {
    "take an old start for stale": lambda: patch.object(periods, "_clearly_after", lambda *_: False),
    "never look for a missed alarm": lambda: patch.object(MissedAlarms, "search", lambda *_: None),
    "list since a time by our own clock": lambda: patch.object(
        lists, "clocks", SimpleNamespace(APART=timedelta())
    ),
    "leave out all of what is refused in part": lambda: patch.object(
        drafts, "_accepted", lambda sent, field, faults, *, whole: ()
    ),
    "believe one answer that lacks an alarm": _one_answer_is_enough,
    "take contributors for gone": _contributors_are_gone,
    "believe what was last shown unasked": _unasked,
    "compare GitHub's clock with a provider's": _clocks_as_they_are,
    "believe each worker's own clock": lambda: patch.object(clocks, "ahead", lambda known, *_: known),
    "leave what the table does not take to redrive": lambda: patch.object(Requeue, "send", lambda *_: []),
    "believe a marker before the row": _markers_before_rows,
    "leave untold what is over when it comes": lambda: patch.object(
        resolved, "_long_over", lambda row, now, policy: True
    ),
    "open all of an installation with each token": lambda: patch.object(
        Installations, "_narrowed", lambda *_: {"permissions": WORK}
    ),
    "take an issue that was transferred for out of sight": lambda: patch.object(
        transfers, "reading", lambda _: None
    ),
    "never look an installation up again": lambda: patch.object(Installations, "renewed", lambda *_: False),
    "read team and priority where they stand alone": lambda: patch.object(alarm_owner, "take", _pairs_alone),
    "believe that the table is quick": lambda: patch.object(shared, "SLOWER", 0.0),
    "begin a look at everything again": _look_from_the_start,
    "begin a look at what changed again": _changes_from_the_start,
    "look no further back than lists lag": lambda: patch.object(drift, "LAG", timedelta()),
    "take GitHub's reset for ours": lambda: patch.object(dates, "ahead", lambda *_: timedelta()),
    "take our reopening for a person's": _reopened_by_whoever,
    "take a later start for what was closed": lambda: patch.object(
        suppression, "_started_since", lambda *_: False
    ),
    "take a provider's start by our clock": lambda: patch.object(
        suppression, "_behind", lambda _: timedelta()
    ),
    "use a connection however long it idled": lambda: patch.object(transport, "IDLE", math.inf),
    "give up on a connection that died": lambda: patch.object(
        BoundedTransport, "_harmless", lambda *_: False
    ),
    "drop the outbox": lambda: patch.object(outbox, "noted", lambda status, facts, now: (status, ())),
    "begin the lease before the client is ready": lambda: patch.object(stepper, "prepare", lambda *_: None),
}

SEEN_BY: Mapping[str, str] = {
    "use a connection however long it idled": "tests/unit/github/test_transport_idle.py",
    "give up on a connection that died": "tests/unit/github/test_transport_idle.py",
    "begin the lease before the client is ready": "tests/unit/sync/test_readiness.py",
    "take a provider's start by our clock": "tests/unit/histories/test_clocks.py",
    "clear due though the row moved": "tests/contract/test_store.py",
}
"""Tests that must fail where a breakage shows at a socket, in what is left of a lease, or too seldom: a start
just after a person's closing, by a clock behind ours, or a message that arrives while its row's last step is
settled, which a thousand runs may not draw."""
