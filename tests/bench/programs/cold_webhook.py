"""The webhook's first request in a fresh interpreter: `app.app`, as Lambda calls it."""

import sys

sys.path += [sys.argv[1], sys.argv[2]]

import json
import os
import time
from pathlib import Path
from types import SimpleNamespace

os.environ["_HANDLER"] = "app.app"
import app

event = json.loads(Path(sys.argv[4]).read_text(encoding="utf-8"))
started = time.process_time()
answer = app.app(event["event"], SimpleNamespace(**event["context"]))
if answer["statusCode"] != 202:
    raise SystemExit(f"not taken: {answer}")
ended = time.process_time()
print("\n" + json.dumps({"whole": ended, "invocation": ended - started}))
