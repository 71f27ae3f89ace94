"""The functions that these tests call: those of `app.py`, or with WITHOUT_CHALICE those of `plain_app.py`."""

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Protocol


class Answer(Protocol):
    """What a request is answered with."""

    @property
    def status_code(self) -> int: ...
    @property
    def headers(self) -> Mapping[str, Any]: ...
    @property
    def body(self) -> bytes: ...
    @property
    def json_body(self) -> Any: ...


class Http(Protocol):
    """Sends requests to the routes."""

    def get(self, path: str) -> Answer: ...
    def post(self, path: str, *, headers: dict[str, str] = ..., body: bytes = ...) -> Answer: ...
    def put(self, path: str, *, headers: dict[str, str] = ..., body: bytes = ...) -> Answer: ...


api_handler: Callable[[Any, Any], Any]
collector: Callable[[Any, Any], Any]
reconcile: Callable[[Any, Any], Any]
http: Http

if os.environ.get("WITHOUT_CHALICE"):
    from tests.app import plain_app
    from tests.app.plain_http import PlainHttp

    api_handler, collector, reconcile = plain_app.api_handler, plain_app.collector, plain_app.reconcile
    http = PlainHttp()
else:
    from chalice.test import Client

    import app

    api_handler, collector, reconcile = app.app, app.collector, app.reconcile
    # Not the project's directory, whose stages name the stand-ins of the demo.
    http = Client(app.app, project_dir=str(Path(__file__).parent)).http
