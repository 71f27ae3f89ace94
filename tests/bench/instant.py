"""Stand-ins that answer at once, whatever they are asked: for measuring what our own side costs.

One server speaks for AWS and GitHub. It keeps nothing: every row is new, every write is taken.
"""

import base64
import itertools
import json
import re
import socketserver
import threading
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, Self

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

TOKEN = "token-of-grafana"
HMAC_SECRET = "hmac-of-grafana"
APP_ID = "12345"


class InstantServer(socketserver.ThreadingTCPServer):
    """Answers on loopback, in threads of this process; a context manager."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Connection)
        self.numbers = itertools.count(1)
        self.secrets = {"webhook-secrets": _webhook_secret(), "alerting-app-secrets": _app_secret()}

    def __enter__(self) -> Self:
        threading.Thread(target=self.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.shutdown()
        self.server_close()

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.server_address[1]}"

    def answer(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Any:
        """What to say: JSON, or text as it is."""
        target = headers.get("x-amz-target", "").rpartition(".")[2]
        if target:
            return self._aws(target, json.loads(body))
        if body.startswith(b"Action="):
            return _SNS.format(body.count(b"&PublishBatchRequestEntries.member.") and "")
        return self._github(method, path, body)

    def _aws(self, operation: str, request: dict[str, Any]) -> dict[str, Any]:
        match operation:
            case "GetSecretValue":
                wanted = request["SecretId"]
                return {"SecretString": next(v for k, v in self.secrets.items() if wanted.endswith(k))}
            case "UpdateItem":
                return {}
            case "DeleteMessageBatch":
                return {"Successful": [{"Id": each["Id"]} for each in request["Entries"]], "Failed": []}
            case "GetItem":
                return {}
            case "BatchGetItem":
                return {"Responses": {table: [] for table in request["RequestItems"]}, "UnprocessedKeys": {}}
            case "Query":
                return {"Items": [], "Count": 0, "ScannedCount": 0}
            case "GetMetricData":
                return {"MetricDataResults": []}
        raise ValueError(f"{operation} has no answer here")

    def _github(self, method: str, path: str, body: bytes) -> dict[str, Any]:
        if path.endswith("/installation"):
            return {"id": 1, "app_slug": "alerting"}
        if path.endswith("/access_tokens"):
            expires = datetime.now(UTC) + timedelta(hours=1)
            return {"token": f"ghs_{'a' * 36}", "expires_at": expires.isoformat()}
        return _issue(path, next(self.numbers), json.loads(body or b"{}"))


_SNS = (
    '<PublishBatchResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><PublishBatchResult>'
    "<Failed/><Successful/>{}</PublishBatchResult></PublishBatchResponse>"
)


def _issue(path: str, number: int, asked: Mapping[str, Any]) -> dict[str, Any]:
    """An issue as GitHub answers it, with the fields that are read."""
    repository = path.removeprefix("/repos/").removesuffix("/issues")
    return {
        "number": number,
        "html_url": f"https://github.com/{repository}/issues/{number}",
        "url": f"https://api.github.com/repos/{repository}/issues/{number}",
        "repository_url": f"https://api.github.com/repos/{repository}",
        "title": asked.get("title", ""),
        "body": asked.get("body", ""),
        "state": "open",
        "state_reason": None,
        "labels": [{"name": name} for name in asked.get("labels", ())],
        "comments": 0,
        "user": {"login": "alerting[bot]", "type": "Bot"},
        "closed_at": None,
        "closed_by": None,
    }


@cache
def _app_secret() -> str:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048).private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.TraditionalOpenSSL,
        serialization.NoEncryption(),
    )
    encoded = base64.b64encode(key).decode()
    return json.dumps({"github_app_id": APP_ID, "github_app_key_base64": encoded})


def _webhook_secret() -> str:
    return json.dumps({"grafana_webhook_token": TOKEN, "grafana_hmac_secret": HMAC_SECRET})


class _Connection(socketserver.StreamRequestHandler):
    """HTTP/1.1 kept alive, as short as it goes; each answer in one piece."""

    disable_nagle_algorithm = True
    server: InstantServer

    def handle(self) -> None:
        while (line := self.rfile.readline()).strip():
            method, path, _ = line.decode().split(" ", 2)
            headers = dict(self._headers())
            body = self.rfile.read(int(headers.get("content-length", 0)))
            self._send(method, self.server.answer(method, re.sub(r"\?.*", "", path), headers, body))

    def _headers(self) -> Any:
        while line := self.rfile.readline().decode().strip():
            name, _, value = line.partition(":")
            yield name.lower(), value.strip()

    def _send(self, method: str, answer: Any) -> None:
        kind = "text/xml" if isinstance(answer, str) else "application/json"
        content = (answer if isinstance(answer, str) else json.dumps(answer)).encode()
        head = f"HTTP/1.1 {201 if method == 'POST' else 200} OK\r\ncontent-type: {kind}\r\n"
        self.wfile.write(f"{head}content-length: {len(content)}\r\n\r\n".encode() + content)
