"""What an issue shows about others: what else fired when it opened, and how this ended the last time.

They are named `#12`, and only if they are in the same repository. Such a reference also adds "mentioned this
issue" to the other issue's timeline, once, which notifies nobody. That is useful: it shows whoever has the
other issue that more has begun to fire. It stays rare, since the references are chosen when an episode
begins, and are to the newest issues: an issue is named by the few that open next, not by a storm. No link
works without it, since GitHub treats an issue's full address as a reference too.
https://docs.github.com/get-started/writing-on-github/working-with-advanced-formatting/autolinked-references-and-urls
https://docs.github.com/rest/activity/notifications#about-notification-reasons

Not as a list: there GitHub replaces a reference by the title, which is already shown, since mail needs it.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime

from chalicelib.conditions.related_issues import Ending, RelatedIssue, RelatedIssues
from chalicelib.quantities import counted
from chalicelib.render.view import View
from chalicelib.render.words import duration
from chalicelib.routing import Details

MAX_TITLE = 120

_ENDED = {
    Ending.BY_ITSELF: "ended by itself",
    Ending.UNWATCHED: "its source stopped watching it",
}


def related(view: View, repository: str) -> Iterator[str]:
    """Name the alarms of a composite one, and what else fires for the same thing or team."""
    enrichment = view.row.enrichment
    found = enrichment.related if enrichment else RelatedIssues()
    if children := [_named(view, each) for each in _in(repository, found.children)]:
        yield _lines("**Its alarms with an open issue when this began:**", children)
    if listed := [_named(view, each) for each in _in(repository, found.listed)]:
        least = "at least " if found.at_least else ""
        more = [f"and {least}{counted(found.more, 'other')}"] if found.more else []
        yield _lines("**Also firing when this began:**", [*listed, *more])


def last_time(view: View, repository: str, opened: datetime) -> str:
    """Say how it ended the last time; who had it is named only in the repository where that was.

    If that episode is later than the issue's opening (`opened`), the issue itself has said so.
    """
    told = view.row.enrichment.last_time if view.row.enrichment else None
    if told is None or told.began >= opened:
        return ""
    known = told.ref is not None and told.ref.is_in(repository)
    person = view.line(told.person) if known else ""
    after = f"after {duration(told.ended - told.began)} ({told.ended:%Y-%m-%d})"
    if told.ending is Ending.BY_PERSON:
        how = f"closed by {person or 'a person'} {after}"
    else:
        how = f"{_ENDED[told.ending]} {after}{f', acknowledged by {person}' if person else ''}"
    if person and told.comment:
        how += f", see [their last comment]({told.url}#issuecomment-{told.comment})"
    return f"Last time: {how}."


def _in(repository: str, issues: Iterable[RelatedIssue]) -> Iterator[RelatedIssue]:
    """Leave out issues that are elsewhere, as after a transfer: their numbers mean other issues here."""
    return (each for each in issues if each.ref.is_in(repository))


def _named(view: View, issue: RelatedIssue) -> str:
    """Write a reference, the title, and the label that both have, if labels may be shown."""
    shown = issue.shared and view.route.details is not Details.NONE
    why = f"(same {view.line(issue.shared, MAX_TITLE)})" if shown else ""
    return " ".join(filter(None, [f"#{issue.ref.number}", view.line(issue.title, MAX_TITLE), why]))


def _lines(head: str, lines: Iterable[str]) -> str:
    return "\\\n".join([head, *lines])
