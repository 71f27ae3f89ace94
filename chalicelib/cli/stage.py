"""A stage: its settings, names and clients; the one place of the command line where clients are made.

The settings are those of `.chalice/config.json`, as the stage's functions have them. Of the environment only
the addresses count, for a local stack on other ports, and what boto3 itself reads.
"""

import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import boto3
import httpx
from botocore.config import Config

from chalicelib.census import DynamoCensus
from chalicelib.cli.trouble import Trouble
from chalicelib.config import Settings
from chalicelib.github.auth import App
from chalicelib.github.client import Budget, GitHubClient
from chalicelib.lifecycle.plan import Policy
from chalicelib.secrets import Secret
from chalicelib.store import DynamoStore
from chalicelib.topic import SnsTopic
from chalicelib.wiring.clock import CLOCK
from chalicelib.wiring.rules import policy_of
from chalicelib.wiring.stage import AWS

PROJECT = Path(__file__).parents[2]
ADDRESSES = ("AWS_ENDPOINT_URL", "GITHUB_API_URL")
LOCAL = "local"
REGIONS = {"dev": "us-west-2", "prod": "us-east-1"}

_REGION = re.compile(r'^[ \t]*(?:aws_)?region[ \t]*=[ \t]*"([a-z0-9-]+)"', re.MULTILINE)


@dataclass(frozen=True)
class Stage:
    """One deployment of the system."""

    settings: Settings
    environment: Mapping[str, str]

    @classmethod
    def of(cls, name: str, region: str | None) -> "Stage":
        """Find a stage; raises ConfigurationError for a name that is none, Trouble without a region."""
        environment = _variables(name) | {"ALERTING_STAGE": name}
        environment |= {variable: os.environ[variable] for variable in ADDRESSES if variable in os.environ}
        settings = Settings.read(environment)
        if name != LOCAL or region:
            settings = replace(settings, region=region or _region(name))
        return cls(settings, environment)

    @property
    def name(self) -> str:
        """How it is called."""
        return self.settings.stage

    @property
    def local(self) -> bool:
        """Whether it is the local stack, which has no Lambda of AWS's."""
        return self.name == LOCAL

    @property
    def topic_arn(self) -> str:
        """The topic."""
        return self.arn("sns", f"{self.settings.prefix}-alerts")

    def arn(self, service: str, name: str) -> str:
        """Name a resource of the stage's account and region."""
        partition = self._session.get_partition_for_region(self.settings.region)
        return f"arn:{partition}:{service}:{self.settings.region}:{self.account_id}:{name}"

    @cached_property
    def account_id(self) -> str:
        """The account, as AWS or the stage names it."""
        return self.settings.account_id or str(self.client("sts").get_caller_identity()["Account"])

    @cached_property
    def policy(self) -> Policy:
        """How the stage routes and how often it tells GitHub."""
        return policy_of(self.settings)

    @cached_property
    def store(self) -> DynamoStore:
        """The table."""
        return DynamoStore(self.client("dynamodb"), self.settings.table)

    @cached_property
    def census(self) -> DynamoCensus:
        """The table's indexes."""
        return DynamoCensus(self.client("dynamodb"), self.settings.table)

    @cached_property
    def topic(self) -> SnsTopic:
        """The front door."""
        return SnsTopic(self.client("sns"), self.topic_arn)

    @property
    def variables(self) -> Mapping[str, str]:
        """What a deployment of this checkout gives its functions."""
        return _variables(self.name)

    def secret(self, name: str) -> Secret:
        """A secret of the stage, such as `webhook-secrets`."""
        return Secret(self.client("secretsmanager"), f"{self.settings.prefix}-{name}", CLOCK.now)

    def github(self, budget: Budget) -> GitHubClient:
        """GitHub, as the stage's App."""
        http = httpx.Client(base_url=self.settings.github_api_url, trust_env=not self.local)
        key = App.from_secret(self.secret("alerting-app-secrets").read())
        return GitHubClient(http, key, budget, CLOCK, self.settings.github_timeout)

    def queue_url(self, name: str) -> str:
        """Where a queue of the stage is, such as `alerts-dlq`."""
        return str(self.client("sqs").get_queue_url(QueueName=f"{self.settings.prefix}-{name}")["QueueUrl"])

    def client(self, service: Any) -> Any:
        """Make a client; the local stack is not reached through a proxy."""
        config = AWS.merge(Config(proxies={})) if self.local else AWS
        return self._session.client(service, endpoint_url=self.environment.get(ADDRESSES[0]), config=config)

    @property
    def _session(self) -> boto3.Session:
        keys = [self.environment.get(name) for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")]
        return _session(*keys, self.settings.region)


@cache
def _session(key: str | None, secret: str | None, region: str) -> boto3.Session:
    """Share what a session loads: the service models, tenths of a second each."""
    return boto3.Session(aws_access_key_id=key, aws_secret_access_key=secret, region_name=region)


def _variables(name: str) -> dict[str, str]:
    """Read what the stage's functions have in their environment; a stage need not be in the file."""
    try:
        stages = json.loads((PROJECT / ".chalice" / "config.json").read_text(encoding="utf-8"))["stages"]
    except (ValueError, KeyError) as error:
        raise Trouble(f".chalice/config.json cannot be read: {error}. Mend the file.") from error
    return dict(stages.get(name, {}).get("environment_variables", {}))


def _region(name: str) -> str:
    file = PROJECT / "infra-extra" / f"{name}.tfvars"
    found = _REGION.search(file.read_text(encoding="utf-8")) if file.exists() else None
    named = os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION")
    region = found[1] if found else REGIONS.get(name) or named
    if not region:
        raise Trouble(f"Nothing says in which region the stage {name} is. Name it with --region.")
    return region
