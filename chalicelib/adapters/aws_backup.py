"""AWS Backup jobs: the backup of a resource by a plan fails until one of its jobs completes.

A job without a plan was started by hand, and only ends such failures. Events arrive within five minutes.
https://docs.aws.amazon.com/aws-backup/latest/devguide/eventbridge.html
"""

from chalicelib.adapters import aws_event, eventbridge, fields
from chalicelib.adapters.aws_event import ACCOUNT, REGION, Event, Occurrence
from chalicelib.adapters.fields import Ignored
from chalicelib.adapters.source import Example, Payload
from chalicelib.alert_values import Condition

STATES = {
    **dict.fromkeys(("FAILED", "EXPIRED", "ABORTED"), Condition.FIRING),
    "COMPLETED": Condition.RESOLVED,
    **dict.fromkeys(("CREATED", "PENDING", "RUNNING", "ABORTING"), None),
}


def _read(event: Event) -> Occurrence | Ignored:
    state = aws_event.state(event, "state", STATES)
    if state is None:
        return Ignored("IN_PROGRESS", event.text("backupJobId"))
    resource = aws_event.arn(event.detail.get("resourceArn"))
    plan = fields.word(fields.mapping(event.detail.get("createdBy")).get("backupPlanId"))
    kind = event.text("resourceType")
    return Occurrence(
        state=state,
        id=f"{resource.text} {plan}".strip(),
        name=resource.name,
        what="backup failed",
        link=event.page(resource, "backup/home", "#/jobs/backup"),
        pieces=tuple(filter(None, (kind, f"plan {plan}" if plan else "on demand"))),
        reason=aws_event.joined(event.text("state"), event.text("statusMessage")),
        labels={
            "Resource": resource.text,
            "Type": kind,
            "Vault": event.text("backupVaultName"),
            "Plan": plan,
            "Job": event.text("backupJobId"),
        },
    )


def _example(of: Example) -> Payload:
    vault = f"arn:aws:backup:{REGION}:{ACCOUNT}:backup-vault:nightly"
    return {
        "backupJobId": "34176239-e96d-4e1d-9fad-529dbb3c3556",
        "backupVaultArn": vault,
        "backupVaultName": "nightly",
        "resourceArn": f"arn:aws:rds:{REGION}:{ACCOUNT}:db:{of.name}",
        "resourceType": "RDS",
        "state": of.either("FAILED", "COMPLETED"),
        "statusMessage": of.either("Insufficient privileges to perform this action.", ""),
        "createdBy": {"backupPlanId": "bde0f455-4e24-4668-aeaa-4932a97f5cc5"},
    }


SOURCE = eventbridge.source(
    "aws-backup", "AWS Backup", "Backup Job State Change", read=_read, example=_example
)
