"""The collector's peak memory, in MB: after its modules are loaded, and after the alerts it then takes."""

import sys

sys.path += [sys.argv[1], sys.argv[2]]

import contextlib
import json
import os
import resource
from pathlib import Path
from types import SimpleNamespace

import app
import chalicelib.aws.sqs
import chalicelib.collector.collector
import chalicelib.github.auth
import chalicelib.github.client
import chalicelib.github.issues
import chalicelib.rate_limit.shared
import chalicelib.store.rows
import chalicelib.sync.execute
import chalicelib.sync.sync  # noqa: F401 - the modules that a collector loads

BATCHES = 500


def peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


called = json.loads(Path(sys.argv[4]).read_text(encoding="utf-8"))
context = SimpleNamespace(**called["context"], get_remaining_time_in_millis=lambda: 60_000)
loaded = peak()
with Path(os.devnull).open("w", encoding="utf-8") as nowhere, contextlib.redirect_stdout(nowhere):
    for _ in range(BATCHES):
        app.collector(called["event"], context)
print("\n" + json.dumps({"loaded": loaded, "peak": peak()}))
