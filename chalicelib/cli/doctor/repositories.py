"""The routed repositories: whether the App may write issues there, and whether anybody can."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

from chalicelib.alert import Priority
from chalicelib.cli.doctor.finding import Finding
from chalicelib.cli.doctor.github_fixes import fix, fix_of
from chalicelib.errors import GitHubError, Refused
from chalicelib.github.client import GitHubClient
from chalicelib.github.issues import GitHubIssues
from chalicelib.github.protocol import Request, Response
from chalicelib.labels import AREA_LABEL
from chalicelib.quantities import counted
from chalicelib.routing import Routing
from chalicelib.wiring.clock import CLOCK
from chalicelib.wiring.github import client as connect
from chalicelib.wiring.rules import policy
from chalicelib.wiring.stage import Stage

PATIENCE = timedelta(seconds=30)
LABELS = (AREA_LABEL, *(f"Pri:{priority}" for priority in Priority))


class Unreported:
    """Reports nothing to the budget, for a few reads that are not worth a write to the table."""

    def turn(self, owner: str) -> float | None:
        """Refuse a write, since none is needed."""

    def answered(self, owner: str, response: Response) -> None:
        """Ignore that GitHub answered."""

    def limited(self, owner: str, retry_at: datetime | None) -> None:
        """Ignore that GitHub asked to wait."""

    def failed(self, owner: str) -> None:
        """Ignore that GitHub did not answer."""


def repositories(stage: Stage) -> Iterator[Finding]:
    """Check that we may write issues in each routed repository; those with the same fix share a finding."""
    routing, client = policy(stage.settings).routing, connect(stage, Unreported())
    failed = defaultdict[str, list[tuple[str, GitHubError]]](list)
    for repository in sorted(routing.repositories):
        try:
            found = list(_looked_at(client, repository, routing))
        except GitHubError as error:
            failed[fix_of(error, repository)].append((repository, error))
        else:
            yield from found
    for todo, those in failed.items():
        yield Finding(", ".join(name for name, _ in those), str(those[0][1]), todo)


def _looked_at(client: GitHubClient, repository: str, routing: Routing) -> Iterator[Finding]:
    until = CLOCK.now() + PATIENCE
    issues = GitHubIssues(client)
    bot = client.us(repository).login
    shown = list(issues.open_ones(repository, AREA_LABEL, until))
    lacking = [label for label in LABELS if not _has_label(client, repository, label, until)]
    described = _described(client, repository, until)
    assigned = routing.assigned_in(repository)
    strangers = [login for login in assigned if not issues.assignable(repository, login, until)]
    if closed := _closed(described, repository):
        yield closed
    else:
        of_ours = f"{counted(len(shown), 'open issue')} labelled {AREA_LABEL}"
        made = f"; created by the first issue that needs them: {', '.join(lacking)}" if lacking else ""
        yield Finding(repository, f"{bot} may write issues; {of_ours}{made}")
    if (called := str(described["full_name"])).lower() != repository.lower():
        yield Finding(
            repository,
            f"it is now {called}, and GitHub redirects there for now",
            f"Write {called} in chalicelib/routing.toml: calls are counted for the account that is "
            "named there, and a new repository with the old name would end the redirect.",
        )
    for login in strangers:
        yield Finding(
            repository,
            f"{login} cannot be assigned: issues are opened without them",
            f"Give {login} access to {repository}, or correct chalicelib/routing.toml.",
        )


def _closed(described: dict[str, Any], repository: str) -> Finding | None:
    """Report what keeps everybody from writing issues, though they can be read.

    docs.github.com/en/rest/repos/repos: `archived`, and `disabled` by GitHub itself.
    """
    if described.get("archived"):
        told = "it is archived, so read-only: no issue can be opened, updated or closed"
        return Finding(repository, told, fix(403, "archived", repository))
    if described.get("disabled"):
        told = "GitHub has disabled it: no issue can be opened, updated or closed"
        return Finding(repository, told, f"Ask GitHub's support why {repository} is disabled.")
    if not described.get("has_issues", True):
        return Finding(repository, "its issues are disabled", fix(410, "", repository))
    return None


def _described(client: GitHubClient, repository: str, until: datetime) -> dict[str, Any]:
    answer = client.send(Request("GET", f"/repos/{repository}", repository), until).json()
    return answer if isinstance(answer, dict) and "full_name" in answer else {"full_name": repository}


def _has_label(client: GitHubClient, repository: str, label: str, until: datetime) -> bool:
    try:
        client.send(Request("GET", f"/repos/{repository}/labels/{quote(label, safe='')}", repository), until)
    except Refused as error:
        if error.status != 404:
            raise
        return False
    return True
