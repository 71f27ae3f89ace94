"""The world of one run: the twins, the functions that are invoked, and the time they are invoked at."""

import json
import random
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from chalicelib.conditions.row import AlertState
from chalicelib.store import codec
from chalicelib.webhook.hints import Hint
from chalicelib.webhook.http import Posted
from tests.local.github.model import Issue
from tests.local.github.people import Person
from tests.simulation.called import Called
from tests.simulation.containers import Container, token_of
from tests.simulation.histories import OFF
from tests.simulation.human import Human
from tests.simulation.incidents import Incidents
from tests.simulation.ledger import Ledger
from tests.simulation.maintenance import Maintained
from tests.simulation.mirrored import Mirrored
from tests.simulation.on_call import OnCallWatch
from tests.simulation.outside import Outside
from tests.simulation.providers.alertmanager import Alertmanager
from tests.simulation.providers.grafana import Grafana
from tests.simulation.providers.listing import Lists
from tests.simulation.providers.provider import Answered
from tests.simulation.scenario import START, Scenario
from tests.simulation.schedule import Schedule, Worker
from tests.simulation.storms import Storms
from tests.simulation.told import Told
from tests.simulation.watch import Watch
from tests.twins.dynamodb import DynamoTwin
from tests.twins.enricher import EnricherTwin
from tests.twins.github import GitHubTwin
from tests.twins.messaging import VISIBILITY, Messaging, Queued
from tests.twins.mirror import MirrorTwin

FUNCTION = 120.0
MARGIN = timedelta(seconds=3)
DELIVERIES: tuple[tuple[float, ...], ...] = (
    *((0.1,), (0.1,), (0.1,), (0.1,), (0.1, 0.1), (0.1, 0.4, 1.5)),
    *((8.0,), (45.0,), (0.1, 70.0), (400.0,), (3.0, 1500.0), (7200.0,)),
)
"""After how many seconds the copies of a message come into the queue."""

IDLE, IDLE_CALM = 12, 61
"""Minutes after which rows are reconciled though none is due: drift looks ten minutes, or an hour, later."""

LONG = 100
"""Issues on a page of a list, as GitHub gives them; fewer make a long list of a few issues."""

NAMES = {"ci-watcher": "normalized"}
"""The webhook of those that have another name in their alerts."""

Work = Callable[[Container, datetime], None]
"""What an invocation does: with its container, until a time."""

INVOKED_AT_ONCE = {"collector": 3, "reconcile": 2, "webhook": 99}


