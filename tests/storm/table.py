"""A way to the table that can be made to fail: throttled, or silent though the write was done."""

import json
import random
import threading
from collections.abc import Iterable
from typing import TYPE_CHECKING, Literal

import httpx
from werkzeug.serving import make_server
from werkzeug.wrappers import Request, Response

from tests.local.aws_server import QuietHandler
from tests.local.patience import HTTP_SECONDS

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

Fault = Literal["throttled", "answer lost"]
THROTTLED = "com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException"
HOP_BY_HOP = {"transfer-encoding", "connection", "content-encoding", "content-length", "host"}


class FaultyTable:
    """Hands requests on to `target`; while there is a `fault`, half of them meet it, or another share."""

    def __init__(self, seed: int, share: float = 0.5) -> None:
        self.target, self.fault, self.met, self._share = "", "", 0, share
        self._rng, self._http = random.Random(seed), httpx.Client(trust_env=False, timeout=HTTP_SECONDS)
        self._server = make_server("127.0.0.1", 0, self._serve, threaded=True, request_handler=QuietHandler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._http.close()

    def _serve(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        return self._answer(Request(environ))(environ, start_response)

    def _answer(self, request: Request) -> Response:
        fault = self.fault if self._rng.random() < self._share else ""
        self.met += bool(fault)
        if fault == "throttled" or not self.target:
            body = {
                "__type": THROTTLED,
                "message": "The level of configured provisioned throughput was exceeded",
            }
            return Response(json.dumps(body), 400, content_type="application/x-amz-json-1.0")
        headers = {name: value for name, value in request.headers if name.lower() not in HOP_BY_HOP}
        answer = self._http.post(self.target + request.path, content=request.get_data(), headers=headers)
        if fault == "answer lost":
            return Response("", 500)
        kept = {name: value for name, value in answer.headers.items() if name.lower() not in HOP_BY_HOP}
        return Response(answer.content, answer.status_code, kept)
