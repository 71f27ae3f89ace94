"""Least privilege, enforced: what moto's IAM lacks, for those who come with the credentials of a role.

moto judges a request by its action, and by its resource only for SQS, S3, IAM and STS; it reads `?` in a
pattern as a regular expression does, knows `PublishBatch` as an action, which AWS does not, calls CloudWatch
as requests are signed for it, and refuses in XML whoever speaks JSON. Here every
request of a role is judged by the ARN it is about, as AWS would. Whoever has no session token is the
administrator, who may do anything. Of conditions those of CI's roles are judged; resource policies are not.
"""

import fnmatch
import re
from collections.abc import Callable
from typing import Any

from moto.core.authorization import ActionAuthenticatorMixin
from moto.core.exceptions import AccessDeniedError, JsonRESTError
from moto.iam.access_control import IAMPolicyStatement
from moto.iam.exceptions import NotFoundException

from tests.local import moto_arns

SINGLE = {
    "PublishBatch": "Publish",
    "SendMessageBatch": "SendMessage",
    "DeleteMessageBatch": "DeleteMessage",
    "ChangeMessageVisibilityBatch": "ChangeMessageVisibility",
}
"""Actions of a batch, and the one that AWS asks for."""


NAMED = {"HeadBucket": "ListBucket"}
"""Actions that a policy calls by another name."""

_CONTEXT: dict[str, str] = {}
"""What conditions ask about, of the one request that is judged."""

SIGNED_FOR = {"monitoring": "cloudwatch", "tagging": "tag"}
"""Services whose requests are signed for another name than policies call them by."""

JSON_BY_PATH = ("apigateway", "awslambda")
"""Services that speak JSON, and say so by no header."""


def enforce() -> None:
    """Judge the requests of roles from now on, in this process."""
    setattr(ActionAuthenticatorMixin, "_authenticate_and_authorize_action", _authorize)  # noqa: B010 - moto's
    setattr(IAMPolicyStatement, "_match", staticmethod(_matches))  # noqa: B010 - moto's
    setattr(IAMPolicyStatement, "_check_conditions", _holds)  # noqa: B010 - moto's


def _authorize(request: Any, iam_request_cls: Callable[..., Any], resource: str = "*") -> None:
    if "X-Amz-Security-Token" not in request.headers:
        return
    action = request._get_action()
    iam_request = iam_request_cls(
        account_id=request.current_account,
        method=request.method,
        path=request.raw_path,
        data=request.data,
        body=request.raw_body,
        headers=request.headers,
        action=SINGLE.get(action, action),
    )
    service, _, name = iam_request._action.partition(":")
    name = request.method if service == "apigateway" else NAMED.get(name, name)
    iam_request._action = f"{SIGNED_FOR.get(service, service)}:{name}"
    try:
        _CONTEXT.clear()
        _CONTEXT.update(moto_arns.context(request, name))
        iam_request.check_action_permitted(_resource(request) or resource)
        if role := moto_arns.passed_role(request):
            iam_request._action = "iam:PassRole"
            iam_request.check_action_permitted(role)
    except NotFoundException:
        return  # moto lets people take a role that is not there, another account's for one: it has no policy
    except AccessDeniedError as denied:
        if "X-Amz-Target" in request.headers or request.service_name in JSON_BY_PATH:
            raise JsonRESTError("AccessDeniedException", denied.message) from denied
        raise


def _holds(statement: Any, _: object = None) -> bool:
    """Whether a statement's conditions are met: by exact texts, or by patterns of ARNs."""
    asked = statement._statement.get("Condition", {})
    return all(
        any(_matches(each, _CONTEXT.get(key, "")) for each in ([one] if isinstance(one, str) else one))
        for wanted in asked.values()
        for key, one in wanted.items()
    )


def _matches(pattern: str, text: str) -> re.Match[str] | None:
    # A bracket is not a pattern in a policy.
    return re.match(fnmatch.translate(pattern.replace("[", "[[]")), text)


def _resource(request: Any) -> str | None:
    """The ARN that a request is about; None where moto knows it, or the action has none."""
    find = moto_arns.RESOURCES.get(request.service_name)
    place = f"{request.region}:{request.current_account}"
    return find(request, place) if find else None
