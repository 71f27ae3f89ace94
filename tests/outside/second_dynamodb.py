"""A second DynamoDB, by other people: dynalite, with the one answer that it lacks added by a proxy.

dynalite does not know `ReturnValuesOnConditionCheckFailure`, with which a write whose condition is not met
returns the item that stands there
(docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateItem.html). The proxy reads the item after
the refusal, which is as good where nobody writes in between.
"""

import http.client
import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

MODULE = Path(__file__).parent / "node_modules/dynalite"
PROGRAM = """
const server = require(process.argv[1])({createTableMs: 0, deleteTableMs: 0})
server.listen(0, "127.0.0.1", () => console.log(server.address().port))
"""
TARGET = "DynamoDB_20120810."
REFUSED = "ConditionalCheckFailedException"


@contextmanager
def dynalite() -> Iterator[str]:
    """Run it behind the proxy; yields the proxy's address."""
    command = ["node", "-e", PROGRAM, str(MODULE)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        try:
            port = int(process.stdout.readline())
            with ThreadingHTTPServer(("127.0.0.1", 0), _proxy(port)) as server:
                Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
                yield f"http://127.0.0.1:{server.server_port}"
                server.shutdown()
        finally:
            process.terminate()


def _proxy(port: int) -> type[BaseHTTPRequestHandler]:
    class Proxy(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1  # one segment an answer; with two, Nagle's algorithm costs 40 ms each time

        def do_POST(self) -> None:
            sent = self.rfile.read(int(self.headers["Content-Length"]))
            status, answer = self._ask(self.headers["X-Amz-Target"], sent)
            wanted = json.loads(sent)
            if wanted.get("ReturnValuesOnConditionCheckFailure") == "ALL_OLD" and REFUSED in str(answer):
                key = {"TableName": wanted["TableName"], "Key": wanted["Key"], "ConsistentRead": True}
                _, found = self._ask(f"{TARGET}GetItem", json.dumps(key).encode())
                answer |= found
            body = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/x-amz-json-1.0")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def _ask(self, target: str, sent: bytes) -> tuple[int, dict[str, Any]]:
            connection = http.client.HTTPConnection("127.0.0.1", port)
            headers = dict(self.headers.items()) | {"X-Amz-Target": target, "Content-Length": str(len(sent))}
            connection.request("POST", "/", sent, headers)
            answer = connection.getresponse()
            found: dict[str, Any] = json.loads(answer.read())
            connection.close()
            return answer.status, found

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it so
            """Say nothing: pytest shows what fails."""

    return Proxy
