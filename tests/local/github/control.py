"""The control API under /_control/, for processes that cannot reach into the server: JSON in, JSON out."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from werkzeug.wrappers import Request, Response

from .model import Comment, Issue
from .representations import timestamp

if TYPE_CHECKING:
    from .server import GitHubServer

SETTINGS = {
    "latency": "",
    "most_concurrent": "",
    "listing_lag": "faults",
    "comment_cap": "world",
    "token_lifetime": "authority",
    "requests_per_hour": "limits",
    "points_per_minute": "limits",
    "creations_per_minute": "limits",
    "creations_per_hour": "limits",
    "tell_retry_after": "limits",
}


class Control:
    """Answers `/_control/` requests; these neither count nor fail."""

    def __init__(self, server: GitHubServer) -> None:
        self._server = server
        self._answers: dict[tuple[str, str], Callable[[Request], Any]] = {
            ("GET", "requests"): lambda _: [asdict(entry) for entry in server.journal.requests],
            ("DELETE", "requests"): lambda _: server.journal.clear(),
            ("GET", "counts"): lambda _: self._counts(),
            ("GET", "issues"): self._issues,
            ("GET", "faults"): lambda _: [asdict(fault) for fault in server.faults.in_force],
            ("POST", "faults"): lambda request: asdict(server.faults.add(**request.get_json(force=True))),
            ("DELETE", "faults"): lambda _: server.faults.clear(),
            ("POST", "repositories"): self._add_repository,
            ("PATCH", "settings"): self._set,
            ("POST", "people"): self._act,
        }

    def respond(self, request: Request) -> Response:
        """Answer a control request; one that cannot be carried out gets 400 and says why."""
        topic = request.path.removeprefix("/_control/").split("/")[0]
        answer = self._answers.get((request.method, topic))
        if answer is None:
            served = ", ".join(f"{method} /_control/{name}" for method, name in self._answers)
            return _json(
                {"error": f"{request.method} {request.path} is not served; there are: {served}"}, 404
            )
        try:
            with self._server.world.lock:
                return _json(answer(request))
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            return _json({"error": f"{request.method} {request.path}: {error!r}"}, 400)

    def _counts(self) -> dict[str, Any]:
        server = self._server
        return {
            "requests": {f"{method} {route}": n for (method, route), n in server.journal.counts().items()},
            "creations": sum(map(len, server.limits.creations.values())),
            "busiest_minute": server.limits.busiest(60),
            "busiest_hour": server.limits.busiest(3600),
            "refusals": dict(server.limits.refusals),
            "peak": server.journal.peak,
        }

    def _issues(self, request: Request) -> list[dict[str, Any]]:
        wanted = request.args.get("repository")
        repositories = self._server.world.repositories.values()
        return [
            self._with_history(issue)
            for repository in repositories
            if wanted in (None, repository.full_name)
            for issue in repository.issues.values()
        ]

    def _with_history(self, issue: Issue) -> dict[str, Any]:
        show = self._server.services.show
        return show.issue(issue) | {
            "repository": issue.repository.full_name,
            "deleted": issue.deleted,
            "moved_to": None if issue.moved_to is None else show.issue(issue.moved_to)["url"],
            "comment_list": [show.comment(issue, comment) for comment in issue.comments],
            "timeline": [asdict(event) | {"at": timestamp(event.at)} for event in issue.timeline],
        }

    def _add_repository(self, request: Request) -> dict[str, Any]:
        repository = self._server.world.add_repository(**request.get_json(force=True))
        return {"full_name": repository.full_name, "id": repository.id}

    def _set(self, request: Request) -> dict[str, Any]:
        wanted = request.get_json(force=True)
        for name, value in wanted.items():
            owner = SETTINGS[name]
            setattr(getattr(self._server, owner) if owner else self._server, name, value)
        return dict(wanted)

    def _act(self, request: Request) -> dict[str, Any] | None:
        login = request.path.removeprefix("/_control/people/")
        details = request.get_json(force=True)
        action = details["action"]
        if action.startswith("_"):
            raise ValueError(f"{action} is no action of a person")
        perform = getattr(self._server.person(login), action)
        done = perform(*details.get("arguments", ()), **details.get("options", {}))
        show = self._server.services.show
        if isinstance(done, Issue):
            return show.issue(done)
        return {"id": done.id} if isinstance(done, Comment) else None


def _json(body: Any, status: int = 200) -> Response:
    return Response(json.dumps(body), status, mimetype="application/json")
