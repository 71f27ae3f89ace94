"""A row as attributes: each writer's own, and back again."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.alert import AlertEvent, Priority
from chalicelib.conditions import lag, moments
from chalicelib.conditions.command import Remark
from chalicelib.conditions.enrichment import Enrichment
from chalicelib.conditions.heartbeats import deadline
from chalicelib.conditions.issue import Closer, IssueRef
from chalicelib.conditions.nothing import Held, Quiet
from chalicelib.conditions.record import record
from chalicelib.conditions.related_issues import Ending, LastTime, RelatedIssue, RelatedIssues
from chalicelib.conditions.row import AlertState, Intent, Lease, Status, Verb
from chalicelib.conditions.setbacks import Denial, PutOff, Refusal
from chalicelib.conditions.tally import Month, Opening, Past
from chalicelib.store import codec, schema
from chalicelib.store.documents import Document
from tests.unit.builders import at, firing, resolved, row_of
from tests.unit.rows import issue

LEASE = Lease("worker", at(3))
INTENT = Intent(
    Verb.OPEN, at(0), 2, at(1), "org/infra", "key", "[P1] x", ("a", "b"), Priority.P1, ("infra",), 1, at(2)
)
ISSUE = issue(labels=("a",), closed_at=at(9), closed_by=Closer.PERSON, comment_key="k", kept_open=True)
REFUSAL = Refusal("Repository was archived so is read-only.", "CREATE", at(2), at(1), 403, "A1:B2")
FULL = Status(issue=ISSUE, predecessor=IssueRef("org/infra", 3), told=at(0), failures=2)
RELATED = RelatedIssues((RelatedIssue(IssueRef("org/infra", 4), "[P1] x", "pod"),), 2, at_least=True)
ENRICHED = replace(
    FULL,
    issue=replace(ISSUE, remarks=(Remark(7, "mona"),)),
    enrichment=Enrichment(
        at(0),
        at(1),
        related=replace(RELATED, children=RELATED.listed),
        last_time=LastTime(
            at(-9), at(-5), Ending.BY_PERSON, IssueRef("org/infra", 3), "https://x", "mona", 7
        ),
    ),
)
COUNTED = replace(
    FULL,
    past=Past(
        (Month("2026-02"), Month("2026-03", ((1, 2), (31, 1)), 3, 2, 1, 1, (60,), (9, 8))), Opening(at(2))
    ),
)
KEPT_BACK = replace(FULL, refusal=REFUSAL, put_off=PutOff(Denial.BUDGET, at(2), at(9)))
instants = st.datetimes(datetime(2000, 1, 2), datetime(2199, 12, 30), timezones=st.just(UTC))  # noqa: DTZ001


def item(row: AlertState) -> codec.Item:
    """The item after each writer has written its part."""
    parts = codec.spec(row) | codec.status(row) | codec.intent(row.intent) | codec.lease(row.lease)
    whole = parts | codec.due(row) | codec.look(wanted=row.look)
    kept = {name: value for name, value in whole.items() if value is not None}
    return kept | {"fingerprint": {"S": row.fingerprint}, "revision": {"N": str(row.revision)}}


@pytest.mark.parametrize("status", [Status(), FULL, KEPT_BACK, ENRICHED, COUNTED])
@pytest.mark.parametrize("intent", [None, INTENT])
@pytest.mark.parametrize("lease", [None, LEASE])
@pytest.mark.parametrize("due_at", [None, at(5)])
@pytest.mark.parametrize(
    "row",
    [
        row_of(
            firing(1, labels={"a": "\u202e\U0001f525"}, raw_provider={"deep": [1, 2.5, None, {"x": "y"}]})
        ),
        row_of(firing(1), firing(2), resolved(3, reason="gone", recovered=False), firing(9, priority="P0")),
        row_of(resolved(1)),
    ],
)
def test_what_was_written_is_read_again(
    row: AlertState, status: Status, intent: Intent | None, lease: Lease | None, due_at: datetime | None
) -> None:
    whole = replace(row, status=status, intent=intent, lease=lease, due_at=due_at, revision=42)
    assert codec.row(item(whole)) == whole


def test_the_request_that_brought_the_newest_message_is_read_again() -> None:
    row = replace(row_of(firing(1)), correlation_id="request-1", revision=1)
    assert codec.row(item(row)) == row
    assert codec.spec(row)["correlation_id"] == {"S": "request-1"}


def test_a_row_that_only_record_has_written_is_a_row() -> None:
    row = replace(row_of(firing(1)), revision=1)
    bare = {"fingerprint": {"S": row.fingerprint}, "revision": {"N": "1"}, "spec": codec.spec(row)["spec"]}
    assert codec.row(bare) == row


def test_the_attributes_that_a_row_is_read_from_are_those_that_are_read_of_many_rows() -> None:
    asked: set[str] = set()

    class Noting(dict[str, Any]):
        def __contains__(self, name: object) -> bool:
            asked.add(str(name))
            return super().__contains__(name)

        def __getitem__(self, name: str) -> Any:
            asked.add(name)
            return super().__getitem__(name)

        def get(self, name: str, default: Any = None) -> Any:
            asked.add(name)
            return super().get(name, default)

    codec.row(Noting(item(replace(row_of(firing(1)), lease=LEASE))))
    assert asked == {*schema.OF_A_ROW}


def test_what_kept_a_step_from_its_end_takes_no_room_while_there_is_nothing() -> None:
    """So a row without it is written as it was before there was such a thing."""
    written = json.loads(codec.status(row_of(firing(1)))["status"]["S"])
    assert written.keys().isdisjoint({"refusal", "put_off"})
    one = json.loads(codec.status(replace(row_of(firing(1)), status=Status(refusal=REFUSAL)))["status"]["S"])
    assert one.keys() - written.keys() == {"refusal"}


def test_what_was_looked_up_before_there_were_related_issues_is_read() -> None:
    row = replace(row_of(firing(1)), status=ENRICHED, revision=1)
    kept = json.loads(item(row)["status"]["S"])
    kept["enrichment"] = {name: kept["enrichment"][name] for name in ("episode", "at")}
    del kept["issue"]["remarks"]
    read = codec.row({**item(row), "status": {"S": json.dumps(kept)}}).status
    assert read == replace(FULL, enrichment=Enrichment(at(0), at(1)))


def test_a_lease_of_before_unended_claims_were_counted_is_read() -> None:
    row = replace(row_of(firing(1)), lease=LEASE, revision=1)
    kept = {name: value for name, value in item(row).items() if name != "lease_unended"}
    assert codec.row(kept) == row
    counted = replace(row, lease=replace(LEASE, unended=2))
    assert codec.row(item(counted)) == counted


@given(instants, instants)
def test_times_are_kept_to_the_microsecond(due_at: datetime, until: datetime) -> None:
    row = replace(row_of(firing(1)), due_at=due_at, lease=Lease("worker", until))
    assert codec.row(item(row)) == row


@given(instants, instants)
def test_times_sort_as_numbers_as_they_do_as_times(one: datetime, other: datetime) -> None:
    numbers = [float(codec.number(each)["N"]) for each in (one, other)]
    assert (numbers[0] < numbers[1]) == (one < other)


OF_86BF882 = json.loads(
    (Path(__file__).parents[1] / "golden" / "rows-86bf882.json").read_text(encoding="utf-8")
)
"""Rows as commit 86bf882 wrote them, whose moments do not say when they were received."""


@pytest.mark.parametrize("name", OF_86BF882)
def test_a_row_in_the_field_reads_as_it_was_written(name: str) -> None:
    row = codec.row(OF_86BF882[name])
    spec = json.loads(OF_86BF882[name]["spec"]["S"])
    reading = moments.read(row.spec.moments)
    told = (spec["condition"], spec["at"], spec["episode"])
    assert (reading.condition, _text(reading.at), _text(reading.episode)) == told
    assert [moment.received for moment in row.spec.moments] == [None] * len(spec["moments"])
    assert codec.row(item(row)) == row


@pytest.mark.parametrize(
    ("name", "late", "reason"),
    [
        ("grafana fires", 0.5, "DUPLICATE"),
        ("grafana fires", 5, "REPEAT"),
        ("grafana resolved, an issue closed by us", 0.5, "STALE"),
        ("grafana resolved, an issue closed by us", 5, "RECURRED"),
        ("alertmanager resolved by timeout", 0.5, "STALE"),
        ("alertmanager resolved by timeout", 5, "RECURRED"),
        ("alertmanager, a tombstone", 0.5, "FIRING_LATE"),
        ("alertmanager, a tombstone", 5, "RECURRED"),
        ("cloudwatch fires for the second time", 0.5, "STALE"),
        ("cloudwatch, closed by a person", 5, "STALE"),
    ],
)
def test_a_row_in_the_field_takes_the_next_message(name: str, late: float, reason: str) -> None:
    """What it knows counts as received when the row was last seen."""
    row = codec.row(OF_86BF882[name])
    source = name.partition(" ")[0].strip(",")
    again = firing(1, source=source, began_anew=source == "grafana", summary="again")
    recorded = record(row, again, row.spec.seen_at + timedelta(minutes=late))
    assert recorded.reason == reason


def _text(moment: datetime | None) -> str | None:
    return moment.isoformat().replace("+00:00", "Z") if moment else None


def test_nobody_writes_anothers_attributes() -> None:
    row = replace(row_of(firing(1)), status=FULL)
    groups = [codec.spec(row), codec.status(row), codec.intent(INTENT), codec.lease(LEASE)]
    names = [name for group in [*groups, codec.due(row_of(firing(1)))] for name in group]
    assert len(names) == len(set(names))


@pytest.mark.parametrize(
    "absent",
    [codec.intent(None), codec.lease(None), codec.due(row_of(resolved(1))), codec.status(row_of(firing(1)))],
)
def test_what_is_not_there_leaves_its_index(absent: codec.Item) -> None:
    assert all(value is None for name, value in absent.items() if name != "status")


def test_a_firing_row_never_expires_and_is_in_no_day() -> None:
    spec = codec.spec(row_of(firing(1), resolved(2), firing(3)))
    assert [spec["ttl_expires_at"], spec["resolved_day"], spec["resolved_at"]] == [None, None, None]


def test_a_resolved_row_is_kept_three_years_and_is_found_by_its_day() -> None:
    row = row_of(firing(1), resolved(2))
    spec = codec.spec(row)
    assert spec["ttl_expires_at"] == {"N": str(int((at(2) + timedelta(days=1095)).timestamp()))}
    assert spec["resolved_day"] == {"S": "2026-03-01"}
    assert spec["resolved_at"] == codec.number(at(2))


def test_a_tombstone_is_kept_a_week_and_is_in_no_day() -> None:
    spec = codec.spec(row_of(resolved(2)))
    assert spec["ttl_expires_at"] == {"N": str(int((at(2) + timedelta(days=7)).timestamp()))}
    assert (spec["resolved_day"], spec["resolved_at"]) == (None, None)


def test_a_heartbeat_is_kept_as_long_as_it_comes_and_as_a_tombstone_once_it_is_over() -> None:
    beats, over = (row_of(resolved(2, kind="heartbeat", recovered=goes_on)) for goes_on in (True, False))
    expires = [at(2) + timedelta(days=3 * 365), at(2) + timedelta(days=7)]
    assert [codec.spec(row)["ttl_expires_at"]["N"] for row in (beats, over)] == [
        str(int(moment.timestamp())) for moment in expires
    ]


def test_an_issue_is_found_by_its_repository_and_number() -> None:
    status = codec.status(replace(row_of(firing(1)), status=FULL))
    assert (status["issue_repository"], status["issue_number"]) == ({"S": "org/infra"}, {"N": "12"})


def test_a_due_row_is_found_by_its_priority() -> None:
    assert codec.due(replace(row_of(firing(1)), due_at=at(2))) == {
        "due_priority": {"S": "P1"},
        "due_at": codec.number(at(2)),
        "waiting_priority": {"S": "P1"},
        "waiting_since": codec.number(at(1)),
        "group": {"S": "TEAM#dev-infra"},
        "group_since": codec.number(at(1)),
        "held": None,
    }


def test_what_is_held_back_from_outside_waits_for_nobody_and_says_until_when() -> None:
    held = replace(row_of(firing(1)), due_at=at(2), held=Held(Quiet.MAINTENANCE, at(9), "disks", "mona"))
    assert codec.due(held)["waiting_priority"] == {"S": "HELD#P1"}
    assert codec.row(item(replace(held, revision=2))) == replace(held, revision=2)


def test_what_a_later_version_holds_back_for_its_own_reasons_is_held_back_by_nothing_here() -> None:
    held = replace(row_of(firing(1)), due_at=at(2), held=Held(Quiet.MAINTENANCE, at(9)))
    later = {"held": {"S": codec.due(held)["held"]["S"].replace("MAINTENANCE", "A_LATER_REASON")}}
    assert codec.row({**item(held), **later}).held is None


def test_a_document_is_read() -> None:
    assert codec.document({"version": {"N": "3"}, "document": {"S": "text"}}) == Document(3, "text")


def test_a_row_written_before_people_could_ask_is_read_with_nothing_asked() -> None:
    """Attributes that a version adds have a default, so that older rows stay readable."""
    old = {"closer", "state_reason", "quiet", "acked_by", "heard", "heard_at", "once"}
    row = replace(row_of(firing(0)), status=FULL)
    written = dict(item(row))
    status = json.loads(written["status"]["S"])
    issue = {name: value for name, value in status["issue"].items() if name not in old}
    kept = {name: status[name] for name in ("predecessor", "told", "failures")}
    written["status"] = {"S": json.dumps(kept | {"issue": issue})}
    assert codec.row(written).status == FULL


class TestAdded:
    """What alerts hold since 86bf882, whose own alerts forbid it."""

    SAID = firing(
        1,
        annotations={"hint": "turn \U0001f525 off"},
        measurement={"value": "118", "threshold": "50"},
        sender="east",
    )

    def test_it_is_read_again_of_every_alert_of_a_row(self) -> None:
        row = row_of(self.SAID, resolved(2, measurement={"value": "42"}))
        assert codec.row(item(row)).spec == row.spec

    def test_it_stands_outside_of_what_an_earlier_version_reads(self) -> None:
        written = item(row_of(self.SAID, resolved(2, measurement={"value": "42"})))
        spec = json.loads(written["spec"]["S"])
        assert not codec.ADDED & (spec["alert"].keys() | spec["resolution"].keys())

    def test_every_field_since_then_stands_there(self) -> None:
        then = json.loads(OF_86BF882["cloudwatch, closed by a person"]["spec"]["S"])["alert"]
        assert AlertEvent.model_fields.keys() - codec.ADDED == then.keys()

    def test_it_is_not_taken_for_that_of_a_spec_written_since(self) -> None:
        old, new = item(row_of(self.SAID)), item(row_of(firing(5)))
        assert codec.row({**new, "added": old["added"]}) == codec.row(new)

    def test_a_notification_is_read_as_one(self) -> None:
        series = {"kind": "notification", "collapse_key": "weekly", "expires_at": at(60), "source": "reports"}
        row = row_of(firing(1, **series), firing(2, **series))
        assert codec.row(item(row)).spec == row.spec
        assert codec.row(item(row)).spec.news

    def test_a_heartbeat_is_waited_for_as_long_as_it_says(self) -> None:
        row = row_of(resolved(1, kind="heartbeat", interval="1d", grace="2h", source="backup"))
        read = codec.row(item(row))
        assert read.spec == row.spec
        assert (read.priority, deadline(read.spec)) == (Priority.P1, at(1) + timedelta(hours=26))

    def test_an_alert_without_it_has_no_such_attribute(self) -> None:
        assert codec.spec(row_of(firing(1)))["added"] is None


def test_a_silenced_row_in_the_field_is_known_not_to_be_listed() -> None:
    old = codec.row(OF_86BF882["cloudwatch, closed by a person"])
    assert lag.silenced_since(old)
    assert not old.listed
    assert codec.due(old)["waiting_priority"] == {"S": f"SILENCED#{old.priority.value}"}
    assert codec.row(item(old)).listed
