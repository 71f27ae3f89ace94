"""Amazon ECS: a service fails until it is steady again, a standalone task until one exits with 0.

A task that exits with an error counts as a failure of its service; a task that a person or the scheduler
stops does not.
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs_service_events.html
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs_service_deployment_events.html
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs_task_events.html
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from chalicelib.adapters import aws_event, eventbridge, fields
from chalicelib.adapters.aws_event import ACCOUNT, REGION, Arn, Event, Occurrence
from chalicelib.adapters.fields import Ignored
from chalicelib.adapters.source import Example, Payload
from chalicelib.alert_values import Condition

TASK = "ECS Task State Change"
STEADY = frozenset({"SERVICE_STEADY_STATE", "SERVICE_DEPLOYMENT_COMPLETED"})
EXITED, NOT_STARTED = "EssentialContainerExited", "TaskFailedToStart"
"""Values of `stopCode`; https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Task.html."""


@dataclass(frozen=True, slots=True)
class _Group:
    """The tasks of a service, `service:api`, or those of a family that run on their own, `family:nightly`."""

    named: str
    cluster: str
    arn: Arn


def _read(event: Event) -> Occurrence | Ignored:
    return _of_task(event) if event.kind == TASK else _of_service(event)


def _of_service(event: Event) -> Occurrence | Ignored:
    service = aws_event.arn(next(iter(event.resources), None))
    # Old ARNs do not contain the cluster: service/api, now service/cluster/api.
    _, *cluster, name = f"/{service.resource.removeprefix('service/')}".split("/")
    of = cluster[0] if cluster else aws_event.arn(event.detail.get("clusterArn")).name
    what = event.text("eventName")
    trouble = event.text("eventType") in {"WARN", "ERROR"}
    if not trouble and what not in STEADY:
        return Ignored("IN_PROGRESS", name)
    state = Condition.FIRING if trouble else Condition.RESOLVED
    reason = aws_event.joined(what, event.text("reason"))
    return _occurrence(event, state, _Group(f"service:{name}", of, service), reason)


def _of_task(event: Event) -> Occurrence | Ignored:
    task = aws_event.arn(event.detail.get("taskArn"))
    cluster = aws_event.arn(event.detail.get("clusterArn"))
    group, stop = event.text("group"), event.text("stopCode")
    if event.text("lastStatus") != "STOPPED":
        return Ignored("IN_PROGRESS", group)
    failed = [each for each in fields.mappings(event.detail.get("containers")) if _failed(each)]
    if stop == NOT_STARTED or (stop == EXITED and failed):
        state = Condition.FIRING
    elif stop == EXITED and not group.startswith("service:"):
        state = Condition.RESOLVED
    else:
        return Ignored("STOPPED_ON_PURPOSE", group)
    reason = "; ".join(filter(None, (event.text("stoppedReason"), *map(_how, failed))))
    return _occurrence(event, state, _Group(group, cluster.name, task), reason)


def _failed(container: Mapping[str, Any]) -> bool:
    """Whether a container exited with an error, or never ran, in which case it has a reason."""
    code = container.get("exitCode")
    return bool(code) if code is not None else "reason" in container


def _how(container: Mapping[str, Any]) -> str:
    code = fields.word(container.get("exitCode"))
    exited = f"exit code {code}" if code else ""
    return aws_event.joined(fields.line(container, "name"), exited, fields.line(container, "reason"))


def _occurrence(event: Event, state: Condition, group: _Group, reason: str) -> Occurrence:
    kind, _, name = group.named.partition(":")
    of_service = kind == "service"
    page = f"services/{name}/health" if of_service else f"tasks/{group.arn.name}"
    return Occurrence(
        state=state,
        id=f"{group.cluster} {group.named}",
        name=name or group.named,
        what="ECS service failed" if of_service else "ECS task failed",
        link=event.page(group.arn, f"ecs/v2/clusters/{group.cluster}/{page}"),
        pieces=(f"cluster {group.cluster}",),
        reason=reason,
        labels={
            "Cluster": group.cluster,
            "Group": group.named,
            "Task": group.arn.name if event.kind == TASK else "",
        },
        tags=fields.tags(event.detail.get("tags")),
    )


def _example(of: Example) -> Payload:
    place = f"arn:aws:ecs:{REGION}:{ACCOUNT}"
    return {
        "resources": [f"{place}:service/default/{of.name}"],
        "eventType": of.either("WARN", "INFO"),
        "eventName": of.either("SERVICE_TASK_START_IMPAIRED", "SERVICE_STEADY_STATE"),
        "clusterArn": f"{place}:cluster/default",
        "createdAt": of.at,
    }


SOURCE = eventbridge.source(
    "aws-ecs",
    "Amazon ECS",
    "ECS Service Action",
    "ECS Deployment State Change",
    TASK,
    read=_read,
    example=_example,
)
