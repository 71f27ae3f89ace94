"""What went over the wire, kept for a check by somebody else's description of GitHub.

Off unless GITHUB_EXCHANGES names a directory: each process then writes there one line of JSON for each shape
of request and answer that it has not written before, so that a simulation leaves a few thousand and not
millions.
"""

from __future__ import annotations

import json
import os
import threading
from pathlib import Path
from typing import Any

DIRECTORY = os.environ.get("GITHUB_EXCHANGES")

_seen: set[str] = set()
_lock = threading.Lock()


def record(method: str, target: str, sent: bytes, user_agent: str | None, status: int, answer: Any) -> None:
    """Keep an exchange; `target` is the path and query as sent, `answer` the JSON of the answer."""
    if DIRECTORY is None:
        return
    try:
        content = json.loads(sent) if sent else None
    except ValueError:
        return  # tests send such bodies on purpose, and nobody describes them
    path, _, query = target.partition("?")
    names = sorted(pair.partition("=")[0] for pair in query.split("&"))
    steps = ["0" if step.isdigit() else step for step in path.split("/")]
    key = json.dumps([method, steps, names, _shape(content), status, _shape(answer)])
    with _lock:
        if key in _seen:
            return
        _seen.add(key)
        whole = {"method": method, "target": target, "sent": content, "user_agent": user_agent}
        with Path(DIRECTORY, f"{os.getpid()}.jsonl").open("a", encoding="utf-8") as file:
            file.write(json.dumps(whole | {"status": status, "answer": answer}) + "\n")


def _shape(value: Any) -> Any:
    """Reduce a value to what a description can tell apart."""
    if isinstance(value, dict):
        return {name: _shape(member) for name, member in value.items()}
    if isinstance(value, list):
        return sorted({json.dumps(_shape(member)) for member in value})
    if isinstance(value, str):
        return ["text", value[:8] if value.startswith("http") else "", not value.isascii()]
    return type(value).__name__
