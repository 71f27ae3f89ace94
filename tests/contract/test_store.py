"""What the table promises, held to by the twin in memory and by DynamoDB alike."""

import os
import socket
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from botocore.stub import Stubber
from moto import mock_aws
from mypy_boto3_dynamodb import DynamoDBClient

from chalicelib.adapters import own
from chalicelib.alert import Condition, Priority
from chalicelib.conditions.enrichment import Enrichment
from chalicelib.conditions.facts import Fact, FactKind
from chalicelib.conditions.group import Group
from chalicelib.conditions.issue import Closer, IssueRef
from chalicelib.conditions.nothing import Held, Quiet
from chalicelib.conditions.record import record
from chalicelib.conditions.row import AlertState, Intent, Lease, Status, Verb
from chalicelib.errors import StoreRefused, StoreUnavailable
from chalicelib.store.census import DynamoCensus
from chalicelib.store.documents import Document
from chalicelib.store.rows import DynamoStore
from tests.twins.census import MemoryCensus
from tests.twins.dynamodb import DynamoTwin
from tests.twins.store import MemoryStore
from tests.unit.builders import at, firing, resolved, row_of
from tests.unit.rows import issue

Store = MemoryStore | DynamoStore

TABLE = "alerting-local-alerts-state"
INDEXES = {
    "due": ("due_priority", "due_at"),
    "issues": ("issue_repository", "issue_number"),
    "resolved": ("resolved_day", "resolved_at"),
    "open": ("open_priority", "open_since"),
    "waiting": ("waiting_priority", "waiting_since"),
    "groups": ("group", "group_since"),
}
NUMBERS = ("due_at", "issue_number", "resolved_at", "open_since", "waiting_since", "group_since")
INTENT = Intent(Verb.OPEN, at(0), 1, at(1), "org/infra", title="[P1] x", labels=("a",), teams=("infra",))
LEASE = Lease("worker", at(2))
OPENED = Status(issue=issue(12), told=at(0))


def connect(endpoint: str | None) -> DynamoDBClient:
    """A client that asks once; without an endpoint, it asks the moto of this process."""
    return boto3.client(
        "dynamodb",
        region_name="us-west-2",
        endpoint_url=endpoint,
        aws_access_key_id="local",
        aws_secret_access_key="local",
        config=Config(  # type: ignore[call-arg]  # the stubs lack one
            retries={"total_max_attempts": 1},
            connect_timeout=1,
            proxies={},
            ignore_configured_endpoint_urls=True,
        ),
    )


@pytest.fixture(scope="module")
def client() -> Iterator[DynamoDBClient]:
    """The moto of this process, or the DynamoDB that DYNAMODB_URL names."""
    if url := os.environ.get("DYNAMODB_URL"):
        yield connect(url)
        return
    with mock_aws():
        yield connect(None)


@pytest.fixture
def dynamo(client: DynamoDBClient) -> Iterator[DynamoStore]:
    names = ["fingerprint", *(name for pair in INDEXES.values() for name in pair)]
    client.create_table(
        TableName=TABLE,
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "fingerprint", "KeyType": "HASH"}],
        AttributeDefinitions=[
            {"AttributeName": name, "AttributeType": "N" if name in NUMBERS else "S"} for name in names
        ],
        GlobalSecondaryIndexes=[
            {
                "IndexName": index,
                "KeySchema": [
                    {"AttributeName": hash_name, "KeyType": "HASH"},
                    {"AttributeName": range_name, "KeyType": "RANGE"},
                ],
                "Projection": {"ProjectionType": "KEYS_ONLY"},
            }
            for index, (hash_name, range_name) in INDEXES.items()
        ],
    )
    yield DynamoStore(client, TABLE)
    client.delete_table(TableName=TABLE)


@pytest.fixture(params=["memory", "twin", "dynamo"])
def store(request: pytest.FixtureRequest) -> Store:
    """The twin of the rows, the real store on the twin of DynamoDB, and on moto."""
    if request.param == "memory":
        return MemoryStore()
    if request.param == "twin":
        return DynamoStore(DynamoTwin(lambda: 0.0), TABLE)  # type: ignore[arg-type]
    found: DynamoStore = request.getfixturevalue("dynamo")
    return found


def present(row: AlertState | None) -> AlertState:
    assert row is not None
    return row


def due_row(name: str, minutes: float, priority: str = "P1") -> AlertState:
    row = row_of(firing(0, title=name, priority=priority, identity={"alarm_id": name}))
    return replace(row, due_at=at(minutes))


def ids(name: str) -> dict[str, Any]:
    return {"title": name, "identity": {"alarm_id": name}}


def due_row_of(name: str, minute: float, **fields: Any) -> AlertState:
    """A row that began to fire at a minute."""
    return replace(row_of(firing(minute, **ids(name), **fields)), due_at=at(0))


def recorded(store: Store, row: AlertState | None = None) -> AlertState:
    return present(store.record(row or due_row("disk", 0)))


def claimed(store: Store, row: AlertState | None = None) -> AlertState:
    return present(store.claim(row or recorded(store), INTENT, LEASE))


def opened(row: AlertState, **changes: Any) -> AlertState:
    """The claimed row after its step, with nothing left to do unless told otherwise."""
    known: dict[str, Any] = {"status": OPENED, "intent": None, "lease": None, "due_at": None}
    return replace(row, **(known | changes))


