"""Every source, through real processes: it fires and has one issue, repeats, ends, and the issue is closed.

What each sends is its template, so that a source more is tested by being in the registry. Sources of an
installation's own are those of docs/senders/custom.md, copied from the page.
"""

import json
import re
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from chalicelib.adapters.registry import SOURCES
from chalicelib.adapters.source import Example
from chalicelib.alert import Priority
from tests.cli.conftest import SETTINGS
from tests.local.github.model import Issue
from tests.local.patience import HTTP_SECONDS
from tests.local.stack import ROOT, LocalStack

INFRA, ALERTS = "example-org/ci-infra", "example-org/alerts"
PAGE = (ROOT / "docs" / "senders" / "custom.md").read_text(encoding="utf-8")
OWN = ("github-actions", "grafana-custom")
HEADERS = {"queue-checker": "x-queue-checker-signature", "weekly-reports": "X-Weekly-Reports-Token"}
"""Senders of the pipeline before this one, and the header of each."""
NOW = datetime.now(UTC).replace(microsecond=0)
BEGAN = NOW - timedelta(minutes=10)


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalStack]:
    """A stack of a project that has the tables of the page, and the secret of whoever posts here."""
    project = tmp_path_factory.mktemp("project")
    for name in ("chalicelib", ".chalice"):
        shutil.copytree(ROOT / name, project / name, ignore=shutil.ignore_patterns("__pycache__", "deployed"))
    shutil.copy(ROOT / "app.py", project)
    tables = re.findall(r"```toml\n(.+?)```", PAGE, re.DOTALL)
    (project / "chalicelib" / "custom.toml").write_text("\n".join(tables), encoding="utf-8")
    with LocalStack(
        http=True, repositories=(ALERTS, INFRA), reconcile_every=1, settings=SETTINGS, project=project
    ) as running:
        held = {f"{name}_webhook_token": token(name) for name in (*SOURCES, *OWN)}
        held |= {header: token(name) for name, header in HEADERS.items()}
        aws = running.aws
        aws.secretsmanager.put_secret_value(SecretId=aws.webhook_secret, SecretString=json.dumps(held))
        yield running


def token(name: str) -> str:
    return f"token-of-{name}"


def send(stack: LocalStack, source: str, body: object) -> None:
    """Let a source say something, to its webhook or to the topic."""
    if source in SOURCES and not SOURCES[source].posts:
        assert isinstance(body, dict)
        stack.aws.publish(body)
        return
    answer = post(stack, f"/webhooks/{source}", body, {"Authorization": f"Bearer {token(source)}"})
    assert answer.status_code == 202, answer.text


def post(stack: LocalStack, path: str, body: object, headers: dict[str, str]) -> httpx.Response:
    content = json.dumps(body).encode()
    return httpx.post(
        stack.http_url + path, content=content, headers=headers, trust_env=False, timeout=HTTP_SECONDS
    )


def about(stack: LocalStack, name: str) -> list[Issue]:
    """Every issue whose title has a name in it."""
    listed = [issue for each in (INFRA, ALERTS) for issue in stack.github.world.repository(each).listed]
    return [issue for issue in listed if name in issue.title]


def settled(stack: LocalStack, what: str) -> None:
    """Wait until every message is read and nothing is due."""
    stack.wait_until(lambda: sum(stack.aws.queue_depth()) == 0 and stack.quiet(), what)
    assert stack.aws.dlq_messages() == []


def states(issues: list[Issue]) -> list[str]:
    return [issue.state for issue in issues]


def through_its_life(
    stack: LocalStack, source: str, name: str, said: Callable[[bool], Any], labels: set[str]
) -> None:
    """Let it fire three times and end twice; `said` writes what it sends, by whether it has ended."""
    for _ in range(3):
        send(stack, source, said(False))
        settled(stack, f"the issue of {source}")
    (issue,) = about(stack, name)
    assert issue.state == "open"
    assert labels <= set(issue.label_names)
    if source in SOURCES and not SOURCES[source].ends:
        return
    for _ in range(2):
        send(stack, source, said(True))
        settled(stack, f"the end of {source}")
    assert states(about(stack, name)) == ["closed"]


@pytest.mark.parametrize("source", SOURCES)
def test_a_source_goes_through_its_life(stack: LocalStack, source: str) -> None:
    name = f"Queue of {source} is too long"

    def said(over: bool) -> Any:
        return SOURCES[source].template(Example(BEGAN, NOW if over else None, name, priority=Priority.P1))

    labels = {"Pri:P1", "Team:ci-runners"}
    through_its_life(stack, source, name, said, labels)


# Sources of an installation's own, from the page alone


def run_of(conclusion: str, at: datetime, **changed: Any) -> dict[str, Any]:
    """What GitHub sends as `workflow_run`, in part.

    https://docs.github.com/en/webhooks/webhook-events-and-payloads#workflow_run
    """
    ran = {
        "id": 30433642,
        "name": "Nightly build",
        "event": "schedule",
        "workflow_id": 159038,
        "head_branch": "main",
        "display_title": "Nightly build",
        "status": "completed",
        "conclusion": conclusion,
        "updated_at": at.isoformat().replace("+00:00", "Z"),
        "html_url": "https://github.com/example-org/app/actions/runs/30433642",
        "run_attempt": 1,
        "actor": {"login": "octocat", "id": 1},
    }
    repository = {"full_name": "example-org/app", "private": False}
    return {"action": "completed", "workflow_run": ran | changed, "repository": repository}


