"""The pages on which a person registers an app from a manifest, and installs it.

docs.github.com/en/apps/sharing-github-apps/registering-a-github-app-from-a-manifest
"""

from __future__ import annotations

import json
import re
import secrets
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit

from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map, Rule
from werkzeug.utils import redirect
from werkzeug.wrappers import Request, Response

from .auth import App
from .key import AppKey
from .model import HookConfig, Repository
from .pages.look import Look

if TYPE_CHECKING:
    from .server import GitHubServer

LONGEST_NAME = 34
EVENTS = {"issues": "issues", "issue_comment": "issues"}
"""The permission without which an app cannot subscribe to an event."""


class Registration:
    """Answers the browser of an organisation's owner."""

    def __init__(self, server: GitHubServer) -> None:
        self._server, self._look = server, Look(server.world)
        organization, app = "/organizations/<organization>/settings/apps", "/apps/<slug>/installations"
        self._map = Map(
            [
                Rule(f"{organization}/new", endpoint=self._confirm, methods=["POST"]),
                Rule(organization, endpoint=self._create, methods=["POST"]),
                Rule(f"{app}/new", endpoint=self._choose, methods=["GET"]),
                Rule(app, endpoint=self._install, methods=["POST"]),
            ]
        )

    def respond(self, request: Request) -> Response | None:
        """The page, if the request is for one of these."""
        try:
            page, arguments = self._map.bind("").match(request.path, request.method)
        except HTTPException:
            return None
        with self._server.world.lock:
            response: Response = page(request, **arguments)
        return response

    def _confirm(self, request: Request, organization: str) -> Response:
        """Show who is to own it, and let the person change its name."""
        manifest, faults = _read(request.form.get("manifest", ""))
        if not self._owned(organization):
            return self._page("missing", 404, path=request.path)
        if faults:
            return self._page("manifest-refused", 422, faults=faults)
        return self._page(
            "register",
            organization=organization,
            manifest=json.dumps(manifest),
            name=manifest.get("name", ""),
            state=request.args.get("state", ""),
        )

    def _create(self, request: Request, organization: str) -> Response:
        """Register it, and lead the browser back with a code."""
        manifest, _ = _read(request.form["manifest"])
        name, code = request.form["name"][:LONGEST_NAME], secrets.token_hex(20)
        key = AppKey.generate()
        app = App(
            id=str(secrets.randbelow(10**7) + 1),
            client_id=f"Iv23li{secrets.token_hex(7)}",
            slug=re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-"),
            public_key_pem=key.public_pem,
            owner=organization,
            permissions=tuple({**manifest["default_permissions"], "metadata": "read"}.items()),
            events=tuple(manifest.get("default_events", ())),
        )
        hook = HookConfig(manifest["hook_attributes"]["url"], secrets.token_hex(20))
        server, world = self._server, self._server.world
        server.register_app(app)
        world.hook = hook
        credentials = {
            "client_id": app.client_id,
            "client_secret": secrets.token_hex(20),
            "webhook_secret": hook.secret,
            "pem": key.private_pem,
        }
        world.conversions[code] = (server.now(), server.services.show.the_app() | credentials)
        back = urlencode({"code": code, "state": request.form["state"]})
        return redirect(f"{manifest['redirect_url']}?{back}")

    def _choose(self, request: Request, slug: str) -> Response:
        if slug != self._server.app.slug:
            return self._page("missing", 404, path=request.path)
        owner = self._server.app.owner
        names = [repository.name for repository in self._owned(owner)]
        return self._page("install", slug=slug, owner=owner, names=names)

    def _install(self, request: Request, slug: str) -> Response:
        app, world = self._server.app, self._server.world
        for name in request.form.getlist("repository"):
            world.install(world.repository(f"{app.owner}/{name}")).permissions = dict(app.permissions)
        return self._page("installed", slug=slug, names=request.form.getlist("repository"))

    def _owned(self, organization: str) -> list[Repository]:
        known = self._server.world.repositories.values()
        return [repository for repository in known if repository.owner.login == organization]

    def _page(self, template: str, status: int = 200, **shown: Any) -> Response:
        return Response(self._look.render(f"{template}.html", **shown), status, mimetype="text/html")


def _read(text: str) -> tuple[dict[str, Any], list[str]]:
    """Read a manifest, and name what is wrong with it."""
    try:
        manifest = json.loads(text)
    except ValueError:
        return {}, ["The manifest is not valid JSON."]
    hook, granted = manifest.get("hook_attributes", {}), manifest.get("default_permissions", {})
    host = urlsplit(hook.get("url", "")).hostname
    wrong = {
        '"url" wasn\'t supplied.': not manifest.get("url"),
        '"redirect_url" wasn\'t supplied.': not manifest.get("redirect_url"),
        "Hook url wasn't supplied.": not host,
        "Hook url isn't reachable over the public Internet.": host in ("localhost", "127.0.0.1"),
        f"Name is too long (maximum is {LONGEST_NAME}).": len(manifest.get("name", "")) > LONGEST_NAME,
    }
    faults = [fault for fault, holds in wrong.items() if holds]
    unsupported = [each for each in manifest.get("default_events", ()) if EVENTS.get(each) not in granted]
    return manifest, faults + [f"Default events unsupported: {each}" for each in unsupported]
