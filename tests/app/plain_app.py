"""What `app.py` declares, as plain Lambda handlers: all that changes without Chalice."""

import base64
import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from chalicelib import entrypoints
from chalicelib.webhook.http import HttpAnswer

queue = f"alerting-{os.environ.get('ALERTING_STAGE', 'local')}-alerts"


@dataclass(frozen=True, slots=True)
class Request:
    """What the entry points read of a request."""

    headers: Mapping[str, str]
    raw_body: bytes
    context: Mapping[str, Any]


def api_handler(event: Mapping[str, Any], context: Any) -> dict[str, Any]:
    """Answer a request that came through API Gateway's proxy integration."""
    about = event["requestContext"]
    body = event["body"] or ""
    raw = base64.b64decode(body) if event["isBase64Encoded"] else body.encode()
    request = Request(event["headers"] or {}, raw, about)
    answer = ROUTES[about["resourcePath"], about["httpMethod"]](
        request, context, **(event["pathParameters"] or {})
    )
    return {
        "statusCode": answer.status,
        "headers": {"Content-Type": "application/json", **answer.headers},
        "body": json.dumps(answer.body, separators=(",", ":")),
        "isBase64Encoded": False,
    }


def collector(event: Mapping[str, Any], context: Any) -> None:
    """Alerts from the queue to the table, and to GitHub."""
    entrypoints.collect(event["Records"], context)


def reconcile(_event: Mapping[str, Any], context: Any) -> None:
    """Whatever is still due."""
    entrypoints.reconcile(context)


def _webhook(request: Request, context: Any, source: str, **path: str) -> HttpAnswer:
    return entrypoints.webhook(source, path, request, context)


def _health(_request: Request, _context: Any) -> HttpAnswer:
    return HttpAnswer(200, entrypoints.health())


ROUTES: Mapping[tuple[str, str], Callable[..., HttpAnswer]] = {
    ("/webhooks/{source}", "POST"): _webhook,
    ("/webhooks/{source}/{a}/{b}", "POST"): _webhook,
    ("/webhooks/{source}/{a}/{b}/{c}", "POST"): _webhook,
    ("/webhooks/{source}/{a}/{b}/{c}/{d}", "POST"): _webhook,
    ("/webhooks/{source}/{a}/{b}/{c}/{d}", "PUT"): _webhook,
    ("/external-alerts-webhook", "POST"): entrypoints.external_alerts,
    ("/github/events", "POST"): entrypoints.github_events,
    ("/health", "GET"): _health,
}
