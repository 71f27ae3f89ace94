"""API Gateway in front of `plain_app.py`: finds the route of a request, and hands it over as an event."""

import base64
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

from tests.app.plain_app import ROUTES, api_handler


@dataclass(frozen=True)
class PlainAnswer:
    """An answer as API Gateway passes it on."""

    status_code: int
    body: bytes
    headers: Mapping[str, str]

    @property
    def json_body(self) -> Any:
        return json.loads(self.body)


class PlainHttp:
    """Sends requests to the routes of `plain_app.py`."""

    def get(self, path: str) -> PlainAnswer:
        return self._request("GET", path, {}, b"")

    def post(self, path: str, *, headers: dict[str, str] | None = None, body: bytes = b"") -> PlainAnswer:
        return self._request("POST", path, headers or {}, body)

    def put(self, path: str, *, headers: dict[str, str] | None = None, body: bytes = b"") -> PlainAnswer:
        return self._request("PUT", path, headers or {}, body)

    def _request(self, method: str, path: str, headers: dict[str, str], body: bytes) -> PlainAnswer:
        found = {
            route: match for route, _ in ROUTES if (match := _pattern(route).fullmatch(urlsplit(path).path))
        }
        for route, match in found.items():
            if (route, method) in ROUTES:
                event = {
                    "requestContext": {
                        "resourcePath": route,
                        "httpMethod": method,
                        "requestId": str(uuid4()),
                    },
                    "pathParameters": match.groupdict(),
                    "headers": headers,
                    "body": base64.b64encode(body).decode(),
                    "isBase64Encoded": True,
                }
                answer = api_handler(event, None)
                return PlainAnswer(answer["statusCode"], answer["body"].encode(), answer["headers"])
        return PlainAnswer(405 if found else 404, b"{}", {})


def _pattern(route: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", route))
