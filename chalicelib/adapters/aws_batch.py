"""AWS Batch jobs: a job definition fails in a queue until one of its jobs there succeeds.

FAILED comes after the last attempt. Children of an array job are ignored: their parent fails if one does.
https://docs.aws.amazon.com/batch/latest/userguide/batch_job_events.html
https://docs.aws.amazon.com/batch/latest/userguide/array_jobs.html
"""

from urllib.parse import quote

from chalicelib.adapters import aws_event, eventbridge, fields
from chalicelib.adapters.aws_event import ACCOUNT, REGION, Event, Occurrence
from chalicelib.adapters.fields import Ignored
from chalicelib.adapters.source import Example, Payload
from chalicelib.alert_values import Condition

STATES = {
    "FAILED": Condition.FIRING,
    "SUCCEEDED": Condition.RESOLVED,
    **dict.fromkeys(("SUBMITTED", "PENDING", "RUNNABLE", "STARTING", "RUNNING"), None),
}


def _read(event: Event) -> Occurrence | Ignored:
    state = aws_event.state(event, "status", STATES)
    if state is None:
        return Ignored("IN_PROGRESS", event.text("jobName"))
    if "index" in fields.mapping(event.detail.get("arrayProperties")):
        return Ignored("CHILD_OF_ARRAY", event.text("jobName"))
    queue = aws_event.arn(event.detail.get("jobQueue"))
    definition = aws_event.arn(event.detail.get("jobDefinition"))
    name = definition.resource.removeprefix("job-definition/").partition(":")[0]  # a revision follows
    container = fields.mapping(event.detail.get("container"))
    return Occurrence(
        state=state,
        id=f"{queue.text} {name}",
        name=name,
        what="Batch job failed",
        link=event.page(queue, "batch/home", f"#jobs/detail/{quote(event.text('jobId'))}"),
        pieces=(f"queue {queue.name}",),
        reason=aws_event.joined(event.text("statusReason"), fields.line(container, "reason")),
        labels={
            "Job": event.text("jobName"),
            "Queue": queue.name,
            "Definition": definition.resource.partition("/")[2],
            "Exit code": container.get("exitCode"),
        },
        tags=fields.tags(event.detail.get("tags")),
    )


def _example(of: Example) -> Payload:
    place = f"arn:aws:batch:{REGION}:{ACCOUNT}"
    return {
        "jobName": "nightly",
        "jobId": "4c7599ae-0a82-49aa-ba5a-4727fcce14a8",
        "jobQueue": f"{place}:job-queue/high-priority",
        "status": of.either("FAILED", "SUCCEEDED"),
        "statusReason": "Essential container in task exited",
        "jobDefinition": f"{place}:job-definition/{of.name}:1",
        "container": {"exitCode": 1 if of.ended is None else 0},
        "tags": {"resourceArn": f"{place}:job/4c7599ae-0a82-49aa-ba5a-4727fcce14a8"},
    }


SOURCE = eventbridge.source("aws-batch", "AWS Batch", "Batch Job State Change", read=_read, example=_example)
