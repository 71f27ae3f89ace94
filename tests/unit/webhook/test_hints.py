"""Feedback: which of GitHub's events are a hint."""

from typing import Any

import pytest

from chalicelib.webhook import hints
from chalicelib.webhook.hints import Hint

BOT = {"login": "alerting[bot]", "type": "Bot"}
MONA = {"login": "mona", "type": "User"}
SCRIPT = {"login": "org-scripts", "type": "User"}
ADOPTED = {"number": 7, "user": SCRIPT, "labels": [{"name": "bug"}, {"name": "area:alerting"}]}
"""An issue that a script opened with a person's token, and that was taken over since."""


def event(action: str = "closed", **fields: Any) -> dict[str, Any]:
    known = {
        "action": action,
        "issue": {"number": 7, "user": BOT},
        "repository": {"full_name": "org/infra"},
        "sender": MONA,
    }
    return known | fields


def hint(name: str, payload: dict[str, Any]) -> Hint | str:
    return hints.hint(name, "guid", payload)


@pytest.mark.parametrize(
    ("name", "payload"),
    [
        *(("issues", event(each)) for each in ("closed", "reopened", "transferred", "deleted")),
        ("issues", event("labeled", label={"name": "alert:muted"})),
        ("issues", event("unlabeled", label={"name": "alert:quiet"})),
        ("issue_comment", event("created", comment={"id": 1, "body": "/ack"})),
        ("issues", event(sender={"login": "another[bot]", "type": "Bot"})),
        ("issues", event(issue=ADOPTED)),
        ("issue_comment", event("created", issue=ADOPTED)),
        ("issue_comment", event("created", issue=ADOPTED | {"user": MONA})),
    ],
)
def test_what_people_do_to_our_issues_is_a_hint(name: str, payload: dict[str, Any]) -> None:
    found = hint(name, payload)
    assert isinstance(found, Hint)
    assert (found.repository, found.issue, found.event, found.delivery) == ("org/infra", 7, name, "guid")
    assert hints.read(found.message()) == found


@pytest.mark.parametrize(
    ("name", "payload", "reason"),
    [
        ("ping", {"zen": "Design for failure."}, "EVENT_NOT_HEEDED"),
        ("installation", event("created"), "EVENT_NOT_HEEDED"),
        ("issues", event("milestoned"), "EVENT_NOT_HEEDED"),
        ("issues", event("invented"), "EVENT_NOT_HEEDED"),
        ("issue_comment", event("edited"), "EVENT_NOT_HEEDED"),
        ("issues", event(sender=BOT), "OWN_EVENT"),
        ("issues", event(issue={"number": 7, "user": MONA}), "ISSUE_NOT_OURS"),
        ("issues", event(issue=ADOPTED | {"labels": [{"name": "bug"}, "area:ci", None]}), "ISSUE_NOT_OURS"),
        ("issues", event(issue=ADOPTED | {"labels": None}), "ISSUE_NOT_OURS"),
        (
            "issue_comment",
            event("created", issue={"number": 7, "user": BOT, "pull_request": {}}),
            "ISSUE_NOT_OURS",
        ),
        ("issues", event("labeled", label={"name": "bug"}), "LABEL_NOT_HEEDED"),
        ("issues", event(repository=None), "EVENT_UNREADABLE"),
        ("issues", event(repository={"full_name": ""}), "EVENT_UNREADABLE"),
        ("issues", event(issue={"number": "7", "user": BOT}), "EVENT_UNREADABLE"),
        ("issues", event(issue={"number": True, "user": BOT}), "EVENT_UNREADABLE"),
    ],
)
def test_everything_else_is_acknowledged_with_a_reason(
    name: str, payload: dict[str, Any], reason: str
) -> None:
    assert hint(name, payload) == reason


@pytest.mark.parametrize(
    "change",
    [
        *(
            {"repository": name}
            for name in (
                "",
                " ",
                "/",
                "org",
                "org/",
                "/infra",
                "org/infra/x",
                "org /infra",
                "org/infra\n",
                "o/é",
            )
        ),
        {"issue": 0},
        {"issue": -7},
        {"issue": "7"},
        {"event": ""},
        {"event": "ping"},
        {"action": "milestoned"},
        {"sender": None},
    ],
)
def test_a_message_that_names_no_issue_is_no_hint(change: dict[str, Any]) -> None:
    """Whoever may publish may send one; it must not become a look at an issue of nowhere."""
    found = hint("issues", event())
    assert isinstance(found, Hint)
    assert hints.read(found.message()) == found
    assert hints.read(found.message() | change) is None
