"""Amazon GuardDuty findings: news, one issue for each finding.

A finding that occurs again is sent again, with the time of its creation: the same notification with other
words. Its end is not reported. Its severity is a number; the words are those of GuardDuty's console.
https://docs.aws.amazon.com/guardduty/latest/ug/guardduty_findings_eventbridge.html
https://docs.aws.amazon.com/guardduty/latest/ug/guardduty_findings-severity.html
"""

from urllib.parse import quote
from zlib import crc32

from chalicelib.adapters import aws_event, eventbridge, fields
from chalicelib.adapters.aws_event import ACCOUNT, REGION, Event, Occurrence
from chalicelib.adapters.fields import Ignored
from chalicelib.adapters.source import Example, Payload
from chalicelib.alert_values import Condition, Kind

SEVERITIES = {9.0: "critical", 7.0: "high", 4.0: "medium", 0.0: "low"}
"""The lowest number for each word."""


def _read(event: Event) -> Occurrence | Ignored:
    finding = aws_event.arn(event.detail.get("arn"))
    resource = fields.mapping(event.detail.get("resource"))
    service = fields.mapping(event.detail.get("service"))
    instance = fields.mapping(resource.get("instanceDetails"))
    return Occurrence(
        state=Condition.FIRING,
        kind=Kind.NOTIFICATION,
        id=finding.text,
        name=event.text("title") or event.text("type"),
        link=event.page(finding, "guardduty/home", f"#/findings?search=id%3D{quote(finding.name)}"),
        description=event.detail.get("description"),
        labels={
            "Type": event.text("type"),
            "Severity": event.detail.get("severity"),
            "Resource": resource.get("resourceType"),
            "Instance": instance.get("instanceId"),
            "Times": service.get("count"),
            "Finding": finding.name,
        },
        tags=fields.tags(instance.get("tags")),
        severity=_severity(event.detail.get("severity")),
        at=event.text("createdAt"),
        account=event.text("accountId"),
        region=event.text("region"),
    )


def _severity(number: object) -> str:
    if not isinstance(number, int | float):
        return ""
    return next((word for least, word in SEVERITIES.items() if number >= least), "")


def _example(of: Example) -> Payload:
    id_ = f"{crc32(of.name.encode()):032x}"
    detector = f"arn:aws:guardduty:{REGION}:{ACCOUNT}:detector/12cc51e1c99e833adf5924c71ac591b2"
    return {
        "schemaVersion": "2.0",
        "accountId": ACCOUNT,
        "region": REGION,
        "partition": "aws",
        "id": id_,
        "arn": f"{detector}/finding/{id_}",
        "type": "UnauthorizedAccess:EC2/SSHBruteForce",
        "resource": {"resourceType": "Instance", "instanceDetails": {"instanceId": "i-0a1b2c3d4e5f60718"}},
        "service": {"serviceName": "guardduty", "count": 3},
        "severity": 8,
        "title": of.name,
        "description": "198.51.100.7 is performing SSH brute force attacks against i-0a1b2c3d4e5f60718.",
        "createdAt": of.at,
        "updatedAt": of.at,
    }


SOURCE = eventbridge.source(
    "aws-guardduty", "Amazon GuardDuty", "GuardDuty Finding", read=_read, example=_example, ends=False
)
