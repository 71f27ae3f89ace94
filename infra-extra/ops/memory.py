"""Chalice's record of a deployment, kept in the state bucket.

Chalice only records in `.chalice/deployed/<stage>.json` which API it created; when deployed from a checkout
without that file, the stage gets a second API at another address (https://github.com/aws/chalice/issues/972).
"""

from collections.abc import Iterator
from contextlib import contextmanager

from botocore.exceptions import ClientError

from ops.deployment import Deployment


def fetch(stage: Deployment) -> str | None:
    """Read the record of the stage; None if it is missing."""
    try:
        answer = stage.s3.get_object(Bucket=stage.bucket, Key=stage.memory_key)
    except ClientError as error:
        if error.response["Error"]["Code"] == "NoSuchKey":
            return None
        raise
    text: str = answer["Body"].read().decode()
    return text


@contextmanager
def kept(stage: Deployment) -> Iterator[None]:
    """Let Chalice work with the record, and keep the new one afterwards."""
    file = stage.memory
    file.parent.mkdir(parents=True, exist_ok=True)
    remembered = fetch(stage)
    if remembered is None:
        file.unlink(missing_ok=True)
    else:
        file.write_text(remembered, encoding="utf-8")
    try:
        yield
    finally:
        if file.is_file():
            stage.s3.put_object(Bucket=stage.bucket, Key=stage.memory_key, Body=file.read_bytes())


def forget(stage: Deployment) -> None:
    """Delete the record of the stage."""
    stage.s3.delete_object(Bucket=stage.bucket, Key=stage.memory_key)
    stage.memory.unlink(missing_ok=True)
