"""The collector's peak memory, in MB: after its first batch, which makes its clients, and after 499 more."""

import sys

sys.path += [sys.argv[1], sys.argv[2]]

import contextlib
import json
import os
from pathlib import Path
from types import SimpleNamespace

import app

BATCHES = 500


def peak() -> float:
    # Not ru_maxrss, which is at least the peak of the process that started this one (man 2 getrusage).
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


called = json.loads(Path(sys.argv[4]).read_text(encoding="utf-8"))
context = SimpleNamespace(**called["context"], get_remaining_time_in_millis=lambda: 60_000)
with Path(os.devnull).open("w", encoding="utf-8") as nowhere, contextlib.redirect_stdout(nowhere):
    app.collector(called["event"], context)
    first = peak()
    for _ in range(BATCHES - 1):
        app.collector(called["event"], context)
print("\n" + json.dumps({"first": first, "peak": peak()}))
