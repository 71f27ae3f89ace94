"""People: what somebody with a browser does to issues, while the app is not looking."""

from __future__ import annotations

from .model import Comment, Issue, StateReason
from .world import World


class Person:
    """A person who may do everything, e.g. `github.person("mona").close("acme/alerts", 3)`."""

    def __init__(self, world: World, login: str) -> None:
        self._world = world
        self._me = world.account(login)

    def open(
        self, repository: str, title: str, body: str | None = None, labels: tuple[str, ...] = ()
    ) -> Issue:
        """Open an issue by hand."""
        with self._world.lock:
            where = self._world.repository(repository)
            return self._world.open_issue(where, self._me, title, body, labels=labels)

    def close(self, repository: str, number: int, reason: StateReason = "completed") -> None:
        """Close an issue."""
        with self._world.lock:
            self._world.close(self._world.issue(repository, number), self._me, reason)

    def reopen(self, repository: str, number: int) -> None:
        """Reopen an issue."""
        with self._world.lock:
            self._world.reopen(self._world.issue(repository, number), self._me)

    def comment(self, repository: str, number: int, body: str) -> Comment:
        """Comment, even on a locked issue."""
        with self._world.lock:
            return self._world.comment(self._world.issue(repository, number), body, self._me)

    def label(self, repository: str, number: int, *names: str) -> None:
        """Add labels."""
        with self._world.lock:
            self._world.add_labels(self._world.issue(repository, number), names, self._me)

    def unlabel(self, repository: str, number: int, name: str) -> None:
        """Remove a label."""
        with self._world.lock:
            issue = self._world.issue(repository, number)
            self._world.remove_label(issue, issue.repository.labels[name.lower()], self._me)

    def edit(
        self, repository: str, number: int, *, title: str | None = None, body: str | None = None
    ) -> None:
        """Change title, body or both."""
        with self._world.lock:
            issue = self._world.issue(repository, number)
            if title is not None:
                self._world.rename_issue(issue, title, self._me)
            if body is not None:
                self._world.edit_body(issue, body, self._me)

    def assign(self, repository: str, number: int, *logins: str) -> None:
        """Assign people."""
        with self._world.lock:
            self._world.assign(self._world.issue(repository, number), logins, self._me)

    def attach(self, repository: str, parent: int, child: int) -> None:
        """Make an issue a sub-issue of another, whatever it was before."""
        with self._world.lock:
            above, below = (self._world.issue(repository, number) for number in (parent, child))
            self._world.attach(above, below, self._me)

    def detach(self, repository: str, parent: int, child: int) -> None:
        """Make a sub-issue an issue of its own again."""
        with self._world.lock:
            above, below = (self._world.issue(repository, number) for number in (parent, child))
            self._world.detach(above, below, self._me)

    def transfer(self, repository: str, number: int, to: str) -> Issue:
        """Transfer an issue to another repository."""
        with self._world.lock:
            target = self._world.repository(to)
            return self._world.transfer(self._world.issue(repository, number), target, self._me)

    def delete(self, repository: str, number: int) -> None:
        """Delete an issue."""
        with self._world.lock:
            self._world.delete(self._world.issue(repository, number), self._me)

    def lock(self, repository: str, number: int, reason: str | None = None) -> None:
        """Lock an issue's conversation."""
        with self._world.lock:
            self._world.lock_issue(self._world.issue(repository, number), self._me, reason)

    def unlock(self, repository: str, number: int) -> None:
        """Unlock an issue's conversation."""
        with self._world.lock:
            self._world.unlock_issue(self._world.issue(repository, number), self._me)

    def archive(self, repository: str, *, archived: bool = True) -> None:
        """Archive a repository, or bring it back."""
        with self._world.lock:
            self._world.repository(repository).archived = archived

    def rename(self, repository: str, name: str) -> None:
        """Rename a repository."""
        with self._world.lock:
            self._world.rename(self._world.repository(repository), name)

    def set_issues(self, repository: str, *, enabled: bool) -> None:
        """Turn the repository's issues on or off."""
        with self._world.lock:
            self._world.repository(repository).has_issues = enabled

    def suspend(self, repository: str, *, suspended: bool = True) -> None:
        """Suspend the app's installation on the repository's owner, or bring it back."""
        with self._world.lock:
            installation = self._world.installation_on(self._world.repository(repository).owner)
            if installation is None:
                raise KeyError(f"the app is not installed on {repository}")
            installation.suspended_at = self._world.now() if suspended else None
