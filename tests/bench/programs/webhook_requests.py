"""The webhook, warm: CPU seconds for a request, and for publishing what it publishes, in turns."""

import sys

sys.path += [sys.argv[1], sys.argv[2]]

import json
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import app
from chalicelib.wiring.function import serving
from chalicelib.wiring.webhook import ingest

TURNS = 60
IN_A_TURN = 5

called = json.loads(Path(sys.argv[4]).read_text(encoding="utf-8"))
event, context = called["event"], SimpleNamespace(**called["context"])


def request() -> None:
    answer = app.app(event, context)
    if answer["statusCode"] != 202:
        raise SystemExit(f"not taken: {answer}")


def published() -> dict[str, Any]:
    """What a request hands to SNS."""
    topic: Any = ingest(serving(context.invoked_function_arn)).topic
    client = topic._client
    said: list[dict[str, Any]] = []
    publish = client.publish_batch

    def listened(**entries: Any) -> Any:
        said.append(entries)
        return publish(**entries)

    client.publish_batch = listened
    request()
    del client.publish_batch
    return {"client": client, "entries": said[0]}


def seconds(work: Callable[[], object]) -> float:
    start = time.process_time()
    for _ in range(IN_A_TURN):
        work()
    return (time.process_time() - start) / IN_A_TURN


request()
same = published()
requests, publishings = [], []
for _ in range(TURNS):
    publishings.append(seconds(lambda: same["client"].publish_batch(**same["entries"])))
    requests.append(seconds(request))
print("\n" + json.dumps({"request": statistics.median(requests), "publish": statistics.median(publishings)}))
