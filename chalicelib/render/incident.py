"""An incident's page: how it stands, and its timeline; the other sections belong to people."""

from collections.abc import Iterator, Mapping

from chalicelib.adapters import incident
from chalicelib.adapters.incident import Entry, Incident, What
from chalicelib.conditions.issue import IssueRef
from chalicelib.conditions.row import Issue
from chalicelib.quantities import counted
from chalicelib.render import markdown, people
from chalicelib.render.sections import Room
from chalicelib.render.view import View
from chalicelib.render.words import moment

A_ROOM = 3
"""How many lines of the timeline fit where one row of a table would: they are short."""

SENTENCES: Mapping[What, str] = {
    What.FIRED: "{whole} began to fire",
    What.ENDED: "{what} ended",
    What.UNWATCHED: "{what}: its source stopped watching it",
    What.ACKNOWLEDGED: "{who} acknowledged {what}",
    What.GIVEN_BACK: "{who} gave {what} back",
    What.ESCALATED: "{what} was raised to {priority}",
    What.CALLED: "{what}: nobody had acknowledged it, so the next people were called",
    What.COMMENTED: "{who} [commented]({url}) on {what}",
    What.CLOSED: "{who} closed {what}",
    What.DECLARED: "{who} declared the incident",
    What.RESOLVED: "{who} ended the incident",
}


def page(view: View, issue: Issue | None, room: Room) -> Iterator[str]:
    """Write the status and the timeline."""
    found = Incident.read(view.alert)
    declared = f"declared by `@{found.declared_by}`" if found else ""
    yield f"**Ongoing** {view.since(dated=True)}." if view.firing else view.ending()
    yield view.facts(declared)
    yield people.called(view, issue)
    yield "When it is over, comment `/sev resolved`." if view.firing else ""
    if found and found.timeline:
        yield "## Timeline"
        here = issue.ref.repository if issue else view.route.repository
        yield from _timeline(view, found, here, room.rows * A_ROOM)


def template(view: View) -> str:
    """Return the sections for people to fill in, which are written once, below ours."""
    found = Incident.read(view.alert)
    return found.template.strip() if found else ""


def named(view: View, issue: Issue | None) -> str:
    """Name, on an alert's issue, the incident that it is part of; a new issue names it once it is open."""
    link = view.row.status.incident
    return f"Incident: {link.ref.seen_from(issue.ref.repository)}" if issue and link and link.ref else ""


def _timeline(view: View, found: Incident, here: str, most: int) -> Iterator[str]:
    shown = found.timeline[-most:] if most else ()
    if shown:
        lines = (f"| {moment(entry.at, found.since)} | {_said(view, entry, here)} |" for entry in shown)
        yield "\n".join(["| When | What |", "|---|---|", *lines])
    left_out = len(found.timeline) - len(shown)
    if left_out or found.shortened:
        least = "At least " if found.shortened else ""
        yield f"{least}{counted(max(left_out, 1), 'line')} left out here, because the timeline is too long."


def _said(view: View, entry: Entry, here: str) -> str:
    what, title = _about(view, entry, here), view.line(entry.title, incident.MAX_NAMED)
    return SENTENCES[entry.what].format(
        who=f"`@{entry.who}`" if entry.who else "A person",
        what=what,
        whole=what if what == title else f"{what} {title}",
        priority=entry.priority,
        url=markdown.address(entry.url),
    )


def _about(view: View, entry: Entry, here: str) -> str:
    if entry.of == view.row.fingerprint:
        return "the incident"
    ref = IssueRef.read(entry.issue)
    return ref.seen_from(here) if ref else view.line(entry.title, incident.MAX_NAMED)
