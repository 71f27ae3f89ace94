"""The collector's peak memory, in MB: after its first batch, which makes its clients, and after 499 more."""

import sys

sys.path += [sys.argv[1], sys.argv[2]]

import contextlib
import io
import json
from pathlib import Path
from types import SimpleNamespace

import app

BATCHES = 500


class Log(io.TextIOBase):
    """Keeps nothing, and stops at an error."""

    def write(self, text: str) -> int:
        if '"level":"ERROR"' in text:
            raise SystemExit(text)
        return len(text)


def peak() -> float:
    # Not ru_maxrss, which is at least the peak of the process that started this one (man 2 getrusage).
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


called = json.loads(Path(sys.argv[4]).read_text(encoding="utf-8"))
context = SimpleNamespace(**called["context"], get_remaining_time_in_millis=lambda: 60_000)
with contextlib.redirect_stdout(Log()):
    app.collector(called["event"], context)
    first = peak()
    for _ in range(BATCHES - 1):
        app.collector(called["event"], context)
print("\n" + json.dumps({"first": first, "peak": peak()}))
