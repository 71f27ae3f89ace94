"""What a deployment without a record has left, and how to continue from there."""

from collections.abc import Iterator

from botocore.exceptions import ClientError

from ops.deployment import Deployment


def told(stage: Deployment) -> Iterator[str]:
    """Report if any of the stage's functions exists: deploying now would double its API and trigger."""
    commands = [*_functions(stage), *_triggers(stage), *_apis(stage)]
    if not commands:
        return
    kept = f"s3://{stage.bucket}/{stage.memory_key}"
    lines = [
        f"functions of {stage.prefix} exist, but {kept}, which records what belongs to them, does not.",
        "  Deploying now would create a second API at another address.",
        f"  If .chalice/deployed/{stage.name}.json is still on the machine that deployed it, run this there:",
        f"    aws s3 cp .chalice/deployed/{stage.name}.json {kept}",
        "  If it is lost, or a first deployment failed midway, delete what is left (its address changes):",
        *(f"    aws --region {stage.region} {command}" for command in commands),
    ]
    yield "\n  ".join(lines)


def _functions(stage: Deployment) -> Iterator[str]:
    for name in stage.functions:
        try:
            stage.client("lambda").get_function_configuration(FunctionName=name)
        except ClientError as error:
            if error.response["Error"]["Code"] != "ResourceNotFoundException":
                raise
        else:
            yield f"lambda delete-function --function-name {name}"


def _triggers(stage: Deployment) -> Iterator[str]:
    queue = stage.arn("sqs", stage.queue)
    listed = stage.client("lambda").list_event_source_mappings(EventSourceArn=queue)
    for mapping in listed["EventSourceMappings"]:
        yield f"lambda delete-event-source-mapping --uuid {mapping['UUID']}"


def _apis(stage: Deployment) -> Iterator[str]:
    """Every API that calls the function of the routes."""
    gateway = stage.client("apigateway")
    called = f":function:{stage.prefix}/invocations"
    for api in gateway.get_rest_apis(limit=500)["items"]:
        resources = gateway.get_resources(restApiId=api["id"], embed=["methods"], limit=500)["items"]
        methods = [method for each in resources for method in each.get("resourceMethods", {}).values()]
        if any(called in method.get("methodIntegration", {}).get("uri", "") for method in methods):
            yield f"apigateway delete-rest-api --rest-api-id {api['id']}"
