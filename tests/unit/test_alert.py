"""The canonical alert: its identity, its times, and the schema published for those who emit alerts."""

import json
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from chalicelib.alert import AlertEvent, Identity, Priority, in_utc
from tests import schema

FIELDS: dict[str, Any] = {
    "source": "bors",
    "state": "FIRING",
    "title": "Merge queue stuck",
    "priority": "P1",
    "occurred_at": "2026-11-23T03:10:00Z",
    "teams": ("dev-infra",),
}


def alert(**more: Any) -> AlertEvent:
    return AlertEvent.model_validate(FIELDS | more)


@pytest.mark.parametrize(
    "change",
    [
        {"state": "RESOLVED"},
        {"title": "Another title"},
        {"description": "d", "summary": "s", "reason": "r"},
        {"priority": "P0", "teams": ("storage",)},
        {"occurred_at": "2026-11-24T00:00:00Z"},
        {"labels": {"a": "b"}, "links": {"runbook_url": "https://a.example/"}},
    ],
    ids=str,
)
def test_what_may_change_between_messages_is_no_part_of_the_fingerprint(change: dict[str, Any]) -> None:
    identity = {"alarm_id": "merge-queue/main"}
    assert alert(identity=identity).fingerprint == alert(identity=identity, **change).fingerprint


@pytest.mark.parametrize(
    "change",
    [
        {"source": "other"},
        {"identity": {"alarm_id": "2"}},
        {"identity": {"alarm_id": "1", "account_id": "a"}},
        {"identity": {"alarm_id": "1", "region": "a"}},
        {"identity": {}},
    ],
    ids=str,
)
def test_source_account_region_and_id_make_the_fingerprint(change: dict[str, Any]) -> None:
    assert (
        alert(identity={"alarm_id": "1"}).fingerprint
        != alert(**{"identity": {"alarm_id": "1"}} | change).fingerprint
    )


def test_only_where_there_is_no_id_the_title_counts() -> None:
    assert alert().fingerprint != alert(title="Another title").fingerprint


def test_a_title_is_never_taken_for_an_id() -> None:
    assert alert(title="x").fingerprint != alert(title="x", identity={"alarm_id": "x"}).fingerprint


def test_an_account_is_never_taken_for_a_region() -> None:
    account, region = Identity(account_id="a", alarm_id="1"), Identity(region="a", alarm_id="1")
    assert alert(identity=account).fingerprint != alert(identity=region).fingerprint


def test_the_fingerprint_stays_what_it_is_in_the_table() -> None:
    """Another fingerprint would orphan every row."""
    kept = alert(source="grafana", identity={"account_id": "g.example/1", "alarm_id": "3f0c1d5be1e0a401"})
    assert kept.fingerprint == "95b3d0d57b2abf6845ac2245da65bea9bd50ef02997a3b19db1c43368f703520"


@pytest.mark.parametrize("change", [{"reason": "r"}, {"priority": "P0"}, {"title": "t"}, {"teams": ("a",)}])
def test_what_a_person_reads_makes_alerts_differ(change: dict[str, Any]) -> None:
    assert alert().says_the_same_as(alert(occurred_at="2026-11-24T00:00:00Z", labels={"a": "b"}))
    assert not alert().says_the_same_as(alert(**change))


def test_p0_and_p1_are_urgent() -> None:
    assert [priority for priority in Priority if priority.urgent] == [Priority.P0, Priority.P1]


OFFSETS = st.integers(min_value=-1439, max_value=1439).map(
    lambda minutes: timezone(timedelta(minutes=minutes))
)


@given(st.datetimes(timezones=OFFSETS))
def test_a_time_that_is_accepted_is_accepted_again_from_the_row(moment: datetime) -> None:
    try:
        brought = in_utc(moment)
    except ValueError:
        assert not 2000 <= moment.year < 2200 or moment.astimezone(UTC).year in (1999, 2200)
        return
    assert in_utc(brought) == brought == moment
    assert brought.tzinfo is UTC


@pytest.mark.parametrize(
    "occurred_at",
    [
        "2200-01-01T00:00:00Z",
        "1795403400",
        1795403400,
        1.5,
        None,
        "2026-11-23",
        "2026-11-23T03:10:00",
        "soon",
        "0001-01-01T00:00:00Z",
    ],
)
def test_a_time_is_iso_8601_with_an_offset_and_never_guessed(occurred_at: object) -> None:
    written = json.dumps(FIELDS | {"occurred_at": occurred_at})
    with pytest.raises(ValidationError):
        AlertEvent.model_validate_json(written, strict=True)


@pytest.mark.parametrize("path", schema.MODELS)
def test_the_published_schemas_are_current(path: Path) -> None:
    """`python -m tests.schema` writes them."""
    assert path.read_text() == schema.schema(path)
