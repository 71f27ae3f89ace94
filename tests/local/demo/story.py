"""The story: what providers send, what people do, and what has to come of it."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.local import senders
from tests.local.demo.screen import Screen
from tests.local.demo.watch import Watch
from tests.local.github.model import Issue
from tests.local.senders import GrafanaAlert
from tests.local.stack import LocalStack

INFRA, ALERTS = "example-org/ci-infra", "example-org/alerts"
PATIENCE = 60.0
OUTAGE = 10.0
REOPEN_WINDOW = 12.0

QUEUE = GrafanaAlert(
    "Runner queue too long", "P1", "ci-runners", "118 jobs have waited for more than 10 minutes", value=118
)
DISK = GrafanaAlert(
    "Disk almost full",
    "P2",
    "storage",
    "artifact-store-3 is 91 % full",
    {"instance": "artifact-store-3"},
    value=91,
)
CACHE = GrafanaAlert(
    "Build cache misses", "P3", "dev-infra", "The cache missed 64 % of all look-ups this hour", value=64
)
HOOKS = GrafanaAlert(
    "Webhook deliveries fail", "P2", "dev-infra", "1 of 4 deliveries from the forge failed", value=0.25
)
DURING_OUTAGE = [
    GrafanaAlert(
        f"Mirror {name} is behind", "P2", "storage", f"Mirror {name} is an hour behind", {"mirror": name}
    )
    for name in ("fra", "iad", "sin")
]
BACKUP = "Nightly backup is late"
METRIC, ANOMALY, COMPOSITE = "ci-runners-idle", "forge-api-latency", "arm64-fleet-unhealthy"


def described(team: str, priority: str, summary: str) -> str:
    """An alarm description as the README asks for."""
    return (
        f"TEAM={team} | PRIORITY={priority} | RUNBOOK=https://example.org/runbooks/{team}\nSUMMARY={summary}"
    )


@dataclass
class Check:
    """Something that had to come out right."""

    what: str
    right: bool
    found: str = ""


@dataclass
class Story:
    """Tells the story on a stack; every act waits for what it brings about."""

    stack: LocalStack
    watch: Watch
    screen: Screen
    checks: list[Check] = field(default_factory=list)
    began: dict[str, datetime] = field(default_factory=dict)
    published: dict[str, dict[str, Any]] = field(default_factory=dict)

    def tell(self) -> None:
        """Tell all of it."""
        for act in (
            self.group, self.others, self.repeats, self.escalation, self.snooze, self.recovery, self.flap,
            self.person, self.outage, self.recurrence, self.deleted_rule, self.malformed, self.end,
            self.board,
        ):  # fmt: skip
            act()

    def group(self) -> None:
        alerts = (QUEUE, DISK, CACHE, HOOKS)
        self.screen.act("Grafana posts a group of four alerts in one webhook call")
        self.grafana(*alerts)
        self.expect(
            "each alert of the group has its own issue", lambda: all(self.open(a.name) for a in alerts)
        )

    def others(self) -> None:
        self.screen.act("CloudWatch publishes three kinds of alarm; Alertmanager and a script post too")
        self.alarms()
        self.watch.sending(f"InstanceDown [{senders.BUILDER}]", BACKUP)
        now = self.now()
        body = senders.alertmanager_group(
            "InstanceDown", priority="P2", team="dev-infra", summary="builder-7 does not answer", began=now
        )
        self.post("alertmanager", body)
        self.backup("No backup since 02:00")
        titles = (METRIC, ANOMALY, COMPOSITE, "InstanceDown", BACKUP)
        self.expect(
            "each of the CloudWatch, Alertmanager and script alerts has its issue",
            lambda: all(self.open(title) for title in titles),
        )

    def alarms(
        self, names: tuple[str, ...] = (METRIC, ANOMALY, COMPOSITE), state: str = "ALARM", before: str = "OK"
    ) -> None:
        """Publish the change of state of some of the three alarms."""
        self.watch.sending(*names)
        now = self.now()
        kinds = {
            METRIC: (
                described("ci-runners", "P2", "Half of the runners have been idle for an hour"),
                senders.metric_trigger("IdleRunners", "CI/Runners", 50.0, Pool="linux-x64"),
            ),
            ANOMALY: (
                described("dev-infra", "P1", "The forge's API answers slower than it usually does"),
                senders.anomaly_trigger(
                    "TargetResponseTime", "AWS/ApplicationELB", LoadBalancer="app/forge/50dc6c495c0c9188"
                ),
            ),
        }
        for name in names:
            description, trigger = kinds.get(
                name, (described("ci-runners", "P0", "No arm64 runner takes jobs"), None)
            )
            more: dict[str, Any] = (
                {}
                if trigger
                else {"AlarmRule": "ALARM(arm64-queue) AND ALARM(arm64-idle)", "TriggeringChildren": []}
            )
            self.published[name] = senders.cloudwatch(
                name, description, now, state=state, before=before, trigger=trigger, **more
            )
            self.stack.aws.publish(self.published[name])

    def repeats(self) -> None:
        self.screen.act("One alert repeats twenty times, and CloudWatch delivers its alarm three times over")
        for _ in range(20):
            self.grafana(QUEUE)
        again = self.published[COMPOSITE]
        for _ in range(2):
            self.stack.aws.publish(again)
        self.pause(8)
        issues = [self.only(QUEUE.name), self.only(COMPOSITE)]
        self.check(
            "repeats and copies make one issue each and no flood of comments",
            all(issue is not None and len(issue.comments) <= 1 for issue in issues),
        )

    def escalation(self) -> None:
        self.screen.act("The disk fills up: P2 becomes P0")
        worse = GrafanaAlert(
            DISK.name, "P0", DISK.team, "artifact-store-3 is 99 % full", DISK.labels, value=99
        )
        self.began[worse.name] = self.began[DISK.name]
        self.grafana(worse)
        self.expect(
            "an escalation shows in title and labels, and a comment calls its people",
            lambda: self.escalated(self.only(DISK.name)),
        )

    @staticmethod
    def escalated(issue: Issue | None) -> bool:
        return (
            issue is not None
            and issue.title.startswith("[P0]")
            and "Pri:P0" in issue.label_names
            and bool(issue.comments)
        )

    def snooze(self) -> None:
        self.screen.act("A person snoozes an alert for a minute, by a comment; it goes on firing")
        issue = self.only(BACKUP)
        if issue is None:
            self.check("there is an issue to snooze", right=False)
            return
        mona = self.stack.github.person("mona")
        asked = mona.comment(issue.repository.full_name, issue.number, "/snooze 1m")
        self.expect("a command in a comment is answered by a reaction", lambda: bool(asked.reactions))
        body = issue.body
        self.backup("Still no backup, and the disk fills up")
        self.pause(8)
        self.check("while it is snoozed nothing is said", issue.comments == [asked] and issue.body == body)

    def snooze_is_over(self) -> bool:
        """Whether the end of the snooze was told."""
        issue = self.only(BACKUP)
        return issue is not None and "snooze is over" in issue.comments[-1].body

    def backup(self, summary: str) -> None:
        """Post the script's alert."""
        alert = senders.normalized(BACKUP, priority="P3", team="storage", summary=summary, at=self.now())
        self.post("normalized", alert)

    def recovery(self) -> None:
        self.screen.act("The metric alarm recovers")
        self.alarms((METRIC,), "OK", "ALARM")
        self.expect(
            "a recovered alarm's issue is closed as completed", lambda: self.closed(METRIC) == ["completed"]
        )

    def flap(self) -> None:
        self.screen.act("The anomaly alarm recovers, and fires again within the reopen window")
        self.alarms((ANOMALY,), "OK", "ALARM")
        self.expect(
            "an alarm that recovers has its issue closed", lambda: self.closed(ANOMALY) == ["completed"]
        )
        self.alarms((ANOMALY,))
        self.expect(
            "and, as it fires again soon, the same issue is opened again",
            lambda: self.open(ANOMALY) and len(self.issues(ANOMALY)) == 1,
        )

    def person(self) -> None:
        self.screen.act("A person closes an issue as not planned; its alert goes on firing")
        issue = self.only(CACHE.name)
        if issue:
            self.stack.github.person("mona").close(
                issue.repository.full_name, issue.number, reason="not_planned"
            )
        self.pause(2)
        self.grafana(GrafanaAlert(CACHE.name, "P3", CACHE.team, "Now it is 71 %", value=71))
        self.pause(8)
        self.check(
            "an issue that a person closed stays closed, and no other is opened",
            self.closed(CACHE.name) == ["not_planned"],
        )

    def outage(self) -> None:
        self.screen.act(f"GitHub is down for {OUTAGE:g} seconds, while three alerts fire and one recovers")
        self.stack.github.faults.outage(status=502, lasting=OUTAGE)
        self.grafana(*DURING_OUTAGE)
        self.resolve(HOOKS)
        self.expect(
            "what fired while GitHub was down has its issues",
            lambda: all(self.open(a.name) for a in DURING_OUTAGE),
        )
        self.expect("what recovered meanwhile is closed", lambda: self.closed(HOOKS.name) == ["completed"])

    def recurrence(self) -> None:
        self.screen.act("The metric alarm fires again, after the reopen window")
        before = self.only(METRIC)
        while before and before.closed_at and time.time() < before.closed_at + REOPEN_WINDOW + 1:
            self.pause(0.2)
        self.alarms((METRIC,))
        self.expect(
            "a recurrence opens a fresh issue, which links the one before", lambda: self.links(METRIC, before)
        )

    def links(self, title: str, before: Issue | None) -> bool:
        return any(
            before and f"#{before.number}" in (issue.body or "")
            for issue in self.issues(title)
            if issue.state == "open"
        )

    def deleted_rule(self) -> None:
        self.screen.act("Somebody deletes a Grafana rule that is firing")
        mirror = DURING_OUTAGE[0]
        deleted = GrafanaAlert(
            mirror.name,
            "P2",
            mirror.team,
            mirror.summary,
            mirror.labels,
            {"grafana_state_reason": "RuleDeleted"},
        )
        self.resolve(deleted)
        self.expect(
            "a deleted rule's issue is closed as not planned",
            lambda: self.closed(mirror.name) == ["not_planned"],
        )

    def malformed(self) -> None:
        self.screen.act("An alarm names no team, and something sends what is no alert at all")
        self.stack.aws.publish(senders.cloudwatch("who-knows", "no idea whose this is", self.now()))
        self.stack.aws.publish("AWS Budget Notification: you have spent more than you wanted")
        self.expect(
            "what cannot become an issue is kept, with the reason",
            lambda: len(self.stack.aws.dlq_messages()) == 2,
        )

    def end(self) -> None:
        self.screen.act("Most of the rest recovers")
        self.resolve(QUEUE, DISK, *DURING_OUTAGE[1:])
        self.alarms((COMPOSITE, ANOMALY), "OK", "ALARM")
        gone = (QUEUE.name, DISK.name, COMPOSITE, ANOMALY, *(a.name for a in DURING_OUTAGE[1:]))
        self.expect(
            "what recovered at the end is closed", lambda: not any(self.open(title) for title in gone)
        )
        self.expect("what still fires when its snooze is over is told", self.snooze_is_over)
        self.expect("nothing is left to do", self.stack.quiet)
        titles = [
            issue.title
            for name in (INFRA, ALERTS)
            for issue in self.repository(name)
            if issue.state == "open" and "alert:board" not in issue.label_names
        ]
        self.check("no condition has two open issues", len(titles) == len(set(titles)), str(titles))

    def board(self) -> None:
        self.screen.act("Each repository has one board, which shows what is open")
        self.expect("each repository has one board, with what is open now", self.boards_are_right)

    def boards_are_right(self) -> bool:
        shown = {
            name: [i.body or "" for i in self.everything(name) if is_board(i)] for name in (INFRA, ALERTS)
        }
        still_open = {name: [i for i in self.repository(name) if i.state == "open"] for name in shown}
        return all(
            len(bodies) == 1 and all(f"/issues/{issue.number})" in bodies[0] for issue in still_open[name])
            for name, bodies in shown.items()
        )

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
        until = time.monotonic() + PATIENCE
        while not holds() and time.monotonic() < until:
            self.pause(0.2)
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


def is_board(issue: Issue) -> bool:
    return "alert:board" in issue.label_names
