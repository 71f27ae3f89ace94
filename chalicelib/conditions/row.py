"""The row: everything known about one condition, split by who may write it.

Like a Kubernetes object, a row has a spec, written only by record, and a status, written only by sync.
`generation` counts what record has to report, `Issue.generation` says how much of it the issue shows.
`revision` counts every change that plan can see.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from chalicelib.adapters import own
from chalicelib.alert import Priority
from chalicelib.conditions import heartbeats
from chalicelib.conditions.command import Command, Remark
from chalicelib.conditions.enrichment import Enrichment
from chalicelib.conditions.facts import Fact
from chalicelib.conditions.group import Group
from chalicelib.conditions.incident_link import IncidentLink
from chalicelib.conditions.intent import Intent, Lease, Verb
from chalicelib.conditions.issue import IssueRef, Shown
from chalicelib.conditions.nothing import Held
from chalicelib.conditions.on_call import Called
from chalicelib.conditions.setbacks import PutOff, Refusal
from chalicelib.conditions.spec import Episode, Spec
from chalicelib.conditions.tally import Past
from chalicelib.conditions.wishes import Wish

__all__ = ["AlertState", "Intent", "Issue", "Lease", "Status", "Verb"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Issue(Shown):
    """The issue of this condition as last seen, and what of the spec it shows.

    - `labels` and `title` are those that we set. `kept_open` says that a person reopened it after the
      condition resolved, `muted` and `quiet` that people set these labels
    - `spoke_at` is the time of our last body or comment, `commented_at` that of our last comment (or the
      opening), `comment_key` that comment's key; `once` has the keys of comments that are written only once
    - `announced` is the priority whose people were last notified, `raised_at` when people were last called
      because it got worse; `called_at` is when people were last called at all, or it was left to them
    - `acked_by` is who has it, as of `acked_at` by GitHub's clock, `given_back` who last gave it back;
      `tier` counts the tiers that were called because nobody had it; `on_call` are those who were on
      call at its opening, if its teams call them
    - `opened_at` is when we opened it, for the episode `opened_for`; both are None if it was taken over.
      `left_out` names the labels and assignees that GitHub did not take; it `continues` its predecessor if
      that took no more comments
    - `closed_by_our_clock` is GitHub's `closed_at` by our own clock, as nearly as it is known; `clock_ahead`
      is how far GitHub's clock was ahead of ours when we last changed the issue
    - `heard` counts the comments at the time `heard_at`, when people's were last read; the rest is read at
      `listen_at`, if there were too many. `remarks` are the newest of each of a few people
    - `incident` is the incident that its text names
    - `uncalled` says that nobody has been called: the issue of its storm was to do that, and was refused
    """

    episode: datetime
    title: str
    labels: tuple[str, ...]
    priority: Priority
    teams: tuple[str, ...]
    generation: int
    spoke_at: datetime
    commented_at: datetime
    announced: Priority
    comment_key: str = ""
    comments_closed: bool = False
    muted: bool = False
    kept_open: bool = False
    quiet: bool = False
    acked_by: str = ""
    heard: int = 0
    heard_at: datetime | None = None
    once: tuple[str, ...] = ()
    opened_at: datetime | None = None
    opened_for: datetime | None = None
    closed_by_our_clock: datetime | None = None
    clock_ahead: timedelta = timedelta()
    left_out: tuple[str, ...] = ()
    continues: bool = False
    listen_at: datetime | None = None
    remarks: tuple[Remark, ...] = ()
    acked_at: datetime | None = None
    called_at: datetime | None = None
    tier: int = 0
    on_call: tuple[Called, ...] = ()
    raised_at: datetime | None = None
    incident: IssueRef | None = None
    given_back: Wish | None = None
    uncalled: bool = False

    @property
    def over_at(self) -> datetime | None:
        """When it was closed, by our own clock; by GitHub's if nothing else is known."""
        return self.closed_by_our_clock or self.closed_at


