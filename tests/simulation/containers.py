"""The real code, wired to the twins as `chalicelib/wiring/` wires it to the real services."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Protocol

from chalicelib.adapters import registry
from chalicelib.adapters.owner_rules import NO_RULES
from chalicelib.aws.cloudwatch import CloudWatchAlarms
from chalicelib.aws.metric_data import MetricData
from chalicelib.aws.sns import SnsTopic
from chalicelib.aws.sqs import SqsQueue
from chalicelib.collector.collector import Collector
from chalicelib.collector.github_hint import GitHubHints
from chalicelib.conditions.alarm_state import AccountRegion
from chalicelib.conditions.commands import SEV
from chalicelib.conditions.plan import Policy
from chalicelib.conditions.record import DUPLICATE
from chalicelib.conditions.row import AlertState
from chalicelib.conditions.steps import Work
from chalicelib.github.client import GitHubClient
from chalicelib.github.dates import http_date
from chalicelib.github.issues import GitHubIssues
from chalicelib.mirrors.sns import SnsMirror
from chalicelib.rate_limit.rules import Limits
from chalicelib.rate_limit.shared import SharedBudget
from chalicelib.reconcile.alarm_check import AlarmCheck
from chalicelib.reconcile.alert_lists import AlertLists
from chalicelib.reconcile.board import BoardListener, BoardUpkeep
from chalicelib.reconcile.drift import Drift
from chalicelib.reconcile.heartbeats import Heartbeats
from chalicelib.reconcile.held_rows import HeldRows
from chalicelib.reconcile.incidents import IncidentKeeper
from chalicelib.reconcile.missed_alarms import MissedAlarms
from chalicelib.reconcile.reconcile import Reconcile
from chalicelib.reconcile.storms import StormKeeper
from chalicelib.reconcile.sub_issues import SubIssues
from chalicelib.reconcile.waiting import WaitingLists
from chalicelib.store.census import DynamoCensus
from chalicelib.store.rows import DynamoStore
from chalicelib.sync.deeds import Deeds
from chalicelib.sync.enrich import Enricher
from chalicelib.sync.execute import Executor
from chalicelib.sync.incidents import Incidents
from chalicelib.sync.inhibition import Inhibition
from chalicelib.sync.maintenance import Maintenance
from chalicelib.sync.outside import Outside as Holders
from chalicelib.sync.recover import Holder
from chalicelib.sync.related import LastTimeEnricher, RelatedEnricher
from chalicelib.sync.sev import Sev
from chalicelib.sync.storms import StormEnricher
from chalicelib.sync.sync import Clock, Sync, Timing
from chalicelib.telemetry.telemetry import Telemetry
from chalicelib.webhook.alerts import AlertWebhook
from chalicelib.webhook.refusals import Refusals
from chalicelib.wiring.clock import SystemClock
from tests.simulation.faults import TIMEOUT
from tests.simulation.incident_page import SECTIONS
from tests.simulation.lookups import listing
from tests.simulation.on_call import roster
from tests.simulation.outside import Outside
from tests.simulation.providers.alarms import TOPIC
from tests.simulation.providers.alertmanager import SENDERS
from tests.simulation.providers.listing import Lists
from tests.simulation.scenario import Scenario
from tests.twins.dynamodb import DynamoTwin
from tests.twins.enricher import EnricherTwin
from tests.twins.github import GitHubTwin, UnsignedApp
from tests.twins.messaging import DLQ, QUEUE, Messaging
from tests.twins.mirror import MirrorTwin

TOKEN = "webhook-secret-0123456789"


def token_of(sender: str) -> str:
    """What a sender presents; without a name, the token of its source."""
    return f"{TOKEN}-{sender}" if sender else TOKEN


class Services(Protocol):
    """What containers are wired to."""

    @property
    def table(self) -> DynamoTwin:
        """The table."""

    @property
    def messaging(self) -> Messaging:
        """Topic and queues."""

    @property
    def github(self) -> GitHubTwin:
        """GitHub."""

    @property
    def mirror(self) -> MirrorTwin:
        """The topic of a mirror."""

    @property
    def enricher(self) -> EnricherTwin:
        """What looks up more for an issue."""

    @property
    def telemetry(self) -> Telemetry:
        """Where it is reported what happens."""

    @property
    def clock(self) -> Clock:
        """Virtual time."""

    @property
    def policy(self) -> Policy:
        """How often GitHub is updated."""

    @property
    def scenario(self) -> Scenario:
        """What is decided beforehand."""

    @property
    def limits(self) -> Limits:
        """How much GitHub is sent."""

    def count(self, what: str) -> None:
        """Count what was covered."""

    def cloudwatch(self) -> Any:
        """The client of CloudWatch, if there are alarms in this run."""

    def listed(self) -> Iterator[tuple[str, str, list[Lists]]]:
        """Providers whose alerts are listed in this run, with their sender and their peers."""

    @property
    def outside(self) -> Outside:
        """What comes between the workers and the twins."""


class WorkersClock(SystemClock):
    """The clock of a container whose machine is this many seconds ahead."""

    def __init__(self, true: Clock, ahead: float) -> None:
        super().__init__(lambda: true.now() + timedelta(seconds=ahead))
        self._true = true

    def sleep(self, seconds: float) -> None:
        self._true.sleep(seconds)

    def unique(self) -> str:
        return self._true.unique()


class _Table:
    """The client of the table as `chalicelib/wiring/table.py` wires it: its dates correct the clock."""

    def __init__(self, twin: DynamoTwin, clock: SystemClock) -> None:
        self._twin, self._clock = twin, clock

    def __getattr__(self, name: str) -> Any:
        def call(**arguments: Any) -> Any:
            self._clock.asks()
            answer = getattr(self._twin, name)(**arguments)
            self._clock.answered(http_date(answer["ResponseMetadata"]["HTTPHeaders"]["date"]))
            return answer

        return call


class _Secret:
    """The webhook's secret."""

    def read(self, *, fresh: bool = False) -> dict[str, Any]:
        named = [{"name": name, "source": "alertmanager", "token": token_of(name)} for name in SENDERS]
        return {f"{source}_webhook_token": TOKEN for source in registry.webhooks()} | {"senders": named}


