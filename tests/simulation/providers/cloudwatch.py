"""CloudWatch: alarms speak when their state changes, and never again; their states can be read.

From its user guide: actions run on a change of state only; a mute rule withholds them, and runs them at its
end if the alarm is still in the state in which it was muted; an alarm on many series speaks once for itself
and once for each contributor, all under one ARN; messages may come out of order.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from tests.simulation.providers.alarms import Alarm, Key, contributor, described, message, named, owner
from tests.simulation.providers.provider import Happens, Shown, State, title

if TYPE_CHECKING:
    from tests.simulation.world import World

STATES = {"ALARM": State.FIRING, "OK": State.QUIET, "INSUFFICIENT_DATA": State.UNKNOWN}
BEFORE = 1_799_000_000.0
"""When alarms were made."""

LACKS = 30.0
"""Seconds for which answers lack an alarm, as those of a replica that is behind may."""

SERIES = ("", "i-0a1", "i-0b2")
"""The alarm itself, and its contributors where it watches many series."""

TROUBLES = ("mute", "lose a message", "swap messages", "rename", "delete", "lack an alarm")
SEEN = (
    *("a message", "a lost ALARM", "a lost OK", "swapped messages", "a contributor's message"),
    *("an action withheld", "a withheld action that runs later", "an alarm renamed", "an alarm deleted"),
    *("an answer that lacks an alarm", "an answer", "a metric that is read"),
)


@dataclass(frozen=True)
class CloudWatches:
    """An account's alarms; with `contributors` each watches many series."""

    name: str
    ahead: float = 0.0
    contributors: bool = False

    def build(self, world: "World") -> "CloudWatch":
        return CloudWatch(world, self)