def fired_again(store: Store, row: AlertState, **fields: object) -> AlertState:
    """The row after record has moved it under a claim."""
    alert = row.spec.alert
    assert alert
    newer = alert.model_copy(update={"occurred_at": at(5), **fields})
    return present(store.record(replace(record(row, newer, at(5)).row, due_at=at(5))))


# record


def test_a_condition_never_seen_has_no_row(store: Store) -> None:
    assert store.get("nobody") is None


def test_what_record_wrote_is_read_as_it_is_now(store: Store) -> None:
    row = recorded(store)
    assert row == replace(due_row("disk", 0), revision=1)
    assert store.get(row.fingerprint) == row


def test_of_two_who_record_the_first_message_one_is_quicker(store: Store) -> None:
    winner = recorded(store)
    assert store.record(due_row("disk", 7)) is None
    assert store.get(winner.fingerprint) == winner


def test_of_two_who_record_on_the_same_row_one_is_quicker(store: Store) -> None:
    row = recorded(store)
    winner = fired_again(store, row)
    assert store.record(record(row, resolved(9), at(9)).row) is None
    assert store.get(row.fingerprint) == winner


def test_record_leaves_the_status_the_intent_and_the_lease_alone(store: Store) -> None:
    claim = claimed(store)
    moved = fired_again(store, claim)
    assert (moved.intent, moved.lease, moved.revision) == (INTENT, LEASE, claim.revision + 1)
    assert moved.spec.count == 2
    assert store.get(claim.fingerprint) == moved


# several


def test_several_rows_are_read_at_once_in_the_order_asked_for(store: Store) -> None:
    one, two = recorded(store, due_row("one", 0)), recorded(store, due_row("two", 0))
    asked_for = [two.fingerprint, "unknown", one.fingerprint, two.fingerprint]
    assert store.several(asked_for) == [two, one]
    assert store.several([]) == []


def test_more_rows_than_one_call_may_name_are_read_all_the_same(store: Store) -> None:
    rows = [recorded(store, due_row(f"{number}", 0)) for number in range(201)]
    assert store.several([row.fingerprint for row in rows]) == rows


def test_rows_that_did_not_fit_into_an_answer_are_asked_for_again(dynamo: DynamoStore) -> None:
    rows = [recorded(dynamo, due_row(f"{number}", 0)) for number in range(3)]

    class OneAtATime:
        def batch_get_item(self, *, RequestItems: Any) -> Any:  # noqa: N803 - boto3's names
            first, *rest = RequestItems[TABLE]["Keys"]
            answer = dynamo._client.batch_get_item(
                RequestItems={TABLE: RequestItems[TABLE] | {"Keys": [first]}}
            )
            left = {TABLE: RequestItems[TABLE] | {"Keys": rest}} if rest else {}
            return answer | {"UnprocessedKeys": left}

    found = DynamoStore(OneAtATime(), TABLE).several([row.fingerprint for row in rows])  # type: ignore[arg-type]
    assert found == rows


def test_a_table_that_reads_none_of_several_rows_is_unavailable() -> None:
    class Throttled:
        def batch_get_item(self, *, RequestItems: Any) -> Any:  # noqa: N803 - boto3's names
            return {"Responses": {}, "UnprocessedKeys": RequestItems}

    with pytest.raises(
        StoreUnavailable, match=r"^the state table is throttled: it read none of several rows$"
    ):
        DynamoStore(Throttled(), TABLE).several(["x"])  # type: ignore[arg-type]


# claim


def test_a_claim_takes_the_lease_and_notes_the_intent(store: Store) -> None:
    row = recorded(store)
    claim = claimed(store, row)
    assert claim == replace(row, intent=INTENT, lease=LEASE, due_at=LEASE.until, revision=2)
    assert store.get(row.fingerprint) == claim


@pytest.mark.parametrize("due_at", [None, at(0), at(99)], ids=["rests", "due", "due later"])
def test_a_claimed_row_is_due_when_its_lease_ends(store: Store, due_at: datetime | None) -> None:
    row = recorded(store, replace(due_row("one", 0), due_at=due_at))
    claimed(store, row)
    assert store.due(row.priority, LEASE.until - timedelta(seconds=1), 10) == []
    assert store.due(row.priority, LEASE.until, 10) == [row.fingerprint]


def test_a_lease_remembers_how_many_claims_before_it_never_ended(store: Store) -> None:
    lease = replace(LEASE, unended=3)
    claim = present(store.claim(recorded(store), INTENT, lease))
    assert present(store.get(claim.fingerprint)).lease == lease
    store.settle(claim, replace(claim, lease=None), at(1))
    assert present(store.get(claim.fingerprint)).lease is None


def test_a_claim_may_be_without_an_intent(store: Store) -> None:
    row = recorded(store)
    assert present(store.claim(row, None, LEASE)).intent is None
    assert present(store.get(row.fingerprint)).intent is None


def test_of_two_who_claim_one_is_quicker(store: Store) -> None:
    row = recorded(store)
    winner = claimed(store, row)
    assert store.claim(row, INTENT, Lease("other", at(9))) is None
    assert store.get(row.fingerprint) == winner


