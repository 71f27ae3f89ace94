"""What Lambda does with a function's output: its lines go to CloudWatch Logs, to the function's log group."""

import threading
import time
from pathlib import Path
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

PAUSE_SECONDS = 0.2
STREAM = "local"


class LogsToCloudWatch:
    """Hands on the JSON lines of a log file, as they are written, until stopped."""

    def __init__(self, client: Any, group: str, log: Path) -> None:
        self._client, self._group, self._log = client, group, log
        self._read = log.stat().st_size
        self._stopping = threading.Event()
        client.create_log_group(logGroupName=group)
        client.create_log_stream(logGroupName=group, logStreamName=STREAM)
        self._thread = threading.Thread(target=self._follow, name="logs", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        self._thread.join()

    def _follow(self) -> None:
        while not self._stopping.wait(PAUSE_SECONDS):
            if lines := self._new_lines():
                at = int(time.time() * 1000)
                try:
                    self._client.put_log_events(
                        logGroupName=self._group,
                        logStreamName=STREAM,
                        logEvents=[{"timestamp": at, "message": line} for line in lines],
                    )
                except (BotoCoreError, ClientError):
                    return  # the stand-in is gone, and the stack with it

    def _new_lines(self) -> list[str]:
        """Read the whole lines that were written since the last look."""
        with self._log.open("rb") as log:
            log.seek(self._read)
            text, newline, _ = log.read().rpartition(b"\n")
        self._read += len(text) + len(newline)
        return [line for line in text.decode(errors="replace").splitlines() if line.startswith("{")]
