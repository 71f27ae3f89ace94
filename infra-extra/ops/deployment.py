"""A deployment: a stage with the bucket of its state, and the checkout that it is deployed from.

The region is the one of `<stage>.tfvars`, the state bucket the one of `backend-<stage>.hcl`.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from botocore.config import Config

from chalicelib.settings import Settings
from chalicelib.wiring import checkout
from chalicelib.wiring.stage import Stage

PATIENT = Config(connect_timeout=10, read_timeout=60, s3={"addressing_style": "path"})
"""Buckets by path: if AWS is a stand-in at one address, a bucket has no host of its own."""


class Faults(Exception):
    """The faults that were found, each with what to do about it."""

    def __init__(self, what: str, faults: list[str]) -> None:
        super().__init__("\n".join([what, *(f"  - {fault}" for fault in faults)]))
        self.faults = faults


@dataclass(frozen=True, eq=False, kw_only=True)
class Deployment(Stage):
    """A stage that is deployed from a checkout; its functions' settings are not looked at."""

    bucket: str
    bucket_region: str
    root: Path = checkout.PROJECT
    direct_rules: bool = True
    config: Config = PATIENT

    @classmethod
    def read(cls, name: str, root: Path = checkout.PROJECT) -> "Deployment":
        """Read a stage's files; raises Faults naming what is missing in them."""
        tfvars, hcl = f"{name}.tfvars", f"backend-{name}.hcl"
        variables, backend = (checkout.assignments(root / "infra-extra" / file) for file in (tfvars, hcl))
        wanted = [(tfvars, variables, "region"), (hcl, backend, "bucket"), (hcl, backend, "region")]
        faults = [f"infra-extra/{file} sets no {key}" for file, found, key in wanted if not found.get(key)]
        if faults:
            raise Faults(f"The stage {name} is not described:", faults)
        return cls(
            settings=Settings.read({"ALERTING_STAGE": name, "AWS_REGION": variables["region"]}),
            bucket=backend["bucket"],
            bucket_region=backend["region"],
            root=root,
            direct_rules=variables.get("direct_rules") != "false",
        )

    @property
    def s3(self) -> Any:
        """The client for the state bucket."""
        return self.client("s3", self.bucket_region)

    @property
    def memory(self) -> Path:
        """Where Chalice remembers the deployment."""
        return self.root / ".chalice" / "deployed" / f"{self.name}.json"

    @property
    def memory_key(self) -> str:
        """Where that is kept in the state bucket."""
        return f"chalice/{self.name}.json"

    @property
    def environment(self) -> dict[str, str]:
        """The environment of a program that works on the stage: this process's, with the stage's region."""
        return checkout.environment(self.region)