def test_a_claim_planned_on_an_older_row_is_lost(store: Store) -> None:
    row = recorded(store)
    moved = fired_again(store, row)
    assert store.claim(row, INTENT, LEASE) is None
    assert store.get(row.fingerprint) == moved


def test_a_claim_of_a_row_that_is_gone_makes_none(store: Store) -> None:
    assert store.claim(replace(due_row("gone", 0), revision=3), INTENT, LEASE) is None
    assert store.get(due_row("gone", 0).fingerprint) is None


def test_a_claim_whose_answer_was_lost_is_recognised_when_it_is_repeated(dynamo: DynamoStore) -> None:
    """The AWS client repeats a call that was not answered; memory always answers."""
    row = recorded(dynamo)
    first = claimed(dynamo, row)
    assert dynamo.claim(row, INTENT, LEASE) == first
    assert dynamo.get(row.fingerprint) == first


# settle


def test_settling_writes_the_outcome_and_gives_the_lease_back(store: Store) -> None:
    claim = claimed(store)
    settled = present(store.settle(claim, opened(claim), at(1)))
    assert settled == replace(opened(claim), revision=claim.revision + 1)
    assert store.get(claim.fingerprint) == settled
    assert store.due(Priority.P1, at(99), 10) == []


def test_settling_gives_the_lease_back_whatever_the_settled_row_says(store: Store) -> None:
    claim = claimed(store)
    settled = present(store.settle(claim, opened(claim, lease=LEASE), at(1)))
    assert settled.lease is None
    assert store.get(claim.fingerprint) == settled


def test_settling_may_leave_the_row_due_and_the_intent_standing(store: Store) -> None:
    claim = claimed(store)
    store.settle(claim, opened(claim, intent=INTENT, due_at=at(30)), at(1))
    kept = present(store.get(claim.fingerprint))
    assert (kept.intent, kept.due_at, kept.lease) == (INTENT, at(30), None)


def test_settling_over_a_moved_spec_keeps_the_new_spec_and_the_row_due(store: Store) -> None:
    claim = claimed(store)
    moved = fired_again(store, claim)
    settled = present(store.settle(claim, opened(claim), at(6)))
    assert settled == replace(opened(moved), due_at=at(6), revision=moved.revision + 1)
    assert store.get(claim.fingerprint) == settled
    assert store.due(Priority.P1, at(6), 10) == [claim.fingerprint]


def test_settling_over_a_moved_spec_leaves_an_intent_that_stands_standing(store: Store) -> None:
    claim = claimed(store)
    moved = fired_again(store, claim)
    settled = present(store.settle(claim, opened(claim, intent=INTENT), at(6)))
    assert settled == replace(opened(moved), intent=INTENT, due_at=at(6), revision=moved.revision + 1)
    assert store.get(claim.fingerprint) == settled


def test_settling_over_a_moved_priority_leaves_the_row_due_under_the_new_one(store: Store) -> None:
    claim = claimed(store)
    fired_again(store, claim, priority=Priority.P0)
    store.settle(claim, opened(claim), at(6))
    assert store.due(Priority.P0, at(6), 10) == [claim.fingerprint]
    assert store.due(Priority.P1, at(6), 10) == []


def test_settling_over_a_resolution_keeps_it_resolved(store: Store) -> None:
    claim = claimed(store)
    store.record(replace(record(claim, resolved(5), at(5)).row, due_at=at(5)))
    settled = present(store.settle(claim, opened(claim), at(6)))
    assert settled.spec.condition is Condition.RESOLVED
    assert (settled.status, settled.due_at) == (OPENED, at(6))


def test_who_lost_the_lease_settles_nothing(store: Store) -> None:
    claim = claimed(store)
    other = present(store.claim(claim, INTENT, Lease("other", at(9))))
    assert store.settle(claim, opened(claim), at(6)) is None
    assert store.get(claim.fingerprint) == other


def test_who_lost_the_lease_to_one_who_has_settled_settles_nothing(store: Store) -> None:
    claim = claimed(store)
    other = present(store.claim(claim, INTENT, Lease("other", at(9))))
    settled = store.settle(other, opened(other, due_at=at(30)), at(6))
    assert store.settle(claim, opened(claim, status=Status()), at(7)) is None
    assert store.get(claim.fingerprint) == settled


def test_who_never_had_the_lease_settles_only_the_row_as_it_was(store: Store) -> None:
    row = recorded(store)
    assert store.settle(row, opened(row), at(1)) is not None
    claim = claimed(store, present(store.get(row.fingerprint)))
    assert store.settle(row, opened(row), at(1)) is None
    assert store.get(row.fingerprint) == claim


def test_a_row_that_is_gone_is_not_settled(store: Store) -> None:
    gone = replace(due_row("gone", 0), lease=LEASE, revision=3)
    assert store.settle(gone, opened(gone), at(1)) is None
    assert store.get(gone.fingerprint) is None


# rest


def asked(store: Store, row: AlertState, minute: float = 3) -> AlertState:
    return present(store.ask(replace(row, look=True, due_at=at(minute))))


def test_asking_makes_the_row_due_and_leaves_all_else_alone(store: Store) -> None:
    claim = claimed(store)
    row = asked(store, claim)
    assert row == replace(claim, look=True, due_at=at(3), revision=claim.revision + 1)
    assert store.get(row.fingerprint) == row
    assert store.ask(replace(claim, look=True)) is None


