"""`why` on the local stack: each cause is set up, and the title alone finds it in the first line."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, Literal

import httpx
import pytest

from chalicelib.cli.next_command import PROGRAM
from chalicelib.cli.why.causes import CAUSES
from chalicelib.wiring import checkout
from tests.cli import calls
from tests.cli.conftest import SETTINGS
from tests.cli.prompt import Answered
from tests.cli.stack import Prompt
from tests.local import senders
from tests.local.github.model import Issue
from tests.local.patience import HTTP_SECONDS
from tests.local.stack import LocalStack

OWNED = "TEAM=ci-runners | PRIORITY=P1"
INFRA = "example-org/ci-infra"
NAMES = {cause.name: cause for cause in CAUSES}


@pytest.fixture(scope="module")
def prompt() -> Iterator[Prompt]:
    repositories = ("example-org/alerts", INFRA)
    with LocalStack(repositories=repositories, reconcile_every=1, settings=SETTINGS, http=True) as stack:
        yield Prompt(stack)


@pytest.fixture
def settings(
    prompt: Prompt, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[..., None]]:
    """Deploy the functions with other settings, and a checkout that says so."""
    stack = prompt.stack

    def deploy(**changed: str) -> None:
        stack.stop_functions()
        stack.settings = {**SETTINGS, **changed}
        stack.start_functions()
        config = json.loads((checkout.PROJECT / ".chalice" / "config.json").read_text(encoding="utf-8"))
        config["stages"]["local"]["environment_variables"] |= stack.settings
        (tmp_path / ".chalice").mkdir()
        (tmp_path / ".chalice" / "config.json").write_text(json.dumps(config), encoding="utf-8")
        monkeypatch.setattr(checkout, "PROJECT", tmp_path)

    yield deploy
    stack.stop_functions()
    stack.settings = SETTINGS
    stack.start_functions()


def first_line(answered: Answered) -> str:
    return answered.out.splitlines()[0]


def found(prompt: Prompt, title: str, cause: str) -> str:
    """Ask for a title; the first line must be the cause's sentence, and the exit code its kind."""
    answered = prompt("why", title)
    assert "Traceback" not in answered.err
    told = prompt("why --json", title).json
    assert [each["cause"] for each in told] == [cause], answered.out
    assert first_line(answered) == told[0]["sentence"]
    assert answered.code == NAMES[cause].kind
    command = told[0]["command"]
    assert answered.out.splitlines()[-1].strip() == command
    if command.startswith(PROGRAM):
        calls.parse(command)
    return first_line(answered)


def issue(prompt: Prompt, title: str) -> Issue:
    (one,) = [i for i in prompt.stack.github.world.repository(INFRA).listed if i.title.endswith(title)]
    return one


def test_what_has_its_issue_is_found_by_any_name(prompt: Prompt) -> None:
    prompt.alarm("Has it", OWNED)
    number = issue(prompt, "Has it").number
    assert f"{INFRA}#{number}" in found(prompt, "Has it", "HAS_ITS_ISSUE")
    (told,) = prompt("why --json", "Has it").json
    fingerprint = told["fingerprint"]
    (url,) = [each["value"] for each in told["evidence"] if each["name"] == "issue"]
    for asked in (
        "has IT",
        "as it",
        "[P1] Has it",
        f"{INFRA}#{number}",
        url,
        fingerprint,
        fingerprint[:12],
        "arn:aws:cloudwatch:us-west-2:123456789012:alarm:Has it",
    ):
        found(prompt, asked, "HAS_ITS_ISSUE")
    assert prompt("why").code == 0


def test_what_has_ended_or_was_never_known_to_fire(prompt: Prompt) -> None:
    prompt.alarm("Is over", OWNED)
    prompt.alarm("Is over", OWNED, state="OK", before="ALARM")
    assert "was closed at" in found(prompt, "Is over", "ENDED")
    prompt.alarm("Came late", OWNED, state="OK", before="ALARM")
    assert "Only the end of" in found(prompt, "Came late", "END_BEFORE_ANY_FIRING")


