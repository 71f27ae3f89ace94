"""What the rows share: the deployed code unpacked, and stand-ins that answer at once."""

import json
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from tests.bench import load, package
from tests.bench.child import Runtime
from tests.bench.instant import HMAC_SECRET, TOKEN, InstantServer

NO_LIMITS = {
    "WRITE_SPACING_SECONDS": "0",
    "WRITES_PER_MINUTE": "100000",
    "WRITES_PER_HOUR": "100000",
}


@dataclass(frozen=True)
class Rig:
    """The package, made where it is asked for, what runs it, and where the stand-ins are."""

    work: Path
    server: InstantServer

    @cached_property
    def package(self) -> Path:
        """The zip."""
        return package.make(self.work)

    @cached_property
    def runtime(self) -> Runtime:
        """Lambda's Python, with the package unpacked."""
        with zipfile.ZipFile(self.package) as archive:
            archive.extractall(self.work / "code")
        return Runtime(self.work / "code", self.work)

    def run(self, program: str, event: Any = None) -> Any:
        """Run a program in a fresh interpreter, with an event; returns what it prints last."""
        file = self.work / "event.json"
        file.write_text(json.dumps(event), encoding="utf-8")
        return self.runtime.run(program, self._environment(), str(file))

    def _environment(self) -> dict[str, str]:
        return NO_LIMITS | {
            "ALERTING_STAGE": package.STAGE,
            "AWS_ACCESS_KEY_ID": "bench",
            "AWS_SECRET_ACCESS_KEY": "bench",
            "AWS_DEFAULT_REGION": "us-west-2",
            "AWS_ENDPOINT_URL": self.server.url,
            "GITHUB_API_URL": self.server.url,
            "NO_PROXY": "127.0.0.1",
        }


@contextmanager
def rig() -> Iterator[Rig]:
    """Start the stand-ins."""
    with tempfile.TemporaryDirectory(prefix="alerting-bench-") as folder, InstantServer() as server:
        yield Rig(Path(folder), server)


def request(alerts: int) -> dict[str, Any]:
    """A signed Grafana group as API Gateway hands it on, and Lambda's context."""
    now = datetime.now(UTC)
    body = load.group(alerts, now)
    event = {
        "requestContext": {"httpMethod": "POST", "resourcePath": "/webhooks/{source}", "identity": {}},
        "multiValueQueryStringParameters": None,
        "stageVariables": None,
        "pathParameters": {"source": "grafana"},
        "headers": load.signed(body, now, TOKEN, HMAC_SECRET),
        "isBase64Encoded": False,
        "body": body.decode(),
    }
    context = {"invoked_function_arn": load.FUNCTION_ARN, "aws_request_id": "request-1"}
    return {"event": event, "context": context}


def batch(alerts: int) -> dict[str, Any]:
    """A batch of the queue with this many new alerts, and Lambda's context."""
    now = datetime.now(UTC)
    records = [load.firing(number, now) for number in range(alerts)]
    return {"event": {"Records": records}, "context": {"aws_request_id": "request-2"}}