def test_settling_answers_what_was_asked_before_the_claim_and_not_what_was_asked_since(
    store: Store,
) -> None:
    claim = present(store.claim(asked(store, recorded(store)), INTENT, Lease("worker", at(1))))
    looked = present(store.settle(claim, opened(claim, look=False), at(4)))
    assert not present(store.get(looked.fingerprint)).look
    again = present(store.claim(looked, INTENT, Lease("worker", at(5))))
    asked(store, again)
    settled = present(store.settle(again, opened(again, look=False), at(6)))
    assert settled.look
    assert present(store.get(settled.fingerprint)) == settled
    assert settled.due_at == at(6)


def test_resting_writes_when_the_row_is_next_due_or_that_it_is_not(store: Store) -> None:
    row = recorded(store)
    later = present(store.rest(replace(row, due_at=at(30))))
    assert later == replace(row, due_at=at(30), revision=2)
    assert store.get(row.fingerprint) == later
    store.rest(replace(later, due_at=None))
    assert present(store.get(row.fingerprint)).due_at is None
    assert store.due(Priority.P1, at(99), 10) == []


def test_what_holds_a_row_back_is_written_with_its_due_time_and_forgotten_by_a_claim(store: Store) -> None:
    held = Held(Quiet.MAINTENANCE, at(9), "new disks", "mona")
    row = present(store.record(replace(row_of(firing(1)), due_at=at(2), held=held)))
    assert present(store.get(row.fingerprint)).held == held
    longer = replace(held, until=at(12))
    for write in (store.rest, store.ask, store.note):
        row = present(write(replace(row, held=longer)))
        assert present(store.get(row.fingerprint)).held == longer
    claimed = present(store.claim(row, None, Lease("worker", at(4))))
    assert (claimed.held, present(store.get(row.fingerprint)).held) == (None, None)
    settled = present(store.settle(claimed, replace(claimed, held=held, lease=None), at(3)))
    assert present(store.get(row.fingerprint)).held == settled.held == held


def test_what_is_left_to_be_mirrored_is_written_unless_another_was_quicker(store: Store) -> None:
    row = recorded(store)
    fact = Fact("id", FactKind.OPENED, IssueRef("org/alerts", 1), "url", "title", row.priority, ("x",), at(0))
    owed = replace(row, status=replace(row.status, outbox=(fact,), mirror_at=at(9)), due_at=at(9))
    present(store.note(owed))
    kept = present(store.get(row.fingerprint))
    assert (kept.status, kept.due_at) == (owed.status, at(9))
    assert store.note(replace(owed, status=row.status, due_at=None)) is None
    present(store.note(replace(kept, status=row.status, due_at=None)))
    assert present(store.get(row.fingerprint)).status == row.status


def test_resting_on_an_older_row_is_lost(store: Store) -> None:
    row = recorded(store)
    moved = fired_again(store, row)
    assert store.rest(replace(row, due_at=None)) is None
    assert store.get(row.fingerprint) == moved


# Lists


def test_due_rows_come_by_priority_longest_due_first_and_not_before_their_time(store: Store) -> None:
    rows = [due_row("c", 3), due_row("a", 1), due_row("late", 5.001), due_row("b", 2), due_row("now", 5)]
    urgent = due_row("urgent", 4, "P0")
    for row in [*rows, urgent, due_row("calm", 1, "P3")]:
        recorded(store, row)
    names = {row.fingerprint: row.spec.alert.title for row in rows if row.spec.alert}
    assert [names[each] for each in store.due(Priority.P1, at(5), 10)] == ["a", "b", "c", "now"]
    assert [names[each] for each in store.due(Priority.P1, at(5), 2)] == ["a", "b"]
    assert store.due(Priority.P0, at(5), 10) == [urgent.fingerprint]
    assert store.due(Priority.P2, at(99), 10) == []


def test_a_row_recorded_with_another_priority_is_due_under_that_alone(store: Store) -> None:
    row = recorded(store)
    fired_again(store, row, priority=Priority.P3)
    assert store.due(Priority.P1, at(99), 10) == []
    assert store.due(Priority.P3, at(99), 10) == [row.fingerprint]


def with_issue(store: Store, name: str, ref: IssueRef) -> str:
    claim = claimed(store, recorded(store, due_row(name, 0)))
    status = Status(issue=replace(issue(), ref=ref))
    return present(store.settle(claim, opened(claim, status=status), at(1))).fingerprint


def test_a_row_is_found_by_its_issue(store: Store) -> None:
    one = with_issue(store, "one", IssueRef("org/infra", 12))
    two = with_issue(store, "two", IssueRef("org/apps", 12))
    assert store.of_issue(IssueRef("org/infra", 12)) == one
    assert store.of_issue(IssueRef("org/apps", 12)) == two
    assert store.of_issue(IssueRef("org/infra", 13)) is None


def test_github_ignores_case_in_the_names_of_repositories(store: Store) -> None:
    one = with_issue(store, "one", IssueRef("Org/Infra", 12))
    assert store.of_issue(IssueRef("org/infra", 12)) == one
    assert store.of_repository("ORG/infra", 0, 10) == [one]


