"""A deployment: a stage with the bucket of its state, and the checkout that it is deployed from.

`stages/<name>.toml` describes it.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from botocore.config import Config

from chalicelib.settings import Settings
from chalicelib.wiring import checkout
from chalicelib.wiring.stage import Stage
from ops import stage_file
from ops.stage_file import StageFile

PATIENT = Config(connect_timeout=10, read_timeout=60, s3={"addressing_style": "path"})
"""Addresses buckets by path: if AWS is a stand-in at one address, a bucket has no host of its own."""


def web_address(api: str) -> str:
    """Return the address of GitHub's pages, from the address of its API.

    GitHub itself and ghe.com have the API at `api.`, GitHub Enterprise Server at `/api/v3`.
    """
    parts = urlsplit(api)
    return f"{parts.scheme}://{parts.netloc.removeprefix('api.')}"


class Faults(Exception):
    """The faults that were found, each with what to do about it."""

    def __init__(self, what: str, faults: list[str]) -> None:
        super().__init__("\n".join([what, *(f"  - {fault}" for fault in faults)]))
        self.faults = faults


@dataclass(frozen=True, eq=False, kw_only=True)
class Deployment(Stage):
    """A stage that is deployed from a checkout."""

    file: StageFile
    root: Path = checkout.PROJECT
    released: Path | None = None
    config: Config = PATIENT

    @classmethod
    def read(cls, name: str, root: Path = checkout.PROJECT) -> "Deployment":
        """Read a stage's file; raises ConfigurationError naming every fault in it."""
        return cls.of(name, stage_file.read(name, root), root)

    @classmethod
    def of(cls, name: str, file: StageFile, root: Path) -> "Deployment":
        """Make the stage that a file describes."""
        own = {"ALERTING_STAGE": name, "AWS_REGION": file.region}
        return cls(settings=Settings.read(file.settings | own), file=file, root=root)

    @property
    def described(self) -> str:
        """The name of the file that describes it."""
        return f"infra-extra/{checkout.FILE.format(self.name)}"

    @property
    def asks(self) -> bool:
        """Whether a person has to agree before something changes."""
        return self.name == "prod" if self.file.confirm is None else self.file.confirm

    @property
    def direct_rules(self) -> bool:
        """Whether EventBridge rules may publish to the topic directly, from variables.tf."""
        return self.file.terraform.get("direct_rules") is not False

    @property
    def made(self) -> Path:
        """Where everything is that is generated from the stage's file."""
        return self.root / "build" / "stages" / self.name

    @property
    def bucket(self) -> str:
        """The bucket of the state; bucket names are unique worldwide."""
        return self.file.state.bucket or f"{self.prefix}-{self.place.account_id}-state"

    @property
    def bucket_region(self) -> str:
        """Where that bucket is."""
        return self.file.state.region or self.region

    @property
    def bucket_begun(self) -> Path:
        """A file that exists while that bucket is being created, and stays if that fails."""
        return self.made / f"{self.bucket}.begun"

    @property
    def s3(self) -> Any:
        """The client for the state bucket."""
        return self.client("s3", self.bucket_region)

    @property
    def memory(self) -> Path:
        """Where Chalice records the deployment."""
        return self.root / ".chalice" / "deployed" / f"{self.name}.json"

    @property
    def memory_key(self) -> str:
        """Where that record is kept in the state bucket."""
        return f"chalice/{self.name}.json"

    @property
    def environment(self) -> dict[str, str]:
        """The environment for a program that works on the stage: this process's, with the stage's region."""
        return checkout.environment(self.region)
