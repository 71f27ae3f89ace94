"""The calls to GitHub that prepare an App: its credentials for a code, its webhook, and its installations.

docs.github.com/en/rest/apps
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar
from urllib.parse import quote

import httpx
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from chalicelib.github.auth import App
from chalicelib.github.protocol import ACCEPT, API_VERSION, USER_AGENT
from ops.deployment import Faults

T = TypeVar("T", bound=BaseModel)
HOOK = "/app/hook/config"
HEADERS = {"User-Agent": USER_AGENT, "Accept": ACCEPT, "X-GitHub-Api-Version": API_VERSION}


class _Answer(BaseModel):
    model_config = ConfigDict(hide_input_in_errors=True)  # otherwise errors would contain keys


class Created(_Answer):
    """An App that GitHub has just created; its client secret, which nothing needs, is not stored."""

    client_id: str
    html_url: str
    pem: str = Field(repr=False)


class Itself(_Answer):
    """The App as GitHub describes it to itself."""

    html_url: str


class HookConfig(_Answer):
    """The App's webhook."""

    url: str = ""
    content_type: str = ""


@dataclass(frozen=True)
class GitHub:
    """GitHub's API; raises Faults, which contain neither a code nor a key."""

    http: httpx.Client
    now: Callable[[], datetime]

    def convert(self, code: str) -> Created:
        """Exchange the code of the manifest flow, which works only once."""
        path = f"/app-manifests/{quote(code, safe='')}/conversions"
        return _read(Created, _expected(self._send("POST", path)))

    def itself(self, app: App) -> Itself:
        """Ask for the App's name."""
        return _read(Itself, _expected(self._send("GET", "/app", app)))

    def hook(self, app: App) -> HookConfig:
        """Ask where the App's events go."""
        return _read(HookConfig, _expected(self._send("GET", HOOK, app)))

    def set_hook(self, app: App, url: str, secret: str) -> None:
        """Have the App's events sent to an address, as JSON, signed with a secret."""
        wanted = {"url": url, "content_type": "json", "insecure_ssl": "0", "secret": secret}
        _expected(self._send("PATCH", HOOK, app, wanted))

    def installed(self, app: App, repository: str) -> bool:
        """Ask whether the App is installed on a repository."""
        answer = self._send("GET", f"/repos/{repository}/installation", app)
        return answer.status_code != 404 and bool(_expected(answer))

    def _send(
        self, method: str, path: str, app: App | None = None, body: Mapping[str, Any] | None = None
    ) -> httpx.Response:
        """Send a request, as the App if one is given."""
        signed = {"Authorization": f"Bearer {app.token(self.now())}"} if app else {}
        try:
            return self.http.request(method, path, headers=HEADERS | signed, json=body, follow_redirects=True)
        except httpx.TransportError as error:
            raise Faults("GitHub could not be reached:", [type(error).__name__]) from None


def _expected(answer: httpx.Response) -> httpx.Response:
    """Return a success; raises Faults with GitHub's message, but no address, as that may contain a code."""
    if answer.is_success:
        return answer
    try:
        message = str(answer.json()["message"])
    except (ValueError, KeyError, TypeError):
        message = "no reason given"
    raise Faults("GitHub refused the request:", [f"{answer.status_code}: {message}"])


def _read(kind: type[T], answer: httpx.Response) -> T:
    try:
        return kind.model_validate_json(answer.content)
    except ValidationError as error:
        fields = sorted({str(each["loc"][0]) for each in error.errors() if each["loc"]})
        raise Faults("GitHub's answer cannot be read:", [", ".join(fields) or "not JSON"]) from None
