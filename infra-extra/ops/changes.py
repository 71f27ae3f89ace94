"""What Chalice would change: what it is about to deploy, compared with what is on AWS.

What it deploys is in the template that `chalice package` wrote, except for the policies, which are written
for any account there.
"""

import base64
import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from botocore.exceptions import ClientError

from ops import chalice_stage, functions, package
from ops.deployment import Deployment

ABSENT = ("ResourceNotFoundException", "NoSuchEntity", "NotFoundException")


def show(stage: Deployment) -> None:
    """Print every change, or that nothing changes."""
    found = [f"  {line}" for line in changes(stage)]
    said = "Chalice will change" if found else "Chalice has nothing to change in"
    print("", f"{said} {stage.prefix}{':' if found else '.'}", *found, sep="\n", flush=True)


def changes(stage: Deployment) -> Iterator[str]:
    """Compare each function, its policy and its trigger, and the API; a missing resource is new."""
    folder = package.folder(stage).parent
    template = json.loads((folder / "template" / "sam.json").read_text(encoding="utf-8"))["Resources"]
    code = base64.b64encode(hashlib.sha256((folder / "deployment.zip").read_bytes()).digest()).decode()
    for resource in template.values():
        wanted = resource["Properties"]
        if resource["Type"] == "AWS::Serverless::Function":
            yield from _function(stage, wanted, code)
        elif resource["Type"] == "AWS::Serverless::Api":
            yield from _compared("API", lambda: _api(stage), _routes(wanted["DefinitionBody"]))


def _function(stage: Deployment, wanted: Mapping[str, Any], code: str) -> Iterator[str]:
    short = wanted["Handler"].removeprefix("app.").replace("app", "api_handler")
    name = stage.prefix if short == "api_handler" else f"{stage.prefix}-{short}"
    role = f"{stage.prefix}-{short}"
    described = {
        "code": code,
        "runtime": wanted["Runtime"],
        "architecture": wanted["Architectures"],
        "memory": wanted["MemorySize"],
        "timeout": wanted["Timeout"],
        **wanted["Environment"]["Variables"],
    }
    yield from _compared(name, lambda: _deployed(stage, name), described)
    policy = chalice_stage.by_sid(chalice_stage.policy(stage, short, stage.place.account_id))
    yield from _compared(f"policy of {name}", lambda: _policy(stage, role), policy)
    for event in wanted.get("Events", {}).values():
        given = event["Properties"]
        if event["Type"] == "Schedule":
            yield from _compared(
                f"schedule of {name}", lambda: _schedules(stage, name), {"rate": [given["Schedule"]]}
            )
        else:
            taken = {"batch": [given["BatchSize"]], "at once": [given["ScalingConfig"]["MaximumConcurrency"]]}
            yield from _compared(f"trigger of {name}", lambda: _triggers(stage, name), taken)


def _compared(what: str, ask: Callable[[], dict[str, Any]], wanted: Mapping[str, Any]) -> Iterator[str]:
    try:
        there = ask()
    except ClientError as error:
        if error.response["Error"]["Code"] not in ABSENT:
            raise
        there = {}
    return chalice_stage.differing(what, there, wanted) if there else iter([f"{what}: new"])


def _deployed(stage: Deployment, name: str) -> dict[str, Any]:
    found = stage.client("lambda").get_function_configuration(FunctionName=name)
    return {
        "code": found["CodeSha256"],
        "runtime": found["Runtime"],
        "architecture": found["Architectures"],
        "memory": found["MemorySize"],
        "timeout": found["Timeout"],
        **found.get("Environment", {}).get("Variables", {}),
    }


def _policy(stage: Deployment, role: str) -> dict[str, Any]:
    found = stage.client("iam").get_role_policy(RoleName=role, PolicyName=role)
    return chalice_stage.by_sid(found["PolicyDocument"])


def _schedules(stage: Deployment, name: str) -> dict[str, Any]:
    events, function = stage.client("events"), stage.arn("lambda", f"function:{name}")
    rules = events.list_rule_names_by_target(TargetArn=function)["RuleNames"]
    return (
        {"rate": [events.describe_rule(Name=rule)["ScheduleExpression"] for rule in rules]} if rules else {}
    )


def _triggers(stage: Deployment, name: str) -> dict[str, Any]:
    found = stage.client("lambda").list_event_source_mappings(FunctionName=name)["EventSourceMappings"]
    at_once = [each.get("ScalingConfig", {}).get("MaximumConcurrency") for each in found]
    return {"batch": [each["BatchSize"] for each in found], "at once": at_once} if found else {}


def _routes(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return the API and each of its routes."""
    paths = {
        path: sorted(method.upper() for method in methods) for path, methods in document["paths"].items()
    }
    return {"name": document["info"]["title"]} | paths


def _api(stage: Deployment) -> dict[str, Any]:
    gateway, api = stage.client("apigateway"), functions.api(stage)
    if api is None:
        return {}
    items = gateway.get_resources(restApiId=api, embed=["methods"], limit=500)["items"]
    paths = {each["path"]: sorted(each["resourceMethods"]) for each in items if "resourceMethods" in each}
    return {"name": gateway.get_rest_api(restApiId=api)["name"]} | paths
