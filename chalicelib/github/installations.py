"""Installations: where the App is installed, and the tokens that open what it may reach there.

Nothing of it is for ever: an App is renamed, removed and installed again, suspended and restored, and a
repository moves to another owner. What is known of an installation is as old as its token, an hour at most,
and is looked up again where an answer says that it may not hold any more.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Annotated, TypeVar

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from chalicelib.errors import Refused, RepositoryMissing
from chalicelib.github import protocol
from chalicelib.github.answers import Us
from chalicelib.github.auth import CLOCK_DRIFT, App
from chalicelib.github.protocol import Request, Response
from chalicelib.github.refusals import Doubt, doubt

EXPIRY_MARGIN = timedelta(minutes=5)
LOOKED = timedelta(minutes=1)
"""For how long an installation that was looked up is not doubted."""


class _Answer(BaseModel):
    model_config = ConfigDict(hide_input_in_errors=True)  # or a token would stand in an error's text


class _Installation(_Answer):
    id: int
    app_id: int = 0
    app_slug: str

    @property
    def us(self) -> Us:
        return Us(self.app_id, f"{self.app_slug}[bot]")


class _Token(_Answer):
    # What no header can carry would be shown by the error that says so.
    token: Annotated[str, StringConstraints(pattern=r"^[!-~]+$")] = Field(repr=False)
    expires_at: AwareDatetime


Model = TypeVar("Model", bound=_Answer)


@dataclass(frozen=True, slots=True)
class Access:
    """A token, and who we are for whom it opens."""

    token: str = field(repr=False)
    us: Us
    expires_at: datetime


Send = Callable[[Request, str], Response]
"""Send a request with this credential; raises the classified errors."""


class Installations:
    """Finds the installation of a repository and keeps its token until shortly before it expires.

    `now` is GitHub's time as far as it is known: it dates tokens by its own clock, and JWTs are dated for it.
    One that was found for an owner serves all of its repositories, until one of them turns out to be
    elsewhere.
    """

    def __init__(self, app: App, send: Send, now: Callable[[], datetime]) -> None:
        self._app, self._send, self._now = app, send, now
        self._found: dict[str, _Installation] = {}
        self._looked_at: dict[str, datetime] = {}
        self._minted: dict[int, _Token] = {}

    def ready(self, repository: str) -> bool:
        """Say whether there is a valid token for the repository."""
        token = self._token(repository)
        return token is not None and token.expires_at > self._now() + EXPIRY_MARGIN

    def access(self, repository: str) -> Access:
        """Give a valid token for the repository; raises the classified errors."""
        if self._token(repository) and not self.ready(repository):
            self.forget(repository)
        found = self._known(repository) or self._look(repository)
        if found.id not in self._minted:
            self._minted[found.id] = self._mint(repository, found)
        minted = self._minted[found.id]
        return Access(minted.token, found.us, minted.expires_at)

    def look(self, repository: str) -> Us:
        """Say who we are there as of now: a renamed App's bot has another login."""
        return self._look(repository).us

    def renewed(self, repository: str, refused: Refused) -> bool:
        """Whether what was refused is worth sending again, with the access that there is now."""
        known = self._known(repository)
        match doubt(refused):
            case Doubt.ACCESS:
                self.forget(repository)
                return True
            case Doubt.PLACE if not self._just_looked(repository):
                return known is None or self._look(repository).id != known.id
            case _:
                return False

    def forget(self, repository: str) -> None:
        """Drop a token that GitHub no longer takes, and what was known of its installation."""
        known = self._known(repository)
        for key in [key for key, found in self._found.items() if found == known]:
            del self._found[key]
        if known:
            self._minted.pop(known.id, None)

    def _known(self, repository: str) -> _Installation | None:
        return self._found.get(repository.lower()) or self._found.get(_owner(repository))

    def _token(self, repository: str) -> _Token | None:
        known = self._known(repository)
        return self._minted.get(known.id) if known else None

    def _just_looked(self, repository: str) -> bool:
        looked_at = self._looked_at.get(repository.lower())
        return looked_at is not None and self._now() < looked_at + LOOKED

    def _mint(self, repository: str, installation: _Installation) -> _Token:
        path = f"/app/installations/{installation.id}/access_tokens"
        request = Request("POST", path, repository, {"permissions": {"issues": "write", "metadata": "read"}})
        try:
            answer = self._ask(request)
        except Refused:
            self.forget(repository)  # it may have been removed since, and made again under another id
            raise
        return self._read(_Token, request, answer)

    def _ask(self, request: Request) -> Response:
        """Send as the App; once more where the refusal shows that the JWT was dated by a clock far apart."""
        signed_at = self._now()
        try:
            return self._send(request, self._app.token(signed_at))
        except Refused as error:
            if error.status != 401 or abs(self._now() - signed_at) < CLOCK_DRIFT / 2:
                raise
        return self._send(request, self._app.token(self._now()))

    def _look(self, repository: str) -> _Installation:
        """Look the installation of a repository up, and note it."""
        request = Request("GET", f"/repos/{repository}/installation", repository)
        self._looked_at[repository.lower()] = self._now()
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
        found = self._read(_Installation, request, answer)
        for key in self._keys(repository, found):
            self._found[key] = found
        return found

    def _keys(self, repository: str, found: _Installation) -> list[str]:
        """Under what it is noted: where it is known already, else for its owner, else for itself alone."""
        known = self._known(repository)
        if known is None:
            return [_owner(repository)]
        same = [key for key, each in self._found.items() if each.id == found.id == known.id]
        return same or [repository.lower()]

    @staticmethod
    def _read(model: type[Model], request: Request, response: Response) -> Model:
        try:
            return model.model_validate_json(response.content)
        except ValidationError as error:
            raise protocol.unreadable(request, response) from error


def _owner(repository: str) -> str:
    return repository.split("/", maxsplit=1)[0].lower()
