"""Families of issues: a parent, its sub-issues, and what GitHub refuses of them in which words.

docs.github.com/en/issues/tracking-your-work-with-issues/using-issues/adding-sub-issues: 100 a parent, closed
ones included, and eight levels. The words are those of answers that people quote in public (cli/cli#13413,
orgs/community#207865), except for the one about a cycle and the one about levels, which are ours.
"""

from __future__ import annotations

from collections.abc import Iterator

from .errors import ApiError
from .model import Issue

LARGEST = 100
DEEPEST = 8


def refusal(parent: Issue, child: Issue | None = None, *, replace: bool = False) -> ApiError | None:
    """Say why one cannot become a sub-issue of the other; without a child, a new issue is meant."""
    reasons = list(_reasons(parent, child, replace=replace))
    if not reasons:
        return None
    said = f"An error occurred while adding the sub-issue to the parent issue. {' and '.join(reasons)}"
    return ApiError(422, said)


def _reasons(parent: Issue, child: Issue | None, *, replace: bool) -> Iterator[str]:
    if child is parent:
        yield "Sub issue cannot be the same as the parent issue"
        return
    if child is not None and child in parent.sub_issues:
        yield "Issue may not contain duplicate sub-issues"
    if child is not None and child.parent is not None and not replace:
        yield "Sub issue may only have one parent"
        return
    if child in _ancestors(parent):
        yield "Sub issue cannot be an ancestor of the parent issue"
    if len(parent.sub_issues) >= LARGEST:
        yield f"Parent cannot have more than {LARGEST} sub-issues"
    if 1 + len(_ancestors(parent)) + (1 if child is None else _height(child)) > DEEPEST:
        yield f"Parent cannot have more than {DEEPEST} levels of sub-issues"


def hand_over(issue: Issue, to: Issue) -> None:
    """Put one issue in the other's place among its relatives, as a transfer does."""
    to.parent, to.sub_issues = issue.parent, issue.sub_issues
    if to.parent is not None:
        siblings = to.parent.sub_issues
        siblings[siblings.index(issue)] = to
    for child in to.sub_issues:
        child.parent = to
    issue.parent, issue.sub_issues = None, []


def leave(issue: Issue) -> None:
    """Take a deleted issue from among its relatives; its sub-issues stay, on their own."""
    if issue.parent is not None:
        issue.parent.sub_issues.remove(issue)
    for child in issue.sub_issues:
        child.parent = None
    issue.parent, issue.sub_issues = None, []


def _ancestors(issue: Issue) -> list[Issue]:
    found = []
    while issue.parent is not None:
        issue = issue.parent
        found.append(issue)
    return found


def _height(issue: Issue) -> int:
    return 1 + max(map(_height, issue.sub_issues), default=0)