def test_a_dead_letter_is_replayed_by_the_next_command(prompt: Prompt) -> None:
    prompt.alarm("Nobody's alarm", "PRIORITY=P1")
    assert "MISSING_TEAM" in found(prompt, "Nobody's alarm", "DEAD_LETTER")
    (told,) = prompt("why --json", "nobody's").json
    rehearsed = prompt(told["command"].partition("chalicelib.cli ")[2].replace("TEAM", "ci-runners"))
    assert "POST /repos/example-org/ci-infra/issues" in rehearsed.words
    everything = prompt("why")
    assert "1 message is in the dead-letter queue" in first_line(everything)
    assert f"\nnext:\n{PROGRAM} dlq list\n" in everything.out
    prompt("dlq drop", prompt("dlq list --json").json[0]["id"])


def test_what_waits_in_the_queue(prompt: Prompt) -> None:
    prompt.stack.stop_functions()
    prompt.stack.aws.publish(senders.cloudwatch("Queued", OWNED, datetime.now(UTC)))
    assert "1 message waiting" in found(prompt, "Queued", "IN_THE_QUEUE")
    prompt.stack.start_functions()
    prompt.settle("the queue")
    found(prompt, "Queued", "HAS_ITS_ISSUE")


def test_what_never_reached_us(prompt: Prompt) -> None:
    assert "never reached" in found(prompt, "Nobody ever sent this", "NEVER_REACHED_US")
    for key in ("0" * 64, f"{INFRA}#4711", "#4711"):
        assert key in found(prompt, key, "NO_SUCH_KEY")


def test_what_the_webhook_refused(prompt: Prompt) -> None:
    """It is refused before anybody reads what is in it, so the sender is all that is known."""
    stack, logs = prompt.stack, prompt.stack.aws.logs
    for _ in range(2):
        answer = httpx.post(
            f"{stack.http_url}/webhooks/grafana",
            headers={"X-Grafana-Token": "a token of last year"},
            json={},
            timeout=HTTP_SECONDS,
            trust_env=False,
        )
        assert answer.status_code == 401
    group = f"/aws/lambda/{stack.aws.prefix}"

    def logged() -> int:
        events = logs.filter_log_events(logGroupName=group, filterPattern="WEBHOOK_REFUSED")["events"]
        return len(events)

    prompt.wait_until(lambda: logged() == 2, "the webhook's log")
    line = found(prompt, "Of a sender with a wrong token", "REFUSED_AT_THE_WEBHOOK")
    assert "2 requests from grafana" in line
    assert "wrong token" in line
    logs.delete_log_stream(logGroupName=group, logStreamName="local")
    logs.create_log_stream(logGroupName=group, logStreamName="local")


def alarm(prompt: Prompt, name: str, state: Literal["ALARM", "OK"] = "ALARM", **more: Any) -> None:
    """Put an alarm into CloudWatch, which then says nothing to us."""
    cloudwatch = prompt.stack.aws.cloudwatch
    cloudwatch.put_metric_alarm(
        AlarmName=name,
        **{"AlarmActions": [prompt.stack.aws.topic_arn], "Namespace": "CI", "MetricName": "Jobs"} | more,
        ComparisonOperator="GreaterThanThreshold",
        EvaluationPeriods=1,
        Period=60,
        Statistic="Maximum",
        Threshold=1,
    )
    cloudwatch.set_alarm_state(AlarmName=name, StateValue=state, StateReason="as a test has it")


def test_an_alarm_that_has_sent_nothing(prompt: Prompt) -> None:
    alarm(prompt, "Is fine", state="OK")
    assert "it has been in OK since" in found(prompt, "Is fine", "ALARM_DOES_NOT_FIRE")
    alarm(prompt, "Is dumb", ActionsEnabled=False)
    found(prompt, "Is dumb", "ALARM_ACTIONS_DISABLED")
    alarm(prompt, "Pages people", AlarmActions=["arn:aws:sns:us-west-2:123456789012:pages"])
    found(prompt, "arn:aws:cloudwatch:us-west-2:123456789012:alarm:Pages people", "ALARM_SENDS_ELSEWHERE")
    alarm(prompt, "Is on its way")
    answered = prompt("why", "Is on its way")
    assert "it will be found within ten minutes" in answered.words


