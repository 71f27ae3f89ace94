"""A rehearsal says the requests that sync would send, for a row as it is."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from chalicelib.adapters import envelope
from chalicelib.adapters.registry import SOURCES
from chalicelib.adapters.sender import Sender
from chalicelib.adapters.source import Example
from chalicelib.cli import payloads, words
from chalicelib.cli.rehearsal import Rehearsal
from chalicelib.conditions.issue import Closer
from chalicelib.conditions.plan import Policy
from chalicelib.conditions.row import AlertState, Intent, Status, Verb
from chalicelib.errors import Rejected
from tests.unit import rows as example
from tests.unit.rows import BEGAN, alert, at, ended, issue


def rehearsed(row: AlertState, minutes: float) -> tuple[list[str], list[tuple[str, str]]]:
    """The steps by name, and the requests."""
    _, steps, requests = Rehearsal(Policy(routing=example.routing()), at(minutes)).steps(row)
    return [words.short(step) for step in steps], [(each.method, each.path) for each in requests]


def with_issue(**fields: object) -> Status:
    labels = Policy(routing=example.routing()).routing.labels(alert())
    return Status(issue=replace(issue(), labels=labels, **fields), told=BEGAN)  # type: ignore[arg-type]


def test_a_firing_opens_its_issue_and_is_done() -> None:
    assert rehearsed(example.row(), 0) == (
        ["OpenIssue", "UP_TO_DATE"],
        [("POST", "/repos/org/infra/issues")],
    )


def test_an_end_closes_the_issue() -> None:
    steps, requests = rehearsed(ended(20, status=with_issue()), 21)
    assert (steps[0], requests[0]) == ("CloseIssue", ("PATCH", "/repos/org/infra/issues/12"))


def test_what_fires_again_soon_reopens_the_issue_that_we_closed() -> None:
    status = with_issue(closed_at=at(5), closed_by=Closer.US, episode=at(-60))
    steps, requests = rehearsed(example.row(status=status), 6)
    assert (steps[0], requests[0]) == ("ReopenIssue", ("PATCH", "/repos/org/infra/issues/12"))


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"muted": True}, "MUTED"),
        ({"closed_at": at(5), "closed_by": Closer.PERSON, "closer": "mona"}, "CLOSED_BY_PERSON"),
    ],
)
def test_where_people_asked_for_silence_nothing_is_sent(fields: dict[str, object], reason: str) -> None:
    assert rehearsed(example.row(status=with_issue(**fields)), 6) == ([reason], [])


def test_what_github_alone_can_tell_is_left_open() -> None:
    """Whether an unfinished opening took effect nobody knows from here."""
    begun = Intent(Verb.OPEN, BEGAN, 1, at(1), "org/infra", title="[P1] x", teams=("infra",))
    steps, requests = rehearsed(replace(example.row(), intent=begun), 5)
    assert (steps[0], requests) == ("Recover", [])
    assert "LOOKED" in steps


def test_an_unfinished_change_is_read_back_first() -> None:
    begun = Intent(Verb.CHANGE, BEGAN, 1, at(1), "org/infra")
    row = replace(example.row(status=with_issue(closed_at=at(2), closed_by=Closer.US)), intent=begun)
    assert rehearsed(row, 5 + timedelta(hours=2) / timedelta(minutes=1))[0][0] == "ReadIssue"


def test_what_its_sender_may_not_say_would_be_rejected() -> None:
    body = json.dumps(SOURCES["grafana"].template(Example(BEGAN)))
    attributes = {"source": "grafana", "sender": Sender("east", teams=("other",)).written()}
    message = envelope.read(payloads.record(body, attributes, BEGAN))
    (told,) = Rehearsal(Policy(routing=example.routing()), at(1)).rehearse(message)
    assert isinstance(told, Rejected)
    assert told.reason == "NOT_FOR_THIS_SENDER"
