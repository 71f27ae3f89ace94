"""Clients for AWS, in the stage's region unless another is named."""

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import boto3
from botocore.config import Config

from ops.stage import Stage


@dataclass(frozen=True)
class Aws:
    """Clients for one stage, made once each."""

    stage: Stage
    _made: dict[tuple[str, str], Any] = field(default_factory=dict)

    def client(self, service: str, region: str | None = None) -> Any:
        """Return a service's client."""
        place = region or self.stage.region
        if (service, place) not in self._made:
            # Buckets by path: where AWS is a stand-in at one address, a bucket has no host of its own.
            config = Config(s3={"addressing_style": "path"}, retries={"mode": "standard"})
            make: Any = boto3.client
            self._made[service, place] = make(service, region_name=place, config=config)
        return self._made[service, place]

    @property
    def s3(self) -> Any:
        """The client for the state bucket."""
        return self.client("s3", self.stage.bucket_region)

    @cached_property
    def account_id(self) -> str:
        """Whose credentials these are."""
        account: str = self.client("sts").get_caller_identity()["Account"]
        return account

    def arn(self, service: str, name: str) -> str:
        """An ARN in the stage's region and this account."""
        partition = self.client("sts").meta.partition
        return f"arn:{partition}:{service}:{self.stage.region}:{self.account_id}:{name}"