def test_a_workflow_that_fails_opens_an_issue_and_its_next_success_closes_it(stack: LocalStack) -> None:
    def said(over: bool) -> Any:
        return run_of("success" if over else "failure", NOW if over else BEGAN)

    name = "Nightly build failed on main"
    through_its_life(stack, "github-actions", name, said, {"Pri:P1", "Team:dev-infra"})
    send(stack, "github-actions", run_of("cancelled", NOW + timedelta(seconds=5)))
    send(stack, "github-actions", run_of("failure", NOW, event="pull_request", name="Of a fork"))
    settled(stack, "what means nothing")
    assert states(about(stack, name)) == ["closed"]
    assert about(stack, "Of a fork") == []


def test_a_custom_payload_of_grafana_opens_an_issue_for_each_alert_that_fires(stack: LocalStack) -> None:
    """The example of Grafana's documentation, with today's times: one alert fires, one has ended."""

    def alert(name: str, **fields: str) -> dict[str, Any]:
        labels = {"alertname": name, "grafana_folder": "Test Folder", "instance": "instance1"}
        began = (NOW - timedelta(hours=1)).isoformat()
        return {"endsAt": "0001-01-01T00:00:00Z", "labels": labels, "startsAt": began} | fields

    def body(status: str) -> dict[str, Any]:
        ends = {"endsAt": NOW.isoformat()} if status == "resolved" else {}
        over = alert("CpuUsage", status="resolved", endsAt=BEGAN.isoformat())
        alerts = [alert("InstanceDown", status=status, **ends), over]
        shared = {"externalURL": "http://localhost:3000/", "orgId": 1, "receiver": "TestReceiver"}
        return {"alerts": alerts, "version": "1", "truncatedAlerts": None, **shared}

    def said(over: bool) -> Any:
        return body("resolved" if over else "firing")

    through_its_life(stack, "grafana-custom", "InstanceDown", said, {"Pri:P2", "Team:dev-infra"})
    assert about(stack, "CpuUsage") == []


# The emitters of the pipeline before this one, unchanged but for the host


def emit(stack: LocalStack, name: str, **fields: Any) -> None:
    """Post an alert as the emitter of that name does."""
    alert = {
        "schema_version": 1,
        "source": name,
        "state": "FIRING",
        "priority": "P2",
        "occurred_at": NOW.isoformat().replace("+00:00", ".123456Z"),
    }
    answer = post(stack, "/external-alerts-webhook", alert | fields, {HEADERS[name]: token(name)})
    assert (answer.status_code, answer.json()) == (200, {"accepted": 1})


def test_the_queue_checker_opens_an_issue_and_closes_it(stack: LocalStack) -> None:
    """Both of its messages may bear the same time."""
    jobs = {
        "title": "Jobs wait long for linux.gpu.2",
        "description": "12 jobs have waited for 3 hours for linux.gpu.2",
        "summary": "12 jobs have waited for 3 hours",
        "teams": ["gpu-queue"],
        "identity": {"alarm_id": "queue_gpu-queue_linux_gpu_2"},
        "links": {"dashboard_url": "https://ci.example.org/metrics"},
    }
    emit(stack, "queue-checker", **jobs)
    settled(stack, "the queue's issue")
    (issue,) = about(stack, "Jobs wait long")
    assert {"Pri:P2", "Team:gpu-queue"} <= set(issue.label_names)
    emit(stack, "queue-checker", **jobs, state="RESOLVED")
    settled(stack, "the end of the queue's issue")
    assert states(about(stack, "Jobs wait long")) == ["closed"]


def test_a_weekly_report_is_an_issue_of_the_team_as_people_write_it(stack: LocalStack) -> None:
    title = "Weekly report for Compilers is ready"
    report = {
        "title": title,
        "description": "A report that somebody should read, then close this issue.",
        "summary": "A weekly report",
        "teams": ["Compilers"],
        "identity": {"alarm_id": "weekly-report-Compilers-of-a-week"},
        "links": {"dashboard_url": "https://ci.example.org/reports?team=compilers"},
    }
    for _ in range(2):
        emit(stack, "weekly-reports", **report)
    settled(stack, "the report's issue")
    (issue,) = about(stack, title)
    assert issue.state == "open"
    assert {"Pri:P2", "Team:compilers"} <= set(issue.label_names)


def test_a_sender_of_then_is_known_by_its_own_header_alone(stack: LocalStack) -> None:
    headers = {HEADERS["weekly-reports"]: token("queue-checker")}
    assert post(stack, "/external-alerts-webhook", {}, headers).status_code == 401


def test_the_page_has_the_sources_that_are_tested_here() -> None:
    assert tuple(re.findall(r'^name = "(.+)"$', PAGE, re.MULTILINE)) == OWN
    assert Path("chalicelib/custom.toml") not in Path().glob("chalicelib/*.toml")
