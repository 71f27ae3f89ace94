"""Console: where people see an alarm in the AWS console of its partition. Pure."""

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


def link(arn: AlarmArn) -> str | None:
    """Link the alarm as CloudWatch's own mail does; None if the console is not known."""
    if arn.partition not in CONSOLES or not _REGION.fullmatch(arn.region):
        return None
    host = f"{arn.region}.{CONSOLES[arn.partition]}"
    name = quote(arn.name, safe="")
    return fields.url(f"https://{host}/cloudwatch/deeplink.js?region={arn.region}#alarmsV2:alarm/{name}")
