"""A step of the setup, and what all steps work with.

No step stores a state of its own: whether it is done is checked in the checkout, on AWS or on GitHub. So each
step can be repeated, and an interrupted setup continues where it stopped.
"""

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol

import boto3
import httpx
from botocore.exceptions import BotoCoreError, ClientError

from chalicelib import routing
from chalicelib.github.auth import App
from chalicelib.routing import Routing
from chalicelib.settings import Settings
from chalicelib.wiring import checkout
from chalicelib.wiring.stage import Stage
from ops.deployment import Deployment, Faults
from ops.setup import keeping
from ops.setup.github import GitHub

EXAMPLE = "example-org/"
"""The owner of every repository in the example's `routing.toml`."""


class Person(Protocol):
    """The person who sets up the stage."""

    def say(self, text: str) -> None:
        """Show something."""

    def ask(self, question: str, default: str, option: str) -> str:
        """Ask something that an option of the command could have answered."""


@dataclass(frozen=True)
class Wanted:
    """The command's options; an empty string means to ask, or to find out."""

    region: str = ""
    organization: str = ""
    repositories: str = ""
    senders: tuple[str, ...] = ("grafana", "alertmanager", "normalized")


@dataclass
class Setup:
    """One stage on its way to its first issue."""

    name: str
    person: Person
    wanted: Wanted = field(default_factory=Wanted)
    root: Path = checkout.PROJECT
    routes: str = ""
    """The routing table to write, once the questions are answered."""
    sleep: Callable[[float], None] = time.sleep
    _app: App | None = None

    @cached_property
    def identity(self) -> Mapping[str, Any]:
        """Whose credentials these are, according to AWS."""
        try:
            return boto3.client("sts", region_name=self.region).get_caller_identity()
        except (ClientError, BotoCoreError) as error:
            faults = [str(error), "sign in, for example with `aws sso login`, or set AWS_PROFILE"]
            raise Faults("AWS did not accept your credentials:", faults) from None

    @cached_property
    def region(self) -> str:
        """The stage's region: from the option, else its file, else the AWS CLI."""
        written = checkout.described(self.name, self.root) or {}
        found = self.wanted.region or written.get("region") or boto3.Session().region_name
        if not found:
            raise Faults("no region is set:", ["set one with --region, such as --region eu-central-1"])
        return str(found)

    @property
    def names(self) -> Stage:
        """The names on AWS, before there is a file."""
        return Stage(Settings.read({"ALERTING_STAGE": self.name, "AWS_REGION": self.region}))

    @cached_property
    def stage(self) -> Deployment:
        """The stage, once it has its file."""
        return Deployment.read(self.name, self.root)

    @cached_property
    def api(self) -> str:
        """The address of GitHub's API."""
        return checkout.find(self.name, self.region).settings.github_api_url

    @cached_property
    def github(self) -> GitHub:
        """GitHub."""
        return GitHub(httpx.Client(base_url=self.api, timeout=30), lambda: datetime.now(UTC))

    @property
    def routing_file(self) -> Path:
        """The routing table of the checkout."""
        return self.root / "chalicelib" / "routing.toml"

    @property
    def routing(self) -> Routing | None:
        """Where alerts go; None while it is the example's. Raises ConfigurationError."""
        found = routing.load(self.routing_file.read_text(encoding="utf-8"))
        return None if any(each.startswith(EXAMPLE) for each in found.repositories) else found

    @property
    def routed(self) -> Routing:
        """Where alerts go, or will go once the routing table is written."""
        return self.routing or routing.load(self.routes)

    @property
    def repositories(self) -> list[str]:
        """The repositories that get issues, the one with the most teams first."""
        first = self.routed.default.repository
        return [first, *sorted(self.routed.repositories - {first})]

    @property
    def organization(self) -> str:
        """The owner of the App, which is private, and so of every repository."""
        return self.repositories[0].partition("/")[0]

    @property
    def app(self) -> App | None:
        """The App, if its key is stored; raises ConfigurationError if what is stored is not a key."""
        if self._app is None:  # reading a key takes a while
            there = keeping.held(self.stage, self.stage.app_secret) or {}
            self._app = App.from_secret(there) if "github_app_key_base64" in there else None
        return self._app


@dataclass(frozen=True)
class Step:
    """What it will do, whether that is already done, and how to do it."""

    name: str
    will: Callable[[Setup], str]
    there: Callable[[Setup], str | None]
    do: Callable[[Setup], None]


def take(steps: Iterable[Step], setup: Setup) -> None:
    """Run each step that is not done yet, after saying what it will do."""
    listed = tuple(steps)
    for number, step in enumerate(listed, 1):
        there = step.there(setup)
        setup.person.say(f"\n[{number}/{len(listed)}] {step.name}: {there or step.will(setup)}")
        if there is None:
            step.do(setup)
