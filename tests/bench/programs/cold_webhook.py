"""The webhook's first request in a fresh interpreter: `app.app`, as Lambda calls it."""

import sys

sys.path += [sys.argv[1], sys.argv[2]]

import json
import os
from pathlib import Path
from types import SimpleNamespace

os.environ["_HANDLER"] = "app.app"
import app

event = json.loads(Path(sys.argv[4]).read_text(encoding="utf-8"))
answer = app.app(event["event"], SimpleNamespace(**event["context"]))
print("\n" + json.dumps(answer["statusCode"]))
