"""The composition: whoever works on a stage gets the same parts, under the same limits and names."""

import base64
import itertools
import json
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import ClassVar

import pytest
from moto import mock_aws

import app
from chalicelib.cli.doctor import repositories as doctor
from chalicelib.errors import ConfigurationError, Unavailable
from chalicelib.settings import Settings
from chalicelib.wiring import checkout, github
from chalicelib.wiring.function import serving
from chalicelib.wiring.incidents import template
from chalicelib.wiring.stage import Stage
from tests.local.github import AppKey
from tests.twins.stage import holding
from tests.unit.github.test_transport import Dripping

ACCOUNT, REGION = "123456789012", "us-west-2"
FUNCTION = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:alerting-local"


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    """A stage whose GitHub answers drop by drop, by a clock that gains a second each time it is read."""
    server, seconds = Dripping(1), itertools.count()
    monkeypatch.setattr(time, "monotonic", lambda: float(next(seconds)))
    key = base64.b64encode(AppKey.generate().private_pem.encode()).decode()
    app = {"github_app_id": "1", "github_app_key_base64": key}
    yield holding(app, GITHUB_API_URL=server.url, GITHUB_TIMEOUT_SECONDS="20")
    server.stop()


def test_a_call_of_a_function_to_github_is_bounded_as_a_whole(
    slow: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(github, "gate", lambda _: doctor.Unreported())
    with pytest.raises(Unavailable, match="ReadTimeout"):
        github.issues(slow).prepare("example-org/alerts")


def test_a_call_of_the_command_line_to_github_is_bounded_as_a_whole(slow: Stage) -> None:
    findings = list(doctor.repositories(slow))
    assert findings
    assert all("ReadTimeout" in finding.told for finding in findings)


class Proxy(BaseHTTPRequestHandler):
    """A proxy that reaches nothing, and records what it was asked for."""

    asked: ClassVar[list[tuple[str, str | None]]] = []

    def do_GET(self) -> None:
        self.asked.append((self.path, self.headers["proxy-authorization"]))
        self.send_error(502)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def test_the_command_line_goes_through_a_proxy(slow: Stage) -> None:
    with HTTPServer(("127.0.0.1", 0), Proxy) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        address = f"http://mona:secret@127.0.0.1:{server.server_port}"
        settings = replace(slow.settings, github_api_url="http://github.example.org")
        with pytest.raises(Unavailable):
            github.client(replace(slow, settings=settings, proxy=address), doctor.Unreported()).us_now("a/b")
        server.shutdown()
    ((path, credential), *_) = Proxy.asked
    assert (path, credential) == (
        "http://github.example.org/repos/a/b/installation",
        "Basic bW9uYTpzZWNyZXQ=",
    )


# A stage of a checkout.


@pytest.fixture
def project(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A checkout whose stage dev is in us-west-2, in an environment that says nothing."""
    for name in (*checkout.ADDRESSES, "AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / ".chalice").mkdir()
    (tmp_path / "infra-extra" / "stages").mkdir(parents=True)
    stages = {"stages": {"dev": {"environment_variables": {"LEASE_SECONDS": "120"}}}}
    (tmp_path / ".chalice" / "config.json").write_text(json.dumps(stages), encoding="utf-8")
    described = 'region = "us-west-2"\n[settings]\nLEASE_SECONDS = 90\n'
    (tmp_path / "infra-extra" / "stages" / "dev.toml").write_text(described, encoding="utf-8")
    monkeypatch.setattr(checkout, "PROJECT", tmp_path)
    return tmp_path


@pytest.mark.usefixtures("project")
def test_a_stage_has_its_functions_settings_and_the_region_that_it_is_made_in() -> None:
    stage = checkout.find("dev")
    assert (stage.name, stage.region, stage.settings.lease.total_seconds()) == ("dev", "us-west-2", 90)
    assert checkout.find("dev", "us-east-1").region == "us-east-1"


@pytest.mark.usefixtures("project")
def test_a_stage_of_which_nothing_is_written_is_where_the_environment_says(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with pytest.raises(ConfigurationError, match="--region"):
        checkout.find("mine")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    assert checkout.find("mine").region == "eu-west-1"


@pytest.mark.usefixtures("project")
@pytest.mark.parametrize(
    ("variables", "proxy"),
    [
        ({}, ""),
        ({"HTTPS_PROXY": "http://proxy:3128"}, "http://proxy:3128"),
        ({"https_proxy": "proxy:3128"}, "http://proxy:3128"),
        ({"ALL_PROXY": "http://proxy:3128"}, "http://proxy:3128"),
        ({"HTTP_PROXY": "http://proxy:3128"}, ""),
        ({"HTTPS_PROXY": "http://proxy:3128", "NO_PROXY": "api.github.com"}, ""),
    ],
)
def test_a_proxy_is_taken_from_the_environment_but_for_the_local_stack(
    variables: dict[str, str], proxy: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for kind in ("http", "https", "all", "no"):
        monkeypatch.delenv(f"{kind}_proxy", raising=False)
        monkeypatch.delenv(f"{kind.upper()}_PROXY", raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert checkout.find("dev").proxy == proxy
    assert checkout.find("local").proxy == ""


def test_a_config_that_cannot_be_read_is_told(project: Path) -> None:
    (project / ".chalice" / "config.json").write_text("{", encoding="utf-8")
    with pytest.raises(ConfigurationError, match=r"\.chalice/config\.json"):
        checkout.find("local")
    (project / "infra-extra" / "stages" / "dev.toml").write_text("settings.A = {}", encoding="utf-8")
    with pytest.raises(ConfigurationError, match=r"stages/dev\.toml: settings: must be"):
        checkout.find("dev")
    (project / "infra-extra" / "stages" / "dev.toml").write_text("region", encoding="utf-8")
    with pytest.raises(ConfigurationError, match=r"infra-extra/stages/dev\.toml: not TOML"):
        checkout.find("dev")


@pytest.mark.parametrize("earlier", ["dev.tfvars", "backend-dev.hcl"])
def test_files_of_before_are_not_passed_over(project: Path, earlier: str) -> None:
    (project / "infra-extra" / earlier).touch()
    with pytest.raises(ConfigurationError, match="`make stage-dev` moves what it says"):
        checkout.find("dev")
    assert checkout.find("local").name == "local"


# Names.


def named(stage: Stage) -> list[object]:
    """Everything of a stage that has a name on AWS."""
    arns = [stage.arn("sns", stage.topic), stage.arn("sqs", stage.queue)]
    urls = [stage.queue_url(stage.queue), stage.queue_url(stage.dlq)]
    return [*arns, *urls, *stage.log_groups, stage.table, stage.bus, stage.app_secret, stage.webhook_secret]


def test_a_function_and_the_command_line_name_the_same_things(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "local")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "local")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    settings = Settings.read({"ALERTING_STAGE": "local", "AWS_REGION": REGION})
    with mock_aws():
        function, command_line = Stage(settings, within=serving(FUNCTION).within), Stage(settings)
        assert named(function) == named(command_line)
        assert function.arn("sns", function.topic) == f"arn:aws:sns:{REGION}:{ACCOUNT}:alerting-local-alerts"


def test_the_app_takes_from_the_stages_queue() -> None:
    assert app.queue == Stage(Settings.read({"ALERTING_STAGE": app.queue.split("-")[1]})).queue


def test_a_client_is_made_once() -> None:
    stage = holding({})
    assert stage.client("sqs") is stage.client("sqs")
    assert stage.client("sqs", "us-east-1") is not stage.client("sqs")


def test_a_team_has_its_own_template_or_else_the_one_for_all(tmp_path: Path) -> None:
    (tmp_path / "default.md").write_text("## Impact", encoding="utf-8")
    (tmp_path / "storage.md").write_text("## Damage", encoding="utf-8")
    assert [template(team, tmp_path) for team in ("storage", "gpu")] == ["## Damage", "## Impact"]
    assert "## Mitigation" in template("storage")
