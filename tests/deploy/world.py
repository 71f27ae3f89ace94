"""An AWS account and a GitHub of the test's own, and checkouts of the project that deploy to them.

Nothing of the project is changed in a checkout but how Terraform finds the stand-in's buckets: by path, as it
has one address; and that the stages run the Python of these tests, which run what is deployed.
"""

import base64
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from chalicelib.adapters import registry
from tests.deploy.cloud import Cloud
from tests.deploy.tools import initialized
from tests.local.aws import DUMMY_ENVIRONMENT
from tests.local.github import AppKey, GitHubServer
from tests.local.patience import finished
from tests.local.processes import Process
from tests.local.stack import APP_ID, ROOT
from tests.local.stack.environment import child_environment

DEPLOYED = ("app.py", "chalicelib", ".chalice", "requirements.txt", "requirements.lock", "infra-extra")
LEFT_BEHIND = shutil.ignore_patterns("deployed", "deployments", "__pycache__", ".terraform", "*.tfstate*")
BY_PATH = """\
terraform {
  backend "s3" {
    use_path_style              = true
    skip_credentials_validation = true
    skip_requesting_account_id  = true
  }
}
"""
BUCKETS_BY_PATH = """\
provider "aws" {
  s3_use_path_style = true
}
"""
PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"
GITHUB_SECRET = "secret-of-github"
TOKENS = {f"{source}_webhook_token": f"token-of-{source}" for source in registry.webhooks()} | {
    "grafana_webhook_token": ["token-of-grafana", "next-token-of-grafana"],
    "github_webhook_secret": GITHUB_SECRET,
}


@dataclass(frozen=True)
class Checkout:
    """A fresh checkout of the project, by somebody with the credentials of the account."""

    path: Path
    environment: Mapping[str, str]

    @classmethod
    def make(cls, path: Path, cloud: Cloud) -> "Checkout":
        for name in DEPLOYED:
            source = ROOT / name
            if source.is_dir():
                shutil.copytree(source, path / name, ignore=LEFT_BEHIND)
            else:
                path.mkdir(parents=True, exist_ok=True)
                shutil.copy(source, path)
        infra = path / "infra-extra"
        for stage in (infra / "stages").glob("*.toml"):
            stage.write_text(f'python = "{PYTHON}"\n{stage.read_text(encoding="utf-8")}', encoding="utf-8")
        (infra / "path_override.tf").write_text(BY_PATH, encoding="utf-8")
        (infra / "bootstrap" / "path_override.tf").write_text(BUCKETS_BY_PATH, encoding="utf-8")
        inherited = {name: value for name, value in child_environment().items() if not name.startswith("TF_")}
        own = DUMMY_ENVIRONMENT | {
            "AWS_ENDPOINT_URL": cloud.url,
            "PYTHONPATH": str(path / "infra-extra"),
            # A region of somebody's own, which must not matter; and nothing of this machine's Terraform.
            "AWS_REGION": "eu-central-1",
            "AWS_DEFAULT_REGION": "eu-central-1",
            "TF_CLI_CONFIG_FILE": os.devnull,
            "TF_CLI_ARGS": "-no-color",
            "TF_IN_AUTOMATION": "1",
            "YES": "1",
        }
        return cls(path, inherited | own)

    def make_target(self, target: str) -> str:
        """Do what a make target does; returns what it printed."""
        done = self.run(sys.executable, "-m", "ops", *target.split("-"))
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def refused(self, target: str) -> str:
        """Do what a make target does, which must fail; returns why."""
        done = self.run(sys.executable, "-m", "ops", *target.split("-"))
        assert done.returncode == 1, done.stdout + done.stderr
        return done.stderr

    def run(self, *command: str, **variables: str) -> subprocess.CompletedProcess[str]:
        return finished(command, cwd=self.path, env={**self.environment, **variables})

    def make_bucket(self) -> None:
        """Make the state bucket, as the guide says."""
        self.make_target("bucket-dev")

    @property
    def memory(self) -> dict[str, Any]:
        """What Chalice remembers here, by the names of its resources."""
        text = (self.path / ".chalice" / "deployed" / "dev.json").read_text(encoding="utf-8")
        return {resource["name"]: resource for resource in json.loads(text)["resources"]}


@contextmanager
def stand_ins(
    folder: Path, region: str, site: str | None = "https://github.com"
) -> Iterator[tuple[Cloud, GitHubServer, AppKey]]:
    """An empty account, and a GitHub that knows an App of ours; skips where Terraform lacks its provider."""
    initialized("bootstrap", folder / "probe")
    key = AppKey.generate()
    command = [sys.executable, "-m", "tests.local.aws", "--port", "0"]
    process = Process("aws", command, log=folder / "aws.log", env=child_environment(), cwd=ROOT)
    try:
        process.wait_until(lambda: "listening on" in process.output())
        with GitHubServer(app_id=APP_ID, public_key_pem=key.public_pem, site=site) as github:
            yield Cloud(process.output().split()[-1], region), github, key
    finally:
        process.stop()


def create_secrets(cloud: Cloud, key: AppKey, prefix: str) -> None:
    """Create what the deploy guide says to create by hand."""
    app = {
        "github_app_id": APP_ID,
        "github_app_key_base64": base64.b64encode(key.private_pem.encode()).decode(),
    }
    manager = cloud.client("secretsmanager")
    manager.create_secret(Name=f"{prefix}-alerting-app-secrets", SecretString=json.dumps(app))
    manager.create_secret(Name=f"{prefix}-webhook-secrets", SecretString=json.dumps(TOKENS))
