"""Lists: issues, comments and labels as GitHub lists them, page by page."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Protocol

from chalicelib.conditions import clocks
from chalicelib.conditions.commands import PersonComment
from chalicelib.conditions.issue import IssueRef, Label, Seen
from chalicelib.errors import Unavailable
from chalicelib.github import answers, requests
from chalicelib.github.answers import Us
from chalicelib.github.protocol import Request, Response

MOST_PAGES = 500
"""A longer list is taken for one that never ends; reading is bounded by time anyway."""


class Client(Protocol):
    """Sends requests as the App."""

    def ready(self, repository: str) -> bool:
        """Say whether a call there needs no other call before it."""

    def us(self, repository: str) -> Us:
        """Say who we are there, and get a token."""

    def us_now(self, repository: str) -> Us:
        """Look up who we are there now."""

    def send(self, request: Request, before: datetime) -> Response:
        """Send once; raises the classified errors."""


class GitHubLists:
    """Lists of the repositories that the App is installed on; raises the classified errors.

    A call that could end after `before` is not sent.
    """

    def __init__(self, client: Client) -> None:
        self._client = client

    def changed(
        self, repository: str, label: str | None, since: datetime, before: datetime
    ) -> Iterator[Seen]:
        """List our issues (with a label) changed since a time, in any state.

        Never by the search API, whose index lags.
        """
        us = self._client.us_now(repository)  # with a former login the list would be empty
        request = requests.list_issues(repository, us.login, label, since - clocks.APART)
        for page, response in self._pages(request, before):
            yield from answers.read_issues(page, response, us)

    def open_ones(self, repository: str, label: str, before: datetime) -> Iterator[Seen]:
        """List open issues with a label."""
        us = self._client.us(repository)
        for page, response in self._pages(requests.list_open_issues(repository, label), before):
            yield from answers.read_issues(page, response, us)

    def walk(
        self, repository: str, label: str, since: datetime, before: datetime, *, only_open: bool
    ) -> Iterator[list[Seen]]:
        """Go through the issues with a label changed since a time, by the time of their change, in pages.

        Each page is requested from the time at which the last one ended: an issue that changes meanwhile
        moves to the end of the list, so numbered pages would shift. A page may repeat issues that changed in
        the same second.
        """
        us = self._client.us(repository)
        request = requests.list_by_change(repository, label, since, only_open=only_open)
        while True:
            response = self._client.send(request, before)
            page = answers.read_issues(request, response, us)
            yield page
            if response.next_page is None:
                return
            if page and page[-1].changed_at > since:
                since = page[-1].changed_at
                request = requests.list_by_change(repository, label, since, only_open=only_open)
            else:
                request = replace(request, path=response.next_page)

    def comments(self, ref: IssueRef, since: datetime, before: datetime) -> Iterator[str]:
        """List the bodies of our comments changed since a time."""
        request = requests.list_comments(ref, since - clocks.APART)
        us = self._client.us(ref.repository)
        for page, response in self._pages(request, before):
            yield from answers.read_comments(page, response, us)

    def spoken(self, ref: IssueRef, since: datetime, before: datetime) -> Iterator[PersonComment]:
        """List the comments of others changed since a time, oldest first."""
        request = requests.list_comments(ref, since - clocks.APART)
        us = self._client.us(ref.repository)
        for page, response in self._pages(request, before):
            yield from answers.read_spoken(page, response, us)

    def labels(self, repository: str, before: datetime) -> Iterator[Label]:
        """List the labels of a repository."""
        for page, response in self._pages(requests.list_labels(repository), before):
            yield from answers.read_labels(page, response)

    def _pages(self, request: Request, before: datetime) -> Iterator[tuple[Request, Response]]:
        """Go through a list; raises Unavailable if it does not end, since half a list proves nothing."""
        for _ in range(MOST_PAGES):
            response = self._client.send(request, before)
            yield request, response
            if response.next_page is None:
                return
            request = replace(request, path=response.next_page)
        raise Unavailable(f"{request.method} {request.path}: a list of more than {MOST_PAGES} pages")
