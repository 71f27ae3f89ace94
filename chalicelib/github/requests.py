"""Requests: the calls that work on GitHub's issues. Pure."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from chalicelib.conditions.issue import Draft, IssueRef, Label
from chalicelib.github.protocol import ISSUE_FIELDS, PROJECTS, Request

FieldValues = Sequence[tuple[int, str | float]]
MAX_DESCRIPTION = 100
"""GitHub's limit for a label's description, in characters."""


def open_issue(repository: str, draft: Draft, values: FieldValues = ()) -> Request:
    """Ask for a new issue; `values` are those of its fields, by their ids."""
    wanted = {
        "title": draft.title,
        "body": draft.body,
        "labels": list(draft.labels),
        "assignees": list(draft.assignees),
        "parent_issue_id": draft.parent,
        "type": draft.type,
        "issue_field_values": [{"field_id": number, "value": value} for number, value in values],
    }
    return Request("POST", f"/repos/{repository}/issues", repository, {k: v for k, v in wanted.items() if v})


def add_sub_issue(parent: IssueRef, child: int) -> Request:
    """Make an issue, named by its id and not its number, a sub-issue of another of the same owner."""
    return issue("POST", parent, "/sub_issues", {"sub_issue_id": child})


def list_fields(repository: str) -> Request:
    """Ask for the issue fields of the organization that a repository belongs to."""
    return Request("GET", f"/orgs/{_owner(repository)}/issue-fields", repository, grant=ISSUE_FIELDS)


def list_types(repository: str) -> Request:
    """Ask for the types that an issue of a repository may have."""
    return Request("GET", f"/repos/{repository}/issue-types", repository)


def project(repository: str, number: int) -> Request:
    """Ask for a project of the organization that a repository belongs to."""
    return Request("GET", f"/orgs/{_owner(repository)}/projectsV2/{number}", repository, grant=PROJECTS)


def add_to_project(ref: IssueRef, number: int) -> Request:
    """Add an issue to a project of its repository's organization."""
    owner, _, name = ref.repository.partition("/")
    item = {"type": "Issue", "owner": owner, "repo": name, "number": ref.number}
    path = f"/orgs/{_owner(ref.repository)}/projectsV2/{number}/items"
    return Request("POST", path, ref.repository, item, grant=PROJECTS)


def issue(method: str, ref: IssueRef, tail: str = "", body: Mapping[str, Any] | None = None) -> Request:
    """Ask for, or change, an issue or what belongs to it (`tail`, such as `/labels`)."""
    return Request(method, f"/repos/{ref.repository}/issues/{ref.number}{tail}", ref.repository, body)


def remove_label(ref: IssueRef, label: str) -> Request:
    """Remove a label from an issue."""
    return issue("DELETE", ref, f"/labels/{_segment(label)}")


def list_labels(repository: str) -> Request:
    """List the labels of a repository."""
    return Request("GET", f"/repos/{repository}/labels?per_page=100", repository)


def create_label(repository: str, label: Label) -> Request:
    """Create a label of the repository; its colour is six hexadecimal digits."""
    return Request("POST", f"/repos/{repository}/labels", repository, {"name": label.name, **_look(label)})


def dress_label(repository: str, label: Label) -> Request:
    """Change how a label looks."""
    path = f"/repos/{repository}/labels/{_segment(label.name)}"
    return Request("PATCH", path, repository, _look(label))


def _look(label: Label) -> dict[str, Any]:
    return {"color": label.color, "description": label.description[:MAX_DESCRIPTION]}


def list_issues(repository: str, creator: str, label: str | None, since: datetime) -> Request:
    """List all issues of a creator (with a label), in any state, changed since a time, newest first."""
    query = f"state=all&creator={quote(creator, safe='')}&since={_instant(since)}"
    if label:
        query += f"&labels={quote(label, safe='')}"
    query += "&sort=created&direction=desc&per_page=100"
    return Request("GET", f"/repos/{repository}/issues?{query}", repository)


def list_open_issues(repository: str, label: str) -> Request:
    """List the open issues with a label, oldest first."""
    query = f"state=open&labels={quote(label, safe='')}&sort=created&direction=asc&per_page=100"
    return Request("GET", f"/repos/{repository}/issues?{query}", repository)


def list_by_change(repository: str, label: str, since: datetime, *, only_open: bool) -> Request:
    """List the issues with a label changed at or after a time, the longest unchanged first."""
    state = "open" if only_open else "all"
    query = f"state={state}&labels={quote(label, safe='')}&since={_instant(since)}"
    query += "&sort=updated&direction=asc&per_page=100"
    return Request("GET", f"/repos/{repository}/issues?{query}", repository)


def list_comments(ref: IssueRef, since: datetime) -> Request:
    """List an issue's comments changed since a time."""
    return issue("GET", ref, f"/comments?since={_instant(since)}&per_page=100")


def permission(repository: str, login: str) -> Request:
    """Ask what somebody may do in a repository."""
    return Request("GET", f"/repos/{repository}/collaborators/{_segment(login)}/permission", repository)


def assignable(repository: str, login: str) -> Request:
    """Ask whether somebody can be assigned to issues."""
    return Request("GET", f"/repos/{repository}/assignees/{_segment(login)}", repository)


def react(repository: str, comment: int, content: str) -> Request:
    """React to a comment."""
    return Request(
        "POST", f"/repos/{repository}/issues/comments/{comment}/reactions", repository, {"content": content}
    )


def _owner(repository: str) -> str:
    return _segment(repository.partition("/")[0])


def _segment(name: str) -> str:
    """Quote a name for a path, including the dots of `.` and `..`, which would lead elsewhere."""
    quoted = quote(name, safe="")
    return quoted.replace(".", "%2E") if quoted in (".", "..") else quoted


def _instant(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
