"""The endpoints. Each takes a `Call` and replies; refusals are raised as `ApiError`."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from . import listing, payload
from .call import ISSUES_DISABLED, Call, Reply
from .errors import ApiError, forbidden, gone, not_found, validation_failed
from .model import Installation, Repository, StateReason

READ, WRITE = "issues=read", "issues=write"
NOT_ACCESSIBLE = (
    "There is at least one repository that does not exist or is not accessible to the parent installation."
)
LOCKED = "Unable to create comment because issue is locked."
LOCKING_HELP = "https://docs.github.com/articles/locking-conversations/"


@dataclass(frozen=True)
class Route:
    """An endpoint, and what opens it: the app's JWT, an installation token, or what its path says."""

    method: str
    path: str
    reply: Callable[[Call], Reply]
    credential: Literal["app", "installation", "path"]

    @property
    def name(self) -> str:
        """The path as GitHub documents it, e.g. `/repos/{repo}/issues/{number}`."""
        return re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", self.path)


ROUTES: list[Route] = []


def _route(
    method: str, path: str, credential: Literal["app", "installation"] = "installation"
) -> Callable[[Callable[[Call], Reply]], Callable[[Call], Reply]]:
    def register(reply: Callable[[Call], Reply]) -> Callable[[Call], Reply]:
        ROUTES.append(Route(method, path, reply, credential))
        return reply

    return register


@_route("GET", "/app", "app")
def _the_app(call: Call) -> Reply:
    return Reply(200, call.show.the_app())


@_route("GET", "/app/installations", "app")
def _installations(call: Call) -> Reply:
    found, links = listing.page(
        list(call.world.installations.values()), call.request.args, call.request.base_url
    )
    return Reply(200, [call.show.installation(installation) for installation in found], links)


@_route("GET", "/app/installations/<int:installation_id>", "app")
def _installation(call: Call) -> Reply:
    return Reply(200, call.show.installation(_named_installation(call)))


@_route("GET", "/repos/{repo}/installation", "app")
def _installation_of_repository(call: Call) -> Reply:
    repository = call.repository()
    installation = call.world.installation_on(repository.owner)
    if installation is None or repository.id not in installation.repository_ids:
        raise not_found()
    return Reply(200, call.show.installation(installation))


@_route("POST", "/app/installations/<int:installation_id>/access_tokens", "app")
def _mint_token(call: Call) -> Reply:
    installation = _named_installation(call)
    if installation.suspended_at is not None:
        raise forbidden("This installation has been suspended")
    wanted = call.payload()
    permissions = wanted.get("permissions") or installation.permissions
    for name, level in permissions.items():
        if installation.permissions.get(name) not in (level, "write"):
            raise ApiError(422, "The permissions requested are not granted to this installation.")
    known = call.world.repositories
    accessible = [known[number] for number in sorted(installation.repository_ids) if number in known]
    spelled = str if call.world.tokens_heed_case else str.lower
    chosen = _chosen_repositories(wanted, accessible, spelled)
    ids = None if chosen is None else frozenset(repository.id for repository in chosen)
    token = call.services.authority.mint(installation, dict(permissions), ids)
    return Reply(201, call.show.token(token, chosen))


def _named_installation(call: Call) -> Installation:
    installation = call.world.installations.get(call.arguments["installation_id"])
    if installation is None:
        raise not_found()
    return installation


def _chosen_repositories(
    wanted: payload.Payload, accessible: list[Repository], spelled: Callable[[str], str]
) -> list[Repository] | None:
    names = {spelled(name) for name in wanted.get("repositories") or ()}
    ids = set(wanted.get("repository_ids") or ())
    if not names and not ids:
        return None
    chosen = [each for each in accessible if spelled(each.name) in names or each.id in ids]
    if len(chosen) < len(names | ids):
        raise ApiError(422, NOT_ACCESSIBLE)
    return chosen


@_route("GET", "/rate_limit")
def _rate_limit(call: Call) -> Reply:
    limit, used, reset = call.services.limits.standing(call.caller)
    core = {"limit": limit, "used": used, "remaining": max(limit - used, 0), "reset": reset}
    search = {"limit": 30, "used": 0, "remaining": 30, "reset": reset}
    return Reply(200, {"resources": {"core": core, "search": search}, "rate": core})


