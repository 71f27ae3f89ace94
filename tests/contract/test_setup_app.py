"""The App is made by GitHub's manifest flow, and its key is nowhere but in Secrets Manager."""

import json
import logging
import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path
from typing import Any

import httpx
import pytest

from chalicelib.github.auth import App
from ops.deployment import Faults
from ops.setup import app, installation, keeping, tokens, webhook
from ops.setup.questions import table
from ops.setup.step import Setup, Step, Wanted, take
from tests.account import empty_account
from tests.contract.github_rig import no_tls
from tests.local.github import GitHubServer
from tests.local.patience import HTTP_SECONDS

ADDRESS = "https://a1.execute-api.us-west-2.amazonaws.com/api"


@dataclass
class Person:
    """Somebody who does on GitHub's pages what they are asked for."""

    github: GitHubServer
    said: list[str] = field(default_factory=list)
    refuses: bool = False

    def say(self, text: str) -> None:
        self.said.append(text)
        for address in re.findall(r"http://127\.0\.0\.1:\S+", text):
            if not self.refuses:
                visit = self._install if "installations" in address else self._create
                threading.Thread(target=visit, args=(address,), daemon=True).start()

    def ask(self, question: str, default: str, option: str) -> str:
        return default

    def _create(self, address: str) -> None:
        with httpx.Client(timeout=HTTP_SECONDS, trust_env=False, verify=no_tls()) as browser:
            offered = browser.get(address).text
            confirm = browser.post(_action(offered), data=_fields(offered)).text
            made = browser.post(f"{self.github.url}{_action(confirm)}", data=_fields(confirm))
            browser.get(made.headers["Location"])

    def _install(self, address: str) -> None:
        form = {"repository": [each.name for each in self.github.world.repositories.values()]}
        httpx.post(
            address.removesuffix("/new"), data=form, timeout=HTTP_SECONDS, trust_env=False, verify=no_tls()
        )


def _action(page: str) -> str:
    return unescape(re.findall(r'action="([^"]*)"', page)[0])


def _fields(page: str) -> dict[str, str]:
    return {name: unescape(value) for name, value in re.findall(r'name="(\w+)" value="([^"]*)"', page)}


@pytest.fixture
def github() -> Iterator[GitHubServer]:
    with GitHubServer(site=None) as server:
        for name in ("acme/alerts", "acme/web"):
            server.world.add_repository(name, installed=False)
        yield server


@pytest.fixture
def setup(github: GitHubServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Setup]:
    """The stage dev of a checkout, in an empty account, deployed at `ADDRESS`."""
    monkeypatch.setenv("GITHUB_API_URL", github.url)
    monkeypatch.setattr("ops.functions.url", lambda _: ADDRESS)
    (tmp_path / "chalicelib").mkdir()
    (tmp_path / "chalicelib" / "routing.toml").write_text(table("acme", "alerts web=web"), encoding="utf-8")
    (tmp_path / "infra-extra" / "stages").mkdir(parents=True)
    (tmp_path / "infra-extra" / "stages" / "dev.toml").write_text('region = "us-west-2"\n', encoding="utf-8")
    with empty_account(monkeypatch):
        yield Setup("dev", Person(github), Wanted(), tmp_path, sleep=lambda _: None)


def held(setup: Setup, name: str) -> dict[str, Any]:
    there = keeping.held(setup.stage, name)
    assert there is not None
    return there


STEPS = (tokens.STEP, app.STEP, webhook.STEP, installation.STEP)


def test_the_app_is_created_its_events_arrive_and_it_is_installed(setup: Setup, github: GitHubServer) -> None:
    take(STEPS, setup)
    senders = held(setup, "alerting-dev-webhook-secrets")
    assert App.from_secret(held(setup, "alerting-dev-alerting-app-secrets")).issuer == github.app.client_id
    assert (github.world.hook.url, github.world.hook.content_type) == (f"{ADDRESS}/github/events", "json")
    assert github.world.hook.secret == senders["github_webhook_secret"]
    (installation,) = github.world.installations.values()
    assert installation.permissions == {"issues": "write", "metadata": "read"}
    assert len(installation.repository_ids) == 2


def test_taken_again_nothing_changes(setup: Setup, github: GitHubServer) -> None:
    take(STEPS, setup)
    names = ("alerting-dev-webhook-secrets", "alerting-dev-alerting-app-secrets")
    before = [held(setup, name) for name in names], github.app
    again = Setup("dev", Person(github, refuses=True), Wanted(), setup.root)
    take(STEPS, again)
    assert ([held(setup, name) for name in names], github.app) == before
    assert isinstance(again.person, Person)
    assert [line.split(": ")[0] for line in again.person.said] == [
        f"\n[{number}/4] {name}" for number, name in enumerate(("tokens", "app", "webhook", "install"), 1)
    ]


def test_what_a_secret_has_already_is_kept(setup: Setup) -> None:
    manager = setup.stage.client("secretsmanager")
    kept = {"alerting-dev-webhook-secrets": {"grafana_webhook_token": ["old", "new"], "senders": []}}
    kept["alerting-dev-alerting-app-secrets"] = {"grafana_api_token": ["t"]}
    for name, values in kept.items():
        manager.create_secret(Name=name, SecretString=json.dumps(values))
    take((tokens.STEP, app.STEP), setup)
    for name, values in kept.items():
        assert held(setup, name).items() >= values.items()


