"""`doctor` finds what the field has shown: the budget, GitHub's limits and refusals, the secrets' form."""

import base64
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from chalicelib.cli import rows as cli_rows
from chalicelib.cli.doctor import (
    budget,
    refused,
    repositories,
    resources,
    secret_forms,
    sender_limits,
    waiting,
)
from chalicelib.cli.doctor.finding import Finding, findings
from chalicelib.conditions.setbacks import Denial, PutOff, Refusal
from chalicelib.rate_limit.rules import Budget
from chalicelib.rate_limit.shared import SharedBudget
from chalicelib.settings import Settings
from chalicelib.webhook import hook_secret
from chalicelib.wiring.clock import CLOCK
from chalicelib.wiring.rules import policy
from tests.cli import calls
from tests.cli.conftest import SETTINGS
from tests.cli.stack import Prompt
from tests.local import senders
from tests.local.patience import HTTP_SECONDS
from tests.local.stack import LocalStack
from tests.twins.stage import Held
from tests.unit import rows

INFRA = "example-org/ci-infra"
OWNED = "TEAM=ci-runners | PRIORITY=P1"


def found(prompt: Prompt) -> dict[str, dict[str, Any]]:
    """What is wrong, by its name; whatever it names as the next command can be pasted."""
    each = [finding for finding in prompt("doctor --json").json if not finding["ok"]]
    for finding in each:
        for line in re.findall(r"\.venv/bin/python -m chalicelib\.cli [^`.;]*", finding["fix"]):
            calls.parse(line.strip())
    assert len({finding["fix"] for finding in each}) == len(each), "one fix, one finding"
    return {finding["name"]: finding for finding in each}


@pytest.fixture(scope="module")
def prompt() -> Iterator[Prompt]:
    """A stack with its webhook, whose log says what it refused."""
    repositories = ("example-org/alerts", INFRA)
    with LocalStack(repositories=repositories, reconcile_every=1, settings=SETTINGS, http=True) as stack:
        yield Prompt(stack)


@pytest.fixture(autouse=True)
def _well_again(prompt: Prompt) -> Iterator[None]:
    prompt.wait_until(lambda: "reconcile" not in found(prompt), "reconcile's first look")
    yield
    prompt.stack.github.faults.clear()


def budget_is(prompt: Prompt, monkeypatch: pytest.MonkeyPatch, **changes: Any) -> None:
    """Let the budget be as it is after an hour of that kind."""
    monkeypatch.setattr(SharedBudget, "look", lambda self, owner: replace(Budget(), **changes))


def epoch(minutes: float) -> float:
    return (CLOCK.now() + timedelta(minutes=minutes)).timestamp()


