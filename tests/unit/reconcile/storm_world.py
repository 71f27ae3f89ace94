"""A world of many alerts at once: recorded, opened, and looked at each minute as reconcile does."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from chalicelib.adapters import own
from chalicelib.adapters.storm import CauseKind, Storm
from chalicelib.alert import AlertEvent
from chalicelib.conditions.issue import Seen
from chalicelib.conditions.plan import Policy
from chalicelib.conditions.row import AlertState
from chalicelib.rate_limit.rules import Limits
from chalicelib.rate_limit.shared import SharedBudget
from chalicelib.reconcile.reconcile import Reconcile
from chalicelib.reconcile.storms import StormKeeper
from chalicelib.reconcile.sub_issues import SubIssues
from chalicelib.reconcile.waiting import WaitingLists
from chalicelib.routing import load
from chalicelib.sync.storms import StormEnricher
from chalicelib.sync.sync import Sync
from tests.twins.census import MemoryCensus
from tests.unit.builders import REPOSITORY, alert
from tests.unit.sync.test_sync import World

MINUTE = timedelta(minutes=1)
ROUTING = f"""
[default]
repository = "{REPOSITORY}"
storm_at = 3
assignees = ["mona"]

[default.mention]
P0 = ["@org/oncall"]
P1 = ["@org/day"]
P2 = ["@org/day"]

[team.calm]
storm_at = 0
"""


class StormWorld(World):
    """Alerts of one rule, `said` at once; `lists` says whether what waits is listed.

    `preferences` are further lines of the routing's default.
    """

    def __init__(self, limits: Limits | None = None, *, lists: bool = True, preferences: str = "") -> None:
        super().__init__(Policy(routing=load(ROUTING.replace("[default]", f"[default]\n{preferences}", 1))))
        self.census, self.lists = MemoryCensus(self.store), lists
        self.gate = SharedBudget(self.store, limits or Limits(spacing=0), self.clock.now)
        self.sync = self.worker()

    def worker(self) -> Sync:
        if not hasattr(self, "census"):
            return super().worker()
        table = self.policy.routing
        found = StormEnricher(self.census, self.store, table, self.clock.now, self.telemetry)
        return replace(super().worker(), enrichers=(found,))

    def say(self, *numbers: int, rule: str = "HighLatency", state: str = "FIRING", **fields: Any) -> None:
        """Record alerts, each at its time, as one batch of the collector, and then sync them."""
        for name in self.record(*numbers, rule=rule, state=state, **fields):
            row = self.store.rows[name]
            if row.due_at and row.due_at <= self.clock.now():
                self.sync.advance(row, self.clock.now() + MINUTE)

    def record(
        self, *numbers: int, rule: str = "HighLatency", state: str = "FIRING", **fields: Any
    ) -> list[str]:
        """Only record alerts, as when a worker stops midway."""
        return [self.says(self._alert(number, rule, state, fields)).fingerprint for number in numbers]

    def _alert(self, number: int, rule: str, state: str, fields: dict[str, Any]) -> AlertEvent:
        self.clock.pass_(seconds=0.01)
        known: dict[str, Any] = {
            "source": "custom",
            "title": f"{rule} [pod-{number}]",
            "name": rule,
            "priority": "P2",
            "identity": {"alarm_id": f"{rule}-{number}"},
            "labels": {"cluster": "eu-1", "pod": f"pod-{number}"},
            "occurred_at": self.clock.now(),
        }
        return alert(state=state, **(known | fields))

    def pass_(self, minutes: float) -> None:
        """Let time pass, each minute with a run of reconcile."""
        for _ in range(round(minutes)):
            self.clock.pass_(minutes=1)
            self.run_once()

    def keeper(self) -> StormKeeper:
        attach = SubIssues(self.store, lambda: self.tracker, self.gate, self.clock.now, self.telemetry).attach
        return StormKeeper(self.store, self.census, self.sync.advance, attach, self.clock.now, self.telemetry)

    def run_once(self) -> None:
        advance, now, keeper = self.sync.advance, self.clock.now, self.keeper()
        waiting = WaitingLists(self.store, self.census, self.policy.routing, advance, now)
        first = (("STORM_FAILED", keeper.check), ("WAITING_FAILED", waiting.check))
        reconcile = Reconcile(
            self.store, advance, (), now, self.telemetry, first=first if self.lists else first[:1]
        )
        reconcile.run(self.clock.now() + MINUTE)

    @property
    def parents(self) -> list[AlertState]:
        rows = [
            row for row in self.store.rows.values() if row.spec.alert and row.spec.alert.source == own.STORM
        ]
        return sorted(rows, key=lambda row: content(row).part)

    @property
    def parent(self) -> AlertState:
        (row,) = [row for row in self.parents if content(row).cause.kind is not CauseKind.WAITING]
        return row

    @property
    def page(self) -> Seen:
        """The parent's issue as GitHub shows it."""
        return self.page_of(self.parent)

    def page_of(self, row: AlertState) -> Seen:
        assert row.status.issue
        return self.tracker.threads[row.status.issue.ref].seen

    def child(self, number: int, rule: str = "HighLatency") -> AlertState:
        (row,) = [
            row
            for row in self.children
            if row.spec.alert and row.spec.alert.title == f"{rule} [pod-{number}]"
        ]
        return row

    @property
    def children(self) -> list[AlertState]:
        names = [row.fingerprint for row in self.parents]
        return [row for row in self.store.rows.values() if row.fingerprint not in names]

    def mentioned(self, rows: Sequence[AlertState]) -> list[str]:
        """What the issues of rows say about people."""
        return [row.fingerprint for row in rows if row.status.issue and "@org" in self.page_of(row).body]


def content(row: AlertState) -> Storm:
    found = Storm.read(row.spec.alert)
    assert found
    return found


def listed(row: AlertState, *, firing: bool = True) -> list[str]:
    """Titles of members that fire, or have ended."""
    return [each.title for each in content(row).members if (each.ended is None) is firing]
