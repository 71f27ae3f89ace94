"""Transfers: requests about an issue, sent again to the repository that it was transferred to. Pure.

GitHub redirects only those who can read the issue in its new place; for others it is not found
(docs.github.com/en/rest/issues/issues#get-an-issue).
"""

import re
from dataclasses import replace

from chalicelib.conditions.issue import IssueRef
from chalicelib.github import requests
from chalicelib.github.protocol import Request

_ON_ISSUE = re.compile(r"/repos/([^/]+/[^/]+)/issues/([0-9]{1,15})([/?].*)?")


def reading(request: Request) -> Request | None:
    """Return a request that reads the issue which a request is about; None if that is not one issue."""
    on = _ON_ISSUE.fullmatch(request.path)
    return requests.issue("GET", IssueRef(on[1], int(on[2]))) if on else None


def followed(request: Request, now_at: IssueRef) -> Request | None:
    """Return the same request for where its issue is now; None if it was already sent there."""
    on = _ON_ISSUE.fullmatch(request.path)
    if on is None or (on[1].lower(), int(on[2])) == (now_at.repository.lower(), now_at.number):
        return None
    path = f"/repos/{now_at.repository}/issues/{now_at.number}{on[3] or ''}"
    return replace(request, path=path, repository=now_at.repository)