@_route("GET", "/repos/{repo}")
def _repository(call: Call) -> Reply:
    return Reply(200, call.show.repository(call.repository()))


@_route("GET", "/repos/{repo}/issues")
def _list_issues(call: Call) -> Reply:
    repository = call.repository(READ)
    if not repository.has_issues:
        raise gone(ISSUES_DISABLED)
    changed_before = call.world.now() - call.services.faults.listing_lag
    found = listing.issues(repository.listed, call.request.args, changed_before=changed_before)
    shown, links = listing.page(found, call.request.args, f"{call.show.lasting_url(repository)}/issues")
    return Reply(200, [call.show.issue(issue) for issue in shown], links)


@_route("POST", "/repos/{repo}/issues")
def _open_issue(call: Call) -> Reply:
    repository = call.repository(WRITE)
    if not repository.has_issues:
        raise gone(ISSUES_DISABLED)
    sent = call.payload()
    title, body = payload.title_of(sent), payload.body_of(sent)
    labels = payload.labels_of(sent, repository, call.installation())
    assignees = payload.assignees_of(sent, repository, call.installation())
    parent = payload.parent_of(sent, call.world.issue_by_id, call.installation())
    kind = payload.type_of(sent, repository, call.installation())
    values = payload.field_values_of(sent, repository)
    call.admit_creation()
    issue = call.world.open_issue(
        repository, call.world.bot, title, body, labels=labels, assignees=assignees, parent=parent
    )
    issue.type, issue.field_values = kind, values
    shown = call.show.issue(issue)
    return Reply(201, shown, {"Location": shown["url"]})


@_route("GET", "/repos/{repo}/issues/<int:number>")
def _issue(call: Call) -> Reply:
    return Reply(200, call.show.issue(call.issue(READ)))


@_route("PATCH", "/repos/{repo}/issues/<int:number>")
def _change_issue(call: Call) -> Reply:
    issue, sent, world, bot = call.issue(WRITE), call.payload(), call.world, call.world.bot
    title = issue.title if sent.get("title") is None else payload.title_of(sent)
    body = payload.body_of(sent) if "body" in sent else issue.body
    state, reason = payload.state_of(sent)
    labels = payload.labels_of(sent, issue.repository, call.installation()) if "labels" in sent else None
    assigned = "assignees" in sent
    assignees = payload.assignees_of(sent, issue.repository, call.installation()) if assigned else None
    duplicate_of = payload.duplicate_of(sent, call.world.issue_by_id)
    kind = payload.type_of(sent, issue.repository, call.installation()) if "type" in sent else issue.type
    values = payload.field_values_of(sent, issue.repository)
    world.rename_issue(issue, title, bot)
    world.edit_body(issue, body, bot)
    issue.type, issue.field_values = kind, issue.field_values | values
    if labels is not None:
        world.set_labels(issue, labels, bot)
    if assignees is not None:
        world.set_assignees(issue, assignees, bot)
    if state == "closed":
        world.close(issue, bot, _closing_reason(reason), duplicate_of=duplicate_of)
    elif state == "open":
        world.reopen(issue, bot)
    return Reply(200, call.show.issue(issue))


def _closing_reason(reason: str | None) -> StateReason:
    return "not_planned" if reason == "not_planned" else "duplicate" if reason == "duplicate" else "completed"


@_route("GET", "/repos/{repo}/issues/<int:number>/comments")
def _list_comments(call: Call) -> Reply:
    issue, since = call.issue(READ), listing.since_of(call.request.args)
    found = [comment for comment in issue.comments if int(comment.created_at) >= since]
    url = f"{call.show.lasting_url(issue.repository)}/issues/{issue.number}/comments"
    shown, links = listing.page(found, call.request.args, url)
    return Reply(200, [call.show.comment(issue, comment) for comment in shown], links)


