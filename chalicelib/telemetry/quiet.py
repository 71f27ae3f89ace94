"""Quiet: other people's loggers write nothing below a warning, whatever level the function is given.

At DEBUG botocore logs each request and answer, the secrets that Secrets Manager gives included, and httpcore
the headers; httpx logs addresses at INFO. Lambda sets the root logger to the level that its configuration
names, and every logger without a level of its own takes that
(docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-log-level.html).
"""

import logging

THEIRS = ("boto3", "botocore", "httpcore", "httpx", "s3transfer", "urllib3")


def quiet() -> None:
    """Turn off what other people's loggers write below a warning, and DEBUG for everybody.

    Nothing of ours logs at DEBUG.
    """
    logging.disable(logging.DEBUG)
    for name in ("", *THEIRS):
        logging.getLogger(name).setLevel(logging.WARNING)
