"""Where moto falls short of AWS, and deploying for real would notice.

- It imports OpenAPI 3 only; Chalice writes Swagger 2, which differs in nothing that moto reads.
- It polls the queue of an event source mapping itself, and runs functions in Docker; here a mapping is
  kept as made, and whoever wants its function run does so.
- It writes a queue's policies anew, with blanks, and forgets which queues may use it as their DLQ; AWS gives
  both back as they came. Terraform, which writes no blanks, would wait and find changes for ever.
- It reads no conditions, so that a bucket that refuses whoever comes without TLS refuses everybody; here a
  bucket's policy is kept as made, and not judged.
"""

import json
from functools import partial
from types import SimpleNamespace
from typing import Any

from moto.apigateway import responses as moto_apigateway
from moto.iam.access_control import PermissionResult
from moto.s3 import models as moto_s3
from moto.sqs import models as moto_sqs

read_document = moto_apigateway.deserialize_body
tight_json = SimpleNamespace(loads=json.loads, dumps=partial(json.dumps, separators=(",", ":")))


def bridge() -> None:
    """Bridge the gaps, in this process."""
    _replace(moto_apigateway, "deserialize_body", _as_openapi)
    _replace(moto_s3.FakeBucket, "get_permission", lambda *_: PermissionResult.NEUTRAL)
    _replace(moto_sqs, "json", tight_json)
    if "RedriveAllowPolicy" not in moto_sqs.Queue.BASE_ATTRIBUTES:
        moto_sqs.Queue.BASE_ATTRIBUTES.append("RedriveAllowPolicy")
    _replace(moto_sqs.Queue, "redrive_allow_policy", None)
    _replace(moto_sqs.Queue, "lambda_event_source_mappings", property(lambda _: {}, lambda *_: None))


def _replace(owner: object, name: str, value: object) -> None:
    setattr(owner, name, value)


def _as_openapi(body: str) -> Any:
    document = read_document(body)
    if document.pop("swagger", None):
        document["openapi"] = "3.0.0"
        document["info"].setdefault("description", "")
    return document
