"""An incident's alert: what people declared with `/sev`, as one alert of our own. Pure.

Its content is what its page shows: which conditions belong to it, and the timeline, which grows with each
minute.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from chalicelib import alert as alerts
from chalicelib.adapters import own, texts
from chalicelib.adapters.content import Content, Part
from chalicelib.alert import AlertEvent, Condition, Identity, Priority, UtcDatetime
from chalicelib.alert_values import MAX_TITLE

MOST_ENTRIES, FIRST_ENTRIES = 200, 50
"""How many entries a timeline keeps, and how many of them are its first ones: a row holds 400 KB."""

MAX_NAMED = 120
"""Code points of a title in a timeline."""

MAX_TEMPLATE = 16_000
"""Code points of a template: a quarter of GitHub's limit for an issue."""


class What(StrEnum):
    """What happened."""

    FIRED = "fired"
    ENDED = "ended"
    UNWATCHED = "unwatched"
    """Its source stopped watching it, so nobody knows whether it has recovered."""
    ACKNOWLEDGED = "acknowledged"
    GIVEN_BACK = "given back"
    ESCALATED = "escalated"
    CALLED = "called"
    """The next tier was called, as nobody had acknowledged it."""
    COMMENTED = "commented"
    CLOSED = "closed"
    DECLARED = "declared"
    RESOLVED = "resolved"


Name = tuple[str, str, str]
"""What distinguishes an entry from all others."""


class Entry(Part):
    """One line of the timeline.

    `of` is the fingerprint of the condition that it is about. `key` distinguishes entries of one kind, since
    the same thing is read again every minute. `issue` is written as `owner/name#12`, and `who` is a login.
    """

    at: UtcDatetime
    what: What
    of: str = ""
    key: str = ""
    title: str = ""
    issue: str = ""
    url: str = ""
    who: str = ""
    priority: Priority | None = None

    @property
    def id(self) -> Name:
        """What distinguishes it from all others; it is the same each time the entry is read."""
        return self.of, self.what, self.key or self.at.isoformat()


class Incident(Content):
    """What an incident consists of.

    It began at `since`, perhaps before it was declared. `members` are the fingerprints of its conditions; the
    first is the one on whose issue it was declared. `attached` names the issues of members that are already
    its sub-issues, or cannot be. `shortened` says that the timeline has lost entries.
    """

    source = own.INCIDENT
    declared_by: str
    since: UtcDatetime
    members: tuple[str, ...] = ()
    attached: tuple[str, ...] = ()
    timeline: tuple[Entry, ...] = ()
    shortened: bool = False
    template: str = ""


def identity(comment: int) -> Identity:
    """Identify it by the comment that declared it, so that it is recorded once however often that is read.

    GitHub numbers the comments of all repositories together.
    """
    return Identity(alarm_id=f"comment {comment}")


def fingerprint(known: Identity) -> str:
    """Name its row."""
    return alerts.fingerprint(own.INCIDENT, known)


@dataclass(frozen=True, slots=True)
class Subject:
    """What an incident is about: a title, the part of it without labels, a priority and teams."""

    title: str
    name: str
    priority: Priority
    teams: tuple[str, ...]


def alert(incident: Incident, known: Identity, subject: Subject, at: datetime) -> AlertEvent:
    """Write the alert of a new incident, as of a time of our clock."""
    return AlertEvent(
        source=own.INCIDENT,
        state=Condition.FIRING,
        title=texts.cut(f"Incident: {subject.title}", MAX_TITLE),
        name=texts.cut(f"Incident: {subject.name}", MAX_TITLE),
        priority=subject.priority,
        occurred_at=at,
        teams=subject.teams,
        identity=known,
        raw_provider=incident.written(),
    )


def grown(before: AlertEvent, incident: Incident, at: datetime) -> AlertEvent:
    """Write an incident's alert again with its new content."""
    return before.model_copy(update={"occurred_at": at, "raw_provider": incident.written()})
