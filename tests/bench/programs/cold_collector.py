"""The collector's first batch, of one alert, in a fresh interpreter: `app.collector`, as Lambda calls it."""

import sys

sys.path += [sys.argv[1], sys.argv[2]]

import json
import os
import time
from pathlib import Path
from types import SimpleNamespace

os.environ["_HANDLER"] = "app.collector"
import app

event = json.loads(Path(sys.argv[4]).read_text(encoding="utf-8"))
context = SimpleNamespace(**event["context"], get_remaining_time_in_millis=lambda: 60_000)
started = time.process_time()
app.collector(event["event"], context)
ended = time.process_time()
print("\n" + json.dumps({"whole": ended, "invocation": ended - started}))
