"""`list`, `show`, `dlq` and `send` on the local stack: what they say is what is there."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from chalicelib.adapters import envelope
from chalicelib.adapters.registry import SOURCES
from chalicelib.adapters.sender import Sender
from chalicelib.adapters.source import Example
from chalicelib.aws.sns import SnsTopic
from chalicelib.wiring.clock import SystemClock
from tests.cli.prompt import run
from tests.cli.stack import Prompt
from tests.local.github.model import Issue
from tests.unit import one_each

OWNED = "TEAM=ci-runners | PRIORITY=P1"
INFRA = "example-org/ci-infra"


@pytest.fixture(autouse=True)
def _no_letters_left(prompt: Prompt) -> Iterator[None]:
    yield
    sqs, url = prompt.stack.aws.sqs, prompt.stack.aws.dlq_url
    while messages := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
        for message in messages:
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])


def issue(prompt: Prompt, title: str) -> Issue:
    (found,) = [i for i in prompt.stack.github.world.repository(INFRA).listed if i.title.endswith(title)]
    return found


def row(prompt: Prompt, title: str) -> dict[str, Any]:
    (found,) = [row for row in prompt("list --json").json if row["title"] == title]
    return dict(found)


def now() -> datetime:
    return datetime.now(UTC)


def letter(prompt: Prompt, reason: str) -> str:
    (found,) = [each["id"] for each in prompt("dlq list --json").json if each["reason"] == reason]
    return str(found)


def test_list_shows_what_has_an_open_issue_and_show_tells_it_by_any_name(prompt: Prompt) -> None:
    prompt.alarm("Listed", OWNED)
    listed = row(prompt, "Listed")
    assert (listed["priority"], listed["teams"], listed["open"]) == ("P1", ["ci-runners"], True)
    assert "Listed" in prompt("list").words
    number = issue(prompt, "Listed").number
    for key in (listed["fingerprint"], listed["fingerprint"][:12], f"{INFRA}#{number}", listed["issue"]):
        answered = prompt("show", key)
        assert answered.code == 0, answered.err
        assert f"{INFRA}#{number} open" in answered.words
        assert "firing since" in answered.words
    assert prompt("show --json", listed["fingerprint"]).json["spec"]["alert"]["title"] == "Listed"
    assert "[P1] Listed" in prompt("show --issue", listed["fingerprint"]).out


def test_list_narrows_by_team_priority_and_kind(prompt: Prompt) -> None:
    prompt.alarm("Narrow", "TEAM=ci-runners,storage | PRIORITY=P2")

    def listed(options: str) -> bool:
        return "Narrow" in {each["title"] for each in prompt(f"list --json {options}").json}

    assert listed("--team storage --priority p2 --open")
    assert not listed("--team nobody")
    assert not listed("--priority P0")
    assert not listed("--due")
    assert not listed("--muted")
    prompt.stack.github.person("mona").label(INFRA, issue(prompt, "Narrow").number, "alert:muted")
    prompt.alarm("Narrow", "TEAM=ci-runners,storage | PRIORITY=P3", before="ALARM")
    prompt.wait_until(lambda: listed("--muted"), "the label to be noticed")
    assert "alert:muted" in prompt("show", row(prompt, "Narrow")["fingerprint"]).words


def test_a_resolved_condition_has_its_episodes_and_is_listed_no_more(prompt: Prompt) -> None:
    prompt.alarm("Ended", OWNED)
    fingerprint = row(prompt, "Ended")["fingerprint"]
    prompt.alarm("Ended", OWNED, state="OK", before="ALARM")
    assert "Ended" not in {each["title"] for each in prompt("list --json").json}
    answered = prompt("show", fingerprint)
    assert "resolved at" in answered.words
    assert "closed by us" in answered.words
    assert "recovered" in answered.words


def test_stats_tells_what_happened(prompt: Prompt) -> None:
    before = prompt("stats --json").json
    prompt.alarm("Counted", "TEAM=ci-runners | PRIORITY=P0")
    prompt.alarm("Counted", "TEAM=ci-runners | PRIORITY=P0", state="OK", before="ALARM")
    prompt.alarm("Still firing", "TEAM=ci-runners | PRIORITY=P3")
    told = prompt("stats --json --top 100").json
    grown = {name: told["all"][name] - before["all"][name] for name in ("conditions", "firing", "issues")}
    assert grown == {"conditions": 2, "firing": 1, "issues": 2}
    assert told["P0"]["seconds_to_open"]["p50"] > 0
    assert told["P0"]["seconds_to_resolve"]["p99"] > 0
    assert {"Counted", "Still firing"} <= {each["title"] for each in told["noisiest"]}
    words = prompt("stats --days 30 --top 100").words
    assert "Counted" in words
    assert "p95" in words


def test_list_watches_until_it_is_told_to_stop(prompt: Prompt, monkeypatch: pytest.MonkeyPatch) -> None:
    prompt.alarm("Watched", OWNED)
    naps = []

    def nap(self: SystemClock, seconds: float) -> None:
        naps.append(seconds)
        if len(naps) == 2:
            raise KeyboardInterrupt

    monkeypatch.setattr(SystemClock, "sleep", nap)
    answered = prompt("list --watch")
    assert (answered.code, naps) == (0, [2, 2])
    assert "Watched" in answered.out


@pytest.mark.parametrize(
    ("command", "code", "told"),
    [
        ("show " + "0" * 64, 1, "Nothing is known"),
        ("show 000000", 1, "Nothing is known"),
        ("show example-org/alerts#4711", 1, "Nothing is known"),
        ("show what?", 2, "nor a fingerprint"),
        ("list --watch --json", 2, "use one of them"),
        ("list --priority P9", 2, "P9"),
        ("dlq show 00000000", 2, "dlq list`"),
        ("dlq drop 00000000", 2, "dlq list`"),
        ("dlq replay", 2, "Say which messages"),
        ("dlq replay --all 00000000", 2, "Say which messages"),
        ("dlq list --stage nowhere --region us-west-2", 2, "--stage"),
        ("list --stage nowhere --region us-west-2", 2, "--stage"),
        ("list --stage Not-A-Word", 2, "lower-case letters"),
        ("list --stage elsewhere", 2, "--region"),
    ],
)
def test_what_is_not_there_or_not_meant_is_told(prompt: Prompt, command: str, code: int, told: str) -> None:
    answered = prompt(command)
    assert (answered.code, answered.out) == (code, ""), answered.err
    assert told in answered.err


def test_without_a_stack_it_says_what_to_start() -> None:
    answered = run("list", AWS_ENDPOINT_URL="http://127.0.0.1:9")
    assert answered.code == 2
    assert "make local" in answered.err


def test_a_rejected_message_says_why_and_what_to_do_and_stays(prompt: Prompt) -> None:
    prompt.alarm("Nobody's", "PRIORITY=P1")
    for _ in range(2):
        (kept,) = prompt("dlq list --json").json
        assert (kept["reason"], kept["source"]) == ("MISSING_TEAM", "cloudwatch")
        assert "TEAM=" in kept["fix"]
    assert "MISSING_TEAM" in prompt("dlq list").out
    shown = prompt("dlq show", kept["id"][:8])
    assert '"AlarmName": "Nobody\'s"' in shown.out
    explained = prompt("explain -", stdin=prompt("dlq show --json", kept["id"]).json["body"])
    assert (explained.code, "MISSING_TEAM" in explained.out) == (1, True)


def test_what_a_sender_might_not_say_is_replayed_once_it_may(prompt: Prompt) -> None:
    aws, (east, wider) = prompt.stack.aws, (Sender("east", (team,)) for team in ("storage", "ci-runners"))
    topic = SnsTopic(aws.sns, aws.topic_arn)
    group = SOURCES["grafana"].template(Example(now()))
    topic.publish([json.dumps(group)], envelope.stamp("grafana", "a-request", now(), east))
    prompt.wait_until(lambda: bool(prompt("dlq list --json").json), "the letter")
    (kept,) = prompt("dlq list --json").json
    assert (kept["reason"], kept["sender"]) == ("NOT_FOR_THIS_SENDER", "east")
    assert "grafana (sender east)" in prompt("dlq list").words
    assert prompt("dlq replay --all").code == 1
    before = aws.secretsmanager.get_secret_value(SecretId=aws.webhook_secret)["SecretString"]
    entry = {"name": wider.name, "source": "grafana", "token": "t", "teams": [*wider.teams]}
    held = json.dumps(json.loads(before) | {"senders": [entry]})
    aws.secretsmanager.put_secret_value(SecretId=aws.webhook_secret, SecretString=held)
    try:
        assert prompt("dlq replay --all --yes").code == 0
    finally:
        aws.secretsmanager.put_secret_value(SecretId=aws.webhook_secret, SecretString=before)
    title = group["alerts"][0]["labels"]["alertname"]
    prompt.wait_until(lambda: any(title in each.title for each in issues(prompt)), "its issue")
    (opened,) = [each for each in issues(prompt) if title in each.title]
    assert "| Sender | east |" in str(opened.body)
    assert prompt("dlq list --json").json == []


def issues(prompt: Prompt) -> list[Issue]:
    return list(prompt.stack.github.world.repository(INFRA).listed)


def test_a_replay_is_a_rehearsal_until_it_is_told_to_send(prompt: Prompt) -> None:
    prompt.alarm("Mended", "nobody has it")
    kept = letter(prompt, "MISSING_TEAM_AND_PRIORITY")
    unmended = prompt("dlq replay", kept)
    assert (unmended.code, "rejected again" in unmended.words) == (1, True)
    rehearsed = prompt("dlq replay --team ci-runners --priority P1", kept)
    assert rehearsed.code == 0
    assert (
        "POST /repos/example-org/ci-infra/issues [P1] Mended · " in rehearsed.words
    )  # the stage's own region
    assert letter(prompt, "MISSING_TEAM_AND_PRIORITY") == kept
    assert "[P1] Mended" not in prompt.titles(INFRA)
    (sent,) = prompt("dlq replay --team ci-runners --priority P1 --yes --json", kept).json
    assert (sent["id"], sent["sent"]) == (kept, True)
    prompt.settle("the issue")
    assert "[P1] Mended" in prompt.titles(INFRA)
    assert prompt("dlq list --json").json == []


def test_what_would_be_rejected_again_stays_though_the_rest_is_sent(prompt: Prompt) -> None:
    aws = prompt.stack.aws
    prompt.alarm("Unowned", "PRIORITY=P1")
    aws.sqs.send_message(
        QueueUrl=aws.dlq_url, MessageBody=json.dumps(SOURCES["cloudwatch"].template(Example(now())))
    )
    answered = prompt("dlq replay --all --yes --json")
    assert answered.code == 1
    assert sorted(each["sent"] for each in answered.json) == [False, True]
    assert [each["reason"] for each in prompt("dlq list --json").json] == ["MISSING_TEAM"]


def test_what_has_no_place_for_a_team_is_not_touched(prompt: Prompt) -> None:
    prompt.stack.aws.publish("A notification of something else")
    prompt.settle("its rejection")
    answered = prompt("dlq replay --all --team ci-runners --yes")
    assert (answered.code, "drop it" in answered.err) == (2, True)
    assert letter(prompt, "NOT_JSON")


def test_a_replay_that_is_interrupted_loses_nothing(prompt: Prompt, monkeypatch: pytest.MonkeyPatch) -> None:
    """Published and not yet deleted: it is sent once more, and record knows it."""
    prompt.alarm("Interrupted", "TEAM=ci-runners")
    kept, publish = letter(prompt, "MISSING_PRIORITY"), SnsTopic.publish

    def dies_after(self: SnsTopic, *arguments: Any) -> None:
        publish(self, *arguments)
        raise KeyboardInterrupt

    with monkeypatch.context() as dying:
        dying.setattr(SnsTopic, "publish", dies_after)
        with pytest.raises(BaseException):  # noqa: B017 - whatever an interrupted command ends with
            assert prompt("dlq replay --priority P1 --yes", kept).code == 0
    prompt.settle("the issue")
    assert letter(prompt, "MISSING_PRIORITY") == kept
    assert prompt("dlq replay --priority P1 --yes", kept).code == 0
    prompt.settle("the repetition")
    assert [i.title for i in prompt.stack.github.world.repository(INFRA).listed].count(
        "[P1] Interrupted"
    ) == 1
    assert prompt("dlq list --json").json == []


def test_only_what_is_named_is_dropped(prompt: Prompt) -> None:
    prompt.alarm("Kept", "TEAM=ci-runners")
    prompt.alarm("Dropped", "PRIORITY=P1")
    dropped = letter(prompt, "MISSING_TEAM")
    assert prompt("dlq drop", dropped[:12]).code == 0
    assert [each["reason"] for each in prompt("dlq list --json").json] == ["MISSING_PRIORITY"]


def test_a_message_that_the_queue_moved_itself_says_so(prompt: Prompt) -> None:
    prompt.stack.aws.sqs.send_message(QueueUrl=prompt.stack.aws.dlq_url, MessageBody="{}")
    assert letter(prompt, "RECEIVED_TOO_OFTEN")


def test_while_somebody_else_reads_it_nobody_is_told_that_it_is_empty(prompt: Prompt) -> None:
    aws = prompt.stack.aws
    aws.sqs.send_message(QueueUrl=aws.dlq_url, MessageBody="{}")
    aws.sqs.receive_message(QueueUrl=aws.dlq_url, VisibilityTimeout=30)
    answered = prompt("dlq list")
    assert (answered.code, answered.out) == (2, "")
    assert "somebody else" in answered.err


def test_a_test_alert_opens_its_issue_and_closes_it(prompt: Prompt) -> None:
    fired = prompt("send fire --team ci-runners --name walk --wait 3600 --json")
    assert (fired.code, "is open" in fired.json["issue"]) == (0, True)
    assert "[P3] Test alert: walk" in prompt.titles(INFRA)
    resolved = prompt("send resolve --name walk --wait 3600")
    assert (resolved.code, "is closed" in resolved.words) == (0, True)
    assert "[P3] Test alert: walk" not in prompt.titles(INFRA)


def test_a_wait_that_was_in_vain_is_told(prompt: Prompt) -> None:
    answered = prompt("send resolve --name never-fired --wait 1")
    assert answered.code == 1, answered.err
    assert "No issue closed" in answered.err


OF_EACH_WAY = one_each(SOURCES, lambda source: SOURCES[source].posts)
"""By the webhook, or on the topic."""


@pytest.mark.parametrize("source", OF_EACH_WAY)
def test_a_file_is_sent_as_its_sender_would(prompt: Prompt, source: str) -> None:
    name = f"Queue that {source} watches"
    payload = json.dumps(SOURCES[source].template(Example(now(), name=name)))
    assert prompt("send file --json -", stdin=payload).json == {"sent": 1}
    prompt.settle("its issue")
    assert any(title.startswith(f"[P1] {name}") for title in prompt.titles(INFRA))


def test_a_file_that_the_webhook_would_refuse_is_not_sent(prompt: Prompt) -> None:
    answered = prompt("send file --source grafana -", stdin=json.dumps({"no": "alerts"}))
    assert answered.code == 2
    assert "alerts" in answered.err
