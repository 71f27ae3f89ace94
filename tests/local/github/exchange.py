"""One request on its way through the server: faults, headers, credentials, limits, and then its endpoint."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Any

from werkzeug.exceptions import HTTPException
from werkzeug.http import http_date
from werkzeug.routing import Map, Rule
from werkzeug.wrappers import Request, Response

from . import recording
from .app_routes import APP_ROUTES
from .call import Call, Reply
from .errors import ApiError, not_found, secondary_limit
from .etags import NOT_MODIFIED, conditional
from .faults import Fault
from .journal import Entry
from .organization_routes import ORGANIZATION_ROUTES
from .routes import ROUTES, Route
from .sub_issue_routes import SUB_ISSUE_ROUTES

if TYPE_CHECKING:
    from .server import GitHubServer

API_VERSIONS = ("2022-11-28", "2026-03-10")
NO_CONTENT = 204
NO_USER_AGENT = (
    "Request forbidden by administrative rules. Please make sure your request has a User-Agent header "
    "(https://docs.github.com/en/rest/overview/resources-in-the-rest-api#user-agent-required)."
)
SERVER_ERROR_PAGE = "<!DOCTYPE html><html><head><title>Unicorn! &middot; GitHub</title></head></html>"


class Exchange:
    """One request and its answer, or its lack of one."""

    def __init__(self, server: GitHubServer, request: Request) -> None:
        self.server = server
        self.request = request
        self.caller = "anonymous"
        self.matched = _match(request)
        self.route = self.matched[0].name if self.matched else ""
        self.request_id = ":".join(secrets.token_hex(2).upper() for _ in range(5))

    def run(self) -> Response | None:
        """Answer, and enter the answer into the journal; None means that the connection is to be closed."""
        under_way = self.server.journal.began()
        response: Response | None = None
        try:
            latency, fault = self.server.faults.strike(self.request.method, self.request.path)
            self.server.wait(self.server.latency + latency)
            response = self._respond(fault, under_way)
        finally:
            self._enter(response)
        return response

    def _respond(self, fault: Fault | None, under_way: int) -> Response | None:
        if fault is None:
            return self._answer(self._refusal_of_crowd(under_way))
        if fault.effect == "secondary_limit":
            return self._answer(lambda: secondary_limit(fault.retry_after, status=fault.status or 403))
        if fault.effect == "primary_limit":
            return self._answer(lambda: self._exhausted(fault))
        if fault.after_write:
            self._answer()
        if fault.effect == "status":
            return self._response(fault.status or 502, SERVER_ERROR_PAGE, "text/html")
        if fault.effect == "hang":
            self.server.wait(fault.seconds)
        return None

    def _refusal_of_crowd(self, under_way: int) -> Callable[[], ApiError] | None:
        if under_way <= self.server.most_concurrent:
            return None
        return lambda: secondary_limit(None, creating=False)

    def _exhausted(self, fault: Fault) -> ApiError:
        seconds = fault.seconds if fault.until is None else fault.until - self.server.now()
        return self.server.limits.exhaust(self.caller, seconds)

    def _answer(self, refusal: Callable[[], ApiError] | None = None) -> Response:
        with self.server.world.lock:
            try:
                call, route = self._admitted(refusal)
                reply = conditional(self.request.method, self.request.headers, route.reply(call))
                if reply.status == NOT_MODIFIED:
                    self.server.limits.spare(self.caller)
            except ApiError as error:
                reply = Reply(error.status, error.body, error.headers)
            self._record(reply)
            body = "" if reply.status in (NO_CONTENT, NOT_MODIFIED) else json.dumps(reply.body)
            return self._response(reply.status, body, "application/json", reply.headers)

    def _record(self, reply: Reply) -> None:
        sent = self.request
        target = sent.environ.get("REQUEST_URI", sent.full_path)  # which a transport without a socket lacks
        recording.record(
            sent.method, target, sent.get_data(), sent.headers.get("User-Agent"), reply.status, reply.body
        )

    def _admitted(self, refusal: Callable[[], ApiError] | None) -> tuple[Call, Route]:
        _check_headers(self.request)
        if self.matched is None:
            raise not_found()
        route, arguments = self.matched
        services, authorization = self.server.services, self.request.headers.get("Authorization")
        token = None
        if route.credential == "app":
            services.authority.verify_app(authorization)
            self.caller = f"app ID {self.server.app.id}"
        elif route.credential == "installation":
            token = services.authority.token(authorization)
            self.caller = f"installation ID {token.installation.id}"
        if refusal is not None:
            raise refusal()
        if route.path != "/rate_limit":
            services.limits.admit(self.caller, self.request.method)
        return Call(services, self.request, arguments, self.caller, token), route

    def _response(
        self, status: int, body: str, mimetype: str, headers: dict[str, str] | None = None
    ) -> Response:
        with self.server.world.lock:
            always = self.server.limits.headers(self.caller)
        # Clients correct their clock by Date, so it has to show the clock that JWTs are checked by.
        always |= {
            "X-GitHub-Request-Id": self.request_id,
            "Date": http_date(self.server.now()),
            "Server": "GitHub.com",
        }
        return Response(body, status, always | (headers or {}), mimetype=mimetype)

    def _enter(self, response: Response | None) -> None:
        now, method, path = self.server.now(), self.request.method, self.request.path
        status = None if response is None else response.status_code
        entry = Entry(now, method, path, self.route, status, self.caller, self.request_id)
        self.server.journal.ended(entry)


def _match(request: Request) -> tuple[Route, dict[str, Any]] | None:
    try:
        route, arguments = _url_map().bind("").match(request.path, request.method)
    except HTTPException:
        return None
    return route, dict(arguments)


@cache
def _url_map() -> Map:
    """Map the addresses of all routes, those of repositories by name and by id."""
    rules = []
    for route in (*ROUTES, *SUB_ISSUE_ROUTES, *ORGANIZATION_ROUTES, *APP_ROUTES):
        for place in ("/repos/<owner>/<name>", "/repositories/<int:repository_id>"):
            path = route.path.replace("/repos/{repo}", place)
            rules.append(Rule(path, endpoint=route, methods=[route.method]))
            if path == route.path:
                break
    return Map(rules, strict_slashes=False, redirect_defaults=False)


def _check_headers(request: Request) -> None:
    if not request.headers.get("User-Agent"):
        raise ApiError(403, NO_USER_AGENT)
    version = request.headers.get("X-GitHub-Api-Version", API_VERSIONS[0])
    if version not in API_VERSIONS:
        supported = ", ".join(f'"{known}"' for known in API_VERSIONS)
        raise ApiError(
            400,
            f'The version you specified in the "X-GitHub-API-Version" request header, "{version}", is not a '
            f"supported version. The following versions are currently supported: {supported}.",
        )
