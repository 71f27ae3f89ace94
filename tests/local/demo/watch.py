"""What the demo sees: the functions' log for what was decided, GitHub for what came of it."""

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.local.github import GitHubServer
from tests.local.github.model import Issue

CHANGES_NOTHING = ("STALE", "DUPLICATE", "ALREADY_RESOLVED")
OWN = {"alerting-storm": "storm", "alerting-incident": "/sev"}
"""What Alerting begins itself, and why."""


@dataclass
class Life:
    """One alert, as far as it is known; `latency` is from its sending to its issue, in seconds."""

    title: str
    source: str
    priority: str = ""
    condition: str = ""
    reason: str = ""
    said: int = 0
    issue: str = ""
    state: str = ""
    latency: float | None = None

    def summary(self) -> tuple[str, ...]:
        """What a change in shows as a line."""
        return (self.condition, self.reason, self.issue, self.state)


@dataclass
class Watch:
    """Reads the log as it grows; `lives` by fingerprint, in order of appearance."""

    log: Path
    github: GitHubServer
    lives: dict[str, Life] = field(default_factory=dict)
    sent: dict[str, float] = field(default_factory=dict)
    steps: dict[str, int] = field(default_factory=dict)
    _read: int = 0

    def sending(self, *titles: str) -> None:
        """Note when alerts are sent for the first time."""
        for title in titles:
            self.sent.setdefault(title, time.time())

    def look(self) -> None:
        """Take in what has happened since the last look."""
        for event in self._events():
            if event.get("message") == "NORMALIZED_ALERT":
                self._normalized(event)
            elif event.get("message") == "STEP":
                self._step(event)
        for life in self.lives.values():
            if issue := self.issue(life.issue):
                life.state = _state(issue)
                if not life.said:
                    life.condition = "FIRING" if issue.state == "open" else "RESOLVED"

    def issue(self, ref: str) -> Issue | None:
        """Find an issue by `owner/name#number`."""
        repository, _, number = ref.partition("#")
        return self.github.world.repository(repository).issues[int(number)] if number else None

    def _events(self) -> Iterator[dict[str, Any]]:
        text = self.log.read_text(encoding="utf-8") if self.log.exists() else ""
        complete = text[self._read : text.rfind("\n") + 1]
        self._read += len(complete)
        for line in complete.splitlines():
            if line.startswith("{"):
                yield json.loads(line)

    def _normalized(self, event: dict[str, Any]) -> None:
        alert = event["alert"]
        life = self.lives.setdefault(event["fingerprint"], Life(alert["title"], alert["source"]))
        life.priority = alert["priority"]
        life.reason, life.said = event["reason"], life.said + 1
        if event["reason"] not in CHANGES_NOTHING:
            life.condition = alert["state"]

    def _own(self, event: dict[str, Any], issue: Issue | None) -> Life | None:
        """Begin the life of a storm or an incident, which nobody sends."""
        if issue is None or event.get("source") not in OWN:
            return None
        life = Life(_title(issue), "alerting", event["priority"], "FIRING", OWN[event["source"]])
        return self.lives.setdefault(event["fingerprint"], life)

    def _step(self, event: dict[str, Any]) -> None:
        self.steps[event["action"]] = self.steps.get(event["action"], 0) + 1
        if not event.get("issue"):
            return
        issue = self.issue(event["issue"])
        life = self.lives.get(event["fingerprint"]) or self._own(event, issue)
        if life is None:
            return
        life.issue = event["issue"]
        if life.latency is None and issue and life.title in self.sent:
            life.latency = max(0.0, issue.created_at - self.sent[life.title])


def _title(issue: Issue) -> str:
    return issue.first_title.partition("] ")[2]


def _state(issue: Issue) -> str:
    if issue.state == "open":
        return "open"
    return (issue.state_reason or "closed").replace("_", " ")