class CloudWatch:
    """The alarms of an account."""

    source = "cloudwatch"

    def __init__(self, world: "World", setup: CloudWatches) -> None:
        self._world, self._setup, self.ahead = world, setup, setup.ahead
        self.rests_at = 0.0
        self._alarms: dict[Key, Alarm] = {}
        self._names: dict[int, str] = {}
        self._deleted: dict[Key, float] = {}
        self._left_ok: dict[Key, float] = {}
        self._muted: dict[str, float] = {}
        self._lost = self._swapped = 0
        self._lacking: dict[str, float] = {}
        self._written: dict[str, set[str]] = {}

    def happen(self, event: Happens) -> None:
        """Let a condition change, or trouble begin."""
        name = self._names.setdefault(event.condition, title(event.condition))
        key = (name, SERIES[1 + int(event.which * 2)] if self._setup.contributors else "")
        alarm = self._alarms.get(key) or self._made(key, event.word)
        match event.what:
            case "fires":
                self._turn(key, "ALARM", event.word)
            case "ends":
                self._turn(key, "OK", alarm.priority)
            case "lacks data" if not self._setup.contributors:
                self._turn(key, "INSUFFICIENT_DATA", alarm.priority)
            case "mute":
                self._muted[name] = self._world.schedule.time + event.seconds
                self._world.spell(event.seconds, lambda world: self._unmute(name))
            case "lose a message":
                self._lost += 1
            case "swap messages":
                self._swapped += 1
            case "rename":
                self._rename(event.condition, name)
            case "delete":
                self._delete(name)
            case "lack an alarm":
                self._lacking.setdefault(name, float("inf"))  # twice in a row nobody could tell

    def heal(self) -> None:
        """No more messages are lost or swapped, and no answer lacks an alarm."""
        self._lost = self._swapped = 0
        self._lacking.clear()

    def console(self) -> Mapping[str, Shown]:
        """Show the alarms and their contributors; what was deleted is gone."""
        shown = {named(key): Shown(State.QUIET, at) for key, at in self._deleted.items()}
        for key, alarm in self._alarms.items():
            muted = self._is_muted(key[0]) and alarm.state == "ALARM"
            state = State.MUTED if muted else STATES[alarm.state]
            shown[named(key)] = Shown(state, alarm.since, alarm.since - self._left_ok.get(key, alarm.since))
        return shown

    def owners(self, title: str) -> set[tuple[str, str]]:
        """Whose an alarm is by its description, and how bad that ever said it is."""
        name = title.partition(" [InstanceId=")[0]
        return {(owner(name), priority) for priority in self._written.get(name, ())}

    # What happens to alarms

    def _made(self, key: Key, priority: str) -> Alarm:
        """An alarm is there from long ago; one that is made again after its deletion has no data yet."""
        if key in self._deleted:
            return Alarm("INSUFFICIENT_DATA", self._world.schedule.time, priority)
        return Alarm("OK", BEFORE, priority)

    def _turn(self, key: Key, state: str, priority: str) -> None:
        """Change a state; an alarm on many series is in ALARM while one of them is."""
        self._change(key, state, priority)
        if key[1]:
            series = [alarm.state for (name, of), alarm in self._alarms.items() if of and name == key[0]]
            self._change((key[0], ""), "ALARM" if "ALARM" in series else "OK", priority)

    def _change(self, key: Key, state: str, priority: str) -> None:
        before = self._alarms.get(key) or self._made(key, priority)
        self._deleted.pop(key, None)
        self._written.setdefault(key[0], set()).update((before.priority, priority))
        if before.state == state:
            self._alarms[key] = before
            return
        if before.state == "OK":
            self._left_ok[key] = self._world.schedule.time
        muted = self._is_muted(key[0])
        withheld = state if muted else ""
        self._alarms[key] = Alarm(state, self._world.schedule.time, priority, withheld)
        if muted:
            self._count("an action withheld")
        else:
            self._speak(key, self._alarms[key], before.state)

    def _unmute(self, name: str) -> None:
        """Run what was withheld, where it still holds."""
        self._muted.pop(name, None)
        for key, alarm in list(self._alarms.items()):
            if key[0] == name and alarm.withheld:
                self._alarms[key] = replace(alarm, withheld="")
                if alarm.withheld == alarm.state:
                    self._count("a withheld action that runs later")
                    self._speak(key, alarm, "OK" if alarm.state == "ALARM" else "ALARM")

    def _is_muted(self, name: str) -> bool:
        return self._muted.get(name, 0.0) > self._world.schedule.time

    def _rename(self, condition: int, name: str) -> None:
        """A name cannot be changed: the alarm is deleted and another made, which finds its state itself."""
        self._count("an alarm renamed")
        found = {key: alarm for key, alarm in self._alarms.items() if key[0] == name}
        self._delete(name)
        newer = f"{title(condition)} as renamed at {self._world.schedule.time - 1.8e9:.0f}"
        self._names[condition] = newer
        for (_, series), alarm in found.items():
            if alarm.state == "ALARM":
                self._change((newer, series), "ALARM", alarm.priority)

    def _delete(self, name: str) -> None:
        self._count("an alarm deleted")
        for key in [key for key in self._alarms if key[0] == name]:
            self._deleted[key] = self._world.schedule.time
            del self._alarms[key]

    def _speak(self, key: Key, alarm: Alarm, before: str) -> None:
        """Publish a change, unless it gets lost."""
        if self._lost:
            self._lost -= 1
            self._count(f"a lost {alarm.state}" if alarm.state != "INSUFFICIENT_DATA" else "a lost message")
            return
        self._count("a contributor's message" if key[1] else "a message")
        late = 0.0
        if self._swapped:
            self._swapped -= 1
            self._count("swapped messages")
            late = 90.0
        self._world.publish(json.dumps(message(key, alarm, before, self.ahead)), late)

    # What is read

    def get_paginator(self, operation: str) -> "_Pages":
        """Read as botocore's client does."""
        assert operation == "describe_alarms"
        return _Pages(self)

    def describe_alarms(self, **asked: Any) -> dict[str, Any]:
        """Describe alarms by name, or all in a state."""
        return self._world.outside("cloudwatch.describe", lambda: self._described(asked))

    def describe_alarm_contributors(self, AlarmName: str) -> dict[str, Any]:  # noqa: N803 - as botocore
        """Describe the contributors in ALARM."""
        series = [(key[1], alarm) for key, alarm in self._alarms.items() if key[0] == AlarmName and key[1]]
        found = [contributor(of, each, self.ahead) for of, each in series if each.state == "ALARM"]
        return self._world.outside("cloudwatch.describe", lambda: {"AlarmContributors": found})

    def list_alarm_mute_rules(self, **asked: Any) -> dict[str, Any]:
        """List the active mute rules, of an alarm or all."""
        named_, muted = asked.get("AlarmName"), [name for name in self._muted if self._is_muted(name)]
        found = [{"Status": "ACTIVE"} for name in muted if named_ in (None, name)]
        return self._world.outside("cloudwatch.describe", lambda: {"AlarmMuteRuleSummaries": found})

    def get_metric_data(self, **asked: Any) -> dict[str, Any]:
        """Read what an alarm's metric measured: it rises, with a gap now and then."""
        start, end = asked["StartTime"], asked["EndTime"]
        times = [start + timedelta(minutes=5 * n) for n in range((end - start) // timedelta(minutes=5))]
        times = [at for n, at in enumerate(times) if n % 7]
        found = {"Id": asked["MetricDataQueries"][0]["Id"], "Timestamps": times}
        found["Values"] = [float(n) for n, _ in enumerate(times)]
        self._count("a metric that is read")
        return self._world.outside("cloudwatch.metric", lambda: {"MetricDataResults": [found]})

    @property
    def meta(self) -> Any:
        """What botocore's client knows of the service."""
        shape = SimpleNamespace(members=dict.fromkeys(("MetricAlarms", "CompositeAlarms", "LogAlarms")))
        operation = SimpleNamespace(output_shape=shape)
        return SimpleNamespace(service_model=SimpleNamespace(operation_model=lambda _: operation))

    def _described(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        names, state = asked.get("AlarmNames"), asked.get("StateValue")
        self._count("an answer")
        found = []
        now = self._world.schedule.time
        for (name, series), alarm in self._alarms.items():
            if series or (names is not None and name not in names) or (state and alarm.state != state):
                continue
            if self._lacking.get(name, 0.0) > now:
                self._count("an answer that lacks an alarm")
                self._lacking[name] = min(self._lacking[name], now + LACKS)
                continue
            found.append(described(name, alarm, self.ahead, several=self._setup.contributors))
        return {"MetricAlarms": found, "CompositeAlarms": []}

    def _count(self, what: str) -> None:
        self._world.count(f"{self.source}: {what}")


@dataclass(frozen=True)
class _Pages:
    """Pages of alarms."""

    alarms: CloudWatch

    def paginate(self, **asked: Any) -> Iterator[dict[str, Any]]:
        """There is one."""
        yield self.alarms.describe_alarms(**asked)
