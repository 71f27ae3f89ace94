"""The whole system on loopback: both stand-ins, the functions and, if asked, the routes."""

import base64
import json
import math
import re
import secrets
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Hashable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.local.aws import LocalAws, create_resources
from tests.local.github import AppKey, GitHubServer
from tests.local.patience import HTTP_SECONDS, STILL_SECONDS, wait_until
from tests.local.processes import Process
from tests.local.stack.environment import child_environment
from tests.local.stack.logs import LogsToCloudWatch
from tests.local.stack.ports import AWS_PORT, GITHUB_PORT, HTTP_PORT, answers, free_port, require_free

APP_ID = "12345"
ROOT = Path(__file__).parents[3]
SOURCES = tuple(
    sorted(
        each.name
        for each in (ROOT / "tests" / "samples").iterdir()
        if not each.name.startswith(("cloudwatch", "aws-"))
    )
)
"""Who posts, as the folders of samples say: what stands in for the world shares no code with the product."""
SOON_SECONDS = 3600.0
LOG_PREFIX = "alerting-local-"
CHALICE = "import tests.local.processes as p, chalice.cli as c; p.end_with_parent(); c.main()"


@dataclass(kw_only=True)
class LocalStack:
    """Everything between an alert and its issue; a context manager that stops what it started.

    `http` serves the routes with `chalice local`, which takes its variables from the stage's configuration
    alone: on free ports it therefore serves a copy of the project that names them, and the settings. A log
    directory that is not given is a temporary one, kept only after a failure.
    """

    collectors: int = 1
    reconcile_every: float = 2.0
    batch_size: int = 10
    time_limit: float = 60.0
    visibility_seconds: int = 360
    max_receive_count: int = 20
    http: bool = False
    fixed_ports: bool = False
    repositories: Sequence[str] = ()
    settings: Mapping[str, str] = field(default_factory=dict)
    project: Path = ROOT
    log_dir: Path = field(default_factory=lambda: Path(tempfile.mkdtemp(prefix=LOG_PREFIX)))

    aws: LocalAws = field(init=False)
    github: GitHubServer = field(init=False)
    tokens: dict[str, str] = field(init=False)
    http_url: str = field(init=False, default=f"http://127.0.0.1:{HTTP_PORT}")

    def __post_init__(self) -> None:
        self.tokens = {source: self._token(source) for source in (*SOURCES, "github")}
        self._running: dict[str, Process] = {}

    def _token(self, source: str) -> str:
        return f"local-{source}-token" if self.fixed_ports else secrets.token_urlsafe()

    def __enter__(self) -> Self:
        with ExitStack() as starting:
            self._require_ports()
            key = AppKey.generate()
            self._start_github(starting, key)
            self._start_aws(starting, key)
            starting.callback(self.stop_functions)
            self.start_functions()
            if self.http:
                self._start_http(starting)
            self._stopping = starting.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stopping.close()
        if error is None and self.log_dir.name.startswith(LOG_PREFIX):
            shutil.rmtree(self.log_dir, ignore_errors=True)

    def _require_ports(self) -> None:
        if self.fixed_ports:
            require_free(AWS_PORT, "the AWS stand-in")
            require_free(GITHUB_PORT, "the GitHub stand-in")
        if self.fixed_ports and self.http:
            require_free(HTTP_PORT, "`chalice local`")

    def _start_github(self, starting: ExitStack, key: AppKey) -> None:
        port = GITHUB_PORT if self.fixed_ports else 0
        self.github = GitHubServer(app_id=APP_ID, public_key_pem=key.public_pem, port=port, site=None)
        for name in self.repositories:
            self.github.world.add_repository(name, collaborators=("mona",))
        self.github.start()
        starting.callback(self.github.stop)

    def _start_aws(self, starting: ExitStack, key: AppKey) -> None:
        starting.callback(self._stop, "aws")
        port = AWS_PORT if self.fixed_ports else 0
        process = self._start("aws", "-m", "tests.local.aws", "--port", str(port))
        process.wait_until(lambda: "listening on" in process.output())
        self.aws = create_resources(
            re.findall(r"listening on (\S+)\n", process.output())[0],
            app_secret={
                "github_app_id": APP_ID,
                "github_app_key_base64": base64.b64encode(key.private_pem.encode()).decode(),
            },
            webhook_secret={f"{source}_webhook_token": self.tokens[source] for source in SOURCES}
            | {"github_webhook_secret": self.tokens["github"]},
            visibility_seconds=self.visibility_seconds,
            max_receive_count=self.max_receive_count,
        )

    def start_functions(self) -> None:
        """Start the collectors and reconcile; `__enter__` does, so this is for after `stop_functions`."""
        process = self._start(
            "functions",
            *("-m", "tests.local.functions", "--stage", "local", "--project", str(self.project)),
            *("--environment-from", str(self.project / ".chalice" / "config.json")),
            *("--concurrency", str(self.collectors), "--reconcile-every", str(self.reconcile_every)),
            *("--batch-size", str(self.batch_size), "--time-limit", str(self.time_limit)),
            *(f"--set={name}={value}" for name, value in {**self._addresses(), **self.settings}.items()),
        )
        process.wait_until(lambda: "functions.ready" in process.output())

    def stop_functions(self) -> None:
        """Stop the collectors and reconcile: messages then stay in the queue."""
        self._stop("functions")

    def _start_http(self, starting: ExitStack) -> None:
        starting.callback(self._stop, "http")
        port = HTTP_PORT if self.fixed_ports else free_port()
        project = self.project if self.fixed_ports else self._project_on_these_ports()
        self.http_url = f"http://127.0.0.1:{port}"
        process = self._start(
            "http",
            *("-c", CHALICE, "--project-dir", str(project), "local", "--stage", "local"),
            *("--no-autoreload", "--port", str(port)),
        )
        process.wait_until(lambda: answers(f"{self.http_url}/health"))
        # `chalice local` answers one request at a time, and what the app did itself is ignored anyway.
        logs = LogsToCloudWatch(self.aws.logs, f"/aws/lambda/{self.aws.prefix}", self._running["http"].log)
        starting.callback(logs.stop)
        url = f"{self.http_url}/github/events"
        starting.callback(
            self.github.send_events(url, self.tokens["github"], own=False, patience=HTTP_SECONDS).stop
        )

    def _project_on_these_ports(self) -> Path:
        """Copy what Chalice serves, with a configuration that names this stack's addresses and settings."""
        copy = self.log_dir / "project"
        shutil.copytree(self.project / "chalicelib", copy / "chalicelib")
        shutil.copy(self.project / "app.py", copy)
        config = json.loads((self.project / ".chalice" / "config.json").read_text(encoding="utf-8"))
        config["stages"]["local"]["environment_variables"] |= self._addresses() | dict(self.settings)
        (copy / ".chalice").mkdir()
        (copy / ".chalice" / "config.json").write_text(json.dumps(config), encoding="utf-8")
        return copy

    def _addresses(self) -> dict[str, str]:
        return {"AWS_ENDPOINT_URL": self.aws.endpoint_url, "GITHUB_API_URL": self.github.url}

    def _start(self, name: str, *arguments: str) -> Process:
        command = [sys.executable, *arguments]
        log = self.log_dir / f"{name}.log"
        self._running[name] = Process(name, command, log=log, env=child_environment(), cwd=ROOT)
        return self._running[name]

    def _stop(self, name: str) -> None:
        if process := self._running.pop(name, None):
            process.stop()

    def wait_until(self, predicate: Callable[[], bool], what: str, still: float = STILL_SECONDS) -> None:
        """Poll until the predicate holds, while alerts get anywhere.

        Raises StuckError, which names `what` and the state, and ProcessError when a process has died.
        """

        def holds() -> bool:
            if predicate():
                return True
            for process in self._running.values():
                process.check()
            return False

        wait_until(holds, what, self.progress, self.state, still)

    def progress(self) -> Hashable:
        """Where alerts are: no log, no lease and no board, which move though nothing gets anywhere."""
        issues = [
            (issue.repository.full_name, issue.number, issue.state, issue.title, len(issue.comments))
            for repository in list(self.github.world.repositories.values())
            for issue in list(repository.listed)
        ]
        queue = tuple(self.aws.queue_depth()), tuple(self.aws.dlq_depth())
        rows, soon = self.aws.rows(), time.time() + SOON_SECONDS
        return queue, len(rows), sum(row.get("due_at", math.inf) <= soon for row in rows), tuple(issues)

    def quiet(self, due_by: float | None = None) -> bool:
        """Tell whether nothing is left to do: no message queued or in flight, no row due (epoch seconds).

        By itself that is a row due within an hour: one due later waits for its source, and not for us.
        """
        due_by = time.time() + SOON_SECONDS if due_by is None else due_by
        # The queue first: a message leaves it only after its row has become due.
        return sum(self.aws.queue_depth()) == 0 and not self.aws.due_rows(due_by)

    def state(self) -> str:
        """Describe where alerts are now, for a person."""
        queue, dead = self.aws.queue_depth(), self.aws.dlq_depth().visible
        return (
            f"{queue.visible} messages queued, {queue.in_flight} in flight, {dead} in the DLQ, "
            f"{len(self.aws.rows())} rows of which {len(self.aws.due_rows())} due; logs in {self.log_dir}"
        )
