"""Amazon RDS events: news, one issue for each database and kind of event.

RDS sends them on a best-effort basis, perhaps out of order or not at all, so no event ends another.
https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/working-with-events.html
https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_Events.Messages.html
"""

from urllib.parse import quote

from chalicelib.adapters import aws_event, eventbridge, fields
from chalicelib.adapters.aws_event import ACCOUNT, REGION, Event, Occurrence
from chalicelib.adapters.fields import Ignored
from chalicelib.adapters.source import Example, Payload
from chalicelib.alert_values import Condition, Kind


def _read(event: Event) -> Occurrence | Ignored:
    thing = aws_event.arn(event.detail.get("SourceArn"))
    categories = event.detail.get("EventCategories")
    named = [fields.word(each) for each in categories] if isinstance(categories, list) else []
    number, name = event.text("EventID"), event.text("SourceIdentifier") or thing.name
    cluster = str(event.text("SourceType") == "CLUSTER").lower()
    return Occurrence(
        state=Condition.FIRING,
        kind=Kind.NOTIFICATION,
        id=f"{thing.text} {number}",
        name=name,
        what=", ".join(filter(None, named)) or "event",
        link=event.page(thing, "rds/home", f"#database:id={quote(name)};is-cluster={cluster}"),
        pieces=(number,) if number else (),
        description=event.detail.get("Message"),
        labels={"Event": number, "Kind": event.text("SourceType"), "ARN": thing.text},
        tags=fields.tags(event.detail.get("Tags")),
    )


def _example(of: Example) -> Payload:
    return {
        "EventCategories": ["low storage"],
        "SourceType": "DB_INSTANCE",
        "SourceArn": f"arn:aws:rds:{REGION}:{ACCOUNT}:db:{of.name}",
        "Date": of.at,
        "Message": "The free storage capacity for DB instance is low at 4% of the provisioned storage.",
        "SourceIdentifier": of.name,
        "EventID": "RDS-EVENT-0089",
    }


SOURCE = eventbridge.source(
    "aws-rds",
    "Amazon RDS",
    "RDS DB Instance Event",
    "RDS DB Cluster Event",
    read=_read,
    example=_example,
    ends=False,
)
