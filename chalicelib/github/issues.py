"""The issue tracker: what sync needs from GitHub, in terms of issues."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from chalicelib.conditions.issue import Draft, IssueRef, Label, Seen
from chalicelib.errors import Invalid, Missing, OutOfSight, Refused, RepositoryMissing
from chalicelib.github import answers, drafts, requests
from chalicelib.github.lists import Client, GitHubLists
from chalicelib.github.organizations import Organizations
from chalicelib.github.protocol import Request
from chalicelib.github.strangers import Strangers
from chalicelib.labels import AREA_LABEL

OPTIONAL = {"duplicate_issue_id", "assignees"}
MOST_NAMED = 3
"""How many refusals may each name something to leave out; each costs a write, and the next drops the rest."""


class GitHubIssues(GitHubLists):
    """Issues of the repositories that the App is installed on; every call raises the classified errors.

    A call that could end after `before` is not sent.
    """

    def __init__(self, client: Client) -> None:
        super().__init__(client)
        self.organizations = Organizations(client)
        self._strangers = Strangers()

    def ready(self, repository: str) -> bool:
        """Say whether a call there needs no other call before it."""
        return self._client.ready(repository)

    def prepare(self, repository: str) -> None:
        """Get a token for it."""
        self._client.us(repository)

    def open(self, repository: str, draft: Draft, before: datetime) -> Seen:
        """Open an issue; without labels, a parent and the like that GitHub refuses, if need be."""
        left, refusals = draft, 0
        while True:
            values = self.organizations.values(repository, left.fields, before)
            try:
                seen = self._issue(requests.open_issue(repository, left, values), before)
            except Invalid as error:
                refusals += 1
                lesser = drafts.lesser(left, error.faults, whole=refusals > MOST_NAMED)
                if lesser is None:
                    raise
                left = lesser
            except Refused as error:  # a parent that was deleted, is out of sight, or may not be changed
                alone = drafts.without_parent(left) if error.status in (403, 404, 410) else None
                if alone is None or isinstance(error, Missing):
                    raise
                left = alone
            else:
                return replace(seen, left_out=drafts.left_out(draft, seen))

    def read(self, ref: IssueRef, before: datetime) -> Seen:
        """Read an issue, wherever it was moved to.

        Raises Gone if it was deleted, OutOfSight if it is where the App is not installed.
        """
        try:
            return self._issue(requests.issue("GET", ref), before)
        except Refused as error:
            if error.status == 404 and self._in_sight(ref.repository, before):
                raise OutOfSight(str(error), status=404, request_id=error.request_id) from error
            raise

    def edit(self, ref: IssueRef, changes: dict[str, Any], before: datetime) -> Seen:
        """Change fields of an issue: title, body, state, state_reason, assignees, and its duplicate.

        The last two are left out if GitHub does not accept them; the rest is changed anyway.
        """
        try:
            return self._issue(requests.issue("PATCH", ref, body=changes), before)
        except Invalid as error:
            refused = {fault.field for fault in error.faults}
            if not refused or not refused <= OPTIONAL & changes.keys():
                raise
        lesser = {name: value for name, value in changes.items() if name not in refused}
        return self._issue(requests.issue("PATCH", ref, body=lesser), before)

    def add_labels(self, ref: IssueRef, labels: tuple[str, ...], before: datetime) -> None:
        """Add labels; existing ones stay."""
        self._client.send(requests.issue("POST", ref, "/labels", {"labels": list(labels)}), before)

    def remove_label(self, ref: IssueRef, label: str, before: datetime) -> None:
        """Remove a label."""
        self._client.send(requests.remove_label(ref, label), before)

    def add_sub_issue(self, parent: IssueRef, child: int, before: datetime) -> None:
        """Make an issue, named by its id, a sub-issue of another, which takes at most 100."""
        self._client.send(requests.add_sub_issue(parent, child), before)

    def comment(self, ref: IssueRef, body: str, before: datetime) -> None:
        """Add a comment; raises CommentsClosed if the issue takes none."""
        self._client.send(requests.issue("POST", ref, "/comments", {"body": body}), before)

    def may_write(self, repository: str, login: str, before: datetime) -> bool:
        """Say whether somebody may write to the repository; a login that GitHub does not know may not."""
        request = requests.permission(repository, login)
        try:
            may = answers.may_write(request, self._client.send(request, before))
        except Refused as error:
            if not _not_found(error):
                raise
            may = False
        if not may:
            self._strangers.note(repository, login, before)
        return may

    def refused(self, repository: str, now: datetime) -> frozenset[str]:
        """Name those who may not write, as GitHub said recently; makes no call."""
        return self._strangers.of(repository, now)

    def assignable(self, repository: str, login: str, before: datetime) -> bool:
        """Say whether somebody can be assigned to issues of the repository."""
        try:
            self._client.send(requests.assignable(repository, login), before)
        except Refused as error:
            if _not_found(error):
                return False
            raise
        return True

    def react(self, ref: IssueRef, comment: int, content: str, before: datetime) -> None:
        """React to a comment, if it still exists; GitHub keeps one reaction of each kind."""
        try:
            self._client.send(requests.react(ref.repository, comment, content), before)
        except Refused as error:
            if not _not_found(error):
                raise

    def create_label(self, repository: str, label: Label, before: datetime) -> None:
        """Create a label."""
        self._client.send(requests.create_label(repository, label), before)

    def dress_label(self, repository: str, label: Label, before: datetime) -> None:
        """Change the colour and the description of a label."""
        self._client.send(requests.dress_label(repository, label), before)

    def _in_sight(self, repository: str, before: datetime) -> bool:
        """Say whether the issues of a repository can be read; if not, a missing issue proves nothing."""
        try:
            self._client.send(requests.list_open_issues(repository, AREA_LABEL), before)
        except Refused:
            return False
        return True

    def _issue(self, request: Request, before: datetime) -> Seen:
        # Who we are comes first: if that look-up failed after the call, it would hide the call's effect.
        us = self._client.us(request.repository)
        return answers.read_issue(request, self._client.send(request, before), us)


def _not_found(error: Refused) -> bool:
    """Whether what was asked for does not exist, though its repository does."""
    return error.status == 404 and not isinstance(error, RepositoryMissing)
