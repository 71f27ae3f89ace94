"""Organizations: the issue fields, issue types and projects that an organization may have.

docs.github.com/en/rest/orgs/issue-fields, docs.github.com/en/rest/projects/items
"""

from datetime import datetime, timedelta

from pydantic import BaseModel, TypeAdapter

from chalicelib.conditions.issue import IssueRef
from chalicelib.errors import GitHubError, Refused
from chalicelib.github import requests
from chalicelib.github.answers import read
from chalicelib.github.lists import Client

KEPT = timedelta(hours=1)
"""How long a worker uses the fields that it has looked up."""

AFTER_FAILURE = timedelta(minutes=10)
"""How long it opens issues without fields before it looks them up again."""


class Option(BaseModel):
    """One of the values that people can select."""

    name: str


class IssueField(BaseModel):
    """An issue field; one without options takes any value of its kind."""

    id: int
    name: str
    options: list[Option] | None = None


class IssueType(BaseModel):
    """A type that issues may have."""

    name: str
    is_enabled: bool = True


_FIELDS, _TYPES = TypeAdapter(list[IssueField]), TypeAdapter(list[IssueType])


class Organizations:
    """Asks about the organization of a repository; raises the classified errors.

    Invalid means that the App lacks the permission, Refused that the organization, or the person, has no such
    thing. A call that could end after `before` is not sent.
    """

    def __init__(self, client: Client) -> None:
        self._client = client
        self._ids: dict[str, tuple[dict[str, int], datetime]] = {}

    def fields(self, repository: str, before: datetime) -> list[IssueField]:
        """List the issue fields."""
        request = requests.list_fields(repository)
        return read(_FIELDS.validate_json, request, self._client.send(request, before))

    def types(self, repository: str, before: datetime) -> list[IssueType]:
        """List the types that an issue of a repository may have."""
        request = requests.list_types(repository)
        return read(_TYPES.validate_json, request, self._client.send(request, before))

    def has_project(self, repository: str, number: int, before: datetime) -> None:
        """Check that there is a project to which issues can be added."""
        self._client.send(requests.project(repository, number), before)

    def add_to_project(self, ref: IssueRef, number: int, before: datetime) -> None:
        """Add an issue to a project, unless it is already there."""
        try:
            self._client.send(requests.add_to_project(ref, number), before)
        except Refused as error:
            if "already exists" not in str(error):  # github.com/actions/add-to-project/issues/389
                raise

    def values(
        self, repository: str, fields: tuple[tuple[str, str | float], ...], before: datetime
    ) -> requests.FieldValues:
        """Replace the names of fields by their ids, as an opening needs them; unknown ones are left out.

        At most one look-up an hour; never raises, since an issue without its fields is better than no issue.
        """
        ids = self._numbered(repository, before) if fields else {}
        return [(ids[name.casefold()], value) for name, value in fields if name.casefold() in ids]

    def _numbered(self, repository: str, before: datetime) -> dict[str, int]:
        owner = repository.partition("/")[0].lower()
        ids, until = self._ids.get(owner, ({}, before))
        if before < until:
            return ids
        try:
            ids, until = (
                {each.name.casefold(): each.id for each in self.fields(repository, before)},
                before + KEPT,
            )
        except GitHubError:  # the opening's log line says what is missing
            until = before + AFTER_FAILURE
        self._ids[owner] = (ids, until)
        return ids
