"""The deployed functions, run as AWS would: as their configuration says, with their role, from their code.

What is asked of AWS is only what Chalice has put there. The one thing added to a function's environment is
where the stand-ins are.
"""

import base64
import hashlib
import importlib
import json
import re
import sys
import uuid
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from tests.deploy.cloud import Cloud
from tests.local.aws import LocalAws
from tests.local.functions import scheduled_event, sqs_record
from tests.local.patience import finished

RUNTIME = Path(__file__).with_name("runtime.py")
LAMBDAS_OWN = ("boto3", "botocore", "dateutil", "jmespath", "s3transfer", "six", "urllib3")
"""What Lambda's Python has besides the standard library."""


class FunctionFailed(Exception):
    """A function raised; its trace and what it logged are in the text."""


@dataclass(frozen=True)
class Deployed:
    """The functions that a project's deployment has made, and the packages they were made from."""

    cloud: Cloud
    project: Path
    work: Path
    environment: Mapping[str, str]

    @cached_property
    def boto3(self) -> Path:
        """A folder with what Lambda's Python has, and nothing else of this environment."""
        folder = self.work / "lambda-runtime"
        if folder.exists():
            return folder
        folder.mkdir()
        for name in LAMBDAS_OWN:
            file = Path(str(importlib.import_module(name).__file__))
            source = file.parent if file.name == "__init__.py" else file
            (folder / source.name).symlink_to(source)
        return folder

    def configuration(self, name: str) -> dict[str, Any]:
        found: dict[str, Any] = self.cloud.client("lambda").get_function_configuration(FunctionName=name)
        return found

    def package(self, name: str) -> Path:
        """The zip whose digest is the function's."""
        wanted = self.configuration(name)["CodeSha256"]
        for package in (self.project / "build" / "package").glob("*/deployment.zip"):
            if base64.b64encode(hashlib.sha256(package.read_bytes()).digest()).decode() == wanted:
                return package
        raise AssertionError(f"no package in {self.project} is what {name} runs")

    def code(self, name: str) -> Path:
        """The package, unpacked."""
        package = self.package(name)
        folder = self.work / hashlib.sha256(package.read_bytes()).hexdigest()
        if not folder.exists():
            zipfile.ZipFile(package).extractall(folder)
        return folder

    def credentials(self, name: str) -> dict[str, str]:
        return self.cloud.as_role(self.configuration(name)["Role"])

    def invoke(self, name: str, event: Mapping[str, Any]) -> Any:
        """Run a function in a fresh interpreter; raises FunctionFailed."""
        configuration = self.configuration(name)
        context = {
            "function_name": name,
            "memory_limit_in_mb": configuration["MemorySize"],
            "invoked_function_arn": configuration["FunctionArn"],
            "aws_request_id": str(uuid.uuid4()),
        }
        request = {"event": event, "context": context, "remaining_ms": configuration["Timeout"] * 1000}
        command = [sys.executable, "-I", "-S", str(RUNTIME), str(self.code(name)), str(self.boto3)]
        done = finished(
            [*command, configuration["Handler"]],
            env=self._environment(configuration),
            stdin=json.dumps(request),
        )
        answer = json.loads(done.stdout.splitlines()[-1]) if done.returncode == 0 else {"error": done.stderr}
        # What a role forbids may appear in the log alone: a chore that fails does not hold up the others.
        wrong = [line for line in done.stdout.splitlines() if '"level":"ERROR"' in line]
        if wrong:
            answer = {"error": "\n".join(wrong)}
        if "error" in answer:
            raise FunctionFailed(f"{name}: {answer['error']}\n{done.stdout}\n{done.stderr}")
        return answer["result"]

    def _environment(self, configuration: Mapping[str, Any]) -> dict[str, str]:
        role = self.cloud.as_role(configuration["Role"])
        return {
            **configuration["Environment"]["Variables"],
            **self.environment,
            **{name.upper(): value for name, value in role.items()},
            "AWS_REGION": self.cloud.region,
            "AWS_DEFAULT_REGION": self.cloud.region,
            "AWS_LAMBDA_FUNCTION_NAME": configuration["FunctionName"],
            "_HANDLER": configuration["Handler"],
            "AWS_ENDPOINT_URL": self.cloud.url,
            "NO_PROXY": "127.0.0.1",
        }

    # What triggers them.

    def post(self, path: str, headers: Mapping[str, str], body: str) -> dict[str, Any]:
        """Post through the API: by the route that matches, to the function that its integration names."""
        gateway = self.cloud.client("apigateway")
        (api,) = gateway.get_rest_apis()["items"]
        for resource in gateway.get_resources(restApiId=api["id"])["items"]:
            method = resource.get("resourceMethods", {}).get("POST")
            match = re.fullmatch(re.sub(r"{(\w+)}", r"(?P<\1>[^/]+)", resource["path"]), path)
            if method and match:
                function = re.findall(r":function:([\w-]+)/", method["methodIntegration"]["uri"])[0]
                answer: dict[str, Any] = self.invoke(
                    function, proxy_event(resource["path"], match.groupdict(), headers, body)
                )
                return answer
        raise AssertionError(f"the API has no route for POST {path}")

    def poll(self) -> int:
        """Run each event source mapping once, as Lambda does: a batch whose function returns is deleted."""
        done = 0
        for mapping in self.cloud.client("lambda").list_event_source_mappings()["EventSourceMappings"]:
            if mapping["State"] == "Enabled":
                done += self._poll(mapping)
        return done

    def _poll(self, mapping: Mapping[str, Any]) -> int:
        function, queue = mapping["FunctionArn"].split(":")[-1], mapping["EventSourceArn"].split(":")[-1]
        # The poller takes messages with the function's own role.
        sqs = self.cloud.client("sqs", self.credentials(function))
        url = self.cloud.client("sqs").get_queue_url(QueueName=queue)["QueueUrl"]
        sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])
        messages = sqs.receive_message(
            QueueUrl=url,
            MaxNumberOfMessages=mapping["BatchSize"],
            MessageAttributeNames=["All"],
            MessageSystemAttributeNames=["All"],
        ).get("Messages", [])
        if messages:
            stage = LocalAws(self.cloud.url, queue.removesuffix("-alerts"), self.cloud.region)
            records = [sqs_record(each, stage) for each in messages]
            self.invoke(function, {"Records": records})
            for message in messages:
                sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        return len(messages)

    def tick(self) -> None:
        """Let a minute pass: run what the schedule names."""
        events = self.cloud.client("events")
        for rule in events.list_rules()["Rules"]:
            if rule["State"] == "ENABLED" and rule.get("ScheduleExpression") == "rate(1 minute)":
                for target in events.list_targets_by_rule(Rule=rule["Name"])["Targets"]:
                    event = scheduled_event(rule["Name"], self.cloud.region)
                    self.invoke(target["Arn"].split(":")[-1], event)


def proxy_event(
    route: str, parameters: Mapping[str, str], headers: Mapping[str, str], body: str
) -> dict[str, Any]:
    """Return what API Gateway hands to a function."""
    return {
        "resource": route,
        "requestContext": {"httpMethod": "POST", "resourcePath": route, "identity": {}},
        "multiValueQueryStringParameters": None,
        "stageVariables": None,
        "pathParameters": dict(parameters),
        "headers": dict(headers),
        "isBase64Encoded": False,
        "body": body,
    }
