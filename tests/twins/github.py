"""GitHub's twin: the stand-in's own endpoints and limits, reached in this process and not by a socket.

`GitHubTwin` is an httpx client whose requests never leave: the real client of GitHub works on it, many times
faster than over HTTP. The app's key is not checked, as signing takes longer than all else together.
"""

import itertools
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from json import dumps
from typing import Any
from urllib.parse import parse_qsl, unquote

import httpx
from werkzeug.datastructures import MultiDict

from chalicelib.github.auth import App
from tests.local.github import recording
from tests.local.github.auth import App as RegisteredApp
from tests.local.github.auth import Authority, InstallationToken
from tests.local.github.call import Call, Reply, Services
from tests.local.github.errors import ApiError, bad_credentials, not_found
from tests.local.github.etags import NOT_MODIFIED, conditional
from tests.local.github.faults import Faults
from tests.local.github.limits import Limits
from tests.local.github.listing import LARGEST_PAGE
from tests.local.github.model import Installation
from tests.local.github.representations import Representations
from tests.local.github.routes import ROUTES, Route
from tests.local.github.sub_issue_routes import SUB_ISSUE_ROUTES
from tests.local.github.world import World
from tests.twins.outside import Outside, direct

API = "https://api.github.test"
OTHER = "github.other"
POINTS = {
    ("GET", "/repos/{repo}/installation"): "github.installation",
    ("POST", "/app/installations/{installation_id}/access_tokens"): "github.token",
    ("GET", "/repos/{repo}/issues"): "github.list",
    ("POST", "/repos/{repo}/issues"): "github.open",
    ("GET", "/repos/{repo}/issues/{number}"): "github.read",
    ("PATCH", "/repos/{repo}/issues/{number}"): "github.edit",
    ("GET", "/repos/{repo}/issues/{number}/comments"): "github.comments",
    ("POST", "/repos/{repo}/issues/{number}/comments"): "github.comment",
    ("POST", "/repos/{repo}/issues/{number}/labels"): "github.label",
    ("DELETE", "/repos/{repo}/issues/{number}/labels/{label}"): "github.unlabel",
    ("GET", "/repos/{repo}/issues/{number}/sub_issues"): "github.sub-issues",
    ("POST", "/repos/{repo}/issues/{number}/sub_issues"): "github.attach",
    ("DELETE", "/repos/{repo}/issues/{number}/sub_issue"): "github.detach",
    ("GET", "/repos/{repo}/labels"): "github.labels",
    ("POST", "/repos/{repo}/labels"): "github.new-label",
    ("PATCH", "/repos/{repo}/labels/{label}"): "github.dress-label",
    ("POST", "/repos/{repo}/issues/comments/{comment_id}/reactions"): "github.react",
    ("GET", "/repos/{repo}/collaborators/{login}/permission"): "github.permission",
}


class UnsignedApp(App):
    """The App without a key."""

    def __init__(self) -> None:
        super().__init__("12345", None)  # type: ignore[arg-type]

    def token(self, now: datetime) -> str:
        return "the.apps.own"


class _Authority(Authority):
    """Knows the App by its word, and mints tokens that are the same in every run."""

    def __init__(self, app: RegisteredApp, now: Callable[[], float]) -> None:
        super().__init__(app, now)
        self._minted = itertools.count(1)

    def verify_app(self, authorization: str | None) -> None:
        if authorization != "Bearer the.apps.own":
            raise bad_credentials()

    def mint(
        self, installation: Installation, permissions: dict[str, str], repository_ids: frozenset[int] | None
    ) -> InstallationToken:
        value = f"ghs_{self.app.id}_secret-token-{next(self._minted):06}"
        token = InstallationToken(
            value, installation, self.now() + self.token_lifetime, permissions, repository_ids
        )
        self._tokens[value] = token
        return token


@dataclass(frozen=True)
class _Request:
    """What the endpoints read of a request."""

    method: str
    path: str
    query: str
    content: bytes
    headers: Mapping[str, str]
    base_url: str = API

    @property
    def query_string(self) -> bytes:
        return self.query.encode()

    @property
    def args(self) -> MultiDict[str, str]:
        return _arguments(self.query)

    def get_data(self) -> bytes:
        return self.content