@_route("POST", "/repos/{repo}/issues/<int:number>/comments")
def _comment(call: Call) -> Reply:
    issue = call.issue(WRITE)
    if issue.locked:
        raise forbidden(LOCKED, documentation=LOCKING_HELP)
    cap = call.world.comment_cap
    if len(issue.comments) >= cap:
        raise forbidden(f"Commenting is disabled on issues with more than {cap} comments")
    body = payload.comment_of(call.payload())
    call.admit_creation()
    shown = call.show.comment(issue, call.world.comment(issue, body, call.world.bot))
    return Reply(201, shown, {"Location": shown["url"]})


@_route("POST", "/repos/{repo}/issues/comments/<int:comment_id>/reactions")
def _react(call: Call) -> Reply:
    repository = call.repository(WRITE)
    content = payload.reaction_of(call.payload())
    found = [c for issue in repository.listed for c in issue.comments if c.id == call.arguments["comment_id"]]
    if not found:
        raise not_found()
    created = call.world.react(found[0], content, call.world.bot)
    return Reply(201 if created else 200, call.show.reaction(found[0], content))


@_route("GET", "/repos/{repo}/collaborators/<login>/permission")
def _permission(call: Call) -> Reply:
    repository, login = call.repository("metadata=read"), call.arguments["login"]
    if not call.world.knows(login):
        raise ApiError(404, f"{login} is not a user")
    return Reply(200, call.show.permission(repository, call.world.account(login)))


@_route("GET", "/repos/{repo}/assignees/<login>")
def _assignable(call: Call) -> Reply:
    if call.arguments["login"] not in call.repository("metadata=read").collaborators:
        raise not_found()
    return Reply(204)


@_route("GET", "/repos/{repo}/issues/<int:number>/labels")
def _list_issue_labels(call: Call) -> Reply:
    issue = call.issue(READ)
    return Reply(200, [call.show.label(issue.repository, label) for label in issue.labels])


@_route("POST", "/repos/{repo}/issues/<int:number>/labels")
def _add_labels(call: Call) -> Reply:
    issue = call.issue(WRITE)
    names = payload.labels_of(call.payload(), issue.repository, call.installation())
    call.world.add_labels(issue, names, call.world.bot)
    return _list_issue_labels(call)


@_route("DELETE", "/repos/{repo}/issues/<int:number>/labels/<path:label>")
def _remove_label(call: Call) -> Reply:
    issue = call.issue(WRITE)
    label = issue.repository.labels.get(call.arguments["label"].lower())
    if label is None or label not in issue.labels:
        raise ApiError(404, "Label does not exist")
    call.world.remove_label(issue, label, call.world.bot)
    return _list_issue_labels(call)


@_route("GET", "/repos/{repo}/labels")
def _list_labels(call: Call) -> Reply:
    repository = call.repository(READ)
    labels = sorted(repository.labels.values(), key=lambda label: label.name)
    shown, links = listing.page(labels, call.request.args, f"{call.show.lasting_url(repository)}/labels")
    return Reply(200, [call.show.label(repository, label) for label in shown], links)


@_route("POST", "/repos/{repo}/labels")
def _create_label(call: Call) -> Reply:
    repository = call.repository(WRITE)
    name, color, description = payload.new_label_of(call.payload(), repository)
    if not call.installation().may_create_labels:
        raise validation_failed("Repository", "label", "unauthorized")
    shown = call.show.label(repository, call.world.create_label(repository, name, color, description))
    return Reply(201, shown, {"Location": shown["url"]})


@_route("PATCH", "/repos/{repo}/labels/<path:label>")
def _change_label(call: Call) -> Reply:
    repository = call.repository(WRITE)
    label = repository.labels.get(call.arguments["label"].lower())
    if label is None:
        raise not_found()
    label.color, label.description = payload.look_of(call.payload(), label.color, label.description)
    return Reply(200, call.show.label(repository, label))


@_route("GET", "/repos/{repo}/labels/<path:label>")
def _label(call: Call) -> Reply:
    repository = call.repository(READ)
    label = repository.labels.get(call.arguments["label"].lower())
    if label is None:
        raise not_found()
    return Reply(200, call.show.label(repository, label))
