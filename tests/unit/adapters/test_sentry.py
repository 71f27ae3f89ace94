"""Sentry: when a webhook was sent, what of an event is kept, and which rules grade a level."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from chalicelib.adapters.owner_rules import NO_RULES, OwnerRules, OwnerTable
from chalicelib.adapters.registry import SOURCES
from chalicelib.adapters.source import Request
from chalicelib.alert import AlertEvent, Priority
from tests.unit.messages import REQUEST, deliver

SAMPLES = Path(__file__).parents[2] / "samples" / "sentry"


def sample(name: str) -> Any:
    return json.loads((SAMPLES / f"{name}.json").read_text(encoding="utf-8"))["payload"]


def completed(body: object, headers: Mapping[str, str]) -> dict[str, Any]:
    (payload,) = SOURCES["sentry"].payloads(body, Request(REQUEST.received_at, (), headers))
    return payload


@pytest.mark.parametrize(
    ("written", "sent_at"),
    [
        ("1795403400", datetime(2026, 11, 23, 3, 10, tzinfo=UTC)),
        ("", REQUEST.received_at),
        ("yesterday", REQUEST.received_at),
        ("1795403400000000", REQUEST.received_at),
        ("²³", REQUEST.received_at),
    ],
)
def test_a_webhook_says_in_a_header_when_it_was_sent(written: str, sent_at: datetime) -> None:
    payload = completed(sample("issue-resolved"), {"sentry-hook-timestamp": written})
    assert datetime.fromisoformat(payload["sent_at"]) == sent_at
    assert completed(payload, {}) == payload, "a dead letter keeps its time"


def test_of_an_event_no_request_no_user_and_no_stack_leaves_the_webhook() -> None:
    kept = json.dumps(completed(sample("issue-alert"), {}))
    for personal in ("s3cr3t", "162.218.85.90", "Mozilla", "context_line"):
        assert personal in json.dumps(sample("issue-alert"))
        assert personal not in kept


@pytest.mark.parametrize(
    ("rules", "priority"),
    [
        (NO_RULES, Priority.P2),
        (
            OwnerRules(
                tables={
                    "source.sentry": OwnerTable(priority_labels=("level",), severity={"error": Priority.P0})
                }
            ),
            Priority.P0,
        ),
    ],
)
def test_the_rules_for_words_come_before_our_own_of_a_level(rules: OwnerRules, priority: Priority) -> None:
    (alert,) = deliver("sentry", sample("issue-alert"), rules)
    assert isinstance(alert, AlertEvent)
    assert alert.priority is priority


def test_it_is_known_by_three_members_and_nothing_less() -> None:
    members = {"action": "triggered", "data": {}, "installation": {}}
    assert SOURCES["sentry"].looks_like(members)
    for name in members:
        assert not SOURCES["sentry"].looks_like({other: members[other] for other in members if other != name})


def test_a_mended_alert_keeps_its_other_settings() -> None:
    named = [{"name": "team", "value": "web"}, {"name": "channel", "value": "ops"}]
    payload: dict[str, Any] = {"data": {"issue_alert": {"settings": named}}}
    SOURCES["sentry"].mend(payload, {"team": "storage"})
    assert payload["data"]["issue_alert"]["settings"] == [
        {"name": "channel", "value": "ops"},
        {"name": "team", "value": "storage"},
    ]
