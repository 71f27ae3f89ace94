"""The App's own endpoints, called with its JWT: where it is installed, and tokens for those installations.

docs.github.com/en/rest/apps/apps
"""

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Annotated, Any

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from chalicelib.errors import Refused, RepositoryMissing
from chalicelib.github.answers import Us, read
from chalicelib.github.auth import CLOCK_DRIFT, App
from chalicelib.github.protocol import Request, Response

_RENAMED = re.compile(r"/repositories/([0-9]{1,18})/installation$")


class _Answer(BaseModel):
    model_config = ConfigDict(hide_input_in_errors=True)  # otherwise errors would contain tokens


class Installation(_Answer):
    """Where the App is installed."""

    id: int
    app_id: int = 0
    app_slug: str

    @property
    def us(self) -> Us:
        """Who we are there."""
        return Us(self.app_id, f"{self.app_slug}[bot]")


class Repository(_Answer):
    """A repository, whatever name it was requested under."""

    id: int


class Token(_Answer):
    """An installation token."""

    # A token that cannot be sent in a header would be shown in the error about it.
    token: Annotated[str, StringConstraints(pattern=r"^[!-~]+$")] = Field(repr=False)
    expires_at: AwareDatetime


Send = Callable[[Request, str], Response]
"""Send a request with this credential; raises the classified errors."""


class AppEndpoints:
    """Makes calls as the App; raises the classified errors. `now` is GitHub's time as far as it is known."""

    def __init__(self, app: App, send: Send, now: Callable[[], datetime]) -> None:
        self._app, self._send, self._now = app, send, now

    def installation(self, repository: str) -> tuple[Installation, int | None]:
        """Find a repository's installation, and the repository's id if it was renamed or moved.

        GitHub then answers with a redirect, which names the repository by its id.
        """
        request = Request("GET", f"/repos/{repository}/installation", repository)
        try:
            answer = self._ask(request)
        except Refused as error:
            if error.status != 404:
                raise
            raise RepositoryMissing(
                f"there is no repository {repository} on which the App is installed ({error}): "
                "install it there, or name another in chalicelib/routing.toml",
                status=404,
                request_id=error.request_id,
            ) from error
        renamed = _RENAMED.search(answer.address)
        return read(Installation.model_validate_json, request, answer), int(renamed[1]) if renamed else None

    def token(self, installation: Installation, repository: str, narrowed: Mapping[str, Any]) -> Token:
        """Mint a token for a repository; `narrowed` limits what it may access and do there."""
        path = f"/app/installations/{installation.id}/access_tokens"
        request = Request("POST", path, repository, narrowed)
        return read(Token.model_validate_json, request, self._ask(request))

    def repository_id(self, installation: Installation, repository: str) -> int:
        """Find a repository's id, with a token that can only list repositories.

        Paths of GitHub's API ignore case; it is not documented whether a token's `repositories` do.
        """
        token = self.token(installation, repository, {"permissions": {"metadata": "read"}})
        request = Request("GET", f"/repos/{repository}", repository)
        return read(Repository.model_validate_json, request, self._send(request, token.token)).id

    def _ask(self, request: Request) -> Response:
        """Send as the App; send again if the refusal shows that a wrong clock dated the JWT."""
        signed_at = self._now()
        try:
            return self._send(request, self._app.token(signed_at))
        except Refused as error:
            if error.status != 401 or abs(self._now() - signed_at) < CLOCK_DRIFT / 2:
                raise
        return self._send(request, self._app.token(self._now()))
