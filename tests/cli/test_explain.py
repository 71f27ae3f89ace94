"""`explain` says what the pipeline would do, for every sample there is, and needs no AWS."""

import json
import os
import re
import sys
from pathlib import Path
from typing import Any

import pytest

from chalicelib.adapters import custom
from chalicelib.adapters.fields import Ignored
from chalicelib.adapters.registry import SOURCES
from chalicelib.adapters.source import Example
from chalicelib.cli import payloads, report, words
from chalicelib.conditions.nothing import Quiet
from chalicelib.conditions.record import Reason
from chalicelib.routing import load
from tests.cli.prompt import run
from tests.local.patience import finished
from tests.unit import one_each, rows
from tests.unit.adapters.test_adapters import SAMPLES, payload, read
from tests.unit.builders import at
from tests.unit.messages import deliver

ROOT = Path(__file__).parents[2]


def outcome(answer: dict[str, Any]) -> str:
    """An answer of `explain --json` in the words of `deliver`."""
    return "alert" if answer["outcome"] == "alert" else str(answer["reason"])


def kind(path: Path) -> tuple[str, ...]:
    """Its source, and what becomes of each alert in it."""
    expected = read(path)["expect"]
    each = expected if isinstance(expected, list) else [expected]
    return path.parent.name, *(
        sorted({next(iter({"rejected", "ignored"} & alert.keys()), "alert") for alert in each})
    )


OF_EACH_KIND = one_each(SAMPLES, kind)


