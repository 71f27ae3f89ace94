"""The state of GitHub: who acts, on what, and what becomes of it.

People and the app act through the same methods. Whoever calls holds `World.lock`, as `people.Person` and the
server do.
"""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Iterable
from typing import Any

from . import families
from .model import Account, Comment, Event, HookConfig, Installation, Issue, Label, Repository, StateReason

# Above 2**31, so that a client which keeps ids in 32 bits is found out.
FIRST_ID = 3_000_000_000


class World:
    """Every account, repository, issue and installation, under one lock."""

    def __init__(self, bot_login: str, now: Callable[[], float]) -> None:
        self.lock = threading.RLock()
        self.now = now
        self.comment_cap = 2500
        self.tokens_heed_case = False
        self.repositories: dict[int, Repository] = {}
        self.former_names: dict[str, int] = {}
        self.installations: dict[int, Installation] = {}
        self._issues: dict[int, Issue] = {}
        self.projects: dict[tuple[str, int], list[Issue]] = {}
        self.hook = HookConfig()
        self.conversions: dict[str, tuple[float, dict[str, Any]]] = {}
        self._accounts: dict[str, Account] = {}
        self._ids = itertools.count(FIRST_ID)
        self.bot = Account(bot_login, next(self._ids), "Bot")
        self._accounts[bot_login] = self.bot
        self.listeners: list[Callable[[Issue, Event, Comment | None], None]] = []

    def account(self, login: str) -> Account:
        """The account of that login; an unknown one is a person who has just signed up."""
        return self._accounts.setdefault(login, Account(login, next(self._ids)))

    def add_repository(
        self,
        full_name: str,
        *,
        labels: Iterable[str] = (),
        collaborators: Iterable[str] = (),
        installed: bool = True,
    ) -> Repository:
        """A new repository, and the app installed on it unless told otherwise."""
        owner, name = full_name.split("/")
        with self.lock:
            account = self._accounts.setdefault(owner, Account(owner, next(self._ids), "Organization"))
            repository = Repository(account, name, next(self._ids), self.now(), set(collaborators))
            self.repositories[repository.id] = repository
            for label in labels:
                self.create_label(repository, label)
            if installed:
                self.install(repository)
        return repository

    def install(self, repository: Repository) -> Installation:
        """Give the owner's installation, made at need, access to the repository."""
        installation = self.installation_on(repository.owner)
        if installation is None:
            installation = Installation(next(self._ids), repository.owner, self.now())
            self.installations[installation.id] = installation
        installation.repository_ids.add(repository.id)
        return installation

    def installation_on(self, account: Account) -> Installation | None:
        """The app's installation on that account."""
        return next((known for known in self.installations.values() if known.account == account), None)

    def repository(self, full_name: str) -> Repository:
        """The repository of that name, without regard to case.

        Raises KeyError if there is none.
        """
        wanted = full_name.lower()
        for repository in self.repositories.values():
            if repository.full_name.lower() == wanted:
                return repository
        raise KeyError(f"no repository {full_name}")

    def issue(self, full_name: str, number: int) -> Issue:
        """One issue.

        Raises KeyError if there is none.
        """
        return self.repository(full_name).issues[number]

    def issue_by_id(self, wanted: int) -> Issue | None:
        """The issue with that id, in any repository; None if it was deleted or moved."""
        issue = self._issues.get(wanted)
        return None if issue is None or issue.deleted or issue.moved_to is not None else issue

    def rename(self, repository: Repository, name: str) -> None:
        """Rename a repository; its former name answers with a redirect."""
        self.former_names[repository.full_name.lower()] = repository.id
        repository.name = name

    def move(self, repository: Repository, owner: str, *, installed: bool = True) -> None:
        """Transfer a repository to another owner, and so out of the reach of the installation it was on."""
        before = self.installation_on(repository.owner)
        if before is not None:
            before.repository_ids.discard(repository.id)
        self.former_names[repository.full_name.lower()] = repository.id
        repository.owner = self._accounts.setdefault(owner, Account(owner, next(self._ids), "Organization"))
        if installed:
            self.install(repository)

    def reinstall(self, owner: Account) -> None:
        """Remove the app's installation on an account, and install it again under another id."""
        before = self.installation_on(owner)
        if before is None:
            raise KeyError(f"the app is not installed on {owner.login}")
        del self.installations[before.id]
        after = Installation(next(self._ids), owner, self.now(), before.repository_ids)
        self.installations[after.id] = after

    def rename_bot(self, login: str) -> None:
        """Give the app's bot another login; its id stays, and all that it ever did is under the new one."""
        before, self.bot = self.bot, Account(login, self.bot.id, "Bot")
        del self._accounts[before.login]
        self._accounts[login] = self.bot
        for issue in (
            issue for repository in self.repositories.values() for issue in repository.issues.values()
        ):
            issue.author = self.bot if issue.author == before else issue.author
            issue.closed_by = self.bot if issue.closed_by == before else issue.closed_by
            for comment in issue.comments:
                comment.author = self.bot if comment.author == before else comment.author

    def create_label(
        self, repository: Repository, name: str, color: str = "ededed", description: str | None = None
    ) -> Label:
        """A new label of the repository, or the one that has the name."""
        label = Label(next(self._ids), name, color, description)
        return repository.labels.setdefault(name.lower(), label)

    def open_issue(
        self,
        repository: Repository,
        by: Account,
        title: str,
        body: str | None = None,
        *,
        labels: Iterable[str] = (),
        assignees: Iterable[str] = (),
        parent: Issue | None = None,
    ) -> Issue:
        """A new issue, with the repository's next number."""
        number = max(repository.issues, default=0) + 1
        now = self.now()
        issue = Issue(repository, number, next(self._ids), title, body, by, now, now)
        repository.issues[number] = self._issues[issue.id] = issue
        self._happened(issue, "opened", by)
        self.add_labels(issue, labels, by)
        self.assign(issue, assignees, by)
        if parent is not None:
            self.attach(parent, issue, by)
        return issue

    def attach(self, parent: Issue, child: Issue, by: Account) -> None:
        """Make one issue a sub-issue of another, and of no other."""
        if child.parent is not None:
            self.detach(child.parent, child, by)
        child.parent = parent
        parent.sub_issues.append(child)
        self._happened(parent, "sub_issue_added", by, f"#{child.number}")
        self._happened(child, "parent_issue_added", by, f"#{parent.number}")

    def detach(self, parent: Issue, child: Issue, by: Account) -> None:
        """Make a sub-issue an issue of its own again."""
        child.parent = None
        parent.sub_issues.remove(child)
        self._happened(parent, "sub_issue_removed", by, f"#{child.number}")
        self._happened(child, "parent_issue_removed", by, f"#{parent.number}")

    def comment(self, issue: Issue, body: str, by: Account) -> Comment:
        """A new comment."""
        comment = Comment(next(self._ids), body, by, self.now())
        issue.comments.append(comment)
        self._happened(issue, "commented", by, comment=comment)
        return comment

    def knows(self, login: str) -> bool:
        """Whether there is an account of that login."""
        return login in self._accounts

    def react(self, comment: Comment, content: str, by: Account) -> bool:
        """React to a comment; False where the same reaction is there."""
        before = len(comment.reactions)
        comment.reactions.add((by.login, content))
        return len(comment.reactions) > before

    def add_labels(self, issue: Issue, names: Iterable[str], by: Account) -> None:
        """Add labels, creating those that the repository lacks."""
        for name in names:
            label = self.create_label(issue.repository, name)
            if label not in issue.labels:
                issue.labels.append(label)
                self._happened(issue, "labeled", by, label.name)

    def remove_label(self, issue: Issue, label: Label, by: Account) -> None:
        """Take a label off the issue."""
        issue.labels.remove(label)
        self._happened(issue, "unlabeled", by, label.name)

    def set_labels(self, issue: Issue, names: Iterable[str], by: Account) -> None:
        """Replace all labels of the issue."""
        wanted = list(names)
        kept = {name.lower() for name in wanted}
        for label in [label for label in issue.labels if label.name.lower() not in kept]:
            self.remove_label(issue, label, by)
        self.add_labels(issue, wanted, by)

    def assign(self, issue: Issue, logins: Iterable[str], by: Account) -> None:
        """Add assignees."""
        for account in map(self.account, logins):
            if account not in issue.assignees:
                issue.assignees.append(account)
                self._happened(issue, "assigned", by, account.login)

    def set_assignees(self, issue: Issue, logins: Iterable[str], by: Account) -> None:
        """Replace all assignees."""
        wanted = list(logins)
        for account in [known for known in issue.assignees if known.login not in wanted]:
            issue.assignees.remove(account)
            self._happened(issue, "unassigned", by, account.login)
        self.assign(issue, wanted, by)

    def close(
        self,
        issue: Issue,
        by: Account,
        reason: StateReason = "completed",
        *,
        duplicate_of: int | None = None,
    ) -> None:
        """Close an issue; one that is closed already keeps its time, reason and closer."""
        if issue.state == "closed":
            return
        issue.duplicate_of = duplicate_of
        issue.state, issue.state_reason = "closed", reason
        issue.closed_at, issue.closed_by = self.now(), by
        self._happened(issue, "closed", by, reason)

    def reopen(self, issue: Issue, by: Account) -> None:
        """Open a closed issue again."""
        if issue.state == "open":
            return
        issue.state, issue.state_reason = "open", "reopened"
        issue.closed_at = issue.closed_by = None
        self._happened(issue, "reopened", by)

    def rename_issue(self, issue: Issue, title: str, by: Account) -> None:
        """Give the issue another title."""
        if title != issue.title:
            issue.title = title
            self._happened(issue, "renamed", by, title)

    def edit_body(self, issue: Issue, body: str | None, by: Account) -> None:
        """Rewrite the issue's body."""
        if body != issue.body:
            issue.body = body
            self._happened(issue, "body_edited", by)

    def transfer(self, issue: Issue, target: Repository, by: Account) -> Issue:
        """Move an issue to another repository; its old place answers with a redirect."""
        moved = self.open_issue(target, issue.author, issue.title, issue.body, labels=issue.label_names)
        moved.created_at, moved.comments = issue.created_at, issue.comments
        moved.state, moved.state_reason = issue.state, issue.state_reason
        moved.closed_at, moved.closed_by = issue.closed_at, issue.closed_by
        moved.timeline = [*issue.timeline]
        families.hand_over(issue, moved)
        issue.moved_to = moved
        self._happened(moved, "transferred", by, issue.repository.full_name)
        return moved

    def delete(self, issue: Issue, by: Account) -> None:
        """Delete an issue; its number is not used again."""
        issue.deleted = True
        families.leave(issue)
        self._happened(issue, "deleted", by)

    def lock_issue(self, issue: Issue, by: Account, reason: str | None = None) -> None:
        """Lock the conversation."""
        issue.locked, issue.lock_reason = True, reason
        self._happened(issue, "locked", by, reason)

    def unlock_issue(self, issue: Issue, by: Account) -> None:
        """Unlock the conversation."""
        issue.locked, issue.lock_reason = False, None
        self._happened(issue, "unlocked", by)

    def _happened(
        self, issue: Issue, kind: str, by: Account, detail: str | None = None, comment: Comment | None = None
    ) -> None:
        issue.updated_at = self.now()
        event = Event(kind, by.login, issue.updated_at, detail)
        issue.timeline.append(event)
        for listener in self.listeners:
            listener(issue, event, comment)
