"""A secret: read once in five minutes, again when asked; its faults are reported without its value."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import boto3
import pytest
from botocore.config import Config
from botocore.stub import Stubber
from moto import mock_aws

from chalicelib.aws.secrets_manager import APART, KEPT, SERVES, Secret
from chalicelib.errors import ConfigurationError
from tests.twins.clock import ManualClock

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

NAME = "alerting-local-webhook-secrets"


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch) -> Iterator["SecretsManagerClient"]:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "local")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "local")
    with mock_aws():
        yield boto3.client("secretsmanager", region_name="us-west-2")


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


def faults_of(secret: Secret) -> list[str]:
    with pytest.raises(ConfigurationError, match=NAME) as told:
        secret.read()
    return told.value.faults


def test_it_is_kept_five_minutes(client: "SecretsManagerClient", clock: ManualClock) -> None:
    client.create_secret(Name=NAME, SecretString='{"token": "old"}')
    secret = Secret(client, NAME, clock.now)
    assert secret.read() == {"token": "old"}
    client.put_secret_value(SecretId=NAME, SecretString='{"token": "new"}')
    clock.time += KEPT
    assert secret.read() == {"token": "old"}
    clock.pass_(seconds=1)
    assert secret.read() == {"token": "new"}


def test_it_is_read_anew_when_asked_and_then_kept(client: "SecretsManagerClient", clock: ManualClock) -> None:
    client.create_secret(Name=NAME, SecretString='{"token": "old"}')
    secret = Secret(client, NAME, clock.now)
    secret.read()
    client.put_secret_value(SecretId=NAME, SecretString='{"token": "new"}')
    assert secret.read(fresh=True) == {"token": "new"}
    assert secret.read() == {"token": "new"}


def test_one_that_does_not_exist_says_what_to_do(client: "SecretsManagerClient", clock: ManualClock) -> None:
    (fault,) = faults_of(Secret(client, NAME, clock.now))
    assert "ResourceNotFoundException" in fault
    assert "create it" in fault


def test_one_that_may_not_be_read_says_so(client: "SecretsManagerClient", clock: ManualClock) -> None:
    with Stubber(client) as stub:
        stub.add_client_error("get_secret_value", "AccessDeniedException", "not authorized to perform")
        (fault,) = faults_of(Secret(client, NAME, clock.now))
    assert "AccessDeniedException" in fault
    assert "allow this function to read it" in fault


def test_one_that_is_missing_is_not_asked_for_at_every_request(
    client: "SecretsManagerClient", clock: ManualClock
) -> None:
    secret = Secret(client, NAME, clock.now)
    faults = faults_of(secret)
    client.create_secret(Name=NAME, SecretString='{"token": "new"}')
    assert faults_of(secret) == faults
    with pytest.raises(ConfigurationError):
        secret.read(fresh=True)
    clock.time += APART
    assert secret.read() == {"token": "new"}


@pytest.mark.parametrize("text", ["hunter2", '"hunter2"', '["hunter2"]', "17", "null", "[" * 100_000])
def test_one_that_holds_no_object_is_a_fault_that_tells_no_value(
    client: "SecretsManagerClient", clock: ManualClock, text: str
) -> None:
    with Stubber(client) as stub:
        stub.add_response("get_secret_value", {"SecretString": text})
        with pytest.raises(ConfigurationError, match=f"secret {NAME}: does not hold a JSON object") as told:
            Secret(client, NAME, clock.now).read()
    assert "hunter2" not in str(told.value)
    assert told.value.__context__ is None


def test_a_binary_one_is_a_fault(client: "SecretsManagerClient", clock: ManualClock) -> None:
    client.create_secret(Name=NAME, SecretBinary=b"hunter2")
    assert faults_of(Secret(client, NAME, clock.now)) == ["cannot be read (KeyError)"]


def test_a_service_that_does_not_answer_is_a_fault_and_nothing_is_kept_of_it(
    clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "local")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "local")
    closed_port = "http://127.0.0.1:1"
    once = Config(retries={"total_max_attempts": 1})
    nowhere = boto3.client("secretsmanager", region_name="us-west-2", endpoint_url=closed_port, config=once)
    secret = Secret(nowhere, NAME, clock.now)
    assert faults_of(secret) == ["cannot be read (EndpointConnectionError)"]
    assert faults_of(secret) == ["cannot be read (EndpointConnectionError)"]


def test_guesses_of_tokens_do_not_read_it_again_and_again(
    client: "SecretsManagerClient", clock: ManualClock
) -> None:
    client.create_secret(Name=NAME, SecretString='{"token": "old"}')
    secret = Secret(client, NAME, clock.now)
    assert secret.read(fresh=True) == {"token": "old"}
    client.put_secret_value(SecretId=NAME, SecretString='{"token": "new"}')
    assert secret.read(fresh=True) == {"token": "old"}
    clock.time += APART
    assert secret.read(fresh=True) == {"token": "new"}


def test_while_it_cannot_be_read_the_last_copy_serves_for_an_hour(
    client: "SecretsManagerClient", clock: ManualClock
) -> None:
    client.create_secret(Name=NAME, SecretString='{"token": "old"}')
    secret = Secret(client, NAME, clock.now)
    secret.read()
    client.delete_secret(SecretId=NAME, ForceDeleteWithoutRecovery=True)
    clock.time += SERVES
    assert secret.read() == {"token": "old"}
    clock.pass_(seconds=1)
    assert faults_of(secret)