def test_a_row_that_has_no_issue_any_more_is_not_found_by_it(store: Store) -> None:
    row = present(store.get(with_issue(store, "one", IssueRef("org/infra", 12))))
    claim = claimed(store, row)
    store.settle(claim, opened(claim, status=Status()), at(2))
    assert store.of_issue(IssueRef("org/infra", 12)) is None
    assert store.of_repository("org/infra", 0, 10) == []


def test_a_row_that_is_retired_is_not_found_by_its_issue_until_that_is_written_anew(store: Store) -> None:
    row = present(store.get(with_issue(store, "one", IssueRef("org/infra", 12))))
    retired = present(store.retire(row))
    assert store.get(row.fingerprint) == retired == replace(row, revision=row.revision + 1)
    assert store.of_issue(IssueRef("org/infra", 12)) is None
    assert store.of_repository("org/infra", 0, 10) == []
    claim = claimed(store, retired)
    store.settle(claim, opened(claim, status=row.status), at(3))
    assert store.of_repository("org/infra", 0, 10) == [row.fingerprint]


def test_retiring_an_older_row_is_lost(store: Store) -> None:
    row = present(store.get(with_issue(store, "one", IssueRef("org/infra", 12))))
    present(store.rest(replace(row, due_at=at(9))))
    assert store.retire(row) is None
    assert store.of_repository("org/infra", 0, 10) == [row.fingerprint]


def test_rows_of_a_repository_come_in_pages_by_the_issues_number(store: Store) -> None:
    numbers = {n: with_issue(store, str(n), IssueRef("org/infra", n)) for n in (9, 100, 20)}
    with_issue(store, "elsewhere", IssueRef("org/apps", 10))
    assert store.of_repository("org/infra", 0, 10) == [numbers[9], numbers[20], numbers[100]]
    assert store.of_repository("org/infra", 9, 1) == [numbers[20]]
    assert store.of_repository("org/infra", 100, 10) == []


# The census


def index_of(store: Store) -> MemoryCensus | DynamoCensus:
    """What the indexes list, the twin's included, since the simulation's enrichers ask it."""
    return MemoryCensus(store) if isinstance(store, MemoryStore) else DynamoCensus(store._client, TABLE)


@pytest.fixture
def census(store: Store) -> MemoryCensus | DynamoCensus:
    if isinstance(store, DynamoStore) and isinstance(store._client, DynamoTwin):
        pytest.skip("no simulation takes a census")
    return index_of(store)


def test_the_newest_issues_of_a_repository_come_first(store: Store) -> None:
    numbers = {n: with_issue(store, str(n), IssueRef("Org/Infra", n)) for n in (9, 100, 20)}
    with_issue(store, "elsewhere", IssueRef("org/apps", 101))
    index = index_of(store)
    assert index.newest_in("org/infra", 2) == [numbers[100], numbers[20]]
    assert index.newest_in("org/infra", 10) == [numbers[100], numbers[20], numbers[9]]
    assert index.newest_in("org/none", 10) == []


def test_rows_that_github_does_not_show_are_counted_and_the_longest_waiting_is_known(
    store: Store, census: MemoryCensus | DynamoCensus
) -> None:
    """Whenever they are tried again."""
    for name, began, due, priority in [("a", 3, 99, "P1"), ("b", 1, 5, "P1"), ("urgent", 2, 2, "P0")]:
        row = row_of(firing(began, title=name, priority=priority, identity={"alarm_id": name}))
        recorded(store, replace(row, due_at=at(due)))
    with_issue(store, "shown", IssueRef("org/infra", 12))
    counted = [(census.waiting(each), census.oldest(each)) for each in Priority]
    assert counted == [(1, at(2)), (2, at(1)), (0, None), (0, None)]


def test_the_rows_that_wait_before_one_are_the_more_urgent_and_those_that_wait_longer(
    store: Store, census: MemoryCensus | DynamoCensus
) -> None:
    for name, began, priority in [("a", 3, "P1"), ("b", 1, "P1"), ("urgent", 9, "P0"), ("later", 0, "P2")]:
        row = row_of(firing(began, title=name, priority=priority, identity={"alarm_id": name}))
        recorded(store, replace(row, due_at=at(99)))
    assert [census.ahead(Priority.P1, at(minute)) for minute in (1, 3, 4)] == [1, 2, 3]
    assert census.ahead(Priority.P0, at(9)) == 0


def test_what_fires_without_an_open_issue_is_listed_as_late_or_as_silenced(
    store: Store, census: MemoryCensus | DynamoCensus
) -> None:
    """Whether it is due or not; what has an open issue, or ended, is not among them."""
    by_person = {"closed_at": at(4), "closed_by": Closer.PERSON}
    shown = {
        "muted": Status(issue=issue(13, muted=True, **by_person)),
        "closed": Status(issue=issue(14, **by_person)),
        "open": Status(issue=issue(15)),
    }
    began = {"late": 3, "waits": 1, "muted": 4, "closed": 2, "open": 0}
    for name, minute in began.items():
        fires = firing(minute, title=name, identity={"alarm_id": name})
        row = recorded(store, replace(row_of(fires), due_at=at(minute)))
        if name in shown:
            claim = claimed(store, row)
            store.settle(claim, replace(opened(claim, status=shown[name]), due_at=None), at(5))
    names = {row_of(firing(0, title=n, identity={"alarm_id": n})).fingerprint: n for n in began}
    assert [names[each] for each in census.late(Priority.P1, 9)] == ["waits", "late"]
    assert [names[each] for each in census.late(Priority.P1, 1)] == ["waits"]
    assert [names[each] for each in census.silenced(Priority.P1, 9)] == ["closed", "muted"]
    assert [names[each] for each in census.silenced(Priority.P1, 1)] == ["closed"]
    assert census.late(Priority.P0, 9) == census.silenced(Priority.P0, 9) == []
    assert census.waiting(Priority.P1) == 2
    closed = present(store.get(next(each for each, name in names.items() if name == "closed")))
    assert closed.listed
    ended = record(closed, resolved(9, title="closed", identity={"alarm_id": "closed"}), at(9)).row
    present(store.record(ended))
    assert [names[each] for each in census.silenced(Priority.P1, 9)] == ["muted"]


