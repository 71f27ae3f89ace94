"""AWS Health events: an issue with a service lasts until it is closed; everything else is news.

An event arrives in its own region and in the backup region, and for an organisation in its management account
too: the affected account and region and the time of the last update show that it is the same.
https://docs.aws.amazon.com/health/latest/ug/aws-health-events-eventbridge-schema.html
"""

from email.utils import parsedate_to_datetime
from urllib.parse import quote
from zlib import crc32

from chalicelib.adapters import aws_event, eventbridge, fields, titles
from chalicelib.adapters.aws_event import ACCOUNT, REGION, Event, Occurrence
from chalicelib.adapters.fields import Ignored
from chalicelib.adapters.source import Example, Payload
from chalicelib.alert_values import Condition, Kind

STATES = {"open": Condition.FIRING, "upcoming": Condition.FIRING, "closed": Condition.RESOLVED}
PAGE = "https://health.aws.amazon.com/health/home#/account/event-log?eventID="
NEWS = frozenset({"accountNotification", "scheduledChange"})


def _read(event: Event) -> Occurrence | Ignored:
    happening = aws_event.arn(event.detail.get("eventArn"))
    service, code = event.text("service"), event.text("eventTypeCode")
    news = event.text("eventTypeCategory") in NEWS
    state = aws_event.state(event, "statusCode", STATES)
    if news and state is Condition.RESOLVED:
        return Ignored("NEWS_ENDED", code)
    affected = list(fields.mappings(event.detail.get("affectedEntities")))
    entities = [fields.line(each, "entityValue") for each in affected]
    number = happening.name.removeprefix(code).removeprefix("_")
    told = next(fields.mappings(event.detail.get("eventDescription")), {})
    return Occurrence(
        state=state or Condition.FIRING,
        kind=Kind.NOTIFICATION if news else Kind.CONDITION,
        id=happening.text,
        name=service,
        what=code.removeprefix("AWS_").removeprefix(f"{service}_").replace("_", " ").lower(),
        link=PAGE + quote(happening.text, safe=":/"),
        pieces=tuple(filter(None, (*entities[:1], titles.shortened(number, 16)))),
        description=told.get("latestDescription"),
        labels={
            "Category": event.text("eventTypeCategory"),
            "Affected": ", ".join(entities[:20]),
            "Begins": event.text("startTime"),
            "Ends": event.text("endTime"),
            "Event": happening.text,
        },
        tags=fields.tags(affected[0].get("tags")) if affected else {},
        at=_updated(event),
        account=event.text("affectedAccount"),
        region=event.text("eventRegion"),
    )


def _updated(event: Event) -> str:
    """Read `Mon, 23 Nov 2026 03:07:07 GMT`; empty if there is no such time, as in older events."""
    try:
        return parsedate_to_datetime(event.text("lastUpdatedTime")).isoformat()
    except (ValueError, OverflowError):
        return ""


def _example(of: Example) -> Payload:
    code = "AWS_EC2_OPERATIONAL_ISSUE"
    return {
        "eventArn": f"arn:aws:health:{REGION}::event/EC2/{code}/{code}_{crc32(of.name.encode()):X}",
        "service": of.name,
        "eventScopeCode": "ACCOUNT_SPECIFIC",
        "eventTypeCode": code,
        "eventTypeCategory": "issue",
        "statusCode": of.either("open", "closed"),
        "eventRegion": REGION,
        "affectedAccount": ACCOUNT,
        "eventDescription": [
            {"language": "en_US", "latestDescription": "We are investigating increased API error rates."}
        ],
    }


SOURCE = eventbridge.source(
    "aws-health",
    "AWS Health",
    "AWS Health Event",
    "AWS Health Abuse Event",
    read=_read,
    example=_example,
)