@dataclass(frozen=True, slots=True)
class Status:
    """What GitHub shows and what people asked for there; written only by sync.

    - `predecessor` is the issue before this one, `superseded` that one while it is still to be closed, `told`
      the newest episode that an issue has shown, `past` counts the issues
    - `commands` are to be carried out, `heard` are the comments of the newest ones, `replies` those that
      need an answer in words; `wishes` say whose silences are in force
    - `outbox` has the facts that no mirror has yet; they are delivered next at `mirror_at`
    - `refusal` and `put_off` say why the newest step failed or waits, `failures` counts refusals in a row;
      a step that succeeds clears them
    - `enrichment` is what was looked up for an episode's issue, `incident` the incident that people declared
      and that this condition is part of
    """

    issue: Issue | None = None
    predecessor: IssueRef | None = None
    superseded: IssueRef | None = None
    told: datetime | None = None
    failures: int = 0
    snoozed_until: datetime | None = None
    commands: tuple[Command, ...] = ()
    heard: tuple[int, ...] = ()
    replies: tuple[int, ...] = ()
    outbox: tuple[Fact, ...] = ()
    mirror_at: datetime | None = None
    refusal: Refusal | None = None
    put_off: PutOff | None = None
    enrichment: Enrichment | None = None
    wishes: tuple[Wish, ...] = ()
    past: Past | None = None
    incident: IncidentLink | None = None


@dataclass(frozen=True, slots=True)
class AlertState:
    """One row of the table; `correlation_id` names the request that brought the newest message.

    `look` says that people changed the issue, which is to be read. `held` is what held it back from outside
    when its due time was last set. `listed` is False only for a row read from the table that no index names,
    though it fires without an open issue.
    """

    fingerprint: str
    spec: Spec
    status: Status = field(default_factory=Status)
    intent: Intent | None = None
    lease: Lease | None = None
    revision: int = 0
    due_at: datetime | None = None
    correlation_id: str | None = None
    look: bool = False
    held: Held | None = None
    listed: bool = field(default=True, compare=False)

    @property
    def priority(self) -> Priority:
        """How urgent the row is; a tombstone is not, except for a heartbeat that was never silent."""
        told = self.spec.alert or heartbeats.newest(self.spec)
        return told.priority if told else Priority.P3

    @property
    def rank(self) -> Priority:
        """Whose turn it is on GitHub: a page of ours that stands for many alerts comes before all of them."""
        urgent = self.spec.alert is not None and own.of(self.spec.alert.source).urgent
        return Priority.P0 if urgent else self.priority

    @property
    def enrichment(self) -> Enrichment | None:
        """What was looked up for this episode; None if nothing has been."""
        known = self.status.enrichment
        return known if known and known.episode == self.spec.episode else None

    @property
    def group(self) -> Group | None:
        """The storm that it is part of in this episode."""
        return self.enrichment.group if self.enrichment else None

    @property
    def on_call(self) -> tuple[Called, ...]:
        """Who is called as on call: by the step under way, or else by the issue as it was opened."""
        issue, begun = self.status.issue, self.intent
        if begun and begun.on_call:
            return begun.on_call
        return issue.on_call if issue else ()

    def called(self, team: str) -> tuple[str, ...]:
        """Mention those who are called as on call for a team."""
        return tuple(name for each in self.on_call if each.team == team for name in each.people)

    @property
    def lease_end(self) -> datetime:
        """When the claim of the worker that acts on the row ends: no call may last longer."""
        if self.lease is None:
            raise AssertionError("a step was taken on a row that nobody has claimed")
        return self.lease.until

    @property
    def untold(self) -> tuple[Episode, ...]:
        """Ended episodes, before the current one, that no issue has mentioned."""
        told, earlier = self.status.told, [e for e in self.spec.episodes if e.began != self.spec.episode]
        return tuple(episode for episode in earlier if told is None or episode.began > told)
