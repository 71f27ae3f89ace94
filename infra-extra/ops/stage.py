"""A stage: where it is, and what everything in it is called.

The region is the one of `<stage>.tfvars`, the state bucket the one of `backend-<stage>.hcl`.
"""

import os
import re
from dataclasses import dataclass
from pathlib import Path

from ops.faults import Faults

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage, in one region of one account."""

    name: str
    region: str
    bucket: str
    bucket_region: str
    root: Path = ROOT
    direct_rules: bool = True

    @classmethod
    def read(cls, name: str, root: Path = ROOT) -> "Stage":
        """Read a stage's files; raises Faults naming what is missing in them."""
        folder = root / "infra-extra"
        variables, backend = (
            _assignments(folder / f"{name}.tfvars"),
            _assignments(folder / f"backend-{name}.hcl"),
        )
        wanted = [
            (f"{name}.tfvars", variables, "region"),
            *((f"backend-{name}.hcl", backend, key) for key in ("bucket", "region")),
        ]
        faults = [f"infra-extra/{file} sets no {key}" for file, found, key in wanted if not found.get(key)]
        if faults:
            raise Faults(f"The stage {name} is not described:", faults)
        direct_rules = "direct_rules" not in _refused(folder / f"{name}.tfvars")
        return cls(name, variables["region"], backend["bucket"], backend["region"], root, direct_rules)

    @property
    def prefix(self) -> str:
        """What every name on AWS begins with."""
        return f"alerting-{self.name}"

    @property
    def functions(self) -> tuple[str, ...]:
        """The functions: the routes, the collector, reconcile."""
        return self.prefix, f"{self.prefix}-collector", f"{self.prefix}-reconcile"

    @property
    def topic(self) -> str:
        """The topic of alerts."""
        return f"{self.prefix}-alerts"

    @property
    def bus(self) -> str:
        """The bus that EventBridge rules send alarms to."""
        return f"{self.prefix}-alarms"

    @property
    def queue(self) -> str:
        """The queue of alerts."""
        return f"{self.prefix}-alerts"

    @property
    def dlq(self) -> str:
        """The dead-letter queue."""
        return f"{self.prefix}-alerts-dlq"

    @property
    def table(self) -> str:
        """The table of conditions."""
        return f"{self.prefix}-alerts-state"

    @property
    def app_secret(self) -> str:
        """The secret of the GitHub App."""
        return f"{self.prefix}-alerting-app-secrets"

    @property
    def webhook_secret(self) -> str:
        """The secret that holds the senders' tokens."""
        return f"{self.prefix}-webhook-secrets"

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
        """This process's environment with the stage's region, whatever it said before."""
        return dict(os.environ) | {"AWS_REGION": self.region, "AWS_DEFAULT_REGION": self.region}


def _refused(file: Path) -> set[str]:
    """Read which variables a file of HCL sets to false."""
    return set(re.findall(r"^\s*(\w+)\s*=\s*false\b", file.read_text(encoding="utf-8"), re.MULTILINE))


def _assignments(file: Path) -> dict[str, str]:
    """Read the texts that a file of HCL assigns, line by line."""
    if not file.is_file():
        return {}
    return dict(re.findall(r'^\s*(\w+)\s*=\s*"([^"]*)"', file.read_text(encoding="utf-8"), re.MULTILINE))
