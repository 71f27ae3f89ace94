"""The paths of the pages, and what is shown at each. Pages neither count against a limit nor fail."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from werkzeug.exceptions import HTTPException, NotFound
from werkzeug.routing import Map, Rule
from werkzeug.utils import redirect, send_from_directory
from werkzeug.wrappers import Request, Response

from tests.local.github.model import Issue, Repository
from tests.local.github.world import World

from .lists import Listing, involving
from .look import Look
from .timeline import timeline

# The API's own first segments: nobody can have such a login.
RESERVED = ("app", "rate_limit", "repos", "repositories", "user", "users")
STATIC = Path(__file__).parent / "static"
# Nothing runs, and nothing is fetched from anywhere but this machine.
POLICY = (
    "default-src 'none'; style-src 'self'; style-src-attr 'unsafe-inline'; img-src 'self' http://127.0.0.1:*"
)


class Pages:
    """Answers browsers."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._look = Look(world)
        self._map = Map(
            [
                Rule("/", endpoint=self._repositories),
                Rule("/_pages/<path:name>", endpoint=self._static),
                Rule("/orgs/<organization>/teams/<team>", endpoint=self._team),
                Rule("/apps/<slug>", endpoint=self._app),
                Rule("/<login>", endpoint=self._person),
                Rule("/<owner>/<name>", endpoint=self._repository),
                Rule("/<owner>/<name>/issues", endpoint=self._issues),
                Rule("/<owner>/<name>/issues/<int:number>", endpoint=self._issue),
            ],
            strict_slashes=False,
        )

    def respond(self, request: Request) -> Response | None:
        """The page at the request's path; None where the API is to answer, as no browser asks for a page."""
        if request.method not in ("GET", "HEAD") or request.path.split("/")[1] in RESERVED:
            return None
        try:
            with self._world.lock:
                page, arguments = self._map.bind("").match(request.path)
                response: Response = page(request, **arguments)
        except (HTTPException, KeyError):
            if "text/html" not in request.headers.get("Accept", ""):
                return None
            response = self._page("missing", 404, path=request.path)
        response.headers["Content-Security-Policy"] = POLICY
        return response

    def _page(self, template: str, status: int = 200, **shown: Any) -> Response:
        return Response(self._look.render(f"{template}.html", **shown), status, mimetype="text/html")

    def _static(self, request: Request, name: str) -> Response:
        return send_from_directory(STATIC, name, request.environ)

    def _repositories(self, _: Request) -> Response:
        known = sorted(self._world.repositories.values(), key=lambda repository: repository.full_name)
        return self._page(
            "repositories", repositories=[(repository, Listing(repository)) for repository in known]
        )

    def _repository(self, _: Request, owner: str, name: str) -> Response:
        return redirect(f"/{self._named(owner, name).full_name}/issues")

    def _issues(self, request: Request, owner: str, name: str) -> Response:
        repository = self._named(owner, name)
        listing = Listing.asked_for(repository, request.args)
        return self._page("issues", repository=repository, listing=listing)

    def _issue(self, _: Request, owner: str, name: str, number: int) -> Response:
        repository = self._named(owner, name)
        issue = repository.issues[number]
        if issue.moved_to is not None:
            return redirect(self._look.address(_last_place(issue)))
        if issue.deleted:
            raise NotFound
        return self._page("issue", repository=repository, issue=issue, timeline=timeline(issue))

    def _person(self, _: Request, login: str) -> Response:
        return self._involving(login)

    def _team(self, _: Request, organization: str, team: str) -> Response:
        return self._involving(f"{organization}/{team}")

    def _app(self, _: Request, slug: str) -> Response:
        return self._involving(f"{slug}[bot]")

    def _involving(self, who: str) -> Response:
        found = involving(self._world.repositories.values(), who)
        if not found:
            raise NotFound
        return self._page("involving", who=who, issues=found)

    def _named(self, owner: str, name: str) -> Repository:
        full_name = f"{owner}/{name}"
        renamed = self._world.former_names.get(full_name.lower())
        return self._world.repository(full_name) if renamed is None else self._world.repositories[renamed]


def _last_place(issue: Issue) -> Issue:
    return issue if issue.moved_to is None else _last_place(issue.moved_to)
