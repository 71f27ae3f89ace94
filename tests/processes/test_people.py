"""People on the whole system: what they do on GitHub counts within seconds, reported by a signed event."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.local.github.model import Issue
from tests.local.stack import LocalStack
from tests.processes.test_pipeline import ALERTS, INFRA, alerts, issues, now, post


@pytest.fixture(scope="module")
def stack() -> Iterator[LocalStack]:
    """Drift looks an hour apart here, so that only an event can tell."""
    never = {"DRIFT_CHANGES_MINUTES": "60"}
    with LocalStack(http=True, repositories=(ALERTS, INFRA), settings=never) as running:
        yield running


def opened(stack: LocalStack, name: str) -> Issue:
    (alert,) = alerts(name, 1)
    assert post(stack, alert.payload(now())) == 1
    stack.wait_until(lambda: bool(issues(stack, name)), "the issue")
    stack.wait_until(stack.quiet, "rest")
    return issues(stack, name)[0]


def status(stack: LocalStack, issue: Issue) -> dict[str, Any]:
    rows = [json.loads(row["status"]) for row in stack.aws.rows() if "status" in row]
    (found,) = [row for row in rows if row["issue"] and row["issue"]["ref"]["number"] == issue.number]
    return dict(found)


def test_a_command_is_carried_out_and_a_closing_is_known(stack: LocalStack) -> None:
    issue, mona = opened(stack, "Asked"), stack.github.person("mona")
    comment = mona.comment(issue.repository.full_name, issue.number, "/ack")
    stack.wait_until(lambda: bool(comment.reactions), "the reaction")
    assert [account.login for account in issue.assignees] == ["mona"]
    mona.close(issue.repository.full_name, issue.number, "not_planned")
    stack.wait_until(lambda: status(stack, issue)["issue"]["closer"] == "mona", "the closing")
    known = status(stack, issue)["issue"]
    assert (known["closed_by"], known["state_reason"], known["acked_by"]) == ("PERSON", "not_planned", "mona")


def test_a_stranger_gets_no_answer_and_keeps_nobody_from_being_heard(stack: LocalStack) -> None:
    issue = opened(stack, "Not asked")
    name, number = issue.repository.full_name, issue.number
    comment = stack.github.person("stranger").comment(name, number, "/mute")
    other = stack.github.person("mona").comment(name, number, "/ack")
    stack.wait_until(lambda: bool(other.reactions), "the reaction")
    assert comment.reactions == set()
    assert "alert:muted" not in issue.label_names


def test_an_incident_is_declared_on_an_alert_and_ended_on_its_own_issue(stack: LocalStack) -> None:
    issue, mona = opened(stack, "Broken"), stack.github.person("mona")
    name = issue.repository.full_name
    mona.comment(name, issue.number, "/sev Registry is down")

    def incidents() -> list[Issue]:
        listed = stack.github.world.repository(name).listed
        return [each for each in listed if "Incident: Registry" in each.title]

    stack.wait_until(lambda: bool(incidents()), "the incident")
    (incident,) = incidents()
    assert "ci: sev" in incident.label_names
    assert "## Follow-ups" in (incident.body or "")
    stack.wait_until(lambda: f"Incident: #{incident.number}" in (issue.body or ""), "its name on the alert")
    stack.wait_until(lambda: issue.parent is incident, "the sub-issue")
    mona.comment(name, incident.number, "/sev resolved")
    stack.wait_until(lambda: incident.state == "closed", "the end")
    stack.wait_until(lambda: "Root cause" in "".join(each.body for each in incident.comments), "the review")
    stack.wait_until(lambda: f"#{issue.number} \\[" in (incident.body or ""), "the alert on the incident")
    assert issue.state == "open"