@pytest.mark.parametrize("key", ["github_app_client_id", "github_app_id"])
def test_a_key_is_not_joined_to_the_id_of_another_app(setup: Setup, key: str) -> None:
    """GitHub would refuse every call, and shows the new App's key once."""
    keeping.add(setup.stage, setup.stage.app_secret, {key: "Iv23liOther"})
    with pytest.raises(
        Faults, match=f"it has {key}, and no github_app_key_base64: add it, or take the id out"
    ):
        app.STEP.do(setup)
    assert held(setup, setup.stage.app_secret) == {key: "Iv23liOther"}
    assert isinstance(setup.person, Person)
    assert setup.person.said == []


def test_a_secret_that_cannot_be_read_is_left_as_it_is(setup: Setup) -> None:
    manager = setup.stage.client("secretsmanager")
    manager.create_secret(Name="alerting-dev-webhook-secrets", SecretString="token-in-clear")
    with pytest.raises(Faults, match="does not hold a JSON object") as refused:
        take((tokens.STEP,), setup)
    assert "token-in-clear" not in str(refused.value)


def test_nothing_secret_is_shown_logged_or_kept_on_disk(
    setup: Setup, github: GitHubServer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    caplog.handler.addFilter(lambda record: record.name.startswith(("ops", "chalicelib")))
    take(STEPS, setup)
    secret = [
        *(str(value) for value in held(setup, "alerting-dev-webhook-secrets").values()),
        held(setup, "alerting-dev-alerting-app-secrets")["github_app_key_base64"],
    ]
    assert isinstance(setup.person, Person)
    shown = "\n".join([*setup.person.said, caplog.text, repr(setup)])
    shown += "".join(file.read_text() for file in setup.root.rglob("*") if file.is_file())
    assert len(secret) == 5
    assert [each for each in secret if each in shown] == []
    assert "PRIVATE KEY" not in shown


@pytest.mark.parametrize("answer", ["", '{"pem": "-----BEGIN SECRET"}', '{"client_id": 1}'])
def test_an_answer_of_github_that_lacks_something_is_reported_without_its_content(
    setup: Setup, github: GitHubServer, answer: str
) -> None:
    transport = httpx.MockTransport(lambda _: httpx.Response(201, text=answer))
    object.__setattr__(setup.github, "http", httpx.Client(base_url=github.url, transport=transport))
    with pytest.raises(Faults, match="cannot be read") as refused:
        setup.github.convert("c0de")
    assert "SECRET" not in str(refused.value)
    assert "c0de" not in str(refused.value)


def test_a_code_that_has_expired_is_refused_with_githubs_words(setup: Setup) -> None:
    with pytest.raises(Faults, match="404: Not Found") as refused:
        setup.github.convert("c0de")
    assert "c0de" not in str(refused.value)


def test_where_the_key_cannot_be_kept_the_way_out_is_named(
    setup: Setup, monkeypatch: pytest.MonkeyPatch
) -> None:
    add = keeping.add

    def once(stage: Any, name: str, values: Any) -> None:
        if values:
            raise Faults("no", ["later"])
        add(stage, name, values)

    monkeypatch.setattr("ops.setup.keeping.add", once)
    with pytest.raises(Faults, match=r"delete the App on GitHub \(http.+/apps/alerting-dev-acme\)"):
        take((app.STEP,), setup)


def test_no_private_app_is_created_for_repositories_of_several_owners(
    setup: Setup, github: GitHubServer
) -> None:
    several = setup.routing_file.read_text(encoding="utf-8").replace("acme/web", "other/web")
    setup.routing_file.write_text(several, encoding="utf-8")
    before = github.app
    with pytest.raises(Faults, match="a private App of acme cannot be installed on other/web"):
        take((app.STEP,), setup)
    assert github.app == before


def test_whoever_may_not_write_the_secret_learns_it_before_there_is_an_app(
    setup: Setup, github: GitHubServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object) -> None:
        raise Faults("AccessDenied", ["secretsmanager:PutSecretValue"])

    before = github.app
    monkeypatch.setattr("ops.setup.keeping.add", refused)
    with pytest.raises(Faults, match="AccessDenied"):
        take((app.STEP,), setup)
    assert isinstance(setup.person, Person)
    assert [line for line in setup.person.said if "http://" in line] == []
    assert github.app == before


def test_whoever_does_not_install_it_learns_where(
    setup: Setup, github: GitHubServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(installation, "POLLS", 2)
    take((tokens.STEP, app.STEP), setup)
    setup.person = Person(github, refuses=True)
    with pytest.raises(Faults, match=r"acme/alerts, acme/web: http.*/apps/alerting-dev-acme/inst"):
        take((installation.STEP,), setup)


def test_a_step_says_what_it_will_do_before_it_does_it(setup: Setup) -> None:
    done = list[str]()

    def note(setup: Setup) -> None:
        assert isinstance(setup.person, Person)
        done.append(setup.person.said[-1])

    first = Step("first", lambda _: "do it", lambda _: None, note)
    there = Step("there", lambda _: "do it", lambda _: "it is there", note)
    take((first, there), setup)
    assert done == ["\n[1/2] first: do it"]
    assert isinstance(setup.person, Person)
    assert setup.person.said[-1] == "\n[2/2] there: it is there"
