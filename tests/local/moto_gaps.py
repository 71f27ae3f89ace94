"""Where moto falls short of AWS, and deploying for real would notice.

- It imports OpenAPI 3 only; Chalice writes Swagger 2, which differs in nothing that moto reads.
- It polls the queue of an event source mapping itself, and runs functions in Docker; here a mapping is
  kept as made, and whoever wants its function run does so.
"""

from typing import Any

from moto.apigateway import responses as moto_apigateway
from moto.sqs import models as moto_sqs

read_body = moto_apigateway.deserialize_body


def bridge() -> None:
    """Bridge the gaps, in this process."""
    setattr(moto_apigateway, "deserialize_body", _as_openapi)  # noqa: B010 - a name moto does not export
    setattr(moto_sqs.Queue, "lambda_event_source_mappings", property(lambda _: {}, lambda *_: None))  # noqa: B010


def _as_openapi(body: str) -> Any:
    document = read_body(body)
    if not document or document.pop("swagger", None) != "2.0":
        return read_body(body)
    document["openapi"] = "3.0.0"
    document["info"].setdefault("description", "")
    return document