@pytest.mark.parametrize("path", OF_EACH_KIND, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_it_says_of_every_sample_what_the_pipeline_makes_of_it(path: Path, tmp_path: Path) -> None:
    source, payload = path.parent.name, read(path)["payload"]
    file = tmp_path / "payload"
    file.write_text(
        payload if isinstance(payload, str) and not SOURCES[source].posts else json.dumps(payload)
    )
    delivered = [
        one if isinstance(one, str) else one.reason if isinstance(one, Ignored) else "alert"
        for one in deliver(source, payload)
    ]
    answered = run(f"explain --json --source {source}", str(file))
    assert [outcome(answer) for answer in answered.json] == delivered
    wrong = [answer for answer in answered.json if answer["outcome"] in {"rejected", "refused"}]
    assert answered.code == (1 if wrong else 0)
    assert run(f"explain --source {source}", str(file)).code == answered.code


@pytest.mark.parametrize("source", SOURCES)
def test_a_template_becomes_an_issue_without_a_word_changed(source: str) -> None:
    template = run(f"explain --template {source}")
    (answer,) = run("explain --json -", stdin=template.out).json
    first = "FIRST_FIRING" if SOURCES[source].ends else "NOTIFIED"
    assert (answer["source"], answer["record"]["reason"]) == (source, first)
    (request,) = answer["requests"]
    assert (request["method"], request["path"].endswith("/issues")) == ("POST", True)
    assert request["body"]["title"] == answer["issue"]["title"]
    assert f"Pri:{answer['alert']['priority']}" in answer["routing"]["labels"]


def test_it_says_by_which_rule_an_alert_has_its_owner() -> None:
    template = run("explain --template grafana").out
    (answer,) = run("explain --json -", stdin=template).json
    assert answer["owner"] == {"teams": "`team`", "priority": "`priority`"}
    assert "P1 (`priority`)" in run("explain -", stdin=template).out


@pytest.mark.parametrize("source", SOURCES)
def test_whose_a_payload_is_shows_and_by_what(source: str) -> None:
    template = run(f"explain --template {source}").out
    whose = payloads.recognised(template)
    assert whose == payloads.Whose(source, SOURCES[source].known_by)
    for answered in (run("explain -", stdin=template).words, run("explain --json -", stdin=template).out):
        assert whose.known_by in answered
    assert "recognised" not in run(f"explain --source {source} -", stdin=template).words


@pytest.mark.parametrize("source", SOURCES)
def test_what_a_source_is_known_by_is_in_its_template(source: str) -> None:
    """Each word in backticks is a key or a path of keys, of which one at least is there."""
    keys = {name.partition(".")[0] for name in re.findall(r"`([^`]+)`", SOURCES[source].known_by)}
    template = SOURCES[source].template(Example(at(0)))
    assert keys & (template[0] if isinstance(template, list) else template).keys()


def test_what_looks_like_no_source_is_read_as_on_the_topic_and_it_is_said() -> None:
    answered = run("explain -", stdin='{"ping": "pong"}')
    assert answered.code == 1
    assert "cloudwatch, recognised by nothing" in answered.words
    assert "--source" in answered.words


def test_what_looks_like_several_sources_is_left_to_a_person(monkeypatch: pytest.MonkeyPatch) -> None:
    page = (ROOT / "docs" / "senders" / "custom.md").read_text(encoding="utf-8")
    own = custom.sources("\n".join(re.findall(r"```toml\n(.+?)```", page, re.DOTALL)), frozenset())
    monkeypatch.setattr(payloads, "SOURCES", {**SOURCES, **own})
    body = '{"alerts": [{"status": "firing", "labels": {}}]}'
    answered = run("explain -", stdin=body)
    assert (answered.code, answered.out) == (2, "")
    assert "looks like grafana (by `alerts`" in answered.err
    assert "and grafana-custom (by its expression `recognise` in custom.toml)" in answered.err
    assert "--source" in answered.err


def test_each_file_meets_what_the_ones_before_it_left(tmp_path: Path) -> None:
    firing = run("explain --template normalized").json
    later = {"occurred_at": firing["occurred_at"].replace("Z", "5Z"), "state": "RESOLVED"}
    (tmp_path / "firing.json").write_text(json.dumps(firing))
    (tmp_path / "resolved.json").write_text(json.dumps(firing | later))
    answered = run("explain --json", *(str(tmp_path / f"{name}.json") for name in ("firing", "resolved")))
    assert [answer["record"]["reason"] for answer in answered.json] == ["FIRST_FIRING", "RESOLVED"]
    (closing,) = answered.json[1]["requests"]
    assert (closing["method"], closing["body"]["state"]) == ("PATCH", "closed")
    assert closing["path"].endswith("/issues/(the new one)")


def test_what_was_resolved_by_timeout_and_is_sent_again_with_its_old_start_is_an_open_issue(
    tmp_path: Path,
) -> None:
    """prometheus/alertmanager#952; the files come five minutes apart."""
    group = run("explain --template alertmanager").json
    (fires,) = group["alerts"]
    ended = fires | {"status": "resolved", "endsAt": fires["startsAt"]}
    for name, alert in (("1", fires), ("2", ended), ("3", fires)):
        (tmp_path / f"{name}.json").write_text(json.dumps(group | {"alerts": [alert]}))
    answered = run("explain --json", *(str(tmp_path / f"{name}.json") for name in "123"))
    assert [a["record"]["reason"] for a in answered.json] == ["FIRST_FIRING", "RESOLVED", "RECURRED"]
    (request,) = answered.json[2]["requests"]
    assert (request["method"], request["body"]["state"]) == ("PATCH", "open")


@pytest.mark.parametrize(
    ("sample", "says"),
    [
        ("alertmanager/watchdog", "one opens if the next heartbeat is missing"),
        ("alertmanager/watchdog-resolved", "the alert that always fires has ended"),
        ("normalized/heartbeat-over", "no further one is expected"),
    ],
)
def test_it_says_what_a_heartbeat_means(sample: str, says: str) -> None:
    sent = json.dumps(payload(sample))
    assert says in run("explain -", stdin=sent).words


def test_it_tells_a_person_why_there_is_no_issue_and_what_to_do(tmp_path: Path) -> None:
    alarm = run("explain --template cloudwatch").json | {"AlarmDescription": "PRIORITY=P1"}
    answered = run("explain -", stdin=json.dumps(alarm))
    assert answered.code == 1
    assert "MISSING_TEAM" in answered.words
    assert "TEAM=" in answered.words.partition("to do")[2]


def test_it_shows_a_person_the_alert_the_steps_and_the_issue() -> None:
    answered = run("explain -", stdin=run("explain --template cloudwatch").out)
    for shown in ("FIRST_FIRING", "OpenIssue", "example-org/ci-infra", "[P1] Runner queue too long"):
        assert shown in answered.words
    assert answered.err == ""


def test_what_a_provider_wrote_is_no_command_to_the_terminal() -> None:
    alert = run("explain --template normalized").json | {"title": "\x1b]0;owned\x07[red]title"}
    answered = run("explain -", stdin=json.dumps(alert))
    assert "\x1b" not in answered.out
    assert "[red]title" in answered.out


@pytest.mark.parametrize(
    ("command", "told"),
    [
        ("explain", "Name a file"),
        ("explain no-such-file.json", "no-such-file.json"),
        ("explain --template pager", ", ".join(SOURCES)),
        ("explain --source pager README.md", ", ".join(SOURCES)),
        ("explain --no-such-option", "--no-such-option"),
    ],
)
def test_wrong_usage_is_told_in_a_sentence_on_standard_error(command: str, told: str) -> None:
    answered = run(command)
    assert (answered.code, answered.out) == (2, "")
    assert told in answered.err
    assert "Traceback" not in answered.err


def test_it_runs_as_a_module_with_nothing_in_the_environment() -> None:
    """No region, no credentials, no stage."""
    command = [sys.executable, "-m", "chalicelib.cli", "explain", "--json", "-"]
    payload = json.dumps(run("explain --template grafana").json)
    done = finished(command, stdin=payload, env={"PATH": os.defpath}, cwd=ROOT)
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)[0]["record"]["reason"] == "FIRST_FIRING"


def test_every_decision_has_its_words() -> None:
    assert set(words.REASONS) == set(Reason)
    assert set(words.QUIET) == set(Quiet)


def test_who_is_called_next_is_told_of_what_is_urgent() -> None:
    text = '[default]\nrepository = "o/r"\nescalate_after = "15m"\nescalate_to = [["@a"], ["@b", "@c"]]'
    expected = {"to": "@a, then @b @c", "each after": "15 minutes"}
    assert report._route(rows.alert(priority="P1"), load(text))["escalation"] == expected
    assert report._route(rows.alert(priority="P2"), load(text))["escalation"] == {}
    assert report._route(rows.alert(priority="P0"), rows.routing())["escalation"] == {}
