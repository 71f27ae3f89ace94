"""The stage: one deployment, what its resources are called on AWS, and how AWS is reached.

Lambda's functions, the command line and `infra-extra/ops` make their parts of one of these.
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

A message takes two, and none is begun after a third of the collector's minute, so that the function is not
stopped midway, which would count as a receive of each message.
"""

LOCAL = "local"


class _Name:
    """A name on AWS: it begins as every name of the stage does."""

    def __init__(self, ending: str) -> None:
        self._ending = ending

    def __get__(self, stage: "Stage", kind: type["Stage"]) -> str:
        return f"{stage.prefix}-{self._ending}"


@dataclass(frozen=True, eq=False)
class Stage:
    """One deployment of the system; `within` is an ARN of a resource in it, where one is known.

    `keys` are what boto3 needs to make a client, if the environment does not have it; `proxy` is the
    address of a proxy on the way to GitHub.
    """

    settings: Settings
    telemetry: Telemetry = SILENT
    within: AwsArn | None = None
    config: Config = field(default_factory=Config)
    keys: Mapping[str, Any] = field(default_factory=dict)
    proxy: str = ""
    _clients: dict[tuple[str, str], Any] = field(default_factory=dict)

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
        """What it is called."""
        return self.settings.stage

    @property
    def region(self) -> str:
        """Where it is."""
        return self.within.region if self.within else self.settings.region

    @property
    def local(self) -> bool:
        """Whether it is the local stack, which has no Lambda."""
        return self.name == LOCAL

    @property
    def prefix(self) -> str:
        """What every name on AWS begins with."""
        return f"alerting-{self.name}"

    @property
    def table(self) -> str:
        """The table of conditions, which is another stage's where this one stands by for it."""
        return f"alerting-{self.settings.standby_of or self.name}-alerts-state"

    @property
    def functions(self) -> tuple[str, ...]:
        """The functions: the routes, the collector, reconcile."""
        return self.prefix, self.collector, self.reconcile

    @property
    def log_groups(self) -> tuple[str, ...]:
        """The log groups of the functions, in their order."""
        return tuple(f"/aws/lambda/{function}" for function in self.functions)

    @cached_property
    def place(self) -> AwsArn:
        """The partition, region and account that it is in, as an ARN, its settings or AWS says."""
        if self.within:
            return self.within
        sts = self.client("sts")
        account_id = self.settings.account_id or str(sts.get_caller_identity()["Account"])
        return AwsArn(sts.meta.partition, self.region, account_id, "")

    def arn(self, service: str, name: str) -> str:
        """Name a resource of the stage's account and region."""
        return f"arn:{self.place.partition}:{service}:{self.place.region}:{self.place.account_id}:{name}"

    def queue_url(self, name: str) -> str:
        """Give a queue's address."""
        return f"{self.client('sqs').meta.endpoint_url}/{self.place.account_id}/{name}"

    def client(self, service: Any, region: str | None = None) -> Any:
        """Return the client of a service, in the stage's region unless another is named.

        Only one of each is made, since that takes long.
        """
        region = region or self.region
        if (service, region) not in self._clients:
            config = AWS.merge(TABLE) if service == "dynamodb" else AWS
            self._clients[service, region] = boto3.client(
                service, region_name=region or None, config=config.merge(self.config), **self.keys
            )
        return self._clients[service, region]

    def secret(self, name: str) -> Secret:
        """Make the reader of a secret."""
        return Secret(self.client("secretsmanager"), name, CLOCK.now)

    @cached_property
    def publisher(self) -> SnsTopic:
        """Make the publisher to the topic."""
        return SnsTopic(self.client("sns"), self.arn("sns", self.topic))
