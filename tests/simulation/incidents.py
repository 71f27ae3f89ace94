"""Incidents: seen as they are declared, as their rows are written, and as people end them."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import TYPE_CHECKING

from chalicelib.adapters import incident, own
from chalicelib.adapters.incident import Incident, What
from chalicelib.alert import Condition
from chalicelib.conditions.issue import Closer
from chalicelib.conditions.row import AlertState
from chalicelib.conditions.row import Issue as Believed
from chalicelib.store import codec
from tests.local.github.model import Comment, Issue
from tests.twins.dynamodb import Item

if TYPE_CHECKING:
    from tests.simulation.world import World

SECOND = "20. an alert of an open incident opens no second one"
STRANGER = "20. who may not write declares and ends nothing"
ENDED = "20. an incident ends when a person ends it"
FAMILY = "20. an alert's issue becomes a sub-issue of its incident, once"

RESOLVED = "/sev resolved"
INSIDER, STRANGE = "mona", "passer-by"

COUNTS = (
    *("incident: declared", "incident: joined", "incident: refused", "incident: ended"),
    *("incident: of a storm", "incident: a sub-issue", "incident: a timeline compared"),
)
"""What runs must show of incidents."""

NOTICED, IN_FLIGHT = 2.0, 180.0
"""Seconds after which a worker knows what has joined an incident; and if it is held up, or an index lags.

Which alert it was declared on is known at once.
"""

PATIENCE = 900.0
"""Seconds for which a person waits for an answer."""

WHENEVER = (What.ACKNOWLEDGED, What.GIVEN_BACK, What.ESCALATED)
"""What a timeline has though it happened before the incident began."""

Happened = tuple[What, str, datetime]
"""What happened, to which condition, and when."""


@dataclass(frozen=True)
class Spoken:
    """A command that a person wrote, and on which issue."""

    comment: Comment
    issue: Issue
    words: str
    author: str

    @property
    def ends(self) -> bool:
        """Whether it is to end an incident."""
        return self.words.startswith(RESOLVED)


class Incidents:
    """Knows what was said, the newest rows, and in the `journal` all that they ever said had happened."""

    def __init__(self, world: "World") -> None:
        self._world = world
        self.said: list[Spoken] = []
        self.rows: dict[str, AlertState] = {}
        self.journal: set[Happened] = set()
        self._attached: Counter[tuple[int, int]] = Counter()
        self._member_since: dict[tuple[str, str], float] = {}
        self._waits_until = 0.0

    def says(self, spoken: Spoken) -> None:
        """A person has said `/sev`."""
        self.said.append(spoken)
        self._waits_until = self._world.schedule.time + PATIENCE

    def watched(self) -> bool:
        """Whether an incident is open, or somebody waits for one; after a run, now and then."""
        minute, waits = int(self._world.schedule.time // 60), self._world.schedule.time < self._waits_until
        is_open = any(is_one(row) and fires(row) for row in self.rows.values())
        return (is_open or waits) and (not self._world.calmed or minute % 5 == 0)

    def row_changed(self, after: Item) -> None:
        """A row was written."""
        if not self._world.scenario.setting.incidents:
            return
        row = codec.row(after)
        before = self.rows.get(row.fingerprint)
        self.rows[row.fingerprint] = row
        self.journal |= set(happened(row))
        if not is_one(row):
            return
        for name in content_of(row).members:
            self._member_since.setdefault((row.fingerprint, name), self._world.schedule.time)
        if before is None:
            self._declared(row)
        elif fires(before) and not fires(row) and not self._over(row):
            self._world.breaks(ENDED, f"{row.fingerprint[:4]} has ended, and nobody said so")

    def _declared(self, row: AlertState) -> None:
        spoken = self.spoken_of(row)
        if spoken is None or spoken.ends or spoken.author != INSIDER:
            self._world.breaks(STRANGER, f"{row.fingerprint[:4]} is declared by {spoken}")
        self._world.count("incident: declared")
        held_up = self._world.schedule.worker().notes or self._world.outside.counts["state: indexes lag"]
        known_since = self._world.schedule.time - (IN_FLIGHT if held_up else NOTICED)
        for (name, subject), since in self._member_since.items():
            of_the_same = content_of(self.rows[name]).members[:1] == content_of(row).members[:1]
            known = of_the_same or since < known_since
            other = name != row.fingerprint and fires(self.rows[name]) and known
            if other and subject in content_of(row).members:
                self._world.breaks(SECOND, f"{subject[:4]} is in {name[:4]}")

    def spoken_of(self, row: AlertState) -> Spoken | None:
        """By which words an incident was declared."""
        return next((each for each in self.said if name_of(each) == row.fingerprint), None)

    def _over(self, row: AlertState) -> bool:
        """Whether a person has said that an incident is over, or has closed one of its issues."""
        issues = [each for each in self.all_issues() if self.name_of(each) == row.fingerprint]
        said = any(each.ends and each.author == INSIDER and each.issue in issues for each in self.said)
        lines = chain.from_iterable(issue.timeline for issue in issues)
        bot = self._world.github.world.bot.login
        return said or any(line.kind == "closed" and line.actor != bot for line in lines)

    def all_issues(self) -> Iterator[Issue]:
        """Every issue, also those deleted or transferred since."""
        for repository in self._world.github.world.repositories.values():
            yield from repository.issues.values()

    def name_of(self, issue: Issue) -> str:
        """The fingerprint of the condition that an issue is about."""
        return self._world.watch.fingerprints.get(issue.id, "")

    def asked_for(self, parent: int, child: int) -> bool:
        """Whether an issue was once a sub-issue of another, by their ids."""
        return self._attached[parent, child] > 0

    def attached(self, parent: Issue, child: Issue) -> bool:
        """An issue has become a sub-issue; says whether of an incident's."""
        row = self.rows.get(self.name_of(parent))
        if row is None or not is_one(row):
            return False
        self._world.count("incident: a sub-issue")
        self._attached[parent.id, child.id] += 1
        if self.name_of(child) not in content_of(row).members:
            self._world.breaks(FAMILY, f"#{child.number} is not in {row.fingerprint[:4]}")
        counts = self._world.outside.counts
        trouble = self._world.outside.failed_at or any(counts[each] for each in counts if "crash " in each)
        if self._attached[parent.id, child.id] > 1 and not trouble:
            self._world.breaks(FAMILY, f"#{child.number} is one again, though a person took it off")
        return True


