"""A storm's alert: conditions that began together, with one cause, as one alert of our own. Pure.

Its content is what its page shows.
"""

from datetime import datetime
from enum import StrEnum

from pydantic import Field

from chalicelib import alert as alerts
from chalicelib.adapters import own, texts, titles
from chalicelib.adapters.content import Content, Part
from chalicelib.alert import AlertEvent, Condition, Identity, Links, Priority, UtcDatetime
from chalicelib.alert_values import MAX_TITLE

MOST_MEMBERS = 400
"""This many fit into a row of 400 KB and an issue of 64 KB; further ones belong to the storm's next part."""

MAX_MEMBER_TITLE = 160
"""The longest title of a member, in code points; half if some of them take up to four bytes of a row."""


class CauseKind(StrEnum):
    """What conditions may share that suggests one cause, the strongest sign first."""

    GROUP = "group"
    """They are in one group of their provider, such as Alertmanager or Grafana."""
    RULE = "rule"
    """They belong to one rule or alarm."""
    PLACE = "place"
    """They are in one account and Region."""
    WAITING = "waiting"
    """They wait for issues of their own, whatever their causes are."""


class Cause(Part):
    """What the members of a storm share: teams, and a value of one kind.

    All teams must be the same, so that the storm calls the same people as each of its members would.
    """

    kind: CauseKind
    teams: tuple[str, ...]
    value: tuple[str, ...] = ()


class Member(Part):
    """A condition of a storm: since when it fires by our clock, when it ended, and its issue if it has one.

    `issue` is written as `owner/name#12`; `id` is GitHub's id of it, 0 if unknown. `attached` says that
    GitHub was asked to make it a sub-issue of the storm's issue.
    """

    fingerprint: str
    title: str
    priority: Priority
    began: UtcDatetime
    ended: UtcDatetime | None = None
    issue: str = ""
    id: int = 0
    attached: bool = False


class Storm(Content):
    """What a storm consists of.

    `began` is when its first member began, by our clock. A storm with too many members has several parts:
    `continues` says that the first part, whose issue is `main`, called the people of this one.
    `common` are labels that its members share, `runbook` and `dashboard` addresses that all of them name;
    `differs` names the label that distinguishes most of them.
    `elsewhere` is the worst priority of the further parts, whose people the first part calls, and `uncalled`
    says that it calls nobody, for example because it is muted. `left_out` counts members that ended and are
    no longer listed. `fresh` says that most of its first members were not in the previous storm of its cause.
    """

    source = own.STORM
    cause: Cause
    began: UtcDatetime
    part: int = 1
    continues: bool = False
    main: str = ""
    elsewhere: Priority = Priority.P3
    uncalled: bool = False
    common: dict[str, str] = Field(default_factory=dict)
    differs: str = ""
    runbook: str = ""
    dashboard: str = ""
    left_out: int = 0
    fresh: bool = False
    members: tuple[Member, ...] = ()

    @property
    def priority(self) -> Priority:
        """The worst priority of all, even of ended ones: if it fell and rose, it would call people again."""
        return min([self.elsewhere, *(member.priority for member in self.members)])

    def after(self, before: "Storm | None") -> "Storm":
        """Compare it with the previous storm of its cause, which may have had the same alerts."""
        known = {member.fingerprint for member in before.members} if before else set()
        again = sum(member.fingerprint in known for member in self.members)
        return self.model_copy(update={"fresh": bool(known) and again * 2 < len(self.members)})

    @property
    def logged(self) -> dict[str, str | int]:
        """What the log says about it."""
        return {"cause": self.cause.kind.value, "part": self.part, "members": len(self.members)}


def identity(cause: Cause, part: int = 1) -> Identity:
    """Identify a part of a cause's storm, so that every worker that sees it begin names the same row."""
    key = texts.as_json([cause.kind, *cause.teams, *cause.value])
    return Identity(alarm_id=texts.cut(key, 3900) + (f"#{part}" if part > 1 else ""))


def fingerprint(cause: Cause, part: int = 1) -> str:
    """Name the row of a part of a cause's storm."""
    return alerts.fingerprint(own.STORM, identity(cause, part))


def alert(storm: Storm, at: datetime, state: Condition = Condition.FIRING) -> AlertEvent:
    """Write a storm's alert, as of a time of our clock."""
    return AlertEvent(
        source=own.STORM,
        state=state,
        title=_title(storm),
        priority=storm.priority,
        occurred_at=at,
        teams=storm.cause.teams,
        identity=identity(storm.cause, storm.part),
        links=Links(runbook_url=storm.runbook or None, dashboard_url=storm.dashboard or None),
        raw_provider=storm.written(),
    )


def continues(event: AlertEvent) -> bool:
    """Whether it is the alert of a further part of a storm, whose people the first part calls."""
    return event.source == own.STORM and bool((event.raw_provider or {}).get("continues"))


def fresh(event: AlertEvent) -> bool:
    """Whether it is the alert of a storm whose conditions differ from those of the previous one."""
    return event.source == own.STORM and bool((event.raw_provider or {}).get("fresh"))


def short(title: str) -> str:
    """Shorten the title of a member, so that a row has room for all; JSON within JSON escapes some twice."""
    said = texts.line(title)
    narrow = said.isascii() and '"' not in said and "\\" not in said
    return titles.shortened(said, MAX_MEMBER_TITLE if narrow else MAX_MEMBER_TITLE // 2)


def _title(storm: Storm) -> str:
    """Name it by what its members share, but not by their account, which not every issue may show.

    A group is named by its rule, if all its members are of one.
    """
    kind, value = storm.cause.kind, storm.cause.value
    names = {each.title.partition(" [")[0] for each in storm.members} if kind is CauseKind.GROUP else set()
    rule = value[-1] if kind is CauseKind.RULE else names.pop() if len(names) == 1 else ""
    region = value[-1] if kind is CauseKind.PLACE else ""
    what = f"{rule}: many at once" if rule else f"Many alerts at once{f' in {region}' if region else ''}"
    if kind is CauseKind.WAITING:
        what = "Alerts that wait for an issue"
    return texts.cut(what + (f" (part {storm.part})" if storm.part > 1 else ""), MAX_TITLE)