class World:
    """Everything there is in a run."""

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario
        self.policy, self.limits = scenario.setting.policy, scenario.setting.limits
        self.schedule = self.clock = Schedule(START)
        seconds, ahead = self.schedule.seconds, scenario.setting.github_ahead
        known = 0.0 if "github: x-ratelimit-reset" in OFF else ahead
        self.outside = Outside(self.schedule, known, even=scenario.even)
        self.watch, self.ledger, self.telemetry = Watch(self), Ledger(self), Told(self)
        self.mirrored, self.called, self.on_call = Mirrored(self), Called(self), OnCallWatch(self)
        self.maintained, self.storms = Maintained(self), Storms(self)
        self.incidents = Incidents(self)
        self.table = DynamoTwin(seconds, self.outside, self.ledger.row_changed)
        self.messaging = Messaging(seconds, self.outside, self._delays, self._after, self.ledger.acknowledged)
        self.mirror = MirrorTwin(self.outside, lambda: not self.calmed)
        self.enricher = EnricherTwin(self.outside, lambda: not self.calmed)
        self.github = GitHubTwin(lambda: seconds() + ahead, self.outside)
        self.github.watch = self.watch
        self.human = Human(self, Person(self.github.world, "mona"))
        self.broken: list[tuple[str, str]] = []
        self._spells: list[tuple[float, Callable[[World], None]]] = []
        self._containers: dict[str, list[Container]] = {name: [] for name in INVOKED_AT_ONCE}
        self.running: Counter[str] = Counter()
        self._invocations = 0
        self.calmed, self._calm_at = False, 0.0
        self.still = False
        self._requests = 0
        self._chance = random.Random(f"{scenario.seed}/deliveries")
        scenario.setting.prepare(self)
        self.providers = {setup.name: setup.build(self) for setup in scenario.setting.cast}

    # What stimuli do

    def publish(self, message: Any, late: float = 0.0) -> None:
        """CloudWatch, or whoever may, publishes to the topic; it comes this many seconds late."""
        body = message if isinstance(message, str) else json.dumps(message)
        self.messaging.publish(body, {"late": str(late)})

    def post(
        self, source: str, body: Any, answered: Answered = lambda status: None, sender: str = ""
    ) -> None:
        """Somebody posts to the webhook, and learns how that was answered."""
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        self._requests += 1
        posted = Posted(
            source,
            {f"x-{source}-token": token_of(sender)},
            content,
            f"request-{self._requests}",
            self.schedule.now(),
        )
        answers: list[int | None] = [None]

        def work(container: Container, until: datetime) -> None:
            answer = container.webhook().accept(posted)
            self.ledger.answered(answer)
            answers.append(answer.status)

        self.invoke("webhook", work, lambda worker: answered(answers[-1]))

    def hint(self, issue: Issue, event: str = "issues", action: str = "labeled") -> None:
        """GitHub tells that somebody did something to an issue; on an alert's what it was is not heeded."""
        told = Hint(event, action, issue.repository.full_name, issue.number, "mona", "a-delivery")
        self.messaging.publish(json.dumps(told.message()), {"source": "github"})

    def spell(self, seconds: float, end: Callable[["World"], None]) -> None:
        """A state ends after some seconds, at the latest when the world is left alone."""
        ends = (self.schedule.time + seconds, end)
        self._spells.append(ends)
        self.schedule.at(ends[0], partial(self._spell_ends, ends))

    def _spell_ends(self, ends: tuple[float, Callable[["World"], None]]) -> None:
        if ends in self._spells:
            self._spells.remove(ends)
            ends[1](self)

    def calm(self) -> None:
        """From now on nothing goes wrong."""
        self.calmed, self._calm_at = True, self.schedule.time
        self.outside.failures.clear()
        self.outside.crashes.clear()
        for _, end in self._spells:
            end(self)
        self._spells.clear()
        for provider in self.providers.values():
            provider.heal()
        for issue in self.issues():
            issue.locked = False

    def rename(self, name: str) -> None:
        """Somebody renames the repository of the issues."""
        repository = next(iter(self.github.world.repositories.values()))
        if repository.name != name:
            self.github.world.rename(repository, name)

    def move(self, owner: str) -> None:
        """Somebody moves the repository of the issues to another owner, who has the App too."""
        repository = next(iter(self.github.world.repositories.values()))
        if repository.owner.login != owner:
            self.github.world.move(repository, owner)

    def reinstall(self) -> None:
        """Somebody removes the App and installs it again."""
        self.github.reinstall(next(iter(self.github.world.repositories.values())).full_name)

    # Functions and their invocations

    def tick(self) -> None:
        """A minute has begun: rows that are due are reconciled; now and then whether any are or not."""
        minute = int(self.schedule.time // 60)
        if minute % self._idle() == 0 or self.ledger.anything_due() or self._looked_for():
            self.invoke("reconcile", lambda container, until: container.reconcile().run(until))

    def _looked_for(self) -> bool:
        """Whether reconcile has something to look at each minute, though no row is due."""
        storm = bool(self.scenario.setting.storm_at) and self.storms.watched()
        return self.maintained.waits() or storm or self.incidents.watched()

    def _idle(self) -> int:
        """After how many minutes somebody looks; the longer nothing happens, the fewer looks are of use."""
        if self.scenario.setting.page < LONG:  # a look at all of a list takes several runs
            return 1
        if not self.calmed:
            return IDLE
        return IDLE_CALM if self.schedule.time < self._calm_at + 6 * 3600 else 5 * IDLE_CALM

    def poll(self) -> None:
        """Lambda looks for messages."""
        while not self.still and self.running["collector"] < INVOKED_AT_ONCE["collector"]:
            batch = self.messaging.receive(self.scenario.setting.batch)
            if not batch:
                return
            self.schedule.at(self.schedule.time + VISIBILITY + 1, self.poll)
            self.invoke(
                "collector",
                partial(_collect, [message.record() for message in batch]),
                partial(self._batch_ended, [message.handle for message in batch]),
            )

    def invoke(self, function: str, work: Work, then: Callable[[Worker], None] = lambda worker: None) -> None:
        """Invoke a function, unless it is invoked as often as may be at once."""
        if self.running[function] >= INVOKED_AT_ONCE[function]:
            return
        self._invocations += 1
        self.running[function] += 1
        name = f"{function}-{self._invocations}"
        container = self._containers[function].pop() if self._containers[function] else self._container(name)
        chance = random.Random(f"{self.scenario.seed}/{name}")
        self.schedule.spawn(
            name,
            FUNCTION,
            chance,
            lambda worker: work(container, container.clock.now() + timedelta(seconds=FUNCTION) - MARGIN),
            partial(self._ended, function, container, then),
        )

    def _container(self, name: str) -> Container:
        """A machine's clock is its own."""
        most = self.scenario.setting.workers_apart
        return Container(self, random.Random(f"{self.scenario.seed}/{name}/clock").uniform(-most, most))

    def _ended(
        self, function: str, container: Container, then: Callable[[Worker], None], worker: Worker
    ) -> None:
        """Only a container whose invocation did not crash is used again."""
        self.tell(worker.name, worker.ended)
        self.count(f"ended: {worker.ended.partition(':')[0]}")
        self.running[function] -= 1
        if worker.ended == "returned":
            self._containers[function].append(container)
        self.watch.ended(worker)
        then(worker)
        self.schedule.at(self.schedule.time, self.poll)

    def _batch_ended(self, handles: list[str], worker: Worker) -> None:
        """Lambda deletes the batch of an invocation that returned."""
        if worker.ended == "returned":
            for handle in handles:
                self.messaging.delete(handle)

    def _delays(self, attributes: dict[str, str]) -> tuple[float, ...]:
        """After how many seconds the copies of a message come into the queue."""
        if attributes.get("source") == "github":
            return (0.5,)
        late = float(attributes.pop("late", 0.0))
        hostile = self.scenario.setting.hostile and not self.calmed
        return tuple(late + delay for delay in (self._chance.choice(DELIVERIES) if hostile else (0.1,)))

    def _after(self, seconds: float, action: Callable[[], None]) -> None:
        def arrive() -> None:
            action()
            if window := self.scenario.setting.window:
                self.schedule.at(self.schedule.time + window, self.poll)
            else:
                self.poll()

        self.schedule.at(self.schedule.time + seconds, arrive)

    # What everybody asks for

    def cloudwatch(self) -> Any:
        """The client of CloudWatch, if there are alarms in this run."""
        return next((each for each in self.providers.values() if each.source == "cloudwatch"), None)

    def listed(self) -> Iterator[tuple[str, str, list[Lists]]]:
        """Providers whose alerts may be listed in this run."""
        for provider in self.providers.values():
            if self.scenario.setting.lists and isinstance(provider, Alertmanager | Grafana):
                yield provider.source, getattr(provider, "sender", ""), provider.lists()

    def true_time(self, row: AlertState, moment: datetime) -> float:
        """When it was what a row's provider dates so."""
        source = row.spec.alert.source if row.spec.alert else ""
        named = NAMES.get(source, source)
        provider = next((each for each in self.providers.values() if each.source == named), None)
        return moment.timestamp() - (provider.ahead if provider else 0.0)

    def issues(self) -> list[Issue]:
        """The issues that a person would see, in all repositories."""
        repositories = self.github.world.repositories.values()
        return [issue for repository in repositories for issue in repository.listed]

    def is_dead(self, message: Queued) -> bool:
        """Whether a message is in the dead-letter queue."""
        return any(body == message.body for body, _ in self.messaging.dead)

    def rows(self) -> list[AlertState]:
        """The rows of the table."""
        return [codec.row(item) for key, item in self.table.items.items() if "#" not in key]

    def row(self, fingerprint: str) -> AlertState:
        """One row."""
        return codec.row(self.table.items[fingerprint])

    def count(self, what: str) -> None:
        """Count what was covered."""
        self.outside.counts[what] += 1

    def tell(self, who: str, what: str) -> None:
        """Add to the history."""
        self.outside.trace.append((self.schedule.time, who, what))

    def breaks(self, promise: str, how: str) -> None:
        """Something happened that must never happen."""
        self.tell("BROKEN", f"{promise}: {how}")
        self.broken.append((promise, how))


def _collect(records: list[dict[str, Any]], container: Container, until: datetime) -> None:
    container.collector().collect(records, until)