def test_a_budget_that_is_used_up_is_found_with_the_time_at_which_it_is_whole(
    prompt: Prompt, monkeypatch: pytest.MonkeyPatch
) -> None:
    minute = int(epoch(-10) // 60)
    budget_is(prompt, monkeypatch, minutes=((minute, 100_000),))
    told = found(prompt)[budget.NAME]
    whole = datetime.fromtimestamp((minute + 61) * 60, UTC)
    assert "0 of" in told["told"]
    assert f"full again at {whole:%H:%M} UTC" in told["told"]
    assert "at their source" in told["fix"]


def test_a_budget_of_which_only_the_reserve_is_left_is_found_before_it_is_empty(
    prompt: Prompt, monkeypatch: pytest.MonkeyPatch
) -> None:
    budget_is(prompt, monkeypatch, minutes=((int(epoch(-1) // 60), 10),))
    assert budget.NAME not in found(prompt)
    left = json.loads(prompt("doctor --json").out)
    (most,) = [re.search(r"of (\d+) issues", each["told"]) for each in left if each["name"] == budget.NAME]
    assert most
    budget_is(prompt, monkeypatch, minutes=((int(epoch(-1) // 60), int(most[1]) - 60),))
    assert "the last 60 are reserved for P0 and P1" in found(prompt)[budget.NAME]["told"]


def test_an_open_breaker_and_githubs_limits_are_found(
    prompt: Prompt, monkeypatch: pytest.MonkeyPatch
) -> None:
    budget_is(prompt, monkeypatch, failures=4, open_until=epoch(3))
    assert "has failed to answer 4 times in a row; next try at" in found(prompt)["breaker"]["told"]
    budget_is(prompt, monkeypatch, blocked_until=epoch(3))
    assert "asked us not to call until" in found(prompt)["rate limit"]["told"]
    budget_is(prompt, monkeypatch, scarce_until=epoch(3))
    assert "reserved for P0 and P1 until" in found(prompt)["rate limit"]["told"]


def test_an_archived_repository_is_found_once_though_rows_are_refused_there(prompt: Prompt) -> None:
    mona = prompt.stack.github.person("mona")
    mona.archive(INFRA)
    try:
        prompt.stack.aws.publish(senders.cloudwatch("Archived", OWNED, datetime.now(UTC)))
        prompt.wait_until(lambda: "was archived" in repr(prompt.stack.aws.rows()), "the refusal")
        told = found(prompt)
        assert "it is archived" in told[INFRA]["told"]
        assert "Unarchive" in told[INFRA]["fix"]
        assert waiting.REFUSED not in told
    finally:
        mona.archive(INFRA, archived=False)


def test_a_disabled_repository_is_found() -> None:
    told = repositories._closed({"disabled": True}, INFRA)
    assert told
    assert "GitHub has disabled it" in told.told


ALLOW_LIST = (
    "Although you appear to have the correct authorization credentials, the `example-org` organization has "
    "an IP allow list enabled, and your IP address is not permitted to access this resource."
)


def test_rows_that_were_refused_or_put_off_are_found_in_githubs_words(
    prompt: Prompt, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = CLOCK.now()
    setback = Refusal(ALLOW_LIST, "CREATE", now, now, 403, "A1:B2")
    off = PutOff(Denial.BUDGET, now, now + timedelta(minutes=20))
    known = rows.row()
    living = [
        replace(known, status=replace(known.status, refusal=setback)),
        replace(known, status=replace(known.status, put_off=off)),
        replace(known, status=replace(known.status, put_off=replace(off, until=now))),
    ]
    monkeypatch.setattr(cli_rows, "living", lambda *_: living)
    told = found(prompt)
    assert f"1 row of {INFRA.split('/', maxsplit=1)[0]}/" in told[waiting.REFUSED]["told"]
    assert ALLOW_LIST in told[waiting.REFUSED]["told"]
    assert "Add the address that Alerting calls from to the IP allow list" in told[waiting.REFUSED]["fix"]
    assert "1 row, 1 of them firing P0 or P1: the budget has no room" in told[waiting.NAME]["told"]
    assert "list --due" in told[waiting.NAME]["fix"]


def test_requests_that_are_refused_for_their_token_are_found(prompt: Prompt) -> None:
    url = f"{prompt.stack.http_url}/webhooks/grafana"
    for _ in range(3):
        wrong = {"X-Grafana-Token": "wrong"}
        answer = httpx.post(url, json={}, headers=wrong, timeout=HTTP_SECONDS, trust_env=False)
        assert answer.status_code == 401
    prompt.wait_until(lambda: refused.NAME in found(prompt), "the refusals in the log")
    told = found(prompt)[refused.NAME]
    assert re.search(r"^\d requests for grafana were refused in the last hour.*: wrong token$", told["told"])
    assert prompt.stack.aws.webhook_secret in told["fix"]


KEY = base64.b64encode(b"-----BEGIN RSA PRIVATE KEY-----\nMII\n-----END RSA PRIVATE KEY-----\n").decode()
ESCAPED = base64.b64encode(rb"-----BEGIN RSA PRIVATE KEY-----\nMII\n-----END RSA PRIVATE KEY-----").decode()


@pytest.mark.parametrize(
    ("of_senders", "app", "told", "fix"),
    [
        ({"grafana_webhook_token": "secret-value\n"}, {}, "has a newline around it", "printf"),
        ({"grafana_webhook_token": ["fine", " secret-value"]}, {}, "has whitespace around it", "printf"),
        ({"github_webhook_secret": "secret-value\n"}, {}, "has a newline around it", "printf"),
        ({}, {"grafana_api_token": "secret-value\n"}, "has a newline around it", "printf"),
        ({"grafana_token": "secret-value"}, {}, "is not used", "Rename it to grafana_webhook_token"),
        (
            {"GRAFANA_WEBHOOK_TOKEN": "secret-value"},
            {},
            "is not used",
            "Rename it to grafana_webhook_token",
        ),
        ({}, {"github_app_private_key": "secret-value"}, "is not used", "or remove it"),
        ({}, {"x-queue-signature": "secret-value"}, "is not used", "or remove it"),
        ({"x-queue-signature": "secret-value\n"}, {}, "has a newline around it", "printf"),
        (
            {"senders": [{"name": "east", "token": ["fine", "secret-value\n"]}]},
            {},
            "token of senders, number 1, in of-senders has a newline around it",
            "printf",
        ),
        (
            {"senders": [{"hmac": {"secret": " secret-value"}}]},
            {},
            "hmac.secret of senders,",
            "printf",
        ),
        ({}, {"github_app_key_base64": "-----BEGIN secret-value"}, "is the PEM itself", "base64 -w0"),
        ({}, {"github_app_key_base64": ESCAPED}, "newlines are written as", "base64 -w0"),
    ],
)
def test_a_secret_of_the_wrong_form_is_found_by_name_and_its_value_is_not_shown(
    of_senders: dict[str, Any], app: dict[str, Any], told: str, fix: str
) -> None:
    (wrong,) = [each for each in forms(of_senders, app) if not each.ok]
    assert (told in wrong.told, fix in wrong.fix) == (True, True), wrong
    assert "secret-value" not in repr(wrong)


def test_secrets_of_the_right_form_are_well() -> None:
    of_senders: dict[str, Any] = {
        "grafana_webhook_token": ["a", "b"],
        hook_secret.NAME: "c",
        "normalized_hmac_secret": None,
    }
    of_senders |= {"X-Queue-Signature": "e"}  # a sender of the earlier pipeline
    of_senders |= {"senders": [{"name": "east", "source": "alertmanager", "hmac": {"secret": "f"}}]}
    app = {"github_app_id": 1, "github_app_key_base64": KEY + "\n", "alertmanager_api_token": "d"}
    assert [each.ok for each in forms(of_senders, app)] == [True, True]


def test_a_stage_names_the_senders_that_it_lets_in() -> None:
    held = {"senders": [{"name": "east", "source": "alertmanager", "token": "secret-value"}]}
    (let_in,) = checked(held, {}, resources.webhook_secret)
    assert (let_in.ok, let_in.told) == (True, "of-senders lets in: east (alertmanager)")


def test_a_limit_that_no_alert_can_meet_is_found() -> None:
    def of(name: str, *repositories: str) -> dict[str, Any]:
        return {"name": name, "source": "grafana", "token": f"t-{name}", "repositories": [*repositories]}

    routed = next(iter(policy(Settings.read({})).routing.repositories))
    held = {"senders": [of("fine", routed.upper()), of("lost", routed, "example-org/nowhere")]}
    count, wrong = checked(held, {}, sender_limits.limits)
    assert (count.ok, count.told) == (True, "2 senders by name, 2 of them limited")
    assert wrong.told == "lost may send alerts for example-org/nowhere, where the routing puts no issue"
    assert "Correct `repositories` of lost in the secret of-senders" in wrong.fix


def test_a_stage_that_hears_only_senders_of_the_earlier_pipeline_lets_those_in() -> None:
    (let_in,) = checked({"x-queue-signature": "secret-value"}, {}, resources.webhook_secret)
    assert (let_in.ok, let_in.told) == (True, "of-senders lets in: x-queue-signature")
    (nobody,) = checked({"x-queue-signature": ""}, {}, resources.webhook_secret)
    assert (nobody.ok, "nobody" in nobody.told) == (False, True)


def forms(of_senders: dict[str, Any], app: dict[str, Any]) -> list[Finding]:
    return checked(of_senders, app, secret_forms.forms)


def checked(of_senders: dict[str, Any], app: dict[str, Any], check: Any) -> list[Finding]:
    class Stage:
        webhook_secret, app_secret, settings = "of-senders", "of-the-app", Settings.read({})

        def secret(self, name: str) -> Held:
            return Held({"of-senders": of_senders, "of-the-app": app}[name])

    stage: Any = Stage()
    return list(findings(secret_forms.NAME, check, stage))
