"""Who is called while nobody acknowledges an alert: each tier in time, once, and not when somebody has it."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from chalicelib.adapters import own
from chalicelib.alert import Condition
from chalicelib.conditions.calling import calls
from chalicelib.conditions.row import AlertState
from tests.local.github.model import Comment, Issue
from tests.simulation import oracle

if TYPE_CHECKING:
    from tests.simulation.world import World

TIERS = ("@example-org/second", "@example-org/third")
AFTER = 1200.0
"""Seconds after which the routing has a tier called."""

MISSED = "15. an escalation is never missed"
TWICE = "15. an escalation is never sent twice"
UNWANTED = "15. nobody is called while somebody has it"

QUIETING = {"alert:muted", "alert:quiet"}
APART = 60.0
"""Seconds by which an acknowledgement must be in the episode: GitHub's clock is known nearly."""

REFUSED = "That command could not be carried out."
"""How a person learns that GitHub refused what it takes, so that nobody has it."""

_EPISODE = re.compile(r"<!-- alerting:comment fingerprint=\w+ episode=(\S+) key=escalation-tier-")


class Called:
    """Sees each comment of ours that calls a tier."""

    def __init__(self, world: "World") -> None:
        self._world = world
        self._times: Counter[tuple[int, str, str]] = Counter()
        self._opened: dict[str, set[str]] = defaultdict(set)

    def opened(self, issue: Issue, fingerprint: str) -> None:
        """An issue has been opened, perhaps to go on with one that took no comments."""
        self._opened[fingerprint].update(tier for tier in TIERS if tier in (issue.body or ""))

    def commented(self, issue: Issue, read_at: float) -> None:
        """A comment of ours has just come to stand on an issue that its worker read last at a time."""
        body = issue.comments[-1].body
        if found := _EPISODE.search(body):
            self._world.count("tier called")
            self._called(issue, found[1], "".join(tier for tier in TIERS if tier in body))
            if self._had(issue, read_at):
                self._world.breaks(UNWANTED, f"#{issue.number}")

    def _called(self, issue: Issue, episode: str, tier: str) -> None:
        """Once in an episode, and once more each time that somebody has given it back."""
        self._times[issue.id, episode, tier] += 1
        given_back = sum(deed.issue is issue and deed.kind == "unack" for deed in self._world.human.deeds)
        lied = self._world.outside.counts["fault github: empty list"] > 1
        if self._times[issue.id, episode, tier] > 1 + given_back and not lied:
            self._world.breaks(TWICE, f"#{issue.number}: {tier or 'nobody'}")

    def _had(self, issue: Issue, read_at: float) -> bool:
        """Whether the last word on it, in this episode and before it was read, is that somebody has it."""
        deeds = [deed for deed in self._world.human.deeds if deed.issue is issue]
        words = [deed for deed in deeds if deed.kind in ("ack", "unack")]
        began = self._world.row(self._world.watch.fingerprints[issue.id]).spec.began_by_our_clock
        refused = any(REFUSED in comment.body for comment in self._ours(issue))
        if not words or refused or began is None or self._world.watch.lists_lied():
            return False
        return words[-1].kind == "ack" and began.timestamp() + APART < words[-1].at < read_at

    def judge(self) -> Iterator[tuple[str, str]]:
        """At rest all have been called."""
        for row, issue in self._unacknowledged():
            issues = self._world.watch.about(row.fingerprint)
            said = [comment.body for each in issues for comment in self._ours(each)]
            told = {tier for tier in TIERS if any(tier in body for body in said)}
            if not told | self._opened[row.fingerprint] >= set(TIERS):
                yield MISSED, f"#{issue.number} of {row.fingerprint[:4]} called {told}"

    def soon(self) -> Iterator[tuple[str, str]]:
        """In the midst of a run in which nothing is wrong for long, those whose time has come."""
        for _, issue in self._unacknowledged():
            if any(deed.issue is issue for deed in self._world.human.deeds):
                continue
            since = max(event.at for event in issue.timeline if event.kind in ("opened", "reopened"))
            due = int((self._world.schedule.time - since - oracle.SOON) // (AFTER + oracle.SOON))
            ours = [comment.body for comment in self._ours(issue) if comment.created_at >= since]
            for tier in TIERS[: max(0, due)]:
                if not any(tier in body for body in ours):
                    yield MISSED, f"#{issue.number} has not called {tier}"

    def _ours(self, issue: Issue) -> list[Comment]:
        return [each for each in issue.comments if each.author == self._world.github.world.bot]

    def _unacknowledged(self) -> Iterator[tuple[AlertState, Issue]]:
        """Open issues of urgent conditions that fire, which nobody has."""
        for row in self._world.rows() if self._world.scenario.setting.tiers else ():
            alert = row.spec.alert
            if alert is None or not alert.priority.urgent or row.spec.condition is not Condition.FIRING:
                continue
            if not calls(row) or own.of(alert.source).declared:
                continue
            for issue in self._world.watch.about(row.fingerprint):
                quiet = QUIETING & set(issue.label_names)
                if issue.state == "open" and not quiet and not self._touched(issue):
                    yield row, issue

    def _touched(self, issue: Issue) -> bool:
        """Whether a person has it, or has ever muted it."""
        kinds = [deed.kind for deed in self._world.human.deeds if deed.issue is issue]
        words = [kind for kind in kinds if kind in ("ack", "unack")]
        return words[-1:] == ["ack"] or not {"say mute", "mute"}.isdisjoint(kinds)


@dataclass(frozen=True)
class CallsTiers:
    """By now those have been called whose time had come, where nothing went wrong that would take long."""

    at: float

    def happen(self, world: "World") -> None:
        for promise, how in world.called.soon():
            world.breaks(promise, how)
