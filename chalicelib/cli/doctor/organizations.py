"""Issue types, issue fields and projects: whether GitHub has those that the routing table names."""

from collections.abc import Iterator, Mapping

from chalicelib.cli.doctor.finding import Finding
from chalicelib.cli.doctor.repositories import PATIENCE, Unreported
from chalicelib.errors import Refused
from chalicelib.github.organizations import IssueField, Organizations
from chalicelib.routing import Route
from chalicelib.routing.field_values import FieldValue
from chalicelib.wiring.clock import CLOCK
from chalicelib.wiring.github import client as connect
from chalicelib.wiring.rules import policy
from chalicelib.wiring.stage import Stage

NAME = "types, fields, projects"
CORRECT = "or correct chalicelib/routing.toml"


def organizations(stage: Stage) -> Iterator[Finding]:
    """Check that what the routes name exists and the App may use it; nothing if they name nothing."""
    routes = [each for each in policy(stage.settings).routing.routes if each.of_organization]
    if not routes:
        return
    asked = Organizations(connect(stage, Unreported()))
    found = [each for route in routes for look in LOOKS for each in look(asked, route)]
    yield from dict.fromkeys(found) or [Finding(NAME, "everything that chalicelib/routing.toml names exists")]


def _type(asked: Organizations, route: Route) -> Iterator[Finding]:
    if not route.type:
        return
    try:
        types = asked.types(route.repository, CLOCK.now() + PATIENCE)
    except Refused as error:
        if error.status != 404:
            raise
        types = []  # only organizations have them
    if route.type.casefold() not in {each.name.casefold() for each in types if each.is_enabled}:
        told = f"it has no issue type {route.type}: issues are opened without it"
        yield Finding(route.repository, told, f"Add it in the organization's settings, {CORRECT}.")


def _fields(asked: Organizations, route: Route) -> Iterator[Finding]:
    if not route.fields:
        return
    owner = route.repository.partition("/")[0]
    try:
        fields = asked.fields(route.repository, CLOCK.now() + PATIENCE)
    except Refused as error:
        yield _refused(owner, error, "its issue fields cannot be read", "`Issue fields: read`")
        return
    known = {field.name.casefold(): field for field in fields}
    for name, value in route.fields.items():
        if wrong := _wrong(name, value, known):
            to_do = f"Add it in the settings of {owner}, {CORRECT}."
            yield Finding(owner, f"{wrong}: issues are opened without it", to_do)


def _wrong(name: str, value: FieldValue, known: Mapping[str, IssueField]) -> str:
    """Say what a field lacks; the value of a text with words in braces is known only with its alert."""
    field = known.get(name.casefold())
    if field is None:
        return f"there is no issue field {name}"
    texts = value.values() if isinstance(value, Mapping) else [value]
    options = {each.name for each in field.options or ()}
    lacking = [str(text) for text in texts if options and "{" not in str(text) and text not in options]
    return f"the issue field {name} has no option {', '.join(lacking)}" if lacking else ""


def _project(asked: Organizations, route: Route) -> Iterator[Finding]:
    if not route.project:
        return
    owner = route.repository.partition("/")[0]
    try:
        asked.has_project(route.repository, route.project, CLOCK.now() + PATIENCE)
    except Refused as error:
        told = f"issues cannot be added to its project {route.project}"
        yield _refused(owner, error, told, "`Projects: read and write`")


def _refused(owner: str, error: Refused, told: str, permission: str) -> Finding:
    """Say what to do about a refusal: GitHub mints no token for a permission that the App lacks (422)."""
    if error.status == 404:
        return Finding(owner, f"{told}: not found", f"Create it in {owner}, {CORRECT}.")
    to_do = (
        f"Grant the App the organization permission {permission}, and accept it on the installation's page."
    )
    return Finding(owner, f"{told}: {error}", to_do)


LOOKS = (_type, _fields, _project)
