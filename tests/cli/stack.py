"""A prompt on the local stack."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from tests.cli.prompt import Answered, run
from tests.local import senders
from tests.local.aws import DUMMY_ENVIRONMENT
from tests.local.stack import LocalStack


@dataclass(frozen=True)
class Prompt:
    """Runs commands against a stack on free ports."""

    stack: LocalStack

    def __call__(self, command: str, *arguments: str, stdin: str | None = None) -> Answered:
        return run(command, *arguments, stdin=stdin, **self.environment)

    @property
    def environment(self) -> dict[str, str]:
        addresses = {"AWS_ENDPOINT_URL": self.stack.aws.endpoint_url, "GITHUB_API_URL": self.stack.github.url}
        return {**DUMMY_ENVIRONMENT, "AWS_DEFAULT_REGION": ""} | addresses

    def alarm(self, name: str, description: str, **more: Any) -> None:
        """Let an alarm go off, and its message find its end."""
        self.stack.aws.publish(senders.cloudwatch(name, description, datetime.now(UTC), **more))
        self.settle(f"the end of {name}")

    def settle(self, what: str) -> None:
        self.wait_until(lambda: sum(self.stack.aws.queue_depth()) == 0, what)
        self.wait_until(self.stack.quiet, what)

    def wait_until(self, predicate: Callable[[], bool], what: str) -> None:
        self.stack.wait_until(predicate, what)

    def titles(self, repository: str) -> set[str]:
        """Titles of the open issues."""
        listed = self.stack.github.world.repository(repository).listed
        return {issue.title for issue in listed if issue.state == "open"}
