"""From a clean checkout and an empty account, one command and three answers lead to the first issue.

The tests are one story, in their order.
"""

import base64
import hashlib
import hmac
import json
import os
import re
import sys
import threading
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By

from tests.browser.chromium import HOW_TO_INSTALL, chromium, installed
from tests.deploy.cloud import Cloud
from tests.deploy.functions import Deployed
from tests.deploy.relay import relay
from tests.deploy.tools import absent
from tests.deploy.world import Checkout, stand_ins
from tests.local.github import GitHubServer, Issue
from tests.local.own_time import work
from tests.local.processes import Process
from tests.local.stack import ROOT

REGION, KEY = "us-west-2", "github_app_key_base64"
ANSWERS = "acme\nalerts web=web-app\nyes\n"


@dataclass
class World:
    """A person's checkout, account and organisation, and AWS, which runs what is deployed."""

    cloud: Cloud
    github: GitHubServer
    checkout: Checkout
    folder: Path
    stopping: threading.Event = field(default_factory=threading.Event)
    lock: threading.Lock = field(default_factory=threading.Lock)
    """Held while one unpacks what all functions run from."""

    @cached_property
    def functions(self) -> Deployed:
        return Deployed(self.cloud, self.checkout.path, self.folder, {"GITHUB_API_URL": self.github.url})

    def setup(self, address: str, answers: str, *options: str) -> Process:
        """Begin `make setup STAGE=dev`."""
        given = self.folder / "answers"
        given.write_text(answers, encoding="utf-8")
        path = self.checkout.path
        environment = {
            **self.checkout.environment,
            "PYTHONPATH": f"{path / 'infra-extra'}:{path}:{ROOT}",
            "PYTHONUNBUFFERED": "1",
            "GITHUB_API_URL": self.github.url,
            "API_RELAY": address,
        }
        command = [sys.executable, "-m", "tests.deploy.setup_program", "dev", *options]
        return Process(
            "setup", command, log=self.folder / "setup.log", env=environment, cwd=path, stdin=given
        )

    def run_functions(self) -> None:
        """Do what AWS does once the App is installed: take from the queue, and run the schedule."""
        while not self.stopping.is_set():
            self.unpacked.poll()
            self.unpacked.tick()

    def post(self, path: str, headers: Mapping[str, str], body: str) -> dict[str, Any]:
        """Post to the API."""
        return self.unpacked.post(path, headers, body)

    @property
    def unpacked(self) -> Deployed:
        with self.lock:
            assert self.functions.boto3.exists()
            assert self.functions.code("alerting-dev").exists()
        return self.functions

    @property
    def log(self) -> str:
        return (self.folder / "setup.log").read_text(encoding="utf-8")

    @property
    def issues(self) -> list[Issue]:
        return self.github.world.repository("acme/alerts").listed

    def secret(self, name: str) -> dict[str, str]:
        manager = self.cloud.client("secretsmanager")
        text = manager.get_secret_value(SecretId=f"alerting-dev-{name}")["SecretString"]
        held: dict[str, str] = json.loads(text)
        return held


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    if not installed():
        absent(HOW_TO_INSTALL)
    folder = tmp_path_factory.mktemp("setup")
    with stand_ins(folder, REGION, site=None) as (cloud, github, _):
        for name in ("acme/alerts", "acme/web-app"):
            github.world.add_repository(name, installed=False)
        yield World(cloud, github, Checkout.make(folder / "clone", cloud), folder)


def shown(process: Process, pattern: str) -> str:
    """Wait until the command shows an address."""
    process.wait_until(lambda: bool(re.search(pattern, process.output())), pattern)
    return str(re.findall(pattern, process.output())[0]).strip()


def click(browser: Chrome, text: str) -> None:
    browser.find_element(By.XPATH, f"//button[starts-with(., '{text}')]").click()


