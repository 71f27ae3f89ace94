"""Lambda's runtime for one invocation: a fresh interpreter with the deployed code and boto3, nothing else.

`python -I -S runtime.py CODE BOTO3 HANDLER`: reads {"event", "context"} on standard input and writes
{"result"} or {"error"} as the last line of standard output.
"""

import importlib
import json
import sys
import traceback
from types import SimpleNamespace


def main(code: str, boto3: str, handler: str) -> None:
    """Load the handler as Lambda does, and call it."""
    sys.path += [code, boto3]
    request = json.load(sys.stdin)
    context = SimpleNamespace(**request["context"])
    context.get_remaining_time_in_millis = lambda: request["remaining_ms"]
    module, _, name = handler.rpartition(".")
    try:
        answer = {"result": getattr(importlib.import_module(module), name)(request["event"], context)}
    except Exception:  # noqa: BLE001 - whatever it is, Lambda fails the invocation with it
        answer = {"error": traceback.format_exc()}
    print("\n" + json.dumps(answer))


if __name__ == "__main__":
    main(*sys.argv[1:])
