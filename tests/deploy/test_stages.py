"""Any stage is one file and nothing else, and two in one region share nothing."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.deploy.cloud import Cloud
from tests.deploy.world import PYTHON, Checkout, create_secrets, stand_ins

REGION, STAGES = "eu-central-1", ("staging", "qa")
FILE = f"""
region = "{REGION}"
account = "123456789012"
python = "{PYTHON}"
confirm = true
[settings]
LEASE_SECONDS = 90
[functions.collector]
timeout = 120
"""


@dataclass(frozen=True)
class World:
    cloud: Cloud
    checkout: Checkout
    told: dict[str, str]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Two stages in one region and account, each deployed from its file."""
    folder: Path = tmp_path_factory.mktemp("stages")
    with stand_ins(folder, REGION) as (cloud, _, key):
        checkout, told = Checkout.make(folder / "checkout", cloud), {}
        for name in STAGES:
            (checkout.path / "infra-extra" / "stages" / f"{name}.toml").write_text(FILE, encoding="utf-8")
            create_secrets(cloud, key, f"alerting-{name}")
            checkout.make_target(f"bucket-{name}")
            told[name] = checkout.make_target(f"deploy-{name}")
        yield World(cloud, checkout, told)


@pytest.mark.parametrize("name", STAGES)
def test_its_file_is_all_that_a_stage_needs(world: World, name: str) -> None:
    collector = world.cloud.client("lambda").get_function_configuration(
        FunctionName=f"alerting-{name}-collector"
    )
    assert collector["Environment"]["Variables"] == {"ALERTING_STAGE": name, "LEASE_SECONDS": "90"}
    assert (collector["Timeout"], collector["Runtime"]) == (120, f"python{PYTHON}")
    queue = world.cloud.client("sqs").get_queue_url(QueueName=f"alerting-{name}-alerts")["QueueUrl"]
    held = world.cloud.client("sqs").get_queue_attributes(
        QueueUrl=queue, AttributeNames=["VisibilityTimeout"]
    )
    assert held["Attributes"]["VisibilityTimeout"] == str(120 * 6)
    assert f"alerting-{name}-collector: new" in world.told[name]


def test_two_stages_in_one_region_share_no_api_alarm_or_name(world: World) -> None:
    apis = {each["name"] for each in world.cloud.client("apigateway").get_rest_apis()["items"]}
    assert apis == {f"alerting-{name}" for name in STAGES}
    alarms = world.cloud.client("cloudwatch").describe_alarms()["MetricAlarms"]
    measured: dict[str, set[str]] = {name: set() for name in STAGES}
    for alarm in alarms:
        (name,) = (each for each in STAGES if alarm["AlarmName"].startswith(f"alerting-{each}-"))
        measured[name].add(json.dumps([alarm["Namespace"], alarm["MetricName"], alarm["Dimensions"]]))
    first, second = measured.values()
    assert len(first) == len(second) > 10
    assert first & second == set()


def test_only_what_is_different_in_its_file_is_going_to_change(world: World) -> None:
    file = world.checkout.path / "infra-extra" / "stages" / "qa.toml"
    file.write_text(FILE.replace("LEASE_SECONDS = 90", "LEASE_SECONDS = 120"), encoding="utf-8")
    told = world.checkout.make_target("plan-qa")
    assert "No changes. Your infrastructure matches the configuration." in told
    changing = told.partition("Chalice will change alerting-qa:\n")[2].splitlines()
    assert {line.strip() for line in changing} == {
        f'{name}: LEASE_SECONDS: "90" -> "120"'
        for name in ("alerting-qa", "alerting-qa-collector", "alerting-qa-reconcile")
    }


def test_in_another_account_nothing_is_done(world: World) -> None:
    file = world.checkout.path / "infra-extra" / "stages" / "qa.toml"
    file.write_text(FILE.replace("123456789012", "999999999999"), encoding="utf-8")
    for target in ("plan-qa", "deploy-qa", "destroy-qa"):
        told = world.checkout.refused(target)
        assert "you are signed in to account 123456789012, but" in told
        assert "stages/qa.toml is for 999999999999" in told
