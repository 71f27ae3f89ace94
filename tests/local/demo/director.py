"""The director: sends what senders send, waits for what has to come of it, and notes whether it did."""

import contextlib
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.local import senders
from tests.local.demo.cast import ALARMS, BACKUP, MEASURED
from tests.local.demo.screen import Screen
from tests.local.demo.watch import Watch
from tests.local.github.model import Issue
from tests.local.patience import Patience, StuckError
from tests.local.senders import GrafanaAlert
from tests.local.stack import LocalStack

INFRA, ALERTS = "example-org/ci-infra", "example-org/alerts"


@dataclass
class Check:
    """Something that had to come out right."""

    what: str
    right: bool
    found: str = ""


@dataclass
class Director:
    """Works on a stack, and shows it on a screen."""

    stack: LocalStack
    watch: Watch
    screen: Screen
    checks: list[Check] = field(default_factory=list)
    began: dict[str, datetime] = field(default_factory=dict)
    published: dict[str, dict[str, Any]] = field(default_factory=dict)

    def grafana(self, *alerts: GrafanaAlert) -> None:
        """Post a firing group."""
        self.watch.sending(*(alert.title for alert in alerts))
        now = self.now()
        self.post(
            "grafana", senders.grafana_group([a.payload(self.began.setdefault(a.name, now)) for a in alerts])
        )

    def resolve(self, *alerts: GrafanaAlert) -> None:
        """Post a resolved group."""
        now = self.now()
        self.post("grafana", senders.grafana_group([a.payload(self.began[a.name], now) for a in alerts]))

    def post(self, source: str, body: dict[str, object]) -> None:
        answer = senders.post(self.stack.http_url, source, self.stack.tokens[source], body)
        if answer.status_code != 202:
            self.check(
                f"the webhook takes {source}'s alerts",
                right=False,
                found=f"{answer.status_code} {answer.text}",
            )

    def expect(self, what: str, holds: Callable[[], bool]) -> None:
        """Wait for something, and note whether it came."""
        patience = Patience(what, self.stack.progress)
        with contextlib.suppress(StuckError):
            while not holds():
                patience.wait()
                self.screen.refresh()
        self.check(what, holds())

    def check(self, what: str, right: bool, found: str = "") -> None:
        self.checks.append(Check(what, right, found))

    def pause(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            time.sleep(0.1)
            self.screen.refresh()

    def everything(self, name: str) -> list[Issue]:
        return self.stack.github.world.repository(name).listed

    def repository(self, name: str) -> list[Issue]:
        """The issues about alerts."""
        return [issue for issue in self.everything(name) if not is_board(issue)]

    def issues(self, title: str) -> list[Issue]:
        return [issue for name in (INFRA, ALERTS) for issue in self.repository(name) if title in issue.title]

    def open(self, title: str) -> bool:
        return any(issue.state == "open" for issue in self.issues(title))

    def closed(self, title: str) -> list[str | None]:
        return [issue.state_reason for issue in self.issues(title)] if not self.open(title) else []

    def only(self, title: str) -> Issue | None:
        issues = self.issues(title)
        return issues[0] if len(issues) == 1 else None

    @staticmethod
    def now() -> datetime:
        return datetime.now(UTC) - timedelta(milliseconds=1)

    def alarms(self, names: tuple[str, ...], state: str = "ALARM", before: str = "OK") -> None:
        """Publish the change of state of some of the three alarms."""
        self.watch.sending(*names)
        now = self.now()
        for name in names:
            description, kind = ALARMS[name]
            self.published[name] = senders.cloudwatch(
                name, description, now, state=state, before=before, **kind
            )
            self.stack.aws.publish(self.published[name])

    def measured(self) -> None:
        """Let CloudWatch have measured what its alarms watch."""
        for name, values in MEASURED.items():
            measured = senders.metric_data(ALARMS[name][1]["trigger"], self.now(), values)
            self.stack.aws.cloudwatch.put_metric_data(**measured)

    def backup(self, summary: str) -> None:
        """Post the script's alert."""
        alert = senders.normalized(BACKUP, priority="P3", team="storage", summary=summary, at=self.now())
        self.post("normalized", alert)


def is_board(issue: Issue) -> bool:
    return "alert:board" in issue.label_names


def has_picture(issue: Issue | None) -> bool:
    """Whether an issue shows its metric, in its first lines and as a chart."""
    body = (issue.body if issue else None) or ""
    blocks = "█` " in body or "█·` " in body  # the period that has just begun may have no value yet
    return blocks and all(each in body for each in ("```mermaid", "line ["))
