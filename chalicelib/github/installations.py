"""Installations: where the App is installed, and the tokens for what it may access there.

A token covers one repository, to read and write issues. A token for all repositories of an installation only
reads: it is needed to find an issue that was transferred, which a token finds only if it can read the issue
in its new place (docs.github.com/en/rest/issues/issues#get-an-issue).

None of this is permanent: an App may be renamed, removed and installed again, suspended and restored; a
repository may be renamed, or move to another owner. What is known of an installation is as old as its token,
at most an hour, and is looked up again when an answer suggests that it is out of date.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from chalicelib.errors import Invalid, Refused
from chalicelib.github.answers import Us
from chalicelib.github.app_endpoints import AppEndpoints, Installation, Send, Token
from chalicelib.github.auth import App
from chalicelib.github.protocol import ISSUE_FIELDS, PROJECTS
from chalicelib.github.refusals import Doubt, doubt

EXPIRY_MARGIN = timedelta(minutes=5)
LOOKED = timedelta(minutes=1)
"""How long an installation that was looked up is not doubted."""

WORK = {"issues": "write", "metadata": "read"}
SIGHT = {"issues": "read", "metadata": "read"}
EVERYWHERE = ""
"""Stands for all that the installation can access, instead of a repository's name."""
GRANTED: Mapping[str, Mapping[str, str]] = {
    EVERYWHERE: SIGHT,
    ISSUE_FIELDS: SIGHT | {ISSUE_FIELDS: "read"},
    PROJECTS: SIGHT | {PROJECTS: "write"},
}
"""The permissions of a token for all repositories, by the permission of the organization that it is for.

GitHub refuses a token that names a permission which the App lacks, so the one for issues names none of these.
"""


@dataclass(frozen=True, slots=True)
class Access:
    """A token, and who we are with it."""

    token: str = field(repr=False)
    us: Us
    expires_at: datetime


class Installations:
    """Finds the installation of a repository, and keeps its token until shortly before it expires.

    `now` is GitHub's time as far as it is known: tokens expire by GitHub's clock, and JWTs are dated for it.
    An installation that was found for an owner serves all of the owner's repositories, until one of them
    turns out to be elsewhere.
    """

    def __init__(self, app: App, send: Send, now: Callable[[], datetime]) -> None:
        self._endpoints, self._now = AppEndpoints(app, send, now), now
        self._found: dict[str, Installation] = {}
        self._ids: dict[str, int] = {}
        self._looked_at: dict[str, datetime] = {}
        self._minted: dict[tuple[int, str], Token] = {}

    def ready(self, repository: str) -> bool:
        """Say whether there is a valid token for the repository."""
        return self._valid(self._held(repository, repository))

    def access(self, repository: str) -> Access:
        """Return a valid token for this repository alone; raises the classified errors."""
        if self._held(repository, repository) and not self.ready(repository):
            self._drop_token(repository)
            self._drop_installation(repository)
        found = self._known(repository) or self._look(repository)
        try:
            minted = self._token(found, repository, repository)
        except Invalid:  # renamed, in another installation than its owner's others, or in another case
            if self._just_looked(repository) or not self._moved(repository):
                if repository.lower() in self._ids:
                    raise
                self._ids[repository.lower()] = self._endpoints.repository_id(found, repository)
            found = self._known(repository) or found
            minted = self._token(found, repository, repository)
        return Access(minted.token, found.us, minted.expires_at)

    def sight(self, repository: str, grant: str = EVERYWHERE) -> str:
        """Return a token that reads the issues of all repositories in the repository's installation.

        With a `grant` it also has that permission of the organization; raises Invalid if the App lacks it.
        """
        found = self._known(repository) or self._look(repository)
        if not self._valid(self._held(repository, grant)):
            self._minted.pop((found.id, grant), None)
        return self._token(found, repository, grant).token

    def look(self, repository: str) -> Us:
        """Say who we are there now: a renamed App's bot has another login."""
        return self._look(repository).us

    def renewed(self, repository: str, refused: Refused) -> bool:
        """Whether a refused request is worth sending again, with the access that there is now."""
        match doubt(refused):
            case Doubt.ACCESS:
                self.forget(repository)
                return True
            case Doubt.PLACE if not self._just_looked(repository):
                moved = self._moved(repository)
                # If its name now belonged to another repository, the token would be for the wrong one.
                self._drop_token(repository)
                return moved
            case _:
                return False

    def forget(self, repository: str) -> None:
        """Drop all tokens of an installation, which GitHub no longer accepts, and what was known about it."""
        known = self._known(repository)
        self._drop_installation(repository)
        self._minted = {key: token for key, token in self._minted.items() if not known or key[0] != known.id}

    def _known(self, repository: str) -> Installation | None:
        return self._found.get(repository.lower()) or self._found.get(_owner(repository))

    def _held(self, repository: str, opens: str) -> Token | None:
        known = self._known(repository)
        return self._minted.get((known.id, opens.lower())) if known else None

    def _valid(self, token: Token | None) -> bool:
        return token is not None and token.expires_at > self._now() + EXPIRY_MARGIN

    def _just_looked(self, repository: str) -> bool:
        looked_at = self._looked_at.get(repository.lower())
        return looked_at is not None and self._now() < looked_at + LOOKED

    def _drop_token(self, repository: str) -> None:
        known = self._known(repository)
        if known:
            self._minted.pop((known.id, repository.lower()), None)

    def _drop_installation(self, repository: str) -> None:
        """Look it up again before its next token is minted; existing tokens stay valid."""
        known = self._known(repository)
        self._found = {key: each for key, each in self._found.items() if not known or each.id != known.id}

    def _token(self, installation: Installation, repository: str, opens: str) -> Token:
        key = (installation.id, opens.lower())
        if key not in self._minted:
            wanted = {"permissions": GRANTED[opens]} if opens in GRANTED else self._narrowed(repository)
            try:
                self._minted[key] = self._endpoints.token(installation, repository, wanted)
            except Refused as error:
                if not isinstance(error, Invalid):
                    self.forget(repository)  # it may have been removed, and created again under another id
                raise
        return self._minted[key]

    def _narrowed(self, repository: str) -> dict[str, Any]:
        """Name what a token covers: by id if GitHub does not accept the name, such as a former one."""
        renamed = self._ids.get(repository.lower())
        if renamed is None:
            return {"repositories": [repository.partition("/")[2]], "permissions": WORK}
        return {"repository_ids": [renamed], "permissions": WORK}

    def _moved(self, repository: str) -> bool:
        """Look up where a repository is, and say whether that has changed."""
        before = self._place(repository)
        self._look(repository)
        return self._place(repository) != before

    def _place(self, repository: str) -> tuple[int | None, int | None]:
        known = self._known(repository)
        return known.id if known else None, self._ids.get(repository.lower())

    def _look(self, repository: str) -> Installation:
        """Look up a repository's installation, and note it."""
        self._looked_at[repository.lower()] = self._now()
        found, renamed = self._endpoints.installation(repository)
        for key in self._keys(repository, found):
            self._found[key] = found
        self._ids.pop(repository.lower(), None)
        if renamed is not None:
            self._ids[repository.lower()] = renamed
        return found

    def _keys(self, repository: str, found: Installation) -> list[str]:
        """Return the keys to note it under: those that have it already, its owner, or else itself alone."""
        known = self._known(repository)
        if known is None:
            return [_owner(repository)]
        same = [key for key, each in self._found.items() if each.id == found.id == known.id]
        return same or [repository.lower()]


def _owner(repository: str) -> str:
    return repository.partition("/")[0].lower()
