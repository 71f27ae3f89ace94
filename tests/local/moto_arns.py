"""What a request to moto is about, as AWS would judge it: its ARN, and what conditions ask of it."""

from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

from moto.awslambda.models import lambda_backends
from moto.iam.models import iam_backends
from moto.secretsmanager.models import secretsmanager_backends


def passed_role(request: Any) -> str | None:
    """The role that a request hands to a function."""
    if request.service_name == "awslambda" and request.method in {"POST", "PUT"}:
        role: str | None = request._get_param("Role")
        return role
    return None


def context(request: Any, action: str) -> dict[str, str]:
    """What conditions ask about a request, by their keys."""
    found = {"iam:PassedToService": "lambda.amazonaws.com"} if passed_role(request) else {}
    if request.service_name == "iam" and (boundary := _boundary(request, action)):
        found["iam:PermissionsBoundary"] = boundary
    if request.service_name == "awslambda" and action.endswith("EventSourceMapping"):
        found["lambda:FunctionArn"] = _mapped(request)
    return found


def _boundary(request: Any, action: str) -> str | None:
    """The boundary that a role gets, or has."""
    if action in {"CreateRole", "PutRolePermissionsBoundary"}:
        given: str | None = request._get_param("PermissionsBoundary")
        return given
    roles = iam_backends[request.current_account]["aws"].roles.values()
    held = [each.permissions_boundary for each in roles if each.name == request._get_param("RoleName")]
    return held[0]["PermissionsBoundaryArn"] if held and held[0] else None


def _mapped(request: Any) -> str:
    """The function of an event source mapping, which a request names or has."""
    place, name = f"{request.region}:{request.current_account}", request._get_param("FunctionName")
    if name:
        return f"arn:aws:lambda:{place}:function:{name.rpartition(':')[2]}"
    mappings = lambda_backends[request.current_account][request.region]._event_source_mappings
    mapping = mappings.get(request.path.rpartition("/")[2])
    return str(mapping.function_arn) if mapping else ""


def _table(request: Any, place: str) -> str:
    """A batch names its table where it says what is asked of it; ours ask of one."""
    if arn := request._get_param("ResourceArn"):
        return str(arn)
    index, batch = request._get_param("IndexName"), request._get_param("RequestItems")
    name = next(iter(batch)) if batch else request._get_param("TableName")
    table = f"arn:aws:dynamodb:{place}:table/{name}"
    return f"{table}/index/{index}" if index else table


def _topic(request: Any, place: str) -> str | None:
    name = request._get_param("Name")
    arn: str | None = request._get_param("TopicArn") or request._get_param("ResourceArn")
    return arn or (f"arn:aws:sns:{place}:{name}" if name else None)


def _secret(request: Any, place: str) -> str:
    """AWS judges a secret by its full ARN, and one that is not there by the name it was asked for."""
    name = request._get_param("SecretId")
    known = secretsmanager_backends[request.current_account][request.region].secrets
    return str(known[name].arn) if name in known else f"arn:aws:secretsmanager:{place}:secret:{name}"


def _log(request: Any, place: str) -> str | None:
    """A stream of a group, or the group itself; listing is about none."""
    if arn := request._get_param("resourceArn"):
        return str(arn)
    group, stream = request._get_param("logGroupName"), request._get_param("logStreamName")
    if not group:
        return None
    arn = f"arn:aws:logs:{place}:log-group:{group}"
    return f"{arn}:log-stream:{stream}" if stream else arn


def _event(request: Any, place: str) -> str | None:
    if arn := request._get_param("ResourceARN"):
        return str(arn)
    action, bus = request._get_action(), request._get_param("EventBusName")
    rule = request._get_param("Rule") or request._get_param("Name")
    if action.endswith("EventBus"):
        return f"arn:aws:events:{place}:event-bus/{rule}"
    if "Rule" in action and action.startswith("List") and not request._get_param("Rule"):
        return None
    return f"arn:aws:events:{place}:rule/{bus}/{rule}" if bus else f"arn:aws:events:{place}:rule/{rule}"


def _watch(request: Any, place: str) -> str | None:
    """An alarm or a dashboard; of alarms that are asked for together, the first."""
    if arn := request._get_param("ResourceARN"):
        return str(arn)
    if dashboard := request._get_param("DashboardName"):
        return f"arn:aws:cloudwatch::{request.current_account}:dashboard/{dashboard}"
    names = request._get_param("AlarmNames") or [request._get_param("AlarmName")]
    return f"arn:aws:cloudwatch:{place}:alarm:{names[0]}" if names[0] else None


def _function(request: Any, place: str) -> str | None:
    """The function in a request's path, or that it makes; a mapping is recognised by its condition."""
    if "event-source-mappings" in request.path:
        return None
    parts = unquote(request.path).split("/")
    named = parts[parts.index("functions") + 1 :][:1] if "functions" in parts else parts[-1:]
    name = (named[0] if named and named[0] else request._get_param("FunctionName")).rpartition(":")[2]
    return f"arn:aws:lambda:{place}:function:{name}"


def _api(request: Any, _: str) -> str:
    return f"arn:aws:apigateway:{request.region}::{request.path}"


def _role(request: Any, _: str) -> str | None:
    name = request._get_param("RoleName")
    policy: str | None = request._get_param("PolicyArn")
    return f"arn:aws:iam::{request.current_account}:role/{name}" if name else policy


def _queue(request: Any, place: str) -> str | None:
    """One that is asked for by its name; moto itself knows those that are asked for by their address."""
    name = request._get_param("QueueName")
    return f"arn:aws:sqs:{place}:{name}" if name else None


RESOURCES: dict[str, Callable[[Any, str], str | None]] = {
    "apigateway": _api,
    "awslambda": _function,
    "cloudwatch": _watch,
    "dynamodb": _table,
    "events": _event,
    "iam": _role,
    "logs": _log,
    "secretsmanager": _secret,
    "sns": _topic,
    "sqs": _queue,
}
