"""What a function makes while Lambda starts it; tests/unit/test_imports.py has the starts themselves."""

from collections.abc import Callable, Iterator

import boto3
import pytest

from chalicelib.github import transport
from chalicelib.wiring import collector, function, reconcile, webhook

REGION = "us-west-2"
ARN = f"arn:aws:lambda:{REGION}:123456789012:function:alerting-local"


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The clients that are made, in a function that has not started yet."""
    services: list[str] = []

    def client(service: str, **_: object) -> object:
        services.append(service)
        return object()

    monkeypatch.setattr(boto3, "client", client)
    monkeypatch.setenv("AWS_REGION", REGION)
    kept = (function.settings, function.serving, function._clients, transport.authorities)
    for each in kept:
        each.cache_clear()
    yield services
    for each in kept:
        each.cache_clear()


@pytest.mark.parametrize(
    ("prepare", "services", "trusts"),
    [
        (webhook.prepare, ["secretsmanager", "sns"], 0),
        (collector.prepare, ["secretsmanager", "dynamodb", "sqs"], 1),
        (reconcile.prepare, ["secretsmanager", "dynamodb"], 1),
    ],
)
def test_an_invocation_uses_the_clients_that_the_start_has_made(
    prepare: Callable[[], None], services: list[str], trusts: int, made: list[str]
) -> None:
    prepare()
    assert made == services
    assert transport.authorities.cache_info().currsize == trusts
    stage = function.serving(ARN)
    assert {each: stage.client(each) for each in services} == {
        each: function._clients()[each, REGION] for each in services
    }
    assert made == services
