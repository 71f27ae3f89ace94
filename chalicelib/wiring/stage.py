"""The stage: one deployment, the names of its resources on AWS, and how AWS is reached.

The Lambda functions, the command line and `infra-extra/ops` all make their parts from one of these.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import boto3
from botocore.config import Config

from chalicelib.aws.secrets_manager import Secret
from chalicelib.aws.sns import SnsTopic
from chalicelib.settings import AwsArn, Settings
from chalicelib.telemetry.telemetry import SILENT, Telemetry
from chalicelib.wiring.clock import CLOCK

AWS = Config(connect_timeout=2, read_timeout=5, retries={"mode": "standard", "total_max_attempts": 3})
TABLE = Config(connect_timeout=1, read_timeout=4)
"""A call to the table ends within 18 seconds, pauses included.

A message takes two calls, and none begins after a third of the collector's minute. So the function is not
stopped midway, which would count as a receive of each message.
"""

LOCAL = "local"

Clients = dict[tuple[str, str], Any]
"""Clients of AWS, by service and region."""


class _Name:
    """A name on AWS, which begins like every name of the stage."""

    def __init__(self, ending: str) -> None:
        self._ending = ending

    def __get__(self, stage: "Stage", kind: type["Stage"]) -> str:
        return f"{stage.prefix}-{self._ending}"


@dataclass(frozen=True, eq=False)
class Stage:
    """One deployment of the system; `within` is the ARN of a resource in it, if one is known.

    `keys` are the credentials for boto3's clients, if the environment has none; `proxy` is the address of a
    proxy on the way to GitHub; `connected` are the clients that have been made.
    """

    settings: Settings
    telemetry: Telemetry = SILENT
    within: AwsArn | None = None
    config: Config = field(default_factory=Config)
    keys: Mapping[str, Any] = field(default_factory=dict)
    proxy: str = ""
    connected: Clients = field(default_factory=dict)

    collector = _Name("collector")
    """The function that takes from the queue."""
    reconcile = _Name("reconcile")
    """The function that runs each minute."""
    topic = _Name("alerts")
    """The topic of alerts."""
    bus = _Name("alarms")
    """The bus that EventBridge rules send alarms to."""
    queue = _Name("alerts")
    """The queue of alerts."""
    dlq = _Name("alerts-dlq")
    """The dead-letter queue."""
    app_secret = _Name("alerting-app-secrets")
    """The secret of the GitHub App."""
    webhook_secret = _Name("webhook-secrets")
    """The secret that holds the senders' tokens."""

    @property
    def name(self) -> str:
        """The name of the stage."""
        return self.settings.stage

    @property
    def region(self) -> str:
        """The region of the stage."""
        return self.within.region if self.within else self.settings.region

    @property
    def local(self) -> bool:
        """Whether it is the local stack, which has no Lambda."""
        return self.name == LOCAL

    @property
    def prefix(self) -> str:
        """How every name on AWS begins."""
        return f"alerting-{self.name}"

    @property
    def table(self) -> str:
        """The table of conditions; a standby uses that of the stage it stands by for."""
        return f"alerting-{self.settings.standby_of or self.name}-alerts-state"

    @property
    def functions(self) -> tuple[str, ...]:
        """The functions: the routes, the collector, reconcile."""
        return self.prefix, self.collector, self.reconcile

    @property
    def log_groups(self) -> tuple[str, ...]:
        """The log groups of the functions, in the same order."""
        return tuple(f"/aws/lambda/{function}" for function in self.functions)

    @cached_property
    def place(self) -> AwsArn:
        """Its partition, region and account, from an ARN, from the settings or from AWS."""
        if self.within:
            return self.within
        sts = self.client("sts")
        account_id = self.settings.account_id or str(sts.get_caller_identity()["Account"])
        return AwsArn(sts.meta.partition, self.region, account_id, "")

    def arn(self, service: str, name: str) -> str:
        """Return the ARN of a resource in the stage's account and region."""
        return f"arn:{self.place.partition}:{service}:{self.place.region}:{self.place.account_id}:{name}"

    def queue_url(self, name: str) -> str:
        """Return a queue's address."""
        return f"{self.client('sqs').meta.endpoint_url}/{self.place.account_id}/{name}"

    def client(self, service: Any, region: str | None = None) -> Any:
        """Return the client of a service, in the stage's region unless another is named.

        Each is made only once, since that takes long.
        """
        region = region or self.region
        if (service, region) not in self.connected:
            config = AWS.merge(TABLE) if service == "dynamodb" else AWS
            self.connected[service, region] = boto3.client(
                service, region_name=region or None, config=config.merge(self.config), **self.keys
            )
        return self.connected[service, region]

    def secret(self, name: str) -> Secret:
        """Return the reader of a secret."""
        return Secret(self.client("secretsmanager"), name, CLOCK.now)

    @cached_property
    def publisher(self) -> SnsTopic:
        """Return the publisher to the topic."""
        return SnsTopic(self.client("sns"), self.arn("sns", self.topic))
