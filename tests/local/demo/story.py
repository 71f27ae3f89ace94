"""The story: what providers send, what people do, and what has to come of it."""

import time

from tests.local import senders
from tests.local.demo.cast import (
    ANOMALY,
    BACKUP,
    CACHE,
    COMPOSITE,
    DISK,
    DURING_OUTAGE,
    HOOKS,
    MEASURED,
    METRIC,
    PUBLISHING,
    QUEUE,
    SIGNING,
    SIGNING_TIERS,
)
from tests.local.demo.director import ALERTS, INFRA, has_picture, is_board
from tests.local.demo.together import Together
from tests.local.github.model import Issue
from tests.local.senders import GrafanaAlert

OUTAGE = 10.0
REOPEN_WINDOW = 12.0


class Story(Together):
    """Tells the story on a stack; every act waits for what it brings about."""

    def tell(self) -> None:
        """Tell all of it."""
        for act in (
            self.storm, self.group, self.others, self.storm_ends, self.acknowledgement, self.sev,
            self.repeats, self.escalation, self.snooze, self.recovery, self.flap, self.person, self.outage,
            self.recurrence, self.deleted_rule, self.malformed, self.tiers, self.end, self.sev_ends,
            self.storm_is_over, self.rest, self.board,
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
        self.measured()
        self.alarms((METRIC, ANOMALY))
        self.watch.sending(f"InstanceDown [{senders.BUILDER}]", BACKUP)
        now = self.now()
        body = senders.alertmanager_group(
            "InstanceDown", priority="P2", team="dev-infra", summary="builder-7 does not answer", began=now
        )
        self.post("alertmanager", body)
        self.backup("No backup since 02:00")
        self.expect("a metric alarm has its issue", lambda: self.open(METRIC))
        self.alarms((COMPOSITE,))
        titles = (METRIC, ANOMALY, COMPOSITE, "InstanceDown", BACKUP)
        self.expect(
            "each of the CloudWatch, Alertmanager and script alerts has its issue",
            lambda: all(self.open(title) for title in titles),
        )
        self.expect(
            "the issues of alarms on a metric show what it did in the last three hours",
            lambda: all(has_picture(self.only(name)) for name in MEASURED),
        )
        self.check(
            "an issue names what else fires for its team",
            self.names(METRIC, "Also firing when this began", QUEUE.name),
        )
        self.check(
            "a composite alarm's issue names those of its alarms",
            self.names(COMPOSITE, "Its alarms with an open issue when this began", METRIC),
        )

    def names(self, title: str, head: str, other: str) -> bool:
        """Whether an issue names another one under a heading."""
        issue, named = self.only(title), self.only(other)
        part = ((issue.body if issue else "") or "").partition(f"**{head}:**")[2].partition("\n\n")[0]
        return named is not None and f"\n#{named.number} " in part

    def acknowledgement(self) -> None:
        self.screen.act("Two urgent alerts of one team: a person acknowledges one, and nobody the other")
        self.grafana(SIGNING, PUBLISHING)
        self.expect(
            "two urgent alerts of one team have their issues",
            lambda: self.open(SIGNING.name) and self.open(PUBLISHING.name),
        )
        issue = self.only(PUBLISHING.name)
        if issue:
            self.stack.github.person("mona").comment(issue.repository.full_name, issue.number, "/ack")
        self.expect(
            "an acknowledged issue says who has it, and is assigned",
            lambda: (
                self.says(PUBLISHING.name, "Acknowledged by `@mona`")
                and issue is not None
                and [each.login for each in issue.assignees] == ["mona"]
            ),
        )
        self.check(
            "an issue that nobody has acknowledged says so", self.says(SIGNING.name, "Nobody has it yet")
        )

    def says(self, title: str, words: str) -> bool:
        """Whether the text of its only issue says something."""
        issue = self.only(title)
        return issue is not None and words in (issue.body or "")

    def tiers(self) -> None:
        self.screen.act("Nobody acknowledges the other, so more people are called")
        self.expect(
            "while nobody acknowledges an alert, more people are called, each tier once",
            lambda: self.called(SIGNING.name) == list(SIGNING_TIERS),
        )
        self.check("and nobody is called for one that was acknowledged", self.called(PUBLISHING.name) == [])

    def called(self, title: str) -> list[str]:
        """The tiers that comments on its only issue call, in order."""
        issue = self.only(title)
        said = [comment.body for comment in issue.comments] if issue else []
        return [tier for body in said for tier in SIGNING_TIERS if tier in body]

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
        """Whether a comment reported the end of the snooze."""
        issue = self.only(BACKUP)
        return issue is not None and "snooze is over" in issue.comments[-1].body

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
        self.check(
            "it says how it ended the last time",
            any("Last time: ended by itself after" in (issue.body or "") for issue in self.issues(METRIC)),
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
        self.screen.act("An alarm names no team, and something sends what is not an alert at all")
        self.stack.aws.publish(senders.cloudwatch("who-knows", "no idea whose this is", self.now()))
        self.stack.aws.publish("A notification of something else, in words")
        self.expect(
            "what cannot become an issue is kept, with the reason",
            lambda: len(self.stack.aws.dlq_messages()) == 2,
        )

    def end(self) -> None:
        self.screen.act("Most of the rest recovers")
        self.resolve(QUEUE, DISK, SIGNING, PUBLISHING, *DURING_OUTAGE[1:])
        self.alarms((COMPOSITE, ANOMALY), "OK", "ALARM")
        gone = (
            QUEUE.name,
            DISK.name,
            SIGNING.name,
            PUBLISHING.name,
            COMPOSITE,
            ANOMALY,
            *(a.name for a in DURING_OUTAGE[1:]),
        )
        self.expect(
            "what recovered at the end is closed", lambda: not any(self.open(title) for title in gone)
        )
        self.expect("what still fires when its snooze is over gets a comment", self.snooze_is_over)

    def rest(self) -> None:
        self.screen.act("Nothing else is left to do")
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
