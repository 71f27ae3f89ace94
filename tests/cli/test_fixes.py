"""What a person is advised to do if AWS or GitHub refuses, or cannot be asked."""

from typing import Any

import httpx
import pytest
from botocore.exceptions import (
    ClientError,
    ConnectTimeoutError,
    EndpointConnectionError,
    NoCredentialsError,
    NoRegionError,
    ProfileNotFound,
)

from chalicelib.cli import aws_trouble
from chalicelib.cli.doctor import dead_letters, github_fixes
from chalicelib.errors import OutcomeUnknown, RateLimited, Refused
from chalicelib.settings import Settings
from chalicelib.wiring import deployed
from chalicelib.wiring.stage import Stage

SETTINGS = Settings.read({"ALERTING_STAGE": "dev", "AWS_REGION": "us-west-2"})
AWAY = "https://sqs.us-west-2.amazonaws.com"


def refused(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": "no"}}, "GetItem")


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (NoCredentialsError(), "There are no credentials for AWS. Log in first"),
        (ProfileNotFound(profile="ops"), "(ops) could not be found. Log in first"),
        (refused("ExpiredTokenException"), "AWS refused GetItem: ExpiredTokenException, no. Log in first"),
        (refused("AccessDeniedException"), "Use a role that may do that."),
        (refused("AWS.SimpleQueueService.NonExistentQueue"), "has infra-extra been applied there?"),
        (refused("InternalServerError"), "Try again in a minute."),
        (NoRegionError(), "Name an AWS region such as us-east-1 with --region."),
        (EndpointConnectionError(endpoint_url=AWAY), f"Nothing answers at {AWAY}. Check --region"),
        (EndpointConnectionError(endpoint_url="http://127.0.0.1:4566"), "start it with `make local`"),
        (ConnectTimeoutError(endpoint_url=AWAY), "Check this machine's network and proxy."),
        (ValueError("odd"), "The call to AWS failed: odd"),
    ],
)
def test_what_kept_aws_from_being_asked_is_one_sentence_with_what_to_do(error: Exception, said: str) -> None:
    assert said in aws_trouble.sentence(error)


@pytest.mark.parametrize(
    ("error", "unknown"),
    [
        (refused("ExpiredToken"), True),
        (refused("UnrecognizedClientException"), True),
        (refused("AccessDenied"), False),
        (NoCredentialsError(), True),
        (ValueError(), False),
    ],
)
def test_whoever_aws_does_not_know_can_ask_nothing_else(error: Exception, *, unknown: bool) -> None:
    assert aws_trouble.unknown_caller(error) is unknown


@pytest.mark.parametrize(
    ("status", "words", "said"),
    [
        (503, "Service Unavailable", "githubstatus.com"),
        (410, "Issues are disabled for this repo", "Enable issues in the settings of org/repo"),
        (404, "Not Found", "Install the GitHub App on org/repo"),
        (401, "A JSON web token could not be decoded", "create a new key"),
        (403, "Repository was archived so is read-only.", "Unarchive org/repo"),
        (403, "This installation has been suspended", "Restore the App in the settings of org"),
        (403, "your IP address is not on the IP allow list", "Add the address that Alerting calls from"),
        (403, "Resource not accessible by integration", "Issues: read and write"),
        (422, "Validation Failed", "See what GitHub does not accept: Validation Failed"),
    ],
)
def test_a_refusal_of_github_says_what_to_do(status: int, words: str, said: str) -> None:
    assert said in github_fixes.fix_of(Refused(words, status=status, request_id=None), "org/repo")


def test_a_limit_is_waited_for_and_silence_is_githubs() -> None:
    limited = RateLimited("slow down", retry_at=None, status=429, request_id=None)
    assert github_fixes.fix_of(limited, "org/repo") == github_fixes.LIMITED
    unknown = OutcomeUnknown("no answer", status=None, request_id=None)
    assert github_fixes.fix_of(unknown, "org/repo") == github_fixes.SILENT


class Counting(Stage):
    """A stage whose dead-letter queue holds very many messages, none of which may be read."""

    def client(self, service: Any, region: str | None = None) -> Any:
        return self

    def queue_url(self, name: str) -> str:
        return f"{AWAY}/{name}"

    def get_queue_attributes(self, **_: object) -> dict[str, dict[str, str]]:
        more = dict.fromkeys(
            ("ApproximateNumberOfMessagesDelayed", "ApproximateNumberOfMessagesNotVisible"), "0"
        )
        return {"Attributes": {"ApproximateNumberOfMessages": str(dead_letters.MOST_READ + 1), **more}}

    def get_rest_apis(self, **_: object) -> dict[str, list[dict[str, str]]]:
        names = ("other", self.prefix, deployed.EARLIER, self.prefix)
        return {"items": [{"id": f"api{number}", "name": name} for number, name in enumerate(names)]}


def test_of_very_many_dead_letters_only_the_number_is_said() -> None:
    (found,) = dead_letters.by_reason(Counting(SETTINGS))
    assert found.told == "1,001 messages"
    assert "dlq list" in found.fix


def test_the_version_is_that_of_the_api_that_says_it_serves_the_stage(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    answers = {
        "api1": httpx.Response(200, text="not JSON"),
        "api2": httpx.Response(200, json={"stage": "prod", "version": "1"}),
        "api3": httpx.Response(200, json={"stage": "dev", "version": "2"}),
    }

    def get(address: str, **_: object) -> httpx.Response:
        return answers[address.removeprefix("https://").partition(".")[0]]

    monkeypatch.setattr(httpx, "get", get)
    assert deployed.version(Counting(SETTINGS)) == "2"
    del answers["api3"]
    answers["api3"] = httpx.Response(404, json=[])
    assert deployed.version(Counting(SETTINGS)) is None
