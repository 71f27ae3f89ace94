"""What must be true before anything is created: every fault is found, and all are reported together."""

import json
import shutil
import subprocess
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.conditions import maintenance_file, on_call_file
from chalicelib.errors import ConfigurationError
from chalicelib.wiring import rules as rules_of
from ops import chalice_stage, leftovers, memory
from ops.deployment import Deployment, Faults
from ops.secret_checks import secrets

TERRAFORM = (1, 11)
Check = Callable[[Deployment], Iterable[str]]


def require(stage: Deployment, checks: Iterable[Check]) -> None:
    """Raise Faults naming everything that is wrong."""
    faults = [fault for check in checks for fault in _found(check, stage)]
    if faults:
        raise Faults(f"{stage.prefix} was not changed:", faults)


def _found(check: Check, stage: Deployment) -> list[str]:
    """Run one check; if it cannot be run, that is a fault too, and the other checks still run."""
    try:
        return list(check(stage))
    except (ClientError, BotoCoreError) as error:
        return [f"the {check.__name__.replace('_', ' ')} could not be checked: {error}"]


def tools(_: object = None) -> Iterator[str]:
    """Terraform is installed and new enough."""
    wanted, found = ".".join(map(str, TERRAFORM)), _terraform_version()
    if found is None:
        yield f"terraform is not on the PATH: install {wanted} or later"
    elif found < TERRAFORM:
        yield f"terraform is {'.'.join(map(str, found))}: install {wanted} or later"


def files(stage: Deployment) -> Iterator[str]:
    """The functions can read the files they start with: the routing and, if there are any, the other two."""
    folder = stage.root / "chalicelib"
    routing_of = partial(rules_of.routing_of, on_call=(folder / on_call_file.FILE).exists())
    loads: dict[str, Callable[[str], object]] = {
        rules_of.ROUTING.name: routing_of,
        maintenance_file.FILE: maintenance_file.load,
        on_call_file.FILE: on_call_file.load,
    }
    for name, load in loads.items():
        try:
            if (folder / name).exists():
                load((folder / name).read_text(encoding="utf-8"))
        except ConfigurationError as error:
            yield str(error)


def account(stage: Deployment) -> Iterator[str]:
    """AWS accepts the credentials, and they belong to the stage's account."""
    try:
        found = stage.place.account_id
    except (ClientError, BotoCoreError) as error:
        yield f"AWS did not accept your credentials ({error}): set AWS_PROFILE, or sign in"
    else:
        if stage.file.account not in (None, found):
            yield (
                f"you are signed in to account {found}, but {stage.described} is for {stage.file.account}: "
                "set AWS_PROFILE, or sign in there"
            )


def chalice(stage: Deployment) -> Iterator[str]:
    """Chalice's own files, if they have the stage, agree with its file."""
    if found := list(chalice_stage.differences(stage)):
        advice = f"Correct {stage.described}, then run `make stage-{stage.name}`."
        yield "\n    ".join([f"Chalice's files and {stage.described} differ:", *found, advice])


def state_bucket(stage: Deployment) -> Iterator[str]:
    """The bucket for Terraform's state and Chalice's records exists, and belongs to this account."""
    bucket, owner = stage.bucket, stage.place.account_id
    try:
        stage.s3.head_bucket(Bucket=bucket, ExpectedBucketOwner=owner)
    except ClientError as error:
        told = {
            "404": f"does not exist: create it with `make bucket-{stage.name}`",
            "403": f"is not in account {owner}, or you may not read it: use credentials of its account",
        }.get(_code(error), f"cannot be used ({_code(error)})")
        yield f"the state bucket {bucket} ({stage.described}) {told}"
    else:
        if stage.bucket_begun.exists():
            yield f"the state bucket {bucket} is not set up completely: run `make bucket-{stage.name}`"


def rules(stage: Deployment) -> Iterator[str]:
    """No rule of this account publishes to the topic directly if the stage is about to end that."""
    if stage.direct_rules:
        return
    pages = stage.client("events").get_paginator("list_rule_names_by_target")
    for page in pages.paginate(TargetArn=stage.arn("sns", stage.topic)):
        for name in page["RuleNames"]:
            yield (
                f"the rule {name} publishes directly to the topic {stage.topic}, so its alarms would be "
                f"lost: set direct_rules = true in {stage.described}, deploy, point the rule at "
                f"the bus {stage.bus} (docs/aws-events.md), then set it to false again"
            )


def memory_of_chalice(stage: Deployment) -> Iterator[str]:
    """If functions exist, there is a record of them."""
    try:
        remembered = memory.fetch(stage)
    except ClientError:
        return  # the check of the bucket tells that
    if remembered is None:
        yield from leftovers.told(stage)


def resources(stage: Deployment) -> Iterator[str]:
    """Everything that the functions will use exists: the queues, the topic, the table, the log groups."""
    sqs = stage.client("sqs")
    finders: dict[str, Callable[[], Any]] = {
        f"queue {stage.queue}": lambda: sqs.get_queue_url(QueueName=stage.queue),
        f"queue {stage.dlq}": lambda: sqs.get_queue_url(QueueName=stage.dlq),
        f"topic {stage.topic}": lambda: stage.client("sns").get_topic_attributes(
            TopicArn=stage.arn("sns", stage.topic)
        ),
        f"table {stage.table}": lambda: stage.client("dynamodb").describe_table(TableName=stage.table),
    }
    for what, find in finders.items():
        try:
            find()
        except ClientError as error:
            yield (
                f"the {what} was not found in {stage.region} ({_code(error)}): "
                f"`terraform apply` in infra-extra creates it"
            )
    logs = stage.client("logs").describe_log_groups(logGroupNamePrefix=stage.log_groups[0])
    there = {group["logGroupName"] for group in logs["logGroups"]}
    for name in stage.log_groups:
        if name not in there:
            yield f"the log group {name} does not exist, and the function is not allowed to create it"


BEFORE_ANYTHING: tuple[Check, ...] = (
    *(tools, files, chalice, state_bucket),
    *(secrets, rules, memory_of_chalice),
)
BEFORE_FUNCTIONS: tuple[Check, ...] = (resources,)


def _terraform_version() -> tuple[int, ...] | None:
    if not shutil.which("terraform"):
        return None
    done = subprocess.run(["terraform", "version", "-json"], capture_output=True, text=True, check=True)
    version: str = json.loads(done.stdout)["terraform_version"]
    return tuple(int(part) for part in version.partition("-")[0].split("."))


def _code(error: ClientError) -> str:
    return error.response["Error"]["Code"]
