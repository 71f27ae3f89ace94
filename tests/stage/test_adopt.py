"""`adopt`: what another bot opened is taken over, and nothing is opened twice by moving here."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from chalicelib import render
from chalicelib.render import board as boards
from chalicelib.wiring import checkout
from tests.cli.conftest import SETTINGS
from tests.cli.stack import Prompt
from tests.local import senders
from tests.local.github.model import Issue
from tests.local.stack import LocalStack
from tests.unit.rows import routing

ALERTS, INFRA = "example-org/alerts", "example-org/ci-infra"
STORAGE = "TEAM=storage | PRIORITY=P2"
OF_STORAGE = ("area:alerting", "Pri:P2", "Team:storage", "Source:cloudwatch")


@pytest.fixture(scope="module")
def prompt() -> Iterator[Prompt]:
    """A stage that runs next to the old one: it records, and writes nothing to GitHub."""
    settings = SETTINGS | {"GITHUB_ENABLED": "false"}
    with LocalStack(repositories=(ALERTS, INFRA), reconcile_every=1, settings=settings) as running:
        yield Prompt(running)


@pytest.fixture(autouse=True)
def _configured_like_its_functions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = json.loads((checkout.PROJECT / ".chalice" / "config.json").read_text())
    config["stages"]["local"]["environment_variables"]["GITHUB_ENABLED"] = "false"
    (tmp_path / ".chalice").mkdir()
    (tmp_path / ".chalice" / "config.json").write_text(json.dumps(config))
    monkeypatch.setattr(checkout, "PROJECT", tmp_path)


def by_old_bot(prompt: Prompt, title: str, labels: tuple[str, ...] = OF_STORAGE) -> Issue:
    return prompt.stack.github.person("old-bot").open(ALERTS, title, "What the old bot wrote.", labels)


def fires(prompt: Prompt, name: str, description: str = STORAGE, **more: Any) -> None:
    """Publish an alarm and let it be recorded; as GitHub is disabled, its row stays due."""
    prompt.stack.aws.publish(senders.cloudwatch(name, description, datetime.now(UTC), **more))
    prompt.wait_until(lambda: name in titles(prompt), f"the row of {name}")


def titles(prompt: Prompt) -> set[str]:
    return {each["title"] for each in prompt("list --json").json}


def told(prompt: Prompt, issue: Issue, command: str = "adopt --json") -> dict[str, Any]:
    (found,) = [each for each in prompt(command).json if each["issue"].endswith(f"/{issue.number}")]
    return dict(found)


def believed(prompt: Prompt, name: str) -> str | None:
    (found,) = [each for each in prompt("list --json").json if each["title"] == name]
    issue: str | None = found["issue"]
    return issue


def test_an_issue_is_matched_by_its_title_and_only_told_of(prompt: Prompt) -> None:
    fires(prompt, "Disk almost full")
    issue = by_old_bot(prompt, "[P3] disk  almost full")
    plan = told(prompt, issue)
    assert (plan["done"], "for Disk almost full" in plan["told"]) == (False, True)
    assert believed(prompt, "Disk almost full") is None
    assert "Disk almost full" in prompt("adopt").words


def test_a_label_of_another_team_or_source_is_another_condition(prompt: Prompt) -> None:
    fires(prompt, "Same words")
    for label in ("Team:dev-infra", "Source:grafana"):
        issue = by_old_bot(prompt, "[P2] Same words", ("area:alerting", label))
        assert told(prompt, issue)["fingerprint"] is None
    issue = by_old_bot(prompt, "[P2] Same words", ("area:alerting",))
    assert told(prompt, issue)["fingerprint"]


def test_what_may_be_about_two_conditions_is_left_until_somebody_says(prompt: Prompt) -> None:
    for instance in ("a", "b"):
        alert = senders.normalized(
            "Twins", priority="P2", team="storage", summary=instance, at=datetime.now(UTC)
        )
        payload = alert | {"identity": {"alarm_id": instance}}
        assert prompt("send file -", stdin=json.dumps(payload)).code == 0
    prompt.wait_until(
        lambda: sum(each["title"].startswith("Twins [") for each in prompt("list --json").json) == 2,
        "two rows",
    )
    issue = by_old_bot(prompt, "[P2] Twins", ("area:alerting", "Team:storage"))
    plan = told(prompt, issue)
    assert (plan["fingerprint"], "--fingerprint" in plan["told"]) == (None, True)
    (one, _) = [
        each["fingerprint"] for each in prompt("list --json").json if each["title"].startswith("Twins [")
    ]
    chosen = prompt(f"adopt --issue {ALERTS}#{issue.number} --fingerprint {one} --login Old-Bot --yes --json")
    assert (chosen.code, chosen.json[0]["done"]) == (0, True)
    assert f"{ALERTS}#{issue.number} open" in prompt("show", one).words


def test_our_own_board_is_no_issue_of_another_bot(prompt: Prompt) -> None:
    board = boards.page(boards.Board(open=()), routing(), datetime.now(UTC))
    number = prompt.stack.github.person("old-bot").open(ALERTS, "Alert board", board, OF_STORAGE).number
    assert [each for each in prompt("adopt --json").json if each["issue"].endswith(f"/{number}")] == []


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ("adopt --fingerprint 424df6ca5f81", "--issue"),
        ("adopt --issue what?", "owner/name#12"),
        (f"adopt --issue {ALERTS}#4711", "not an open issue of another bot"),
        ("adopt --yes", "add --login"),
    ],
)
def test_what_cannot_be_taken_over_is_told(prompt: Prompt, command: str, words: str) -> None:
    answered = prompt(command)
    assert (answered.code, words in answered.err) == (2, True)


def test_only_issues_of_the_logins_that_are_named_are_taken_over(prompt: Prompt) -> None:
    """Somebody else's of the same title, with the label that an issue template may set, stays theirs."""
    fires(prompt, "Coveted")
    forged = prompt.stack.github.person("eve").open(ALERTS, "[P2] Coveted", "Eve's words.", OF_STORAGE)
    plan = told(prompt, forged)
    assert (plan["author"], bool(plan["fingerprint"])) == ("eve", True)
    assert "eve" in prompt("adopt").words
    for command in ("adopt --login old-bot --yes --json", "adopt --login ev --login old-bot --yes --json"):
        assert [each for each in prompt(command).json if each["issue"].endswith(f"/{forged.number}")] == []
    answered = prompt(f"adopt --issue {ALERTS}#{forged.number} --login old-bot --yes")
    assert (answered.code, "not an open issue of another bot" in answered.err) == (2, True)
    assert believed(prompt, "Coveted") is None
    assert told(prompt, forged, "adopt --login old-bot --login EVE --yes --json")["done"]
    assert believed(prompt, "Coveted")


