"""The endpoints of sub-issues (docs.github.com/en/rest/issues/sub-issues).

GitHub warns that adding "too quickly" meets the limit on created content, so each one counts as a creation.
"""

from __future__ import annotations

from . import families, listing, payload
from .call import Call, Reply
from .errors import ApiError
from .model import Issue
from .routes import READ, WRITE, Route

UNKNOWN = "The provided sub-issue does not exist"


def _list(call: Call) -> Reply:
    parent = call.issue(READ)
    url = f"{call.show.lasting_url(parent.repository)}/issues/{parent.number}/sub_issues"
    shown, links = listing.page(parent.sub_issues, call.request.args, url)
    return Reply(200, [call.show.issue(child) for child in shown], links)


def _add(call: Call) -> Reply:
    parent, sent = call.issue(WRITE), call.payload()
    child, replace = _named(call, sent), payload.replaces_parent(sent)
    # The sub-issue must be of a repository of the same owner, and one that the caller can see.
    if child is None or child.repository.owner != parent.repository.owner:
        raise ApiError(404, UNKNOWN)
    refused = families.refusal(parent, child, replace=replace)
    if refused is not None:
        raise refused
    call.admit_creation()
    call.world.attach(parent, child, call.world.bot)
    shown = call.show.issue(parent)
    return Reply(201, shown, {"Location": shown["url"]})


def _remove(call: Call) -> Reply:
    parent, child = call.issue(WRITE), _named(call, call.payload())
    if child is None or child not in parent.sub_issues:
        raise ApiError(404, UNKNOWN)
    call.world.detach(parent, child, call.world.bot)
    return Reply(200, call.show.issue(parent))


def _named(call: Call, sent: payload.Payload) -> Issue | None:
    return call.world.issue_by_id(payload.sub_issue_of(sent))


SUB_ISSUE_ROUTES = (
    Route("GET", "/repos/{repo}/issues/<int:number>/sub_issues", _list, "installation"),
    Route("POST", "/repos/{repo}/issues/<int:number>/sub_issues", _add, "installation"),
    # The path is singular here (google/go-github#3611).
    Route("DELETE", "/repos/{repo}/issues/<int:number>/sub_issue", _remove, "installation"),
)
