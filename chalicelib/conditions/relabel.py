"""Relabel: brings our own labels up to date, one step at a time. Pure."""

from chalicelib.conditions.row import Issue
from chalicelib.conditions.steps import AddLabels, RemoveLabel, Step


def relabel(issue: Issue, wanted: tuple[str, ...]) -> Step | None:
    """Replace our own labels; people's stay."""
    missing = tuple(label for label in wanted if label not in issue.labels)
    if missing:
        return AddLabels(issue.ref, missing)
    surplus = next((label for label in issue.labels if label not in wanted), None)
    return RemoveLabel(issue.ref, surplus) if surplus else None
