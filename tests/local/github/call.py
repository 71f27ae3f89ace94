"""One request on its way through the API, and what it may touch."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from werkzeug.wrappers import Request

from . import payload
from .auth import Authority, InstallationToken
from .errors import forbidden, gone, lacks_permission, moved, not_found
from .faults import Faults
from .limits import Limits
from .model import Installation, Issue, Repository
from .representations import Representations
from .world import World

ARCHIVED = "Repository was archived so is read-only."
ISSUES_DISABLED = "Issues are disabled for this repo"
ISSUE_DELETED = "This issue was deleted"


@dataclass
class Reply:
    """A successful answer."""

    status: int
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Services:
    """All that answers requests."""

    world: World
    authority: Authority
    limits: Limits
    faults: Faults
    show: Representations


@dataclass(frozen=True)
class Call:
    """A request whose caller is known; `token` is None when the app itself calls."""

    services: Services
    request: Request
    arguments: dict[str, Any]
    caller: str
    token: InstallationToken | None

    @property
    def world(self) -> World:
        """Where everything is."""
        return self.services.world

    @property
    def show(self) -> Representations:
        """How everything looks."""
        return self.services.show

    def payload(self) -> payload.Payload:
        """The JSON object sent."""
        return payload.read(self.request.get_data())

    def installation(self) -> Installation:
        """The installation that the token belongs to."""
        if self.token is None:
            raise not_found()
        return self.token.installation

    def repository(self, needs: str | None = None) -> Repository:
        """The repository of the path, if the caller may do there what `needs` says, e.g. `issues=write`.

        Raises ApiError: 301 if it was renamed or moved, 404 unless visible, 403 if archived or not permitted.
        """
        repository = self._named_repository()
        if self.token is not None and not self.token.opens(repository):
            if repository.private:
                raise not_found()
            if self.request.method != "GET":
                raise lacks_permission(needs or "")
        if needs is not None and self.token is not None and not self.token.allows(needs):
            raise lacks_permission(needs)
        if repository.archived and self.request.method != "GET":
            raise forbidden(ARCHIVED)
        return repository

    def issue(self, needs: str) -> Issue:
        """The issue of the path.

        Raises ApiError as `repository` does; 301 if it was transferred, 410 if it was deleted.
        """
        repository = self.repository(needs)
        issue = repository.issues.get(self.arguments["number"])
        if issue is None:
            raise not_found()
        if issue.moved_to is not None:
            raise self._moved(issue.moved_to)
        if issue.deleted:
            raise gone(ISSUE_DELETED)
        if not repository.has_issues:
            raise gone(ISSUES_DISABLED)
        return issue

    def admit_creation(self) -> None:
        """Count an issue or comment about to be created, or refuse it."""
        self.services.limits.admit_creation(self.caller)

    def _named_repository(self) -> Repository:
        by_id = self.arguments.get("repository_id")
        if by_id is not None:
            found = self.world.repositories.get(by_id)
            if found is None:
                raise not_found()
            return found
        full_name = f"{self.arguments['owner']}/{self.arguments['name']}"
        try:
            return self.world.repository(full_name)
        except KeyError:
            renamed = self.world.former_names.get(full_name.lower())
            if renamed is None:
                raise not_found() from None
            found = self.world.repositories[renamed]
            if found.private and not self._sees(found):
                raise not_found() from None
            rest = self.request.path.split("/", 4)[4:]
            raise self._redirect(found, *rest) from None

    def _sees(self, repository: Repository) -> bool:
        """Whether the caller may know where a private repository is: the app, where it is installed."""
        if self.token is not None:
            return self.token.opens(repository)
        installation = self.world.installation_on(repository.owner)
        return installation is not None and repository.id in installation.repository_ids

    def _moved(self, target: Issue) -> Exception:
        while target.moved_to is not None:
            target = target.moved_to
        if target.repository.private and not self._sees(target.repository):
            return not_found()
        below = self.request.path.split(f"/issues/{self.arguments['number']}", 1)[1].lstrip("/")
        return self._redirect(target.repository, f"issues/{target.number}", *([below] if below else []))

    def _redirect(self, repository: Repository, *path: str) -> Exception:
        query = self.request.query_string.decode()
        label = self.arguments.get("label", "")  # whose own slashes stay escaped
        rest = "/".join(path).removesuffix(label)
        below = f"/{quote(rest)}{quote(label, safe='')}".removesuffix("/")
        location = f"{self.show.lasting_url(repository)}{below}"
        return moved(f"{location}?{query}" if query else location)
