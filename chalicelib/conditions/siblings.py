"""Siblings: which other conditions belong to the incident that was declared on one of them. Pure."""

from collections.abc import Iterable, Iterator, Sequence

from chalicelib.adapters import composite, own, thing
from chalicelib.adapters.incident import Incident
from chalicelib.adapters.storm import CauseKind
from chalicelib.alert import AlertEvent
from chalicelib.conditions import causes
from chalicelib.conditions.related import fires_in
from chalicelib.conditions.row import AlertState, Issue

MOST_MEMBERS = 40
"""How many one incident has: their rows are read every minute, and a longer timeline would help nobody."""

CAUSES = frozenset({CauseKind.GROUP, CauseKind.RULE})
"""What two conditions that began together must share to belong together; sharing an account is not enough."""


def children(subject: AlertState) -> Iterable[str]:
    """Name the rows of the alarms that a composite alarm is made of."""
    return composite.children(subject.spec.alert).values() if subject.spec.alert else ()


def storm_of(subject: AlertState) -> str:
    """Name the row of the storm that it is, or is part of; empty if there is no storm."""
    if subject.spec.alert and subject.spec.alert.source == own.STORM:
        return subject.fingerprint
    return subject.group.fingerprint if subject.group else ""


def found(subject: AlertState, named: Iterable[AlertState], near: Sequence[AlertState]) -> Iterator[str]:
    """Name those that fire: rows that are `named`, and those `near` that share a thing or a cause.

    They need an open issue in the same repository, so that whoever can read one can read the other.
    """
    alert, issue = subject.spec.alert, subject.status.issue
    if alert is None or issue is None:
        return
    about, here = thing.of(alert), issue.ref.repository
    yield from (row.fingerprint for row in named if fires_in(here, row))
    for row in near:
        other = row.spec.alert
        if other is None or other.source in own.OWN or not fires_in(here, row):
            continue
        if thing.shared(about, thing.of(other)) or _of_one_cause(subject, alert, row, other):
            yield row.fingerprint


def _of_one_cause(subject: AlertState, alert: AlertEvent, row: AlertState, other: AlertEvent) -> bool:
    ours = {each for each in causes.causes(alert) if each.kind in CAUSES}
    return causes.began_together(subject, row) and not ours.isdisjoint(causes.causes(other))


def unattached(incident: Incident, members: Iterable[AlertState]) -> list[tuple[str, Issue]]:
    """Find the members, by fingerprint, whose issue is to become a sub-issue and has no parent yet.

    The issue of a condition in a storm stays with the storm, whose own issue becomes the sub-issue.
    """
    found = []
    for row in members:
        issue = row.status.issue
        if issue is None or not issue.id or issue.has_parent or row.group:
            continue
        # An earlier version noted only the condition.
        if not {row.fingerprint, attached(row.fingerprint, issue)} & {*incident.attached}:
            found.append((row.fingerprint, issue))
    return found


def attached(fingerprint: str, issue: Issue) -> str:
    """Name the issue of a condition among those that were asked for; its next issue is another."""
    return f"{fingerprint} {issue.id}"


def joined(incident: Incident, more: Iterable[str]) -> Incident:
    """Add members as long as there is room; once a member, always a member."""
    members = tuple(dict.fromkeys((*incident.members, *more)))[:MOST_MEMBERS]
    return incident.model_copy(update={"members": members})
