"""A notification's issue: what was sent, when and by whom, what it follows, and until when it stays open."""

from collections.abc import Iterator

from chalicelib.conditions import notifications
from chalicelib.conditions.row import Issue
from chalicelib.render import history, links
from chalicelib.render.view import View
from chalicelib.render.words import moment

MOST_EARLIER = 5
"""How many earlier notifications of a series are named by their times."""


def head(view: View, issue: Issue | None) -> Iterator[str]:
    """Say what a person needs first."""
    over = notifications.over(view.row.spec, view.now)
    yield from ended(view)
    yield f"**{view.headline}**"
    yield view.facts(f"sent {moment(view.began)}")
    yield links.links(view)
    yield "" if over else view.mentions(issue.announced if issue else view.alert.priority)


def story(view: View, issue: Issue | None) -> Iterator[str]:
    """Say what it follows, and when its issue closes."""
    before = history.predecessor(view, issue)
    yield f"Follows {before}." if before else ""
    unseen = ", ".join(moment(episode.began) for episode in view.row.untold)
    yield f"Also sent {unseen}, and superseded before it had an issue of its own." if unseen else ""
    yield _earlier(view)
    expires_at = view.alert.expires_at
    by_itself = f" Otherwise it closes at {moment(expires_at)}." if expires_at else ""
    over = notifications.over(view.row.spec, view.now)
    yield ("" if over else f"This is a notification: close the issue once you have read it.{by_itself}")


def ended(view: View) -> Iterator[str]:
    """Say how it ended, if it is over."""
    resolution, expires_at = view.row.spec.resolution, view.alert.expires_at
    if resolution:
        yield f"**Withdrawn** at {moment(resolution.occurred_at)}. {view.words(resolution.reason)}".rstrip()
    elif expires_at and notifications.over(view.row.spec, view.now):
        yield f"**Expired** at {moment(expires_at)}."


def _earlier(view: View) -> str:
    """Name the newest of the earlier ones."""
    untold = {episode.began for episode in view.row.untold}
    known = [episode.began for episode in reversed(view.row.spec.episodes) if episode.began not in untold]
    named = [*map(moment, known[:MOST_EARLIER]), *(["and others"] if len(known) > MOST_EARLIER else [])]
    return f"Earlier in this series: {', '.join(named)}." if known else ""
