"""A message that is sent again keeps what the webhook stamped."""

import pytest

from chalicelib.adapters.envelope import milliseconds
from chalicelib.adapters.sender import Sender
from chalicelib.cli.letters import Letter
from chalicelib.cli.replay import stamped
from tests.unit.builders import at

WHY = {"reason": "MISSING_TEAM", "explanation": "it names no team", "fix": "add one", "message_id": "m"}


def letter(**attributes: str) -> Letter:
    return Letter("id", "handle", "{}", WHY | attributes, sent_at=at(9))


def test_it_keeps_when_it_was_first_received() -> None:
    known = {"source": "grafana", "correlation_id": "r-1", "received_at": milliseconds(at(1))}
    assert stamped(letter(**known), {}) == known


def test_it_keeps_its_sender_and_what_that_may_speak_for() -> None:
    known = {"source": "grafana", "correlation_id": "r-1", "received_at": milliseconds(at(1))}
    known["sender"] = Sender("east", ("gpu",)).written()
    assert stamped(letter(**known), {}) == known


def test_its_senders_limits_are_those_of_today() -> None:
    today = Sender("east", ("gpu", "dev-infra"))
    was = letter(source="grafana", sender=Sender("east", ("gpu",)).written())
    assert stamped(was, {"east": today, "west": Sender("west")})["sender"] == today.written()
    assert stamped(was, {"west": Sender("west")})["sender"] == was.attributes["sender"], "it was revoked"
    assert "sender" not in stamped(letter(source="grafana"), {"east": today})


def test_one_of_before_there_was_a_stamp_counts_as_received_when_it_was_rejected() -> None:
    assert stamped(letter(source="grafana"), {}) == {"source": "grafana", "received_at": milliseconds(at(9))}


@pytest.mark.parametrize("source", ["cloudwatch", "aws-ecs", "aws-budgets"])
def test_what_aws_publishes_is_sent_as_unstamped_as_it_came(source: str) -> None:
    known = {"source": source, "correlation_id": "r-1", "received_at": milliseconds(at(1))}
    assert stamped(letter(**known), {}) == {name: known[name] for name in ("correlation_id", "received_at")}
    assert stamped(letter(), {}) == {"received_at": milliseconds(at(9))}
