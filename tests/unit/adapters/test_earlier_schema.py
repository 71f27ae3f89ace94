"""The canonical schema as emitters of the previous pipeline write it."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.adapters import earlier_schema, schema, texts
from chalicelib.adapters.owner_rules import NO_RULES
from chalicelib.adapters.schema import read
from chalicelib.alert import AlertEvent, Links
from chalicelib.alert_values import MAX_ANNOTATIONS, MAX_LABEL_NAME, MAX_LABEL_VALUE, MAX_LABELS
from tests.unit import up_to

OURS = {
    "schema_version": 1,
    "source": "queue-watcher",
    "state": "FIRING",
    "title": "Queue too long",
    "priority": "P2",
    "occurred_at": "2026-11-24T03:10:00Z",
    "teams": ["ci-runners"],
    "identity": {"alarm_id": "queue/linux"},
    "links": {"runbook_url": "https://example.org/runbooks/queue"},
    "labels": {"region": "eu-west-1"},
    "annotations": {"hint": "ours"},
}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(), lambda each: st.lists(each, max_size=3)
)


def test_it_knows_every_field_of_the_schema() -> None:
    of_no_emitter = {"group", "muted_until", "name", "sender"}
    assert set(AlertEvent.model_fields) == earlier_schema.FIELDS | of_no_emitter
    assert set(Links.model_fields) == earlier_schema.LINKS


def test_an_alert_in_our_schema_stays_as_it_is() -> None:
    assert earlier_schema.in_ours(OURS) == OURS


def test_what_the_alert_itself_says_under_a_name_counts() -> None:
    sent = OURS | {"team": "other", "resource": {"type": "job", "region": "us-west-2"}, "hint": "extra"}
    alert = read(earlier_schema.in_ours(sent))
    assert alert.teams == ("ci-runners",)
    assert alert.labels == {"region": "eu-west-1", "resource_type": "job"}
    assert alert.annotations == {"hint": "ours"}


def test_the_same_condition_has_one_identity_in_either_spelling() -> None:
    then = OURS | {
        "identity": {"aws_account": "123456789012", "rule_id": "queue/linux", "region": "us-west-2"}
    }
    now = {"account_id": "123456789012", "alarm_id": "queue/linux", "region": "us-west-2"}
    assert read(earlier_schema.in_ours(then)).fingerprint == read(OURS | {"identity": now}).fingerprint


@pytest.mark.parametrize(
    ("written", "source"),
    [
        ("Queue_Checker", "queue-checker"),
        ("queue-checker", "queue-checker"),
        ("queue checker", "queue checker"),
        ("queue__checker", "queue__checker"),
        ("a,b", "a,b"),
        ("?", "?"),
    ],
)
def test_a_name_with_underscores_becomes_a_slug_and_no_other(written: str, source: str) -> None:
    assert earlier_schema.in_ours({"source": written}) == {"source": source}


@pytest.mark.parametrize(
    ("sent", "ours"),
    [
        ({"team": "Web"}, {"teams": ["Web"]}),
        ({"team": ["Web"]}, {}),
        ({"source": 7, "identity": 7, "links": 7, "resource": 7}, {"source": 7, "identity": 7, "links": 7}),
        (
            {"identity": {"org_id": "1", "aws_account": "", "alarm_arn": "a", "rule_id": None}},
            {"identity": {"account_id": "1", "alarm_id": "a"}},
        ),
        (
            {"identity": {"rule_id": "r", "alarm_arn": "a", "alarm_id": "ours", "region": "eu"}},
            {"identity": {"alarm_id": "ours", "region": "eu"}},
        ),
        (
            {"links": {"source_url": "u", "wiki": "w"}, "note": {"ü": 1}},
            {"links": {"source_url": "u"}, "annotations": {"note": '{"ü": 1}', "wiki": "w"}},
        ),
        (
            {"resource": {"type": "job", "id": 7, "region": "", "extra": {"zone": None, "host": "a"}}},
            {"labels": {"resource_type": "job", "resource": "7", "host": "a"}},
        ),
        ({"resource": {"id": "a"}, "labels": "none"}, {"labels": "none"}),
        ({"note": "n", "annotations": ["a"]}, {"annotations": ["a"]}),
        ({"raw_provider": "text"}, {"raw_provider": {"raw_provider": "text"}}),
        ({"raw_provider": None}, {"raw_provider": None}),
        ({"note": "n", "annotations": {"note": "ours"}}, {"annotations": {"note": "ours"}}),
    ],
)
def test_each_earlier_field_has_its_place_in_our_schema(sent: dict[str, Any], ours: dict[str, Any]) -> None:
    assert earlier_schema.in_ours(sent) == ours


def test_an_alerts_own_annotations_take_the_room_first_and_long_ones_are_cut() -> None:
    own = {f"own-{number}": "x" for number in range(MAX_ANNOTATIONS - 2)}
    extra = {"a" * 250: "y" * 1001, "b": "z", "c": "z"}
    annotations = earlier_schema.in_ours({"annotations": own, **extra})["annotations"]
    long = [*annotations.items()][-2]
    assert [*annotations] == [*own, long[0], "b"]
    assert long == (texts.cut("a" * 250, MAX_LABEL_NAME), texts.cut("y" * 1001, MAX_LABEL_VALUE))
    full = {f"own-{number}": "x" for number in range(MAX_ANNOTATIONS + 1)}
    assert earlier_schema.in_ours({"annotations": full, "b": "z"}) == {"annotations": full}


@up_to(200)
@given(
    st.dictionaries(st.text(max_size=300), JSON, max_size=80), st.dictionaries(st.text(max_size=300), JSON)
)
def test_fields_of_an_emitters_own_never_get_an_alert_refused(
    extra: dict[str, object], of_resource: dict[str, object]
) -> None:
    own = {name: value for name, value in extra.items() if name not in earlier_schema.FIELDS}
    (alert,) = schema.parse({**own, **OURS, "resource": {"type": "job", "extra": of_resource}}, NO_RULES)
    assert isinstance(alert, AlertEvent)
    assert len(alert.annotations) <= MAX_ANNOTATIONS
    assert len(alert.labels) <= MAX_LABELS