class _CountedAct(Executor):
    """Act, and a count of the steps."""

    def __init__(
        self, services: Services, clock: Clock, issues: GitHubIssues, holder: Holder, deeds: Deeds
    ) -> None:
        super().__init__(lambda: issues, services.policy.routing, clock.now, holder, more=deeds)
        self._count = services.count

    def execute(self, row: AlertState, step: Work) -> AlertState:
        self._count(f"step: {type(step).__name__}")
        return super().execute(row, step)


class Container:
    """A Lambda function's container: what one invocation leaves in memory, the next finds there."""

    def __init__(self, services: Services, ahead: float) -> None:
        self._services = services
        self.clock = WorkersClock(services.clock, ahead)
        self._table: Any = _Table(services.table, self.clock)
        now = self.clock.now
        self.store: Any = DynamoStore(self._table, "table")  # type: ignore[arg-type]
        self.gate = gate = SharedBudget(self.store, services.limits, now, services.telemetry)
        client = GitHubClient(services.github, UnsignedApp(), gate, self.clock, timedelta(seconds=TIMEOUT))
        self.issues = GitHubIssues(client)
        routing, telemetry = services.policy.routing, services.telemetry
        self.incidents = Incidents(self.store, self._census(), lambda _: SECTIONS, now, telemetry)
        declares = services.scenario.setting.incidents
        self.deeds = {SEV: Sev(self.incidents, routing)} if declares else {}
        act = _CountedAct(services, self.clock, self.issues, self.store.of_issue, self.deeds)
        timing = Timing()
        topic = "arn:aws:sns:us-west-2:123456789012:alerting-test-mirror"
        mirror = SnsMirror(lambda: services.mirror, topic)  # type: ignore[arg-type,return-value]
        mirrors = (mirror,) if services.scenario.setting.mirror else ()
        policy = services.policy
        windows = services.scenario.setting.maintenance
        maintenance = Maintenance(windows, self.store, policy.routing, now, telemetry)
        inhibition = Inhibition(policy.routing, policy.stale_after, self.store, now, telemetry)
        self.known = known = Holders((maintenance, inhibition))
        self.policy = policy = replace(policy, outside=known)
        enrichers = tuple(self._enrichers())
        worker = (self.store, gate, act, self.clock, policy, timing, telemetry)
        on_call = roster(policy.routing, now, telemetry).called
        self.sync = Sync(*worker, mirrors, enrichers, known.refresh, on_call=on_call)

    def _census(self) -> DynamoCensus:
        return DynamoCensus(self._table, "alerts-state")

    def _enrichers(self) -> Iterator[Enricher]:
        """What issues show beyond their row."""
        services, index = self._services, self._census()
        routing, now = services.policy.routing, self.clock.now
        if services.scenario.setting.storm_at:
            yield StormEnricher(index, self.store, routing, now, services.telemetry)
        if not services.scenario.setting.enriched:
            return
        yield LastTimeEnricher()
        yield RelatedEnricher(index, self.store, routing, now)
        yield services.enricher
        yield MetricData(lambda _: services.cloudwatch())

    def _topic(self) -> SnsTopic:
        return SnsTopic(self._services.messaging, "arn:aws:sns:us-west-2:123456789012:alerts")  # type: ignore[arg-type]

    def webhook(self) -> AlertWebhook:
        services = self._services
        return AlertWebhook(
            self._topic(), _Secret(), self.clock.now, services.telemetry, Refusals(services.telemetry)
        )

    def collector(self) -> Collector:
        services = self._services
        queue = SqsQueue(services.messaging, QUEUE, DLQ)  # type: ignore[arg-type]
        now = self.clock.now
        policy, telemetry = self.policy, services.telemetry
        notice, sync = GitHubHints(self.store, now, telemetry).take, self.sync.advance
        known = self.known.refresh
        return Collector(self.store, queue, sync, policy, DUPLICATE, now, telemetry, notice, known)

    def reconcile(self) -> Reconcile:
        services = self._services
        repositories = services.policy.routing.repositories
        now = self.clock.now
        census = self._census()
        drift = Drift(self.store, lambda: self.issues, self.sync, self.gate, census, repositories, now)
        routing, telemetry = services.policy.routing, services.telemetry
        rules, boards = services.scenario.setting.maintenance, routing.boards
        board = BoardUpkeep(
            self.store, census, lambda: self.issues, self.gate, routing, now, telemetry, rules=rules
        )
        listener = BoardListener(self.store, lambda: self.issues, self.gate, boards, now, telemetry)
        listener = replace(listener, deeds=self.deeds)
        jobs: tuple[tuple[str, Callable[[datetime], None]], ...] = (("DRIFT_FAILED", drift.check),)
        if services.scenario.setting.board:
            jobs += (("BOARD_FAILED", board.update), ("BOARD_NOT_HEARD", listener.listen))
        chores = tuple(self._chores(census))
        first = tuple(self._storms(census)) if services.scenario.setting.storm_at else ()
        beats = Heartbeats(self.store, self._topic(), "test", self.sync.advance, now, telemetry)
        return Reconcile(self.store, beats.advance, jobs, now, telemetry, chores, first)

    def _storms(self, census: DynamoCensus) -> Iterator[tuple[str, Callable[[datetime], None]]]:
        """What keeps the pages of storms, and of what waits."""
        rows, sync, now, telemetry = self.store, self.sync.advance, self.clock.now, self._services.telemetry
        attach = SubIssues(rows, lambda: self.issues, self.gate, now, telemetry).attach
        yield "STORM_FAILED", StormKeeper(rows, census, sync, attach, now, telemetry).check
        yield "WAITING_FAILED", WaitingLists(rows, census, self.policy.routing, sync, now).check

    def _chores(self, census: DynamoCensus) -> Iterator[tuple[str, Callable[[datetime], None]]]:
        """What looks at rows that are held back, and at providers; with none there is nothing to do."""
        services = self._services
        now, telemetry = self.clock.now, services.telemetry
        yield "HELD_FAILED", HeldRows(census, self.store, self.known.refresh, self.policy, now).check
        if services.scenario.setting.incidents:
            add = SubIssues(self.store, lambda: self.issues, self.gate, now, telemetry).add
            yield "INCIDENTS_FAILED", IncidentKeeper(census, self.store, self.incidents, add, now).keep
        if services.cloudwatch():
            reader, place = CloudWatchAlarms(services.cloudwatch), AccountRegion("123456789012", "us-west-2")
            search = MissedAlarms(self.store, now, TOPIC.__eq__, {""}.__contains__, NO_RULES, telemetry)
            yield (
                "ALARMS_FAILED",
                AlarmCheck(census, self.store, lambda _: reader, now, telemetry, search, (place,)).check,
            )
        if listed := [listing(*each, services.outside) for each in services.listed()]:
            stale_after = services.policy.stale_after
            lists = AlertLists(census, self.store, tuple(listed), stale_after, now, telemetry)
            yield "LISTINGS_FAILED", lists.check