def test_what_is_held_back_from_outside_is_listed_as_such_alone(
    store: Store, census: MemoryCensus | DynamoCensus
) -> None:
    """Whether it fires without an issue, or has one that is still open."""
    for name, minute in {"younger": 3, "older": 1}.items():
        row = row_of(firing(minute, title=name, identity={"alarm_id": name}))
        by = Held(Quiet.MAINTENANCE, at(60), "new disks", "mona")
        held = recorded(store, replace(row, due_at=at(60), held=by))
        if name == "younger":
            claim = claimed(store, held)
            store.settle(claim, replace(opened(claim), due_at=at(60), held=by), at(5))
    names = {row_of(firing(0, identity={"alarm_id": n})).fingerprint: n for n in ("younger", "older")}
    assert [names[each] for each in census.held(Priority.P1, 9)] == ["older", "younger"]
    assert [names[each] for each in census.held(Priority.P1, 1)] == ["older"]
    assert census.late(Priority.P1, 9) == census.silenced(Priority.P1, 9) == []


def test_a_row_that_is_put_off_again_and_again_waits_since_the_same_time(
    store: Store, census: MemoryCensus | DynamoCensus
) -> None:
    row = recorded(store)
    for minutes in (10, 20, 30):
        claim = claimed(store, row)
        row = present(store.settle(claim, replace(claim, intent=None, due_at=at(minutes)), at(minutes)))
        assert (census.waiting(Priority.P1), census.oldest(Priority.P1)) == (1, at(0))


def test_open_issues_are_counted_by_the_priority_they_show_until_they_close(
    store: Store, census: MemoryCensus | DynamoCensus
) -> None:
    row = present(store.get(with_issue(store, "one", IssueRef("org/infra", 12))))
    with_issue(store, "two", IssueRef("org/apps", 12))
    assert [census.open(each) for each in Priority] == [0, 2, 0, 0]
    claim = claimed(store, row)
    closed = Status(issue=issue(12, closed_at=at(2)))
    store.settle(claim, opened(claim, status=closed), at(2))
    assert [census.open(each) for each in Priority] == [0, 1, 0, 0]


def test_open_issues_are_listed_the_newest_first(store: Store, census: MemoryCensus | DynamoCensus) -> None:
    for number, minute in ((1, 3), (2, 1), (3, 2)):
        claim = claimed(store, recorded(store, due_row(f"row-{number}", 0)))
        shown = Status(issue=issue(number, episode=at(minute)))
        store.settle(claim, opened(claim, status=shown), at(9))
    newest = [present(store.get(name)).status.issue for name in census.with_open_issue(Priority.P1, 2)]
    assert [shown.ref.number for shown in newest if shown] == [1, 3]
    assert census.with_open_issue(Priority.P0, 2) == []


def test_open_issues_are_listed_page_by_page_to_the_last(
    store: Store, census: MemoryCensus | DynamoCensus
) -> None:
    names = {with_issue(store, f"row-{number}", IssueRef("org/infra", number)) for number in range(5)}
    found, after = census.page_of_open(Priority.P1, "", 2)
    while after:
        more, after = census.page_of_open(Priority.P1, after, 2)
        assert len(more) <= 2
        found += more
    assert len(found) == 5
    assert set(found) == names
    assert census.page_of_open(Priority.P0, "", 2) == ([], "")


def test_notifications_are_listed_by_themselves(store: Store, census: MemoryCensus | DynamoCensus) -> None:
    news = row_of(firing(0, kind="notification"), firing(5, kind="notification"))
    row = recorded(store, replace(news, due_at=at(5)))
    shown = Status(issue=issue(12, priority=Priority.P1))
    claim = claimed(store, row)
    store.settle(claim, opened(claim, status=shown), at(9))
    assert [census.notifications(each, 9) for each in (Priority.P1, Priority.P2)] == [[row.fingerprint], []]
    assert (census.open(Priority.P1), census.with_open_issue(Priority.P1, 9)) == (0, [])
    assert census.resolved(at(0).date(), 10) == []


def in_storm(store: Store, row: AlertState, parent: str) -> AlertState:
    """The row once its issue was opened as part of a storm."""
    assert row.spec.episode
    group = Group(parent, at(0), IssueRef("org/infra", 9), 9)
    looked_up = Enrichment(row.spec.episode, at(1), group=group)
    status = replace(OPENED, enrichment=looked_up)
    claim = claimed(store, row)
    return present(store.settle(claim, opened(claim, status=status), at(1)))


