"""Which issues a list shows."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Self
from urllib.parse import urlencode

from werkzeug.datastructures import MultiDict

from tests.local.github.model import Issue, Repository

PAGE_SIZE = 25


@dataclass(frozen=True)
class Listing:
    """A repository's issues, newest first: a tab, perhaps of one label only, and a page of it."""

    repository: Repository
    state: str = "open"
    label: str = ""
    page: int = 1

    @classmethod
    def asked_for(cls, repository: Repository, query: MultiDict[str, str]) -> Self:
        """The list that a page's query asks for."""
        state = "closed" if query.get("state") == "closed" else "open"
        return cls(repository, state, query.get("label", ""), max(query.get("page", 1, type=int), 1))

    def count(self, state: str) -> int:
        """How many issues the tab of that state has."""
        return len(self._tab(state))

    @property
    def shown(self) -> Sequence[Issue]:
        """The issues on this page."""
        return self._tab(self.state)[(self.page - 1) * PAGE_SIZE : self.page * PAGE_SIZE]

    @property
    def pages(self) -> int:
        """How many pages this tab has."""
        return max(1, -(-self.count(self.state) // PAGE_SIZE))

    def address(self, **changed: str | int) -> str:
        """Where to find this list with something about it changed."""
        wanted = {"state": self.state, "label": self.label, **changed}
        query = urlencode({name: value for name, value in wanted.items() if value not in ("", "open", 1)})
        path = f"/{self.repository.full_name}/issues"
        return f"{path}?{query}" if query else path

    def _tab(self, state: str) -> list[Issue]:
        return [
            issue
            for issue in reversed(self.repository.listed)
            if issue.state == state and (not self.label or self.label in issue.label_names)
        ]


def involving(repositories: Iterable[Repository], who: str) -> list[Issue]:
    """All issues that a login or `organization/team` wrote, changed, is assigned to or is mentioned in."""
    mention = re.compile(rf"@{re.escape(who)}(?![\w/-])", re.IGNORECASE)
    found = [
        issue for repository in repositories for issue in repository.listed if _involves(issue, who, mention)
    ]
    return sorted(found, key=lambda issue: issue.created_at, reverse=True)


def _involves(issue: Issue, who: str, mention: re.Pattern[str]) -> bool:
    people = {event.actor for event in issue.timeline} | {account.login for account in issue.assignees}
    texts = [issue.body or "", *(comment.body for comment in issue.comments)]
    return who in people or any(mention.search(text) for text in texts)
