"""What came before: how often it was reported and fired, and the issue before this one."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from chalicelib.conditions.row import Issue
from chalicelib.conditions.setbacks import IN_A_ROW
from chalicelib.conditions.spec import MOST_EPISODES
from chalicelib.labels import FLAPPING_LABEL
from chalicelib.quantities import counted
from chalicelib.render import related
from chalicelib.render.view import View
from chalicelib.render.words import duration, moment, period

LATELY = timedelta(days=30)
SOON = timedelta(minutes=5)
"""How late a text may be without saying so."""

MOST_LENGTHS = 4
"""How many firings' lengths are listed in a line."""


def story(view: View, opened: datetime, issue: Issue | None) -> Iterator[str]:
    """Describe the time up to now; `opened` is when the first episode of this issue began."""
    before = predecessor(view, issue)
    last_time = related.last_time(view, issue.ref.repository if issue else view.route.repository, opened)
    untold = "; ".join(period(episode) for episode in view.row.untold)
    yield view.reported() if view.firing and view.row.spec.count > 1 else ""
    yield _flaps(view, opened)
    flapping = issue is not None and FLAPPING_LABEL in issue.labels
    yield "It flaps, so this issue stays open until it has been quiet for a while." if flapping else ""
    if before and _continues(view, issue):
        yield f"Continues {before}, which accepts no more comments."
    elif before:
        yield f"Recurred: the previous issue was {before}.{_lately(view)} {last_time}".rstrip()
    else:
        yield last_time
    yield f"Also fired {untold}." if untold else ""
    yield _refused(view)


def earlier(view: View) -> list[str]:
    """List the ended episodes that the story leaves out, newest first."""
    if view.row.spec.news:
        return []
    known = {view.began, *(episode.began for episode in view.row.untold)}
    episodes = [episode for episode in view.row.spec.episodes if episode.began not in known]
    return [f"- fired {period(episode)}" for episode in reversed(episodes)]


def _flaps(view: View, opened: datetime) -> str:
    """Say how often it fired since the issue opened, and for how long; if often, only the last ones."""
    since = [episode for episode in view.row.spec.episodes if episode.began >= opened]
    lengths = {episode.began: duration(episode.ended - episode.began) for episode in since}
    lengths[view.began] = "ongoing" if view.firing else duration(view.ended - view.began)
    if len(lengths) == 1:
        return ""
    least = "" if opened in lengths else "at least "
    recently = "most recently " if least or len(lengths) > MOST_LENGTHS else ""
    told = ", ".join(list(lengths.values())[-MOST_LENGTHS:])
    times = counted(len(lengths), "time")
    return f"Fired {least}{times} since {moment(opened, view.began)} ({recently}{told})."


def _refused(view: View) -> str:
    """Say why this was not written sooner, if GitHub refused it for long."""
    refusal = view.row.status.refusal
    if refusal is None or refusal.status is None or view.now - refusal.at > IN_A_ROW:
        return ""
    length = view.now - refusal.since
    if length < SOON:
        return ""
    answer = view.line(f"{refusal.status} {refusal.message}".rstrip("."))
    return f"Written late: GitHub refused this for {duration(length)}, last with {answer}."


def _lately(view: View) -> str:
    """Say how often it fired recently, including this time; a row's oldest episodes are not known."""
    episodes = [episode for episode in view.row.spec.episodes if episode.began != view.began]
    recent = [episode for episode in episodes if episode.ended > view.now - LATELY]
    least = "at least " if len(recent) == len(episodes) >= MOST_EPISODES - 1 else ""
    return f" It fired {least}{len(recent) + 1} times in {LATELY.days} days." if recent else ""


def _continues(view: View, issue: Issue | None) -> bool:
    """Whether the issue before this one was still open when this one took its place."""
    before = view.row.status.issue
    return issue.continues if issue else before is not None and before.open and before.comments_closed


def predecessor(view: View, issue: Issue | None) -> str:
    """Refer to the issue before this one; if this one is not open yet, that is the one in the row."""
    status = view.row.status
    ref = status.issue.ref if status.issue and not issue else status.predecessor
    if ref is None:
        return ""
    repository = issue.ref.repository if issue else view.route.repository
    return ref.seen_from(repository)