def test_what_fires_is_listed_with_its_team_until_it_is_in_a_storm(store: Store) -> None:
    census = index_of(store)
    rows = {minute: recorded(store, due_row_of(f"row {minute}", minute)) for minute in (1, 3, 2)}
    recorded(store, due_row_of("elsewhere", 4, teams=["storage", "dev-infra"]))
    names = {minute: row.fingerprint for minute, row in rows.items()}
    assert census.began("dev-infra", at(0), 9) == [names[3], names[2], names[1]]
    assert census.began("dev-infra", at(2), 9) == [names[3], names[2]]
    assert census.began("dev-infra", at(0), 1) == [names[3]]
    for minute in (3, 1):
        in_storm(store, rows[minute], "parent")
    assert census.began("dev-infra", at(0), 9) == [names[2]]
    assert census.members("parent", 9) == [names[1], names[3]]
    assert census.members("parent", 1) == [names[1]]
    assert (census.size("parent", 9), census.size("parent", 1), census.size("other", 9)) == (2, 1, 0)
    ended = record(present(store.get(names[1])), resolved(9, **ids("row 1")), at(9)).row
    present(store.record(ended))
    assert census.members("parent", 9) == [names[3]]
    fired_again = record(present(store.get(names[1])), firing(12, **ids("row 1")), at(12)).row
    present(store.record(replace(fired_again, due_at=at(12))))
    assert (census.members("parent", 9), census.began("dev-infra", at(12), 9)) == ([names[3]], [names[1]])


def test_what_nobody_needs_to_look_at_is_of_no_storm(store: Store) -> None:
    census = index_of(store)
    row = recorded(store, due_row_of("held", 1))
    by = Held(Quiet.MAINTENANCE, at(60), "new disks", "mona")
    held = present(store.record(replace(row, due_at=at(60), held=by)))
    recorded(store, replace(due_row_of("unwanted", 2), due_at=None))
    news = row_of(firing(3, kind="notification", **ids("news")))
    recorded(store, replace(news, due_at=at(3)))
    recorded(store, row_of(resolved(4, **ids("never seen"))))
    assert census.began("dev-infra", at(0), 9) == []
    present(store.record(replace(held, due_at=at(61), held=None)))
    assert census.began("dev-infra", at(0), 9) == [held.fingerprint]


def test_our_own_are_listed_by_themselves(store: Store) -> None:
    census = index_of(store)
    older, newer = (recorded(store, due_row_of(f"{each}", each, source=own.STORM)) for each in (1, 2))
    assert census.of_our_own(own.STORM, 9) == [newer.fingerprint, older.fingerprint]
    assert census.of_our_own(own.STORM, 1) == [newer.fingerprint]
    assert census.of_our_own(own.INCIDENT, 9) == []
    assert census.began("dev-infra", at(0), 9) == []


def test_rows_are_listed_by_the_day_on_which_they_ended(
    store: Store, census: MemoryCensus | DynamoCensus
) -> None:
    day = at(0).date()
    recorded(store, due_row("fires", 0))
    assert census.resolved(day, 10) == []
    row = recorded(store, row_of(firing(0), resolved(5)))
    assert census.resolved(day, 10) == [row.fingerprint]
    assert census.resolved(day - timedelta(days=1), 10) == []


# Documents


def test_a_document_never_written_has_version_zero_and_no_text(store: Store) -> None:
    assert store.load("budget#acme") == Document(0, "")


def test_a_document_is_written_over_the_version_that_was_read(store: Store) -> None:
    assert store.swap("budget#acme", "one", 0) is None
    assert store.swap("budget#acme", "two", 1) is None
    assert store.load("budget#acme") == Document(2, "two")
    assert store.load("budget#other") == Document(0, "")


@pytest.mark.parametrize("version", [0, 1, 3])
def test_over_another_version_nothing_is_written_and_the_newer_is_returned(
    store: Store, version: int
) -> None:
    store.swap("budget#acme", "one", 0)
    store.swap("budget#acme", "two", 1)
    assert store.swap("budget#acme", "mine", version) == Document(2, "two")
    assert store.load("budget#acme") == Document(2, "two")


def test_a_document_that_was_deleted_is_not_written_over(store: Store) -> None:
    assert store.swap("budget#acme", "text", 4) == Document(0, "")
    assert store.load("budget#acme") == Document(0, "")


def test_documents_are_no_rows_of_any_list(store: Store) -> None:
    store.swap("budget#acme", "one", 0)
    assert [each for priority in Priority for each in store.due(priority, at(99), 10)] == []


# DynamoDB alone


CALLS: list[Callable[[DynamoStore], object]] = [
    lambda store: store.get("x"),
    lambda store: store.several(["x"]),
    lambda store: store.record(due_row("x", 0)),
    lambda store: store.claim(due_row("x", 0), None, LEASE),
    lambda store: store.settle(due_row("x", 0), due_row("x", 0), at(0)),
    lambda store: store.rest(due_row("x", 0)),
    lambda store: store.due(Priority.P0, at(0), 1),
    lambda store: store.of_issue(IssueRef("org/infra", 1)),
    lambda store: store.of_repository("org/infra", 0, 1),
    lambda store: store.load("x"),
    lambda store: store.swap("x", "", 0),
    lambda store: DynamoCensus(store._client, store._table).open(Priority.P0),
    lambda store: DynamoCensus(store._client, store._table).with_open_issue(Priority.P0, 1),
    lambda store: DynamoCensus(store._client, store._table).page_of_open(Priority.P0, "", 1),
    lambda store: DynamoCensus(store._client, store._table).resolved(at(0).date(), 1),
    lambda store: DynamoCensus(store._client, store._table).size("x", 1),
]


