"""The endpoints of an organization: its issue fields and projects, and the issue types of its repositories.

docs.github.com/en/rest/orgs/issue-fields, docs.github.com/en/rest/projects. Each needs a permission of the
organization, which an installation has only if it was granted.
"""

from __future__ import annotations

from .call import Call, Reply
from .errors import ApiError, lacks_permission, not_found
from .model import Repository
from .routes import Route

FIELDS_READ, PROJECTS_READ = "issue_fields=read", "organization_projects=read"
PROJECTS_WRITE = "organization_projects=write"


def _types(call: Call) -> Reply:
    return Reply(200, [call.show.issue_type(name) for name in call.repository("metadata=read").issue_types])


def _fields(call: Call) -> Reply:
    known = {
        number: field
        for repository in _repositories(call, FIELDS_READ)
        for number, field in repository.issue_fields.items()
    }
    return Reply(200, [call.show.issue_field(field) for field in known.values()])


def _project(call: Call) -> Reply:
    _repositories(call, PROJECTS_READ)
    owner, number = call.arguments["organization"].lower(), call.arguments["number"]
    if (owner, number) not in call.world.projects:
        raise not_found()
    return Reply(200, call.show.project(call.world.account(owner), number))


def _add_item(call: Call) -> Reply:
    """Add an issue; one that is in the project already is refused (actions/add-to-project#389)."""
    repositories = _repositories(call, PROJECTS_WRITE)
    items = call.world.projects.get((call.arguments["organization"].lower(), call.arguments["number"]))
    if items is None:
        raise not_found()
    sent = call.payload()
    named = [each for each in repositories if each.full_name == f"{sent['owner']}/{sent['repo']}"]
    issue = next((each for found in named for each in found.listed if each.number == sent["number"]), None)
    if issue is None:
        raise not_found()
    if issue in items:
        raise ApiError(422, "Content already exists in this project")
    items.append(issue)
    return Reply(201, call.show.project_item(issue, len(items)))


def _repositories(call: Call, needs: str) -> list[Repository]:
    """The repositories of the organization that the token may ask about."""
    if call.token is None or not call.token.allows(needs):
        raise lacks_permission(needs)
    owner = call.arguments["organization"].lower()
    if call.token.installation.account.login.lower() != owner:
        raise not_found()
    return [each for each in call.world.repositories.values() if each.owner.login.lower() == owner]


ORGANIZATION_ROUTES = (
    Route("GET", "/repos/{repo}/issue-types", _types, "installation"),
    Route("GET", "/orgs/<organization>/issue-fields", _fields, "installation"),
    Route("GET", "/orgs/<organization>/projectsV2/<int:number>", _project, "installation"),
    Route("POST", "/orgs/<organization>/projectsV2/<int:number>/items", _add_item, "installation"),
)
