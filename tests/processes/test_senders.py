"""The files for senders are read as their senders read them, and what they send becomes issues."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import httpx
import pytest
import yaml

from tests.cli.conftest import SETTINGS
from tests.cli.prompt import run
from tests.cli.stack import Prompt
from tests.local.patience import HTTP_SECONDS, finished
from tests.local.stack import LocalStack

ROOT = Path(__file__).parents[2]
SENDERS = ROOT / "docs" / "senders"
INFRA, ALERTS = "example-org/ci-infra", "example-org/alerts"


@pytest.fixture(scope="module")
def prompt() -> Iterator[Prompt]:
    with LocalStack(http=True, repositories=(ALERTS, INFRA), reconcile_every=1, settings=SETTINGS) as running:
        yield Prompt(running)


def read(name: str) -> Any:
    return yaml.safe_load((SENDERS / name).read_text(encoding="utf-8"))


def post(prompt: Prompt, address: str, scheme: str, source: str) -> int:
    """Post what the source's template says to the path of an address, as its file says to authenticate."""
    path = address.partition("/api")[2]
    return httpx.post(
        prompt.stack.http_url + path,
        content=run(f"explain --template {source}").out,
        headers={"Authorization": f"{scheme} {prompt.stack.tokens[source]}"},
        trust_env=False,
        timeout=HTTP_SECONDS,
    ).status_code


def test_grafanas_contact_point_is_taken_by_the_webhook(prompt: Prompt) -> None:
    """The keys are those of Grafana's webhook integration, as file provisioning has them."""
    file = read("grafana-contact-point.yaml")
    assert (file["apiVersion"], len(file["contactPoints"])) == (1, 1)
    (receiver,) = file["contactPoints"][0]["receivers"]
    assert (receiver["type"], receiver["disableResolveMessage"]) == ("webhook", False)
    settings = receiver["settings"]
    assert set(settings) == {
        "url",
        "httpMethod",
        "authorization_scheme",
        "authorization_credentials",
        "maxAlerts",
    }
    assert settings["authorization_credentials"].startswith("$")
    assert post(prompt, settings["url"], settings["authorization_scheme"], "grafana") == 202
    prompt.wait_until(
        lambda: "[P1] Runner queue too long [linux-x64]" in prompt.titles(INFRA), "Grafana's issue"
    )


def test_alertmanagers_receiver_is_taken_by_the_webhook(prompt: Prompt) -> None:
    file = read("alertmanager.yml")
    (receiver,) = file["receivers"]
    assert file["route"]["receiver"] == receiver["name"]
    (webhook,) = receiver["webhook_configs"]
    assert set(webhook) == {"url", "send_resolved", "max_alerts", "http_config"}
    assert webhook["send_resolved"] is True
    authorization = webhook["http_config"]["authorization"]
    assert set(authorization) == {"type", "credentials_file"}
    assert post(prompt, webhook["url"], authorization["type"], "alertmanager") == 202


def test_the_terraform_alarm_routes_and_has_both_actions() -> None:
    file = (SENDERS / "cloudwatch-alarm.tf").read_text(encoding="utf-8")
    actions = dict(re.findall(r"^\s*(alarm_actions|ok_actions)\s*=\s*\[(.+?)\]", file, re.MULTILINE))
    assert set(actions.values()) == {"var.alerting_topic_arn"}
    assert len(actions) == 2
    description = "\n".join(
        line.strip() for line in file.partition("<<-EOT\n")[2].partition("EOT")[0].splitlines()
    )
    alarm = run("explain --template cloudwatch").json | {"AlarmDescription": description}
    (answer,) = run("explain --json -", stdin=json.dumps(alarm)).json
    assert (answer["alert"]["teams"], answer["alert"]["priority"]) == (["ci-runners"], "P1")
    assert answer["alert"]["links"]["runbook_url"] == "https://example.org/runbooks/queue"
    assert answer["alert"]["summary"].startswith("Jobs wait")
    assert answer["alert"]["description"].startswith("The queue of linux runners")


def emit(prompt: Prompt, *arguments: str, token: str | None = None) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": os.defpath, "ALERTING_URL": prompt.stack.http_url}
    environment["ALERTING_TOKEN"] = token or prompt.stack.tokens["normalized"]
    return finished([sys.executable, str(SENDERS / "emitter.py"), *arguments], env=environment)


def test_the_emitter_opens_an_issue_and_closes_it(prompt: Prompt) -> None:
    title = "[P2] Nightly backup is late"
    for _ in range(2):  # it may say so as often as it runs
        done = emit(prompt, "FIRING", "Nightly backup is late", "nightly")
        assert done.returncode == 0, done.stderr
    prompt.wait_until(lambda: title in prompt.titles(ALERTS) and prompt.stack.quiet(), "the emitter's issue")
    assert emit(prompt, "RESOLVED", "Nightly backup is late", "nightly").returncode == 0
    prompt.wait_until(lambda: title not in prompt.titles(ALERTS), "its closing")
    listed = [issue.title for issue in prompt.stack.github.world.repository(ALERTS).listed]
    assert listed.count(title) == 1


def test_the_emitter_does_not_insist_on_what_cannot_succeed(prompt: Prompt) -> None:
    refused = emit(prompt, "FIRING", "Title", "id", token="wrong")
    assert refused.returncode == 1
    assert "401" in refused.stderr


def test_the_emitter_sends_again_after_too_many_requests_when_the_answer_says() -> None:
    answers = [202, 429]

    class Webhook(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(answers.pop())
            self.send_header("Retry-After", "0")
            self.end_headers()

    with HTTPServer(("127.0.0.1", 0), Webhook) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_port}"
        environment = {"PATH": os.defpath, "ALERTING_URL": url, "ALERTING_TOKEN": "token"}
        done = finished(
            [sys.executable, str(SENDERS / "emitter.py"), "FIRING", "Title", "id"], env=environment
        )
        server.shutdown()
    assert (done.returncode, answers) == (0, []), done.stderr