def test_one_command_and_three_answers_lead_to_the_first_issue(world: World) -> None:
    with ThreadPoolExecutor(1) as pool, relay(world.post) as address, chromium() as browser:
        setup = world.setup(address, ANSWERS)
        try:
            browser.get(shown(setup, r"http://127\.0\.0\.1:\d+/[\w-]{20,}\n"))
            assert browser.get_log("browser") == []  # type: ignore[no-untyped-call]
            click(browser, "Continue on GitHub")
            click(browser, "Create GitHub App for acme")
            came = "GitHub has created the App"
            setup.wait_until(lambda: browser.title == came, came)
            browser.get(shown(setup, r"http://127\.0\.0\.1:\d+/apps/\S+/installations/new"))
            for box in browser.find_elements(By.NAME, "repository"):
                box.click()
            click(browser, "Install")
            running = pool.submit(world.run_functions)
            setup.wait_until(
                lambda: setup.code is not None or running.done(),
                "the setup to end",
                lambda: (setup.progress(), len(world.github.journal.requests), work(os.getpid())),
            )
        finally:
            world.stopping.set()
            setup.stop()
    running.result()
    assert setup.code == 0, setup.tail()
    (issue,) = [each for each in world.issues if "Test alert of alerting-dev" in each.title]
    assert issue.author.login == "alerting-dev-acme[bot]"
    assert f"/acme/alerts/issues/{issue.number}\n" in setup.output()


def test_what_it_says_at_the_end_is_what_senders_need(world: World) -> None:
    told = world.log.partition("show what to paste into your senders")[2]
    api = re.findall(r"https://\w+\.execute-api\.us-west-2\.amazonaws\.com/api", told)[0]
    assert f'alarm_actions = ["arn:aws:sns:{REGION}:123456789012:alerting-dev-alerts"]' in told
    for source in ("grafana", "alertmanager", "normalized"):
        assert f"  {api}/webhooks/{source}\n" in told
        assert (ROOT / f"docs/senders/{source}.md").exists()
    assert world.github.world.hook.url == f"{api}/github/events"


def test_what_a_person_does_on_an_issue_arrives(world: World) -> None:
    (issue, *_) = world.issues
    body = json.dumps(
        {
            "action": "closed",
            "issue": {"number": issue.number, "user": {"login": "alerting-dev-acme[bot]", "type": "Bot"}},
            "repository": {"full_name": "acme/alerts"},
            "sender": {"id": 1, "login": "somebody", "type": "User"},
            "installation": {"id": 1},
        }
    )
    key = world.github.world.hook.secret.encode()
    signed = f"sha256={hmac.new(key, body.encode(), hashlib.sha256).hexdigest()}"
    headers = {"X-GitHub-Event": "issues", "X-GitHub-Delivery": "d1", "X-Hub-Signature-256": signed}
    assert world.functions.post("/github/events", headers, body)["statusCode"] == 202


def test_no_secret_was_shown_or_is_on_disk(world: World) -> None:
    held = [*world.secret("webhook-secrets").values(), world.secret("alerting-app-secrets")[KEY]]
    pem = base64.b64decode(held[-1]).decode().splitlines()[1]
    secret = [each.encode() for each in (*held, pem)]
    left = [world.folder / "setup.log", *world.checkout.path.rglob("*")]
    assert len(secret) == 6
    for file in left:
        if file.is_file() and not file.is_symlink():
            content = file.read_bytes()
            assert [each for each in secret if each in content] == [], file


def test_the_same_command_again_asks_nothing_and_changes_nothing(world: World) -> None:
    names = ("webhook-secrets", "alerting-app-secrets")
    before = [world.secret(name) for name in names]
    steps = ("stage", "routing", "bucket", "tokens", "app", "webhook", "install")
    setup = world.setup("http://127.0.0.1:9", "", "--yes", "--step", *steps)
    setup.wait_until(lambda: setup.code is not None, "the setup to end")
    assert setup.code == 0, setup.tail()
    told = setup.output().partition("\n[1/7]")[2]
    for words in ("has region", "names acme/alerts", "exists", "has every token", "has its key"):
        assert words in told
    assert [world.secret(name) for name in names] == before