@pytest.mark.parametrize("call", CALLS)
def test_a_table_that_refuses_is_unavailable(
    client: DynamoDBClient, call: Callable[[DynamoStore], object]
) -> None:
    missing = DynamoStore(client, "no-such-table")
    with pytest.raises(
        StoreUnavailable,
        match=r"^there is no table no-such-table: `terraform apply` in infra-extra creates it$",
    ) as raised:
        call(missing)
    assert isinstance(raised.value.__cause__, ClientError)


@pytest.fixture(scope="module")
def away() -> DynamoStore:
    """A table behind a port where nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    return DynamoStore(connect(f"http://127.0.0.1:{port}"), TABLE)


@pytest.mark.parametrize("call", CALLS)
def test_a_table_that_does_not_answer_is_unavailable(
    away: DynamoStore, call: Callable[[DynamoStore], object]
) -> None:
    with pytest.raises(StoreUnavailable, match=r"^the state table did not answer: EndpointConnectionError$"):
        call(away)


def test_what_is_too_large_for_an_item_is_refused_and_not_taken_for_a_table_that_is_away(
    dynamo: DynamoStore,
) -> None:
    with pytest.raises(StoreRefused, match=r"^the state table rejects this call: ValidationException$"):
        dynamo.swap("document#large", "x" * 410_000, 0)


@pytest.mark.parametrize("code", ["ItemCollectionSizeLimitExceededException", "SerializationException"])
def test_a_call_that_can_never_succeed_is_refused(client: DynamoDBClient, code: str) -> None:
    with Stubber(client) as stub:
        stub.add_client_error("get_item", code)
        with pytest.raises(StoreRefused, match=rf"^the state table rejects this call: {code}$"):
            DynamoStore(client, TABLE).get("a" * 64)


@pytest.mark.parametrize(
    "code", ["ProvisionedThroughputExceededException", "ThrottlingException", "InternalServerError"]
)
def test_a_table_that_refuses_for_now_is_unavailable(client: DynamoDBClient, code: str) -> None:
    with Stubber(client) as stub:
        stub.add_client_error("get_item", code)
        with pytest.raises(StoreUnavailable, match=rf"^the state table refused: {code}$"):
            DynamoStore(client, TABLE).get("a" * 64)


CONFLICT = "ReplicatedWriteConflictException"


def test_a_write_that_another_region_is_ahead_of_finds_what_that_one_wrote(client: DynamoDBClient) -> None:
    """So does DynamoDB refuse one of two writes, and it does not say what stands there."""
    row = replace(due_row("disk", 0), revision=3)
    theirs = {"fingerprint": {"S": "budget#org"}, "version": {"N": "7"}, "document": {"S": "theirs"}}
    with Stubber(client) as stub:
        stub.add_client_error("update_item", CONFLICT)
        stub.add_response("get_item", {})
        assert DynamoStore(client, TABLE).record(row) is None
        stub.add_client_error("update_item", CONFLICT)
        stub.add_response("get_item", {"Item": theirs})
        assert DynamoStore(client, TABLE).swap("budget#org", "ours", 6) == Document(7, "theirs")


def test_a_settling_that_record_overtakes_twice_still_carries_over(dynamo: DynamoStore) -> None:
    claim = claimed(dynamo)
    overtaken: list[AlertState] = []

    class Overtaken(DynamoStore):
        def _write(self, row: AlertState, changes: Any) -> Any:
            if len(overtaken) < 2:
                newest = present(dynamo.get(claim.fingerprint))
                overtaken.append(
                    fired_again(dynamo, newest, summary=f"{len(overtaken)}", priority=Priority.P0)
                )
            return super()._write(row, changes)

    settled = present(Overtaken(dynamo._client, TABLE).settle(claim, opened(claim), at(6)))
    assert settled == replace(opened(overtaken[-1]), due_at=at(6), revision=overtaken[-1].revision + 1)
    assert dynamo.get(claim.fingerprint) == settled
    assert dynamo.due(Priority.P0, at(6), 10) == [claim.fingerprint]


def test_rows_and_indexes_carry_their_attributes(dynamo: DynamoStore) -> None:
    """What other parts (the table's TTL, the dashboard) read by name."""
    fingerprint = with_issue(dynamo, "one", IssueRef("org/infra", 12))
    row = present(dynamo.get(fingerprint))
    assert row.spec.alert
    over = row.spec.alert.model_copy(update={"state": Condition.RESOLVED, "occurred_at": at(9)})
    dynamo.record(replace(record(row, over, at(9)).row, due_at=at(9)))
    item = dynamo._client.get_item(TableName=TABLE, Key={"fingerprint": {"S": fingerprint}})["Item"]
    assert item["resolved_day"] == {"S": "2026-03-01"}
    assert item["ttl_expires_at"] == {"N": str(int((at(9) + timedelta(days=1095)).timestamp()))}
    assert item["issue_number"] == {"N": "12"}
    assert item["revision"] == {"N": "4"}