class GitHubTwin(httpx.Client):
    """GitHub in this process.

    `watch` is called with each request as it takes effect: point, call and answer. Pages of lists are cut
    to `page`.
    """

    def __init__(self, now: Callable[[], float], outside: Outside = direct) -> None:
        super().__init__(base_url=API, transport=httpx.MockTransport(lambda _: httpx.Response(500)))
        self._outside = outside
        self.app = RegisteredApp("12345", "Iv23liStandIn", "alerting", "")
        self.world = World(f"{self.app.slug}[bot]", now)
        self.authority, self.limits = _Authority(self.app, now), Limits(now)
        self.services = Services(
            self.world,
            self.authority,
            self.limits,
            Faults(now),
            Representations(API, "https://github.com", self.app, self.world.bot, now()),
        )
        self.page = 100
        self.watch: Callable[[str, Call, Callable[[], Reply]], Reply] = lambda point, call, reply: reply()

    def rename_app(self, slug: str) -> None:
        """Rename the app."""
        self.app = self.authority.app = replace(self.app, slug=slug)
        self.world.rename_bot(f"{slug}[bot]")
        show = Representations(API, "https://github.com", self.app, self.world.bot, self.world.now())
        self.services = replace(self.services, show=show)

    def reinstall(self, repository: str) -> None:
        """Remove the app from the repository's owner and install it again: its tokens end, its id changes."""
        owner = self.world.repository(repository).owner
        before = self.world.installation_on(owner)
        self.world.reinstall(owner)
        if before is not None:
            self.authority.revoke(before)

    def build_request(self, method: str, url: Any, *, json: Any = None, headers: Any = None, **_: Any) -> Any:
        """Leave out what httpx does for a real connection, which takes most of a call's time."""
        path, _question, query = str(url).removeprefix(API).partition("?")
        if self.page < LARGEST_PAGE:
            query = query.replace(f"per_page={LARGEST_PAGE}", f"per_page={self.page}")
        return _Request(method, path, query, b"" if json is None else dumps(json).encode(), headers or {})

    def send(self, request: Any, **_: Any) -> httpx.Response:
        route, arguments = _match(request.method, request.path)
        point = POINTS.get((request.method, route.name), OTHER)

        def effect() -> httpx.Response:
            status, body, headers = self._answer(point, route, request, arguments)
            content = b"" if status == NOT_MODIFIED else dumps(body).encode()
            return httpx.Response(status, headers=headers, content=content)

        return self._outside(point, effect)

    def _answer(
        self, point: str, route: Route, sent: "_Request", arguments: dict[str, Any]
    ) -> tuple[int, Any, dict[str, str]]:
        caller, authorization = "anonymous", sent.headers.get("authorization")
        try:
            token = None
            if route.credential == "app":
                self.authority.verify_app(authorization)
                caller = "app"
            else:
                token = self.authority.token(authorization)
                caller = f"installation ID {token.installation.id}"
            self.limits.admit(caller, sent.method)
            call = Call(self.services, sent, arguments, caller, token)  # type: ignore[arg-type]
            reply = conditional(sent.method, sent.headers, self.watch(point, call, lambda: route.reply(call)))
            if reply.status == NOT_MODIFIED:
                self.limits.spare(caller)
        except ApiError as error:
            reply = Reply(error.status, error.body, error.headers)
        target = f"{sent.path}?{sent.query}" if sent.query else sent.path
        agent = sent.headers.get("user-agent")
        recording.record(sent.method, target, sent.content, agent, reply.status, reply.body)
        return reply.status, reply.body, self.limits.headers(caller) | reply.headers


@cache
def _arguments(query: str) -> MultiDict[str, str]:
    return MultiDict(parse_qsl(query, keep_blank_values=True))


@cache
def _match(method: str, path: str) -> tuple[Route, dict[str, Any]]:
    for route, pattern in _patterns():
        found = pattern.fullmatch(path) if route.method == method else None
        if found:
            named = {name: unquote(value) for name, value in found.groupdict().items() if value is not None}
            numbers = {name: int(value) for name, value in named.items() if name in _NUMBERS}
            return route, named | numbers
    raise not_found()


_NUMBERS = ("number", "installation_id", "repository_id", "comment_id")


@cache
def _patterns() -> list[tuple[Route, re.Pattern[str]]]:
    found = []
    for route in (*ROUTES, *SUB_ISSUE_ROUTES):
        pattern = re.sub(r"<int:(\w+)>", r"(?P<\1>[0-9]+)", route.path)
        pattern = re.sub(r"<path:(\w+)>", r"(?P<\1>.+)", pattern)
        pattern = re.sub(r"(?<!P)<(\w+)>", r"(?P<\1>[^/]+)", pattern)
        place = r"(?:/repos/(?P<owner>[^/]+)/(?P<name>[^/]+)|/repositories/(?P<repository_id>[0-9]+))"
        found.append((route, re.compile(pattern.replace("/repos/{repo}", place))))
    return found
