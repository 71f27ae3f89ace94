"""Incidents at rest: each `/sev` has its answer, and a timeline is what the rows say."""

import re
from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

from chalicelib.adapters import own
from chalicelib.adapters.incident import Incident, What
from chalicelib.conditions.issue import Closer
from chalicelib.conditions.row import AlertState
from tests.local.github.model import Issue
from tests.simulation.called import REFUSED
from tests.simulation.incident_page import judge_page
from tests.simulation.incidents import (
    ENDED,
    FAMILY,
    INSIDER,
    STRANGER,
    Happened,
    Spoken,
    content_of,
    fires,
    happened,
    is_one,
    name_of,
)

if TYPE_CHECKING:
    from tests.simulation.world import World

ONCE = "20. each /sev that is carried out is one incident"
ANSWERED = "20. a /sev is answered"
COMPLETE = "20. a timeline holds what happened to its alerts"
TRUE = "20. a timeline holds nothing that did not happen"
NAMED = "20. an alert's issue names its incident"
REVIEW = "20. a review is asked for once"

ASKS_REVIEW = re.compile(r"<!-- alerting:comment [^>]*key=resolved-review-")
NAMES_OTHER = re.compile(r"<!-- alerting:comment [^>]*key=help-incident-(\d+)")

Broken = Iterator[tuple[str, str]]


def judge(world: "World") -> Broken:
    """Compare what was said with the incidents that there are, and their timelines with the rows."""
    for spoken in world.incidents.said:
        if spoken.author == INSIDER:
            yield from _answer(world, spoken)
        elif spoken.comment.reactions or name_of(spoken) in world.incidents.rows:
            yield STRANGER, f"{spoken.words} of a stranger has {spoken.comment.reactions}"
    for row in world.incidents.rows.values():
        if is_one(row):
            yield from _incident(world, row, content_of(row))


def _answer(world: "World", spoken: Spoken) -> Broken:
    """An answer says what was done; a person sees none where the issue is gone, or another has taken over."""
    issue, rows = spoken.issue, world.incidents.rows
    row, said = rows.get(world.incidents.name_of(issue)), f"#{spoken.issue.number}: {spoken.words}"
    if issue.moved_to or issue.deleted:
        return
    ours = row is None or (row.status.issue is not None and row.status.issue.id == issue.id)
    reactions, declared = {content for _, content in spoken.comment.reactions}, name_of(spoken) in rows
    if not reactions and ours and not any(REFUSED in each.body for each in issue.comments):
        yield ANSWERED, said
    if "confused" in reactions:
        world.count("incident: refused")
        if declared:
            yield ONCE, f"{said} was refused, and declared"
    elif "+1" in reactions and spoken.ends and row and is_one(row) and fires(row):
        yield ENDED, f"{said} did not end it"
    elif "+1" in reactions and not spoken.ends and not declared:
        world.count("incident: joined")
        takes_comments = issue.state == "open" and len(issue.comments) < world.scenario.setting.comment_cap
        if row and ours and takes_comments and not issue.locked and not _names_other(spoken):
            yield ONCE, f"{said} is no incident, and none is named"


def _names_other(spoken: Spoken) -> bool:
    found = (NAMES_OTHER.search(each.body) for each in spoken.issue.comments)
    return any(each[1] == str(spoken.comment.id) for each in found if each)


def _incident(world: "World", row: AlertState, content: Incident) -> Broken:
    members = [world.incidents.rows[name] for name in content.members]
    if not fires(row):
        world.count("incident: ended")
    if any(each.spec.alert and each.spec.alert.source == own.STORM for each in members):
        world.count("incident: of a storm")
    world.count("incident: a timeline compared")
    for issue in world.watch.about(row.fingerprint):
        asked = sum(bool(ASKS_REVIEW.search(each.body)) for each in issue.comments)
        if asked > 1 or (asked and fires(row)):
            yield REVIEW, f"#{issue.number} asks {asked} times"
        if not asked and _is_over(world, row, issue):
            yield REVIEW, f"#{issue.number} asks nothing"
    yield from _true(world, row, content)
    yield from _comments(world, content)
    for member in members if fires(row) else ():
        yield from _complete(member, content)
        yield from _named(world, row, member)
    yield from judge_page(world, row, content)


