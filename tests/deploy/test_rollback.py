"""`make rollback-dev` brings back the package that ran before, byte for byte, and its settings."""

import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.deploy.cloud import Cloud
from tests.deploy.world import Checkout, stand_ins
from tests.local.aws import create_resources

REGION, PREFIX = "us-west-2", "alerting-dev"
DEPLOY = """
from ops import functions
from ops.deployment import Deployment
stage = Deployment.read("dev")
functions.deploy(stage)
print(stage.bucket)
"""
"""What `make deploy-dev` does once Terraform has made the rest."""


@dataclass(frozen=True)
class World:
    cloud: Cloud
    checkout: Checkout

    def deploy(self) -> str:
        done = self.checkout.run(sys.executable, "-c", DEPLOY)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout.splitlines()[-1]

    def write(self, file: str, text: str) -> None:
        (self.checkout.path / file).write_text(text, encoding="utf-8")

    @property
    def runs(self) -> tuple[set[str], set[str]]:
        """The digests and the settings of the functions."""
        functions = self.cloud.client("lambda").list_functions()["Functions"]
        assert len(functions) == 3
        settings = {json.dumps(each["Environment"]["Variables"]) for each in functions}
        return {each["CodeSha256"] for each in functions}, settings


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder: Path = tmp_path_factory.mktemp("rollback")
    with stand_ins(folder, REGION) as (cloud, _, _):
        create_resources(cloud.url, PREFIX, REGION, app_secret={}, webhook_secret={})
        yield World(cloud, Checkout.make(folder / "checkout", cloud))


def test_the_package_that_ran_before_runs_again(world: World) -> None:
    bucket = f"{PREFIX}-123456789012-state"
    world.cloud.client("s3").create_bucket(
        Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION}
    )
    assert world.deploy() == bucket
    first = world.runs

    world.write("chalicelib/commit.txt", "bad")  # any other byte makes another package
    file = "infra-extra/stages/dev.toml"
    text = (world.checkout.path / file).read_text(encoding="utf-8")
    world.write(file, text.replace("[settings]\n", "[settings]\nGITHUB_ENABLED = false\n"))
    world.deploy()
    second = world.runs
    assert (first[0] & second[0], first[1] & second[1]) == (set(), set())

    memory = world.checkout.memory
    told = world.checkout.make_target("rollback-dev")
    assert "It will return to 0." in told
    assert "Reusing existing deployment package" in told
    assert world.runs == first
    assert world.checkout.memory == memory
    assert "no older package is kept" in world.checkout.refused("rollback-dev")


def test_what_the_older_package_does_not_know_keeps_it_from_running(world: World) -> None:
    world.write("chalicelib/commit.txt", "newer")
    world.deploy()
    newer = world.runs
    item = {"fingerprint": {"S": "9f" * 32}, "revision": {"N": "1"}, "schema": {"N": "99"}}
    world.cloud.client("dynamodb").put_item(TableName=f"{PREFIX}-alerts-state", Item=item)
    told = world.checkout.refused("rollback-dev")
    assert "need a version that reads schema" in told
    assert "9f9f9f9f9f9f" in told
    assert world.runs == newer
