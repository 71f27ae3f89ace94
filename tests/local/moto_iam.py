"""Least privilege, enforced: what moto's IAM lacks, for those who come with the credentials of a role.

moto judges a request by its action, and by its resource only for SQS, S3, IAM and STS; it reads `?` in a
pattern as a regular expression does, knows `PublishBatch` as an action, which AWS does not, calls CloudWatch
as requests are signed for it, and refuses in XML whoever speaks JSON. Here every
request of a role is judged by the ARN it is about, as AWS would. Whoever has no session token is the
administrator, who may do anything. Conditions and resource policies are not judged.
"""

import fnmatch
import re
from collections.abc import Callable
from typing import Any

from moto.core.authorization import ActionAuthenticatorMixin
from moto.core.exceptions import AccessDeniedError, JsonRESTError
from moto.iam.access_control import IAMPolicyStatement
from moto.iam.exceptions import NotFoundException
from moto.secretsmanager.models import secretsmanager_backends

SINGLE = {
    "PublishBatch": "Publish",
    "SendMessageBatch": "SendMessage",
    "DeleteMessageBatch": "DeleteMessage",
    "ChangeMessageVisibilityBatch": "ChangeMessageVisibility",
}
"""Actions of a batch, and the one that AWS asks for."""


SIGNED_FOR = {"monitoring": "cloudwatch", "tagging": "tag"}
"""Services whose requests are signed for another name than policies call them by."""

JSON_BY_PATH = ("apigateway", "awslambda")
"""Services that speak JSON, and say so by no header."""


def enforce() -> None:
    """Judge the requests of roles from now on, in this process."""
    setattr(ActionAuthenticatorMixin, "_authenticate_and_authorize_action", _authorize)  # noqa: B010 - moto's
    setattr(IAMPolicyStatement, "_match", staticmethod(_matches))  # noqa: B010 - moto's


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
    iam_request._action = f"{SIGNED_FOR.get(service, service)}:{name}"
    try:
        iam_request.check_action_permitted(_resource(request) or resource)
    except NotFoundException:
        return  # moto lets people take a role that is not there, another account's for one: it has no policy
    except AccessDeniedError as denied:
        if "X-Amz-Target" in request.headers or request.service_name in JSON_BY_PATH:
            raise JsonRESTError("AccessDeniedException", denied.message) from denied
        raise


def _matches(pattern: str, text: str) -> re.Match[str] | None:
    # A bracket is no pattern in a policy.
    return re.match(fnmatch.translate(pattern.replace("[", "[[]")), text)


def _resource(request: Any) -> str | None:
    """The ARN that a request is about; None where moto knows it, or the action has none."""
    find = RESOURCES.get(request.service_name)
    place = f"{request.region}:{request.current_account}"
    return find(request, place) if find else None


def _table(request: Any, place: str) -> str:
    """A batch names its table where it says what is asked of it; ours ask of one."""
    index, batch = request._get_param("IndexName"), request._get_param("RequestItems")
    name = next(iter(batch)) if batch else request._get_param("TableName")
    table = f"arn:aws:dynamodb:{place}:table/{name}"
    return f"{table}/index/{index}" if index else table


def _topic(request: Any, _: str) -> str | None:
    arn: str | None = request._get_param("TopicArn")
    return arn


def _secret(request: Any, place: str) -> str:
    """AWS judges a secret by its full ARN, and one that is not there by the name it was asked for."""
    name = request._get_param("SecretId")
    known = secretsmanager_backends[request.current_account][request.region].secrets
    return str(known[name].arn) if name in known else f"arn:aws:secretsmanager:{place}:secret:{name}"


def _log(request: Any, place: str) -> str:
    group, stream = request._get_param("logGroupName"), request._get_param("logStreamName")
    return f"arn:aws:logs:{place}:log-group:{group}:log-stream:{stream or ''}"


RESOURCES: dict[str, Callable[[Any, str], str | None]] = {
    "dynamodb": _table,
    "sns": _topic,
    "secretsmanager": _secret,
    "logs": _log,
}
