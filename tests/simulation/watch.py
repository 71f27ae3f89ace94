"""What must never happen on GitHub, watched as each call takes effect."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from chalicelib.adapters import registry
from chalicelib.alert import Condition
from chalicelib.conditions.row import AlertState
from chalicelib.render import is_board
from tests.local.github.call import Call, Reply
from tests.local.github.errors import ApiError
from tests.local.github.model import Account, Issue
from tests.simulation import named, storms
from tests.simulation.providers.provider import State
from tests.simulation.schedule import Worker

if TYPE_CHECKING:
    from tests.simulation.world import World

PINGS = re.compile(r"@pinged-person|rival/repository#\d|see #\d|<!-- alerting:fingerprint=x ")
"""What the hostile words of providers would do, were they written as they came."""

FENCED = re.compile(r"^(`{3,})[^`\n]*\n.*?^\1`*[ \t]*$", re.MULTILINE | re.DOTALL)
"""A fenced block, in which GitHub makes nothing a mention or a reference."""

FINGERPRINT = re.compile(r"<!-- alerting:fingerprint=(\w+) [^>]*>")
WRITES = ("github.open", "github.edit", "github.comment", "github.label", "github.unlabel")
WORK = {"issues": "write", "metadata": "read"}
CREATIONS = ("github.open", "github.comment", "github.attach")

AFTER_BOOKING = 25.0
"""Seconds from a booking to the sending of what is booked, at the most, where nothing fails."""

IN_FLIGHT = 55.0
"""Seconds from a permission to the sending of what it permits, at the most: nearly a lease."""


@dataclass(frozen=True)
class Before:
    """An issue before a call, and when the worker that calls last read it."""

    state: str
    closed_by: Account | None
    closed_at: float | None
    read_at: float


class Watch:
    """Sees every call to GitHub as it takes effect; `overwritten` are words of people that none could see."""

    def __init__(self, world: "World") -> None:
        self._world = world
        self.fingerprints: dict[int, str] = {}
        self.overwritten: set[str] = set()
        self.written_at = world.schedule.time
        self._asked: list[float] = []
        self._created: list[float] = []
        self._read_at: dict[tuple[Worker, int], float] = {}

    def __call__(self, point: str, call: Call, reply: Callable[[], Reply]) -> Reply:
        now, worker = self._world.schedule.time, self._world.schedule.worker()
        if ("frozen",) not in worker.notes:  # which cannot know what happened meanwhile
            self._asked.append(now)
        issue = _issue_of(call)
        read_at = self._read_at.get((worker, issue.id), 0.0) if issue else 0.0
        before = Before(issue.state, issue.closed_by, issue.closed_at, read_at) if issue else None
        comments = len(issue.comments) if issue else 0
        answer = reply()
        if point == "github.read" and issue:
            self._read_at[worker, issue.id] = now
        if point in WRITES:
            self.written_at = now
            self._token_is_narrow(call)
            self._words_are_harmless(issue or self._opened(call, answer))
        if point in CREATIONS and not worker.notes:
            self._budget_holds(now)
        if point == "github.comment" and issue and len(issue.comments) > comments:
            self._world.called.commented(issue, read_at)
            if fingerprint := self.fingerprints.get(issue.id):
                self._world.maintained.spoke(issue, fingerprint)
        if point == "github.attach" and issue:
            self._attached(issue, issue.sub_issues[-1])
        if point == "github.edit" and issue and before:
            self._edited(issue, before)
        return answer

    def _attached(self, parent: Issue, child: Issue) -> None:
        if not self._world.incidents.attached(parent, child):
            self._world.storms.attached(parent, child)

    def moved(self, issue: Issue, target: Issue) -> None:
        """A person transferred an issue."""
        if issue.id in self.fingerprints:
            self.fingerprints[target.id] = self.fingerprints[issue.id]

    def about(self, fingerprint: str) -> list[Issue]:
        """The issues of a condition that a person would see."""
        return [issue for issue in self._world.issues() if self.fingerprints.get(issue.id) == fingerprint]

    def ever_closed_by_person(self, fingerprint: str) -> bool:
        """Whether an issue of a condition is closed by a person, also one that was deleted since."""
        repositories = self._world.github.world.repositories.values()
        issues = [issue for repository in repositories for issue in repository.issues.values()]
        ours = [issue for issue in issues if self.fingerprints.get(issue.id) == fingerprint]
        return any(issue.closed_by is not None and issue.closed_by.type != "Bot" for issue in ours)

    def ended(self, worker: Worker) -> None:
        """A worker has ended: if GitHub asked it to wait and nothing else failed, nobody asks until then."""
        limits = [note for note in worker.notes if note[0] == "limited"]
        if worker.ended == "returned" and len(worker.notes) == len(limits) == 1:
            _, at, until = limits[0]
            self._world.schedule.at(until, lambda: self._waited(at, until))

    def _waited(self, at: float, until: float) -> None:
        asked = [time for time in self._asked if at + IN_FLIGHT < time < until]
        moved = self._world.outside.counts["state: moved to another owner"]  # where nobody asks to wait
        if asked and not moved:
            self._world.breaks("5. GitHub's wish to wait is heard", f"asked {asked[0] - at:.0f} s after it")

    def _opened(self, call: Call, answer: Reply) -> Issue:
        """The marker says what it is about; it does not undo a person's closing that the row knows of."""
        issue = call.repository().issues[answer.body["number"]]
        if is_board(issue.body or ""):
            self._only_board(issue)
            return issue
        found = FINGERPRINT.search(issue.body or "")
        if found is None:
            self._world.breaks("1. an issue says which condition it is about", f"#{issue.number} does not")
            return issue
        row = self._world.row(found[1])
        believed = row.status.issue
        for other in self.about(found[1]):
            if row.spec.news and found[0] not in (other.body or ""):
                continue  # a person has read an earlier notification of the series
            known = believed is not None and believed.closed_at and believed.ref.number == other.number
            if known and self._shut_in(row, other.closed_by, other.closed_at):
                self._world.breaks("6. a person's closing stands", f"#{issue.number} was opened after it")
        if not self.lists_lied():
            self._opened_once(issue, found[0], found[1])
        self._keeps_what_is_right(issue, row)
        self._as_described(issue, row)
        named.judge(self._world, issue)
        self.fingerprints[issue.id] = found[1]
        self._world.called.opened(issue, found[1])
        self._world.storms.opened(issue, row)
        self._world.on_call.opened(issue)
        self._world.maintained.spoke(issue, found[1])
        return issue

    def _keeps_what_is_right(self, issue: Issue, row: AlertState) -> None:
        """Of assignees one of whom GitHub does not know, the other is set."""
        alert = row.spec.alert
        if alert is None or alert.teams != ("keepers",) or issue.assignees:
            return
        installation = self._world.github.world.installation_on(issue.repository.owner)
        silent = storms.is_member(issue, row.fingerprint, self._world.rows())
        if installation and installation.may_push and not silent:
            self._world.breaks("11. what GitHub takes of an opening stays", f"#{issue.number}: nobody")

    def _as_described(self, issue: Issue, row: AlertState) -> None:
        """An alarm's issue is for the team, and as urgent, as its description says."""
        alarms, alert = self._world.cloudwatch(), row.spec.alert
        owners = alarms.owners(alert.title) if alarms and alert else set()
        if alert and owners and (",".join(alert.teams), alert.priority.value) not in owners:
            self._world.breaks(
                "13. an issue is whose its alarm says", f"#{issue.number}: {alert.teams} {alert.priority}"
            )

    def _only_board(self, issue: Issue) -> None:
        """A repository has one board, unless a person moved or closed it, or took its marker away."""
        others = [
            other
            for other in issue.repository.listed
            if other is not issue and other.state == "open" and is_board(other.body or "")
        ]
        if others and not self.lists_lied():
            self._world.breaks("1. one board a repository", f"#{others[0].number} and #{issue.number}")

    def lists_lied(self) -> bool:
        """Lists have been empty, or behind, for longer than two looks a minute apart can tell."""
        counts = self._world.outside.counts
        return counts["state: lists lag"] > 0 or counts["fault github: empty list"] > 1

    def _shut(self, issue: Issue) -> bool:
        """Whether it takes no comments, or took none while it was locked."""
        full = len(issue.comments) >= self._world.github.world.comment_cap
        return full or any(event.kind == "locked" for event in issue.timeline)

    def _opened_once(self, issue: Issue, marker: str, fingerprint: str) -> None:
        """An issue about the same episode that is open, in the same place, would have been found.

        One that is known as another condition's is that one's, whatever a person has pasted into it.
        One that takes no comments is continued in another, to call people.
        """
        for other in issue.repository.listed:
            if other is issue or self._shut(other) or self._hidden(other):
                continue
            if self.fingerprints.get(other.id, fingerprint) != fingerprint:
                continue
            if other.state == "open" and marker in (other.body or ""):
                self._world.breaks("1. an episode is opened once", f"#{other.number} and #{issue.number}")

    def _hidden(self, issue: Issue) -> bool:
        """A list that lags a little hides an issue for as long again whenever a person changes it."""
        lagged = self._world.outside.counts["state: lists lag a little"] > 0
        return lagged and any(deed.issue is issue for deed in self._world.human.deeds)

    def _words_are_harmless(self, issue: Issue) -> None:
        ours = [comment.body for comment in issue.comments if comment.author == self._world.github.world.bot]
        for text in (issue.title, issue.body or "", *ours):
            self._world.ledger.no_secret(text)
            if found := PINGS.search(FENCED.sub("", text)):
                self._world.breaks("8. no ping by a provider's text", f"#{issue.number} says {found[0]}")

    def _token_is_narrow(self, call: Call) -> None:
        """What leaks opens one repository, and no more there than issues."""
        token = call.token
        opened = token.repository_ids if token else None
        if token is None or opened is None or len(opened) != 1 or token.permissions != WORK:
            self._world.breaks("a token that writes opens one repository", f"{token}")

    def _budget_holds(self, now: float) -> None:
        """At most this many bookings in a minute and in an hour, and each is sent soon after its booking."""
        limits = self._world.limits
        self._created.append(now)
        for most, window in ((limits.per_minute, 60.0), (limits.per_hour, 3600.0)):
            count = sum(at > now - window + AFTER_BOOKING for at in self._created)
            if count > most:
                self._world.breaks("5. no more writes than the budget", f"{count} in {window:.0f} s")

    def _edited(self, issue: Issue, before: Before) -> None:
        for deed in self._world.human.lost(issue):
            if 0 < before.read_at <= deed.at:  # between our reading and our writing, which GitHub cannot tell
                self.overwritten.add(deed.word)
            elif deed.word not in self.overwritten:
                self._world.breaks(
                    "6. people's words stay", f"#{issue.number} lost {deed.word} ({deed.kind})"
                )
        self._world.on_call.edited(issue, reopened=issue.state == "open" != before.state)
        if issue.state == "open" != before.state:
            self._reopened(issue, before)
        elif issue.state == "closed" != before.state:
            self._closed(issue)

    def _reopened(self, issue: Issue, before: Before) -> None:
        row = self._world.row(self.fingerprints[issue.id])
        ahead = self._world.scenario.setting.github_ahead
        seen = before.closed_at is not None and before.closed_at - ahead < before.read_at
        if seen and self._shut_in(row, before.closed_by, before.closed_at):
            self._world.breaks("6. a person's closing stands", f"#{issue.number} was reopened")

    @property
    def _bot(self) -> Account:
        return self._world.github.world.bot

    def _closed(self, issue: Issue) -> None:
        """Not the last one while it fires, if that was known when the closing was begun."""
        row = self._world.row(self.fingerprints[issue.id])
        self._alarm_has_ended(issue, row)
        others = [each for each in self.about(row.fingerprint) if each.state == "open"]
        known = self._world.ledger.knew(row.fingerprint)
        if row.spec.condition is Condition.FIRING and known and not others:
            self._world.breaks("3. no closing while it fires", f"#{issue.number} was closed")

    def _alarm_has_ended(self, issue: Issue, row: AlertState) -> None:
        """CloudWatch never ends what is in ALARM, so that its alarm was not in ALARM when the row says so."""
        alarms, alert = self._world.cloudwatch(), row.spec.alert
        shown = alarms.console().get(alert.title) if alarms and alert else None
        ended = self._world.true_time(row, row.spec.at)
        if (
            shown
            and shown.state in (State.FIRING, State.MUTED)
            and shown.since < ended - abs(alarms.ahead) - 1
        ):
            self._world.breaks("3. no closing while its alarm is in ALARM", f"#{issue.number} was closed")

    def _shut_in(self, row: AlertState, by: Account | None, at: float | None) -> bool:
        """Whether a person closed it in the row's episode, in true time, or as soon as we heard of that.

        GitHub tells the second of a closing: one in the second in which an episode began may be before it.
        How far its clock is ahead is learned from the `Date` of its answers, to a second too.
        A source that repeats itself names one start while it fires: what was closed before that had ended.
        """
        person, episode, heard = (
            by is not None and by != self._bot,
            row.spec.episode,
            row.spec.began_by_our_clock,
        )
        if not (person and at and episode):
            return False
        named = (
            row.spec.fired_at if row.spec.alert and registry.of_alert(row.spec.alert.source).repeats else None
        )
        began = max(self._world.true_time(row, named or episode), heard.timestamp() if heard else 0.0)
        ahead = self._world.scenario.setting.github_ahead
        return int(at) - ahead - (1.0 if ahead else 0.0) >= began


def _issue_of(call: Call) -> Issue | None:
    if "number" not in call.arguments:
        return None
    try:
        return call.issue("issues=read")
    except ApiError:  # the endpoint itself will say so
        return None