def test_the_whole_move_opens_nothing_twice(prompt: Prompt) -> None:
    """Taken over while the stage runs next to the old one; then GitHub is enabled, and the alarm ends."""
    fires(prompt, "Moved")
    issue, stranger = by_old_bot(prompt, "[P2] Moved"), by_old_bot(prompt, "[P2] Never heard of")
    answered = prompt("adopt --login old-bot --yes")
    assert answered.code == 1
    assert "no condition has that title yet" in answered.words
    left = {each["issue"].rpartition("/")[2] for each in prompt("adopt --json").json}
    assert (str(issue.number) in left, str(stranger.number) in left) == (False, True)
    assert issue.body == "What the old bot wrote."

    stack = prompt.stack
    stack.stop_functions()
    stack.settings = SETTINGS
    stack.start_functions()
    world = stack.github.world.repository(ALERTS)
    prompt.wait_until(lambda: render.read_marker(issue.body or "") is not None, "our text on the issue")
    assert (issue.body or "").endswith("What the old bot wrote.")
    stack.aws.publish(senders.cloudwatch("Moved", STORAGE, datetime.now(UTC), state="OK", before="ALARM"))
    prompt.wait_until(lambda: issue.state == "closed", "its closing")
    assert [each.title for each in world.listed].count("[P2] Moved") == 1
    assert stranger.state == "open"


def test_of_two_open_issues_the_older_lives_on(prompt: Prompt) -> None:
    """After the last test the stage tells GitHub: an alarm that was missed in time has been opened twice."""
    older = by_old_bot(prompt, "[P2] Doubled")
    fires(prompt, "Doubled")
    prompt.wait_until(lambda: believed(prompt, "Doubled") is not None, "our own issue")
    assert told(prompt, older, "adopt --login old-bot --yes --json")["done"]
    world = prompt.stack.github.world.repository(ALERTS)
    states = {each.number: each.state for each in world.listed if "Doubled" in each.title}
    assert sorted(states.items()) == [(older.number, "open"), (max(states), "closed")]