def name_of(spoken: Spoken) -> str:
    """Name the incident that words declare."""
    return incident.fingerprint(incident.identity(spoken.comment.id))


def happened(row: AlertState, since: datetime | None = None) -> Iterator[Happened]:
    """What a row says has happened, from a time on; the newest firing in any case."""
    spec, name = row.spec, row.fingerprint
    ended = {each.began: each for each in spec.episodes}
    for began in {*ended, *([spec.episode] if spec.episode else [])}:
        if since is None or began >= since or began == spec.episode:
            yield What.FIRED, name, began
            if over := ended.get(began):
                yield (What.ENDED if over.recovered else What.UNWATCHED), name, over.ended
    for what, at in _on_issue(row.status.issue):
        if at and (since is None or at >= since or what in WHENEVER):
            yield what, name, at


def _on_issue(issue: Believed | None) -> Iterator[tuple[What, datetime | None]]:
    if issue is None:
        return
    yield What.ACKNOWLEDGED, issue.acked_at if issue.acked_by else None
    yield What.GIVEN_BACK, issue.given_back.at if issue.given_back else None
    yield What.ESCALATED, issue.raised_at
    yield What.CLOSED, issue.closed_at if issue.closed_by is Closer.PERSON else None
    for remark in issue.remarks:
        yield What.COMMENTED, remark.at


def is_one(row: AlertState) -> bool:
    """Whether a row is an incident's."""
    return row.spec.alert is not None and row.spec.alert.source == own.INCIDENT


def content_of(row: AlertState) -> Incident:
    """What an incident consists of."""
    found = Incident.read(row.spec.alert)
    assert found, "an incident's row has its content"
    return found


def fires(row: AlertState) -> bool:
    """Whether it goes on."""
    return row.spec.condition is Condition.FIRING