def _is_over(world: "World", row: AlertState, issue: Issue) -> bool:
    """Whether we have closed an issue that still takes comments, as its incident has ended."""
    shown, cap = row.status.issue, world.scenario.setting.comment_cap
    if fires(row) or shown is None or shown.id != issue.id or shown.closed_by is not Closer.US:
        return False
    mute = shown.muted or shown.quiet or shown.comments_closed or "alert:muted" in issue.label_names
    return issue.state == "closed" and not mute and len(issue.comments) < cap


def _named(world: "World", row: AlertState, member: AlertState) -> Broken:
    """The open issue of an alert that fires names its incident, and is a sub-issue of some issue."""
    link, shown, own_one = member.status.incident, member.status.issue, row.status.issue
    if not (fires(member) and shown and shown.open and own_one and own_one.open):
        return
    issue = next((each for each in world.watch.about(member.fingerprint) if each.id == shown.id), None)
    if link is None or (link.fingerprint == row.fingerprint and link.ref is None):
        yield NAMED, f"the row of #{shown.ref.number} does not know {row.fingerprint[:4]}"
    elif issue and link.fingerprint == row.fingerprint and shown.incident == own_one.ref:
        named = f"Incident: {own_one.ref.seen_from(shown.ref.repository)}"
        if named not in (issue.body or ""):
            yield NAMED, f"#{issue.number} does not say {named}"
    alone = issue is not None and issue.parent is None and not issue.sub_issues
    if alone and issue and not world.incidents.asked_for(own_one.id, issue.id) and not member.group:
        yield FAMILY, f"#{issue.number} is no sub-issue of #{own_one.ref.number}"


def _entries(content: Incident) -> set[Happened]:
    """What it says of its alerts and its issue; a call to a tier has its time from a comment."""
    return {
        (each.what, each.of, each.at) for each in content.timeline if each.of and each.what is not What.CALLED
    }


def _true(world: "World", row: AlertState, content: Incident) -> Broken:
    """It says nothing twice, nothing that no row has ever said, and who declared and ended it."""
    doubles = [of for of, count in Counter(each.id for each in content.timeline).items() if count > 1]
    if doubles:
        yield TRUE, f"it says twice {doubles}"
    if invented := _entries(content) - world.incidents.journal:
        yield TRUE, f"{row.fingerprint[:4]} says {_said(invented)}"
    spoken = world.incidents.spoken_of(row)
    declared = [(each.at.timestamp(), each.who) for each in content.timeline if each.what is What.DECLARED]
    if spoken and declared != [(int(spoken.comment.created_at), spoken.author)]:
        yield TRUE, f"it was declared as {declared}"
    ends = sum(
        each.what in (What.RESOLVED, What.CLOSED) and each.of in ("", row.fingerprint)
        for each in content.timeline
    )
    if not fires(row) and not ends:
        yield COMPLETE, f"{row.fingerprint[:4]} does not say who ended it"


def _comments(world: "World", content: Incident) -> Broken:
    """Comments that it names are on GitHub, by whom it says."""
    comments = {each.id: each for issue in world.incidents.all_issues() for each in issue.comments}
    for each in content.timeline:
        if each.what is What.COMMENTED:
            found = comments.get(int(each.key))
            if found is None or found.author.login != each.who or found.author == world.github.world.bot:
                yield TRUE, f"it says that {each.who} wrote {each.key}"


def _complete(member: AlertState, content: Incident) -> Broken:
    """All that a row says is in it; an episode that a late message has moved is not there twice."""
    entries, name = _entries(content), member.fingerprint
    if missing := set(happened(member, content.since)) - entries:
        yield COMPLETE, f"it lacks {_said(missing)}"
    began = {at for what, _, at in happened(member) if what is What.FIRED}
    said = {at for what, of, at in entries if of == name and what is What.FIRED}
    if wrong := {at for at in said - began if at >= min(began)}:
        yield TRUE, f"it says that {name[:4]} fired at {wrong}"


def _said(entries: set[Happened]) -> str:
    return ", ".join(
        f"{what} {of[:4]} {at.timestamp() - 1.8e9:.1f}" for what, of, at in sorted(entries, key=str)
    )
