"""Console: where people see an alarm, or another thing, in the AWS console of its partition. Pure."""

import re
from urllib.parse import quote

from chalicelib.adapters import fields
from chalicelib.adapters.alarm import AlarmArn

CONSOLES = {
    "aws": "console.aws.amazon.com",
    "aws-cn": "console.amazonaws.cn",
    "aws-us-gov": "console.amazonaws-us-gov.com",
}
_REGION = re.compile("[a-z0-9-]+")


def page(partition: str, region: str, path: str) -> str | None:
    """Return the address of a page of a region's console; None if the console is not known."""
    if partition not in CONSOLES or not _REGION.fullmatch(region):
        return None
    return fields.url(f"https://{region}.{CONSOLES[partition]}/{path}")


def link(arn: AlarmArn) -> str | None:
    """Link the alarm as CloudWatch's own mail does; None if the console is not known."""
    name = quote(arn.name, safe="")
    path = f"cloudwatch/deeplink.js?region={arn.region}#alarmsV2:alarm/{name}"
    return page(arn.partition, arn.region, path)
