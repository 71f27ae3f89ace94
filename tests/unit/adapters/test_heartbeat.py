"""A sign of life is the end of silence: what an alert becomes when it is read as one."""

from datetime import timedelta
from typing import Any

import pytest

from chalicelib.adapters import heartbeat
from chalicelib.adapters.fields import Ownership
from chalicelib.adapters.owner_rules import NO_RULES
from chalicelib.alert import AlertEvent, Condition, Kind, Priority
from chalicelib.alert_values import MAX_TITLE
from chalicelib.errors import Rejected
from tests.unit.builders import alert
from tests.unit.messages import FALLBACK

OF_RULE: dict[str, Any] = {"source": "alertmanager", "title": "Watchdog [prod-1]", "name": "Watchdog"}
OWN: dict[str, Any] = {"source": "backup", "title": "Backup [db-1]", "kind": Kind.HEARTBEAT}
LABELS = {"Alerting_Kind": "heartbeat", "heartbeat_interval": "5m", "Heartbeat_Grace": "1m", "host": "db-1"}
ENDED = "Alertmanager reports that this alert, which always fires, has ended."


def became(sent: AlertEvent) -> dict[str, Any]:
    """What is otherwise than it was sent."""
    read, was = heartbeat.read(sent).model_dump(), sent.model_dump()
    return {name: value for name, value in read.items() if value != was[name]}


def silence(title: str, name: str, state: Condition, **more: Any) -> dict[str, Any]:
    return {"title": f"No heartbeat from {title}", "name": f"No heartbeat from {name}", "state": state} | more


@pytest.mark.parametrize(
    ("sent", "read"),
    [
        (
            alert(**OF_RULE, began_anew=True, reason="up"),
            silence("Watchdog [prod-1]", "Watchdog", Condition.RESOLVED, began_anew=False, reason=None)
            | {"kind": Kind.HEARTBEAT},
        ),
        (
            alert(**OF_RULE, state="RESOLVED"),
            silence("Watchdog [prod-1]", "Watchdog", Condition.FIRING, reason=ENDED)
            | {"kind": Kind.HEARTBEAT},
        ),
        (
            alert(**OF_RULE, state="RESOLVED", reason="paused"),
            silence("Watchdog [prod-1]", "Watchdog", Condition.FIRING, reason=f"{ENDED} paused")
            | {"kind": Kind.HEARTBEAT},
        ),
        (
            alert(**OWN, interval="5m", grace="1m"),
            silence("Backup [db-1]", "Backup [db-1]", Condition.RESOLVED),
        ),
        (
            alert(**OWN, state="RESOLVED"),
            {
                "title": "No heartbeat from Backup [db-1]",
                "name": "No heartbeat from Backup [db-1]",
                "reason": "Its sender has ended it.",
                "recovered": False,
            },
        ),
        (
            alert(**OWN, state="RESOLVED", reason="moved"),
            {
                "title": "No heartbeat from Backup [db-1]",
                "name": "No heartbeat from Backup [db-1]",
                "recovered": False,
            },
        ),
        (
            alert(source="backup", title="Backup", labels=LABELS, annotations={"HEARTBEAT_INTERVAL": "6m"}),
            silence("Backup", "Backup", Condition.RESOLVED, kind=Kind.HEARTBEAT)
            | {"labels": {"host": "db-1"}, "annotations": {}}
            | {"interval": timedelta(minutes=6), "grace": timedelta(minutes=1)},
        ),
        (
            alert(**OWN, interval="7m", grace="2m", labels=LABELS),
            silence("Backup [db-1]", "Backup [db-1]", Condition.RESOLVED, labels={"host": "db-1"}),
        ),
        (alert(source="backup", title="Watchdog"), {}),
        (alert(**OF_RULE, labels={"alerting_kind": "condition"}), {}),
        (alert(source="cloudwatch", title="DeadMansSwitch"), {}),
    ],
)
def test_each_sign_of_life_is_the_end_of_a_silence(sent: AlertEvent, read: dict[str, Any]) -> None:
    assert became(sent) == read


@pytest.mark.parametrize(
    ("name", "said", "one"),
    [
        ("Watchdog", "", True),
        ("DEADMANSSWITCH", "", True),
        ("Watchdog of the doors", "", False),
        ("Disk full", "Heartbeat", True),
        ("Watchdog", "notification", False),
    ],
)
def test_a_rule_is_one_by_its_label_or_else_by_its_name(name: str, said: str, *, one: bool) -> None:
    assert heartbeat.is_one(name, said) is one


@pytest.mark.parametrize("label", ["heartbeat_interval", "heartbeat_grace"])
def test_a_length_that_cannot_be_read_is_rejected_with_its_label(label: str) -> None:
    with pytest.raises(Rejected) as caught:
        heartbeat.read(alert(**OWN, labels={label: "soon"}))
    assert (caught.value.reason, caught.value.fix) == (
        "INVALID_INTERVAL",
        f"Correct the label or annotation `{label}`.",
    )
    assert str(caught.value).startswith(f"`{label}` is `soon`; it must be ")


def test_a_long_title_is_cut() -> None:
    read = heartbeat.read(alert(**OWN | {"title": "t" * MAX_TITLE}, name="n" * MAX_TITLE))
    for text, letter in ((read.title, "t"), (read.name or "", "n")):
        assert text.startswith(f"No heartbeat from {letter}")
        assert text.endswith(" more characters]")
        assert len(text) <= MAX_TITLE


def test_an_alert_about_a_rules_missing_data_is_no_heartbeat_though_the_rule_is() -> None:
    pairs = {"alerting_kind": "heartbeat", "Heartbeat_Interval": "5m", "heartbeat_grace": "1m", "host": "a"}
    sent = {"status": "firing", "labels": pairs | {"rulename": "Backup"}, "annotations": pairs}
    left = {"status": "firing", "labels": {"host": "a", "rulename": "Backup"}, "annotations": {"host": "a"}}
    assert heartbeat.without_kind_of_rule(sent) == left
    assert heartbeat.without_kind_of_rule({"labels": pairs}) == {"labels": pairs}


def test_one_that_names_no_owner_is_as_urgent_as_what_it_watches() -> None:
    rule = "a heartbeat that names none"
    assert heartbeat.owned(NO_RULES).missing == Ownership(
        ("unknown",), Priority.P1, team_rule=rule, priority_rule=rule
    )
    assert heartbeat.owned(FALLBACK).missing == FALLBACK.missing