def person(prompt: Prompt) -> Any:
    return prompt.stack.github.person("mona")


def row(prompt: Prompt, title: str) -> Any:
    """The status of a row, empty while it has none."""
    found = [each for each in prompt.stack.aws.rows() if f'"{title}"' in each.get("spec", "")]
    return json.loads(found[0].get("status", "{}")) if found else {}


def closed(prompt: Prompt, title: str, reason: str) -> None:
    """Let a person close an issue, and that be noticed."""
    person(prompt).close(INFRA, issue(prompt, title).number, reason)
    prompt.wait_until(lambda: row(prompt, title)["issue"]["closed_at"] is not None, "the closing")


def again(prompt: Prompt, title: str) -> None:
    """Let an alarm recover and go off again."""
    prompt.alarm(title, OWNED, state="OK", before="ALARM")
    prompt.alarm(title, OWNED)


def test_what_a_person_closed(prompt: Prompt) -> None:
    prompt.alarm("Is known", OWNED)
    closed(prompt, "Is known", "completed")
    line = found(prompt, "Is known", "CLOSED_BY_A_PERSON")
    assert f"mona closed {INFRA}#{issue(prompt, 'Is known').number}" in line
    assert "it has resolved once" in line


def test_what_a_person_closed_as_not_planned(prompt: Prompt) -> None:
    prompt.alarm("Is unwanted", OWNED)
    closed(prompt, "Is unwanted", "not_planned")
    again(prompt, "Is unwanted")
    assert "as not planned" in found(prompt, "Is unwanted", "CLOSED_AS_NOT_PLANNED")


def test_what_a_person_muted_or_snoozed(prompt: Prompt) -> None:
    for title, command, known in (
        ("Is muted", "/mute", lambda: row(prompt, "Is muted")["issue"]["muted"]),
        ("Is snoozed", "/snooze 2h", lambda: row(prompt, "Is snoozed")["snoozed_until"]),
    ):
        prompt.alarm(title, OWNED)
        person(prompt).comment(INFRA, issue(prompt, title).number, command)
        prompt.wait_until(known, command)
        closed(prompt, title, "completed")
        again(prompt, title)
    assert "mona muted it" in found(prompt, "Is muted", "MUTED")
    assert "mona snoozed it" in found(prompt, "Is snoozed", "SNOOZED")


def test_what_the_repository_refuses(prompt: Prompt) -> None:
    person(prompt).archive(INFRA)
    prompt.stack.aws.publish(senders.cloudwatch("Is refused", OWNED, datetime.now(UTC)))
    prompt.wait_until(lambda: row(prompt, "Is refused").get("refusal") is not None, "the refusal")
    line = found(prompt, "Is refused", "GITHUB_REFUSES")
    assert "403: Repository was archived so is read-only" in line
    everything = prompt("why")
    assert (everything.code, "Is refused" in everything.words) == (1, True)
    _, _, after = everything.out.rpartition("next:\n")
    assert [line for line in after.splitlines() if not line.startswith(PROGRAM)] == []  # each can be pasted
    person(prompt).archive(INFRA, archived=False)
    prompt.settle("what was refused")


def test_a_stage_that_writes_nothing(prompt: Prompt, settings: Callable[..., None]) -> None:
    settings(GITHUB_ENABLED="false")
    prompt.stack.aws.publish(senders.cloudwatch("Is not written", OWNED, datetime.now(UTC)))
    prompt.wait_until(lambda: sum(prompt.stack.aws.queue_depth()) == 0, "its recording")
    found(prompt, "Is not written", "GITHUB_DISABLED")


def put_off(prompt: Prompt, title: str) -> bool:
    return row(prompt, title).get("put_off") is not None


def forget_budget(prompt: Prompt) -> None:
    aws = prompt.stack.aws
    aws.dynamodb.delete_item(TableName=aws.table, Key={"fingerprint": {"S": "budget#example-org"}})


