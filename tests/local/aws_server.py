"""moto's server on a loopback port, made as atomic as AWS is.

Kept apart from `aws.py`, whose users need no moto.
"""

import io
import json
import threading
import time
from collections.abc import Iterable
from typing import TYPE_CHECKING

from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from moto.sqs.models import sqs_backends
from werkzeug.serving import WSGIRequestHandler, make_server
from werkzeug.wrappers import Response

from tests.local import moto_gaps, moto_iam, moto_speed
from tests.local.aws import ACCOUNT, SENT
from tests.local.processes import run_until_told

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

LOOK_AGAIN_SECONDS = 0.5
"""How often a long poll looks although nothing was asked meanwhile: a message's visibility may have ended."""
TABLE = "DynamoDB_"


class OneAtATime:
    """WSGI middleware that admits one request at a time.

    moto checks a condition and then writes, without a lock: of two claims at once both could win, and a
    message published while another is deleted could vanish. A long poll waits outside, and looks again when
    something was asked that may have filled its queue.
    """

    def __init__(self, application: "WSGIApplication") -> None:
        self._application = application
        self._lock = threading.Condition()

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        if environ["PATH_INFO"].startswith(SENT):
            with self._lock:
                return self._sent(environ["PATH_INFO"])(environ, start_response)
        target = environ.get("HTTP_X_AMZ_TARGET", "")
        if target == "AmazonSQS.ReceiveMessage":
            return self._long_poll(environ)(environ, start_response)
        with self._lock:
            answer = self._application(environ, start_response)
            if not target.startswith(TABLE):
                self._lock.notify_all()
            return answer

    @staticmethod
    def _sent(path: str) -> Response:
        region, name = path.removeprefix(SENT).split("/")
        messages = sqs_backends[ACCOUNT][region].queues[name]._messages
        sent = json.dumps([message.sent_timestamp for message in messages])
        return Response(sent, mimetype="application/json")

    def _long_poll(self, environ: "WSGIEnvironment") -> Response:
        request = json.loads(environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"])))
        deadline = time.monotonic() + request.get("WaitTimeSeconds", 0)
        body = json.dumps(request | {"WaitTimeSeconds": 0}).encode()
        while True:
            once = environ | {"wsgi.input": io.BytesIO(body), "CONTENT_LENGTH": str(len(body))}
            with self._lock:
                response = Response.from_app(self._application, once, buffered=True)
                left = deadline - time.monotonic()
                # An error ends the poll too, as it would on AWS.
                if b'"Messages"' in response.data or response.status_code != 200 or left <= 0:
                    return response
                self._lock.wait(min(left, LOOK_AGAIN_SECONDS))


class QuietHandler(WSGIRequestHandler):
    """A request handler that logs errors only."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing: a long poll every second would fill the log."""


class AwsServer:
    """moto's server in a thread of this process. Its state is the process's: two servers share one AWS."""

    def __init__(self, port: int = 0) -> None:
        moto_gaps.bridge()
        moto_iam.enforce()
        moto_speed.hasten()
        application = OneAtATime(DomainDispatcherApplication(create_backend_app))
        self._server = make_server(
            "127.0.0.1", port, application, threaded=True, request_handler=QuietHandler
        )
        self._thread = threading.Thread(target=self._server.serve_forever, name="aws", daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


def serve(port: int) -> None:
    """Serve until told to stop; the first line on stdout names the address."""
    server = AwsServer(port)
    server.start()
    print(f"listening on {server.url}", flush=True)
    run_until_told(threading.Event())
    server.stop()
