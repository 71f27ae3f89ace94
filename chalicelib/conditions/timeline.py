"""The timeline of an incident: what the rows of its conditions say, added to what was known before. Pure.

A row does not keep everything: it has twenty episodes, the newest issue, and the newest comment of a few
people. So the rows are read every minute, and the timeline keeps what it has.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime

from chalicelib.adapters import texts, titles
from chalicelib.adapters.incident import FIRST_ENTRIES, MAX_NAMED, MOST_ENTRIES, Entry, Incident, Name, What
from chalicelib.conditions.comments import Comment
from chalicelib.conditions.issue import Closer
from chalicelib.conditions.row import AlertState, Issue
from chalicelib.telemetry.masking import mask

FAR = datetime.max.replace(tzinfo=UTC)
OF_EPISODES = (What.FIRED, What.ENDED, What.UNWATCHED)


def grown(incident: Incident, own: AlertState, members: Iterable[AlertState]) -> Incident:
    """Add what the rows of its members, and its own row about its issue, say that is not known yet."""
    known = {entry.id: entry for entry in (*_on_the_issue(own, incident.since), *incident.timeline)}
    for row in members:
        episodes = {entry.id: entry for entry in _episodes(row, incident.since)}
        oldest = min((entry.at for entry in episodes.values()), default=FAR)
        # What is known stays, once it names an issue; but a late message may move an episode, or split it.
        kept = {
            name: entry
            for name, entry in known.items()
            if not (_of_episode(entry, row) and entry.at >= oldest) or (name in episodes and entry.issue)
        }
        known = {**episodes, **{entry.id: entry for entry in _on_the_issue(row, incident.since)}, **kept}
    return _bounded(incident, known)


def with_entry(incident: Incident, entry: Entry) -> Incident:
    """Add an entry that does not come from a row."""
    return _bounded(incident, {each.id: each for each in (*incident.timeline, entry)})


def _of_episode(entry: Entry, row: AlertState) -> bool:
    return entry.of == row.fingerprint and entry.what in OF_EPISODES


def _bounded(incident: Incident, known: Mapping[Name, Entry]) -> Incident:
    """Put entries in order; if there are too many, keep the first ones and the newest."""
    entries = sorted(known.values(), key=_order)
    if len(entries) <= MOST_ENTRIES:
        return incident.model_copy(update={"timeline": tuple(entries)})
    kept = (*entries[:FIRST_ENTRIES], *entries[FIRST_ENTRIES - MOST_ENTRIES :])
    return incident.model_copy(update={"timeline": kept, "shortened": True})


def _order(entry: Entry) -> tuple[object, ...]:
    """Order entries by time; GitHub's times are whole seconds, so within one, first what causes the rest.

    Alerts begin to fire, then what happens to them, then the incident's own entries.
    """
    return entry.at.replace(microsecond=0), not entry.of, entry.what is not What.FIRED, entry.at, entry.id


def _episodes(row: AlertState, since: datetime) -> Iterator[Entry]:
    """Return when it fired and ended, from a time on, and the newest firing in any case."""
    about = _about(row)
    ended = {each.began: each for each in row.spec.episodes}
    for began in sorted({*ended, *([row.spec.episode] if row.spec.episode else [])}):
        if began < since and began != row.spec.episode:
            continue
        yield about.model_copy(update={"at": began, "what": What.FIRED})
        if over := ended.get(began):
            what = What.ENDED if over.recovered else What.UNWATCHED
            yield about.model_copy(update={"at": over.ended, "what": what})


def _on_the_issue(row: AlertState, since: datetime) -> Iterator[Entry]:
    """Say what happened on its issue."""
    issue, about = row.status.issue, _about(row)
    if issue is None:
        return
    if issue.acked_by and issue.acked_at:
        yield about.model_copy(
            update={"at": issue.acked_at, "what": What.ACKNOWLEDGED, "who": issue.acked_by}
        )
    if back := issue.given_back:
        yield about.model_copy(update={"at": back.at, "what": What.GIVEN_BACK, "who": back.author})
    if issue.raised_at:
        yield about.model_copy(
            update={"at": issue.raised_at, "what": What.ESCALATED, "priority": issue.announced}
        )
    for key, at in _calls(issue):
        yield about.model_copy(update={"at": at, "what": What.CALLED, "key": key})
    for remark in issue.remarks:
        if remark.at and remark.at >= since:
            url = f"{issue.url}#issuecomment-{remark.id}"
            said = {"at": remark.at, "what": What.COMMENTED, "key": str(remark.id)}
            yield about.model_copy(update={**said, "who": remark.author, "url": url})
    if issue.closed_at and issue.closed_by is Closer.PERSON and issue.closed_at >= since:
        yield about.model_copy(update={"at": issue.closed_at, "what": What.CLOSED, "who": issue.closer})


def _calls(issue: Issue) -> Iterator[tuple[str, datetime]]:
    """Return when tiers were called, from the keys of the comments that called them.

    A key has the time from which a tier had to wait, which is the time of the call before it.
    """
    keys = [key for key in issue.once if Comment.of(key) is Comment.TIER]
    times = [_time(key) for key in keys[1:]]
    return zip(keys, [*times, issue.called_at or issue.commented_at], strict=False)


def _time(key: str) -> datetime:
    return datetime.strptime(key.rpartition("-")[2], "%Y%m%dT%H%M%S%f").replace(tzinfo=UTC)


def _about(row: AlertState) -> Entry:
    """Return what entries say about the condition."""
    issue, alert = row.status.issue, row.spec.alert
    title = issue.title if issue and issue.title else alert.rule if alert else ""
    return Entry(
        at=row.spec.at,
        what=What.FIRED,
        of=row.fingerprint,
        title=titles.shortened(texts.line(mask(title)), MAX_NAMED),
        issue=str(issue.ref) if issue else "",
        url=issue.url if issue else "",
    )