def test_a_budget_that_is_used_up(prompt: Prompt, settings: Callable[..., None]) -> None:
    prompt.alarm("Uses the budget", OWNED)
    settings(WRITES_PER_HOUR="1")
    for title in ("Is before it", "Waits for its turn"):
        prompt.stack.aws.publish(senders.cloudwatch(title, OWNED, datetime.now(UTC)))
        prompt.wait_until(partial(put_off, prompt, title), title)
    line = found(prompt, "Waits for its turn", "BUDGET_USED_UP")
    assert "1 is ahead of it" in line
    answered = prompt("why")
    assert answered.code == 1
    assert "conditions are firing without an open issue" in first_line(answered)
    assert {"Is before it", "Waits for its turn"} <= {each["title"] for each in prompt("why --json").json}
    forget_budget(prompt)


def test_an_outcome_that_is_not_known(prompt: Prompt, settings: Callable[..., None]) -> None:
    settings(LOOK_INTERVAL_SECONDS="600")
    unanswered = prompt.stack.github.faults.add("status", method="POST", path="*/issues")
    prompt.stack.aws.publish(senders.cloudwatch("Perhaps opened", OWNED, datetime.now(UTC)))
    prompt.wait_until(lambda: unanswered.hits > 0, "the call without an answer")
    prompt.stack.github.faults.clear(unanswered)
    assert "502" in found(prompt, "Perhaps opened", "OUTCOME_UNKNOWN")


def test_github_away(prompt: Prompt, settings: Callable[..., None]) -> None:
    settings(BREAKER_SECONDS="600")
    outage = prompt.stack.github.faults.outage()
    prompt.stack.aws.publish(senders.cloudwatch("Opens the breaker", OWNED, datetime.now(UTC)))
    prompt.wait_until(lambda: failures(prompt) >= 3, "the breaker")
    prompt.stack.aws.publish(senders.cloudwatch("Not even tried", OWNED, datetime.now(UTC)))
    prompt.wait_until(partial(put_off, prompt, "Not even tried"), "the denial")
    assert "3 times in a row" in found(prompt, "Not even tried", "GITHUB_DOES_NOT_ANSWER")
    prompt.stack.github.faults.clear(outage)
    forget_budget(prompt)


def failures(prompt: Prompt) -> int:
    aws = prompt.stack.aws
    answer = aws.dynamodb.get_item(TableName=aws.table, Key={"fingerprint": {"S": "budget#example-org"}})
    return int(json.loads(answer["Item"]["document"]["S"])["failures"]) if "Item" in answer else 0


def test_github_asks_to_wait(prompt: Prompt) -> None:
    limit = prompt.stack.github.faults.add("secondary_limit", retry_after=900)
    prompt.stack.aws.publish(senders.cloudwatch("Is limited", OWNED, datetime.now(UTC)))
    prompt.wait_until(lambda: row(prompt, "Is limited").get("refusal") is not None, "the limit")
    found(prompt, "Is limited", "GITHUB_ASKS_TO_WAIT")
    prompt.stack.github.faults.clear(limit)
    forget_budget(prompt)


@pytest.mark.parametrize(
    ("payload", "cause"),
    [
        ({"alerts": "none"}, "NOT_ACCEPTED"),
        (senders.cloudwatch("Nobody's", "PRIORITY=P1", datetime.now(UTC)), "NOT_AN_ALERT"),
        (
            senders.cloudwatch("No data", OWNED, datetime.now(UTC), reason="?")
            | {"NewStateValue": "INSUFFICIENT_DATA"},
            "IGNORED",
        ),
        (senders.cloudwatch("In a file alone", OWNED, datetime.now(UTC)), "NEVER_REACHED_US"),
        ({"alerts": []}, "NO_ALERT"),
    ],
)
def test_a_payload_in_a_file(prompt: Prompt, tmp_path: Path, payload: Any, cause: str) -> None:
    file = tmp_path / "payload.json"
    file.write_text(json.dumps(payload), encoding="utf-8")
    source = ["--source", "grafana"] if "alerts" in payload else []
    answered = prompt("why --json", *source, str(file))
    assert [each["cause"] for each in answered.json] == [cause]
    assert answered.code == NAMES[cause].kind
