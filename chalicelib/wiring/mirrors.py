"""The mirrors that a stage's settings name. To add one, add a file to `mirrors/` and a line here."""

from functools import cache
from typing import Any

import boto3
from botocore.config import Config

from chalicelib.mirrors import Mirror
from chalicelib.mirrors.sns import SnsMirror
from chalicelib.settings import AwsArn
from chalicelib.wiring.stage import Stage

QUICK = Config(connect_timeout=1, read_timeout=2, retries={"mode": "standard", "total_max_attempts": 1})
"""A slow mirror must not delay GitHub's steps; what it missed is delivered later."""


@cache
def mirrors(stage: Stage) -> tuple[Mirror, ...]:
    """Wire the mirrors; none unless a setting names one."""
    topic_arn = stage.settings.mirror_topic_arn
    return (SnsMirror(cache(lambda: _sns(stage, topic_arn)), topic_arn),) if topic_arn else ()


def _sns(stage: Stage, topic_arn: str) -> Any:
    """Make a client for the region of a topic, which may differ from the stage's."""
    region = AwsArn.parse(topic_arn).region
    return boto3.client("sns", region_name=region, config=QUICK.merge(stage.config), **stage.keys)
