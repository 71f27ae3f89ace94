"""The largest row that there can be fits into the table: DynamoDB takes 400 KB."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.adapters import bounds, fields, schema
from chalicelib.alert import AlertEvent, Kind, Priority
from chalicelib.alert_values import (
    MAX_ANNOTATIONS,
    MAX_ANNOTATIONS_BYTES,
    MAX_DESCRIPTION,
    MAX_GROUP,
    MAX_LABEL_NAME,
    MAX_LABEL_VALUE,
    MAX_LABELS,
    MAX_LABELS_BYTES,
    MAX_MEASURED,
    MAX_REASON,
    MAX_SUMMARY,
    MAX_TITLE,
    Condition,
)
from chalicelib.conditions.command import Command, Remark
from chalicelib.conditions.commands import MOST_REMARKS
from chalicelib.conditions.facts import Fact, FactKind
from chalicelib.conditions.hearing import MOST_HEARD
from chalicelib.conditions.issue import Closer, IssueRef
from chalicelib.conditions.moments import MOST_MOMENTS
from chalicelib.conditions.outbox import MOST as MOST_FACTS
from chalicelib.conditions.past import MONTHS, SAMPLES
from chalicelib.conditions.readings import MOST as MOST_READINGS
from chalicelib.conditions.readings import Reading
from chalicelib.conditions.related import MOST_CHILDREN, MOST_LISTED
from chalicelib.conditions.related_issues import RelatedIssue, RelatedIssues
from chalicelib.conditions.row import AlertState, Intent, Status, Verb
from chalicelib.conditions.series import MOST as MOST_POINTS
from chalicelib.conditions.series import Series
from chalicelib.conditions.setbacks import LONGEST_MESSAGE, Denial, PutOff
from chalicelib.conditions.spec import MOST_EPISODES, Episode
from chalicelib.conditions.tally import Month, Opening, Past
from chalicelib.errors import Rejected
from chalicelib.store import codec
from tests.unit.builders import at, row_of
from tests.unit.store.test_codec import ENRICHED, LEASE, REFUSAL, item

STATES = (Condition.FIRING, Condition.RESOLVED, Condition.RESOLVED)
MOST_BYTES = 400 * 1024
"""https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html"""
WIDE = "\U0001f525"
"""Four bytes in UTF-8."""


def wide(characters: int) -> str:
    return WIDE * characters


def pairs(most: int) -> dict[str, str]:
    return {f"{number:04}{wide(MAX_LABEL_NAME - 4)}": wide(MAX_LABEL_VALUE) for number in range(most)}


def largest(state: Condition, kind: Kind, minutes: float) -> AlertEvent:
    """An alert whose every field is as long as it may be."""
    said: dict[str, Any] = {
        "source": "x" * 45,
        "state": state.value,
        "kind": kind.value,
        "title": wide(MAX_TITLE),
        "description": wide(MAX_DESCRIPTION),
        "summary": wide(MAX_SUMMARY),
        "reason": wide(MAX_REASON),
        "priority": "P1",
        "occurred_at": at(minutes).isoformat(),
        "teams": [f"{number}{'x' * 44}" for number in range(10)],
        "identity": {"account_id": wide(300), "region": wide(100), "alarm_id": wide(4000)},
        "links": {
            name: f"https://{wide((fields.MAX_URL - 8) // 4)}"
            for name in ("runbook_url", "dashboard_url", "source_url", "silence_url", "image_url")
        },
        "labels": pairs(MAX_LABELS),
        "annotations": pairs(MAX_ANNOTATIONS),
        "measurement": {"value": wide(MAX_MEASURED), "threshold": wide(MAX_MEASURED)},
        "raw_provider": {f"{number}": wide(1000) for number in range(200)},
        "interval": "1h",
        "grace": "1h",
    }
    of_news = {"collapse_key": wide(300), "expires_at": at(99).isoformat()}
    ours = {"name": wide(MAX_TITLE), "sender": "x" * 45, "muted_until": at(99), "group": wide(MAX_GROUP)}
    flags = {"schema_version", "began_anew", "recovered"}
    assert said.keys() | of_news.keys() | ours.keys() | flags == AlertEvent.model_fields.keys()
    said |= of_news if kind is Kind.NOTIFICATION else {}
    return schema.read(said).model_copy(update=ours)


def size(row: AlertState) -> int:
    """Count what DynamoDB counts: the bytes of names and values."""
    return sum(len(f"{name}{value}".encode()) for name, value in item(row).items())


def full_status() -> Status:
    """What GitHub shows and what people asked for, as much of it as a row keeps."""
    ref, team = IssueRef(f"{'o' * 39}/{'r' * 100}", 10**9), "x" * 45
    names = tuple(f"{number}{wide(49)}" for number in range(64))
    kind, teams = FactKind.ESCALATED, (team,) * 10
    fact = Fact("f" * 64, kind, ref, "u" * 300, wide(256), Priority.P1, teams, at(1), Closer.PERSON)
    assert ENRICHED.enrichment
    assert ENRICHED.issue
    others = tuple(RelatedIssue(ref, wide(256), wide(50)) for _ in range(MOST_LISTED + MOST_CHILDREN))
    points = (1 / 3,) * MOST_POINTS
    times, days = (10**7,) * SAMPLES, tuple((day, 1440) for day in range(1, 32))
    month = Month("2026-03", days, 44_640, 44_640, 44_640, 44_640, times, times)
    series = Series(at(0), timedelta(minutes=5), points, 0.5, points, points)
    return replace(
        ENRICHED,
        issue=replace(
            ENRICHED.issue,
            title=wide(256),
            labels=names,
            left_out=names,
            teams=teams,
            once=("k" * 60,) * 20,
            remarks=(Remark(10**12, "a" * 39),) * MOST_REMARKS,
        ),
        commands=(Command(ref, 10**12, "a" * 39, "unsnooze", at(1), at(2)),) * MOST_HEARD,
        heard=(10**12,) * MOST_HEARD,
        replies=(10**12,) * MOST_HEARD,
        outbox=(fact,) * MOST_FACTS,
        refusal=replace(REFUSAL, message=wide(LONGEST_MESSAGE)),
        put_off=PutOff(Denial.BUDGET, at(2), at(9)),
        past=Past((month,) * MONTHS, Opening(at(0))),
        enrichment=replace(ENRICHED.enrichment, metric=series, related=RelatedIssues(others, 99)),
    )


@pytest.mark.parametrize("kind", Kind)
def test_the_largest_row_fits_into_the_table(kind: Kind) -> None:
    fires, *ends = (largest(state, kind, 10 * n) for n, state in enumerate(STATES))
    told = row_of(fires, *ends).spec
    assert told.alert
    ended = told.resolution or told.early
    assert ended or kind is Kind.NOTIFICATION  # which has no end
    spec = replace(
        told,
        resolution=ended,
        early=ended,
        episodes=tuple(Episode(at(n), at(n + 1)) for n in range(MOST_EPISODES)),
        readings=tuple(Reading(at(n / 7), 1234567.123456) for n in range(MOST_READINGS)),
        moments=tuple(replace(told.moments[0], received=at(n / 7)) for n in range(MOST_MOMENTS)),
    )
    status = full_status()
    assert status.issue
    labels, name = status.issue.labels, status.issue.ref.repository
    intent = Intent(Verb.OPEN, at(0), 2, at(1), name, "k" * 60, wide(256), labels, Priority.P1, fires.teams)
    row = AlertState("f" * 64, spec, status, intent, LEASE, 9, at(5), "c" * 64)
    assert size(row) < MOST_BYTES
    assert codec.row(item(row)) == row


TEXT = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=40) | st.integers(1, 1000).map(wide)


@given(st.dictionaries(TEXT, TEXT, max_size=100))
def test_labels_and_annotations_keep_within_their_bytes_in_order(given_pairs: dict[str, str]) -> None:
    for kept, limit in (
        (bounds.labels(given_pairs), MAX_LABELS_BYTES),
        (bounds.annotations(given_pairs), MAX_ANNOTATIONS_BYTES),
    ):
        assert len(json.dumps(kept, ensure_ascii=False).encode()) <= limit
        named = [name for name, value in given_pairs.items() if name and value and name in kept]
        assert [name for name in kept if name in given_pairs] == named


@pytest.mark.parametrize(("limit", "kept"), [(20, ["a", "b"]), (19, ["a"]), (10, ["a"]), (9, [])])
def test_pairs_are_kept_up_to_the_last_byte(limit: int, kept: list[str]) -> None:
    pairs = {"a": "1", "b": "2"}
    assert len(json.dumps({"a": "1"})) == 10
    assert list(bounds.within(limit, pairs)) == kept


def test_labels_of_usual_length_are_all_kept() -> None:
    usual = {f"label_{number}": "v" * 250 for number in range(MAX_LABELS)}
    assert bounds.labels(usual) == usual


def test_an_emitters_link_of_too_many_bytes_is_named() -> None:
    link = f"https://{wide(600)}"
    said = {"source": "x", "state": "FIRING", "title": "x", "priority": "P1", "teams": ["x"]}
    with pytest.raises(Rejected, match=r"links.runbook_url. has more than 2048 bytes"):
        schema.read(said | {"occurred_at": at(0).isoformat(), "links": {"runbook_url": link}})
    assert fields.url(link) is None
