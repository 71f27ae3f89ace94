"""An issue's timeline as GitHub tells it: remarks and changes, with those made together on one line."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from tests.local.github.model import Event, Issue, Label

TOGETHER = 60.0
"""Seconds between changes of labels or of sub-issues that still stand on one line."""

JOINED = ("labels", "sub_issues")


@dataclass
class Entry:
    """One line of the timeline, or one remark; a renaming has the title it had before."""

    kind: str
    actor: str
    at: float
    detail: str = ""
    before: str = ""
    remark: int | None = None
    body: str = ""
    added: list[Label] = field(default_factory=list)
    removed: list[Label] = field(default_factory=list)
    issues: list[str] = field(default_factory=list)


def timeline(issue: Issue) -> list[Entry]:
    """Everything that happened after the opening, in order; edits of the body are shown at the body."""
    told: list[Entry] = []
    for entry in _entries(issue):
        if entry.kind in JOINED and told and _together(told[-1], entry):
            _join(told[-1], entry)
        else:
            told.append(entry)
    return [entry for entry in told if entry.kind != "labels" or entry.added or entry.removed]


def _entries(issue: Issue) -> Iterator[Entry]:
    comments, title = iter(issue.comments), issue.first_title
    for event in issue.timeline:
        entry = Entry(event.kind, event.actor, event.at, event.detail or "")
        match event.kind:
            case "opened" | "body_edited":
                continue
            case "commented":
                comment = next(comments)
                entry.remark, entry.body = comment.id, comment.body
            case "labeled" | "unlabeled":
                entry = _labels(issue, event)
            case "sub_issue_added" | "sub_issue_removed":
                verb = event.kind.removeprefix("sub_issue_")
                entry = Entry("sub_issues", event.actor, event.at, verb, issues=[entry.detail])
            case "renamed":
                entry.before, title = title, entry.detail
        yield entry


def _labels(issue: Issue, event: Event) -> Entry:
    label = issue.repository.labels[(event.detail or "").lower()]
    added, removed = ([label], []) if event.kind == "labeled" else ([], [label])
    return Entry("labels", event.actor, event.at, added=added, removed=removed)


def _together(before: Entry, entry: Entry) -> bool:
    same = (before.kind, before.actor, before.detail) == (entry.kind, entry.actor, entry.detail)
    return same and entry.at - before.at < TOGETHER


def _join(entry: Entry, later: Entry) -> None:
    """Add what came later; what was taken back within that time is left out."""
    entry.issues += later.issues
    for label in later.added:
        _move(label, entry.removed, entry.added)
    for label in later.removed:
        _move(label, entry.added, entry.removed)


def _move(label: Label, source: list[Label], target: list[Label]) -> None:
    if label in source:
        source.remove(label)
    else:
        target.append(label)
