"""The API of a deployed stage, on loopback: each request goes to the function that API Gateway names."""

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from werkzeug.serving import make_server
from werkzeug.wrappers import Request, Response

Post = Callable[[str, Mapping[str, str], str], dict[str, Any]]


@contextmanager
def relay(post: Post) -> Iterator[str]:
    """Serve it; gives its address."""

    @Request.application
    def answer(request: Request) -> Response:
        answered = post(request.path, dict(request.headers), request.get_data(as_text=True))
        return Response(answered["body"], answered["statusCode"], mimetype="application/json")

    server = make_server("127.0.0.1", 0, answer, threaded=True)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
