"""Every condition of a storm is listed once, in the part that its own row names or the first with room."""

from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from chalicelib.adapters import storm
from chalicelib.adapters.storm import MOST_MEMBERS, Cause, CauseKind, Member, Storm
from chalicelib.alert import Condition, Links, Priority
from chalicelib.conditions import storms
from chalicelib.conditions.enrichment import Enrichment
from chalicelib.conditions.group import Group
from chalicelib.conditions.in_common import MOST_LABELS, MOST_OF_A_LABEL, MOST_OF_A_LINK, in_common
from chalicelib.conditions.issue import Closer
from chalicelib.conditions.membership import looked_at
from chalicelib.conditions.row import AlertState, Status
from tests.unit import rows
from tests.unit.rows import BEGAN, at, issue

CAUSE = Cause(kind=CauseKind.RULE, teams=("infra",), value=("grafana", "HighLatency"))
RUNBOOK = "https://runbooks.example.org/latency"
FIRST, SECOND = "1" * 64, "2" * 64


def condition(number: int, group: str = "", **fields: Any) -> AlertState:
    known = Enrichment(BEGAN, BEGAN, group=Group(group, BEGAN, None, fields.pop("id", 0)) if group else None)
    said = {"labels": fields.pop("labels", {"pod": str(number)}), "links": fields.pop("links", {})}
    told = rows.alert(title=f"HighLatency [{number}]", **said)
    row = rows.row(fires=told, status=Status(enrichment=known, issue=fields.pop("issue", None)), **fields)
    return replace(row, fingerprint=f"{number:064}")


def member(number: int, ended: datetime | None = None, **fields: Any) -> Member:
    known = {"fingerprint": f"{number:064}", "title": f"HighLatency [{number}]", "priority": Priority.P1}
    return Member.model_validate(known | {"began": BEGAN, "ended": ended} | fields)


def part(*members: Member, **fields: Any) -> Storm:
    return Storm(cause=CAUSE, began=BEGAN, members=members, **fields)


def numbers(content: Storm) -> list[int]:
    return [int(each.fingerprint) for each in content.members]


def look(first: Storm, *conditions: AlertState, second: Storm | None = None) -> list[Storm]:
    parts = {FIRST: first} | ({SECOND: second} if second else {})
    return looked_at(parts, conditions)


def test_members_stay_where_they_are_and_new_ones_come_behind() -> None:
    (content,) = look(part(member(1), member(2)), condition(3), condition(1, FIRST), condition(4, FIRST))
    assert numbers(content) == [1, 2, 3, 4]


def test_one_that_ended_says_when_and_one_that_fires_again_does_not() -> None:
    over = condition(1, FIRST, condition=Condition.RESOLVED, recorded_at=at(5), seen_at=at(4))
    (content,) = look(part(member(1), member(2, ended=at(3))), over, condition(2, FIRST))
    assert [each.ended for each in content.members] == [at(5), None]


def test_what_has_ended_before_it_was_listed_is_not() -> None:
    over = condition(1, condition=Condition.RESOLVED)
    assert [numbers(each) for each in look(part(), over)] == [[]]


def test_one_whose_issue_a_person_closed_counts_as_ended() -> None:
    closed = issue(closed_at=at(7), closed_by=Closer.PERSON)
    (content,) = look(part(member(1)), condition(1, FIRST, issue=closed))
    assert content.members[0].ended == at(7)
    assert content.members[0].issue == "org/infra#12"


def test_its_own_row_says_which_part_one_is_in() -> None:
    both = look(part(member(1), member(2)), condition(1, SECOND), condition(3, SECOND), second=part(part=2))
    assert [numbers(each) for each in both] == [[2], [1, 3]]


def test_one_that_two_parts_list_is_kept_by_the_first() -> None:
    both = look(part(member(1)), second=part(member(1), member(2), part=2))
    assert [numbers(each) for each in both] == [[1], [2]]


def test_one_that_another_storm_has_is_listed_there_alone() -> None:
    (content,) = look(part(member(1)), condition(1, "9" * 64), condition(2, "9" * 64))
    assert numbers(content) == []


def test_one_that_cannot_be_read_stays_as_it_was() -> None:
    ended = replace(rows.row().spec, alert=None, condition=Condition.RESOLVED)
    tombstone = replace(condition(2, FIRST), spec=ended)
    (content,) = look(part(member(1, id=5), member(2, id=6)), tombstone)
    assert [each.id for each in content.members] == [5, 6]


def test_what_a_part_has_no_room_for_begins_another_that_calls_nobody() -> None:
    full = part(*(member(number) for number in range(MOST_MEMBERS)))
    first, second = look(full, *(condition(number) for number in range(MOST_MEMBERS, MOST_MEMBERS + 3)))
    assert (len(first.members), numbers(second)) == (MOST_MEMBERS, [400, 401, 402])
    assert (second.part, second.continues, second.cause) == (2, True, CAUSE)


def test_one_that_its_row_puts_into_a_full_part_moves_another_out_of_it_and_none_is_lost() -> None:
    """A part lists what is in no part yet; meanwhile workers put others into it."""
    full = part(*(member(number) for number in range(MOST_MEMBERS)))
    new = [condition(number, FIRST) for number in range(MOST_MEMBERS, MOST_MEMBERS + 5)]
    first, second = look(full, *new)
    assert set(numbers(first)) >= set(range(MOST_MEMBERS, MOST_MEMBERS + 5))
    assert sorted(numbers(first) + numbers(second)) == list(range(MOST_MEMBERS + 5))
    crowd = [condition(number, FIRST) for number in range(MOST_MEMBERS + 30)]
    (over_full,) = look(part(member(999, ended=at(1))), *crowd)
    assert (len(over_full.members), over_full.left_out) == (MOST_MEMBERS + 30, 1)


def test_ended_ones_make_room_and_are_counted() -> None:
    ended = [member(number, ended=at(number)) for number in range(MOST_MEMBERS)]
    (content,) = look(part(*ended, left_out=7), condition(900), condition(901))
    assert len(content.members) == MOST_MEMBERS
    assert content.left_out == 9
    assert {0, 1} & set(numbers(content)) == set()
    assert numbers(content)[-2:] == [900, 901]


def test_it_is_remembered_that_github_was_asked_for_a_sub_issue() -> None:
    asked = condition(1, FIRST, id=9, issue=issue(id=31))
    (content,) = look(part(member(2, attached=True)), asked, condition(2, FIRST))
    assert [(each.attached, each.id) for each in content.members] == [(True, 31), (True, 0)]


def test_labels_say_what_members_share_and_what_tells_them_apart() -> None:
    labels = [{"cluster": "eu-1", "pod": str(n), "zone": str(n % 2), "token": "x"} for n in range(4)]
    del labels[0]["zone"]
    found = in_common([condition(n, labels=each) for n, each in enumerate(labels)])
    assert (found["common"], found["differs"]) == ({"cluster": "eu-1"}, "pod")
    same = in_common([condition(n, labels=labels[1]) for n in range(2)])
    assert (same["common"], same["differs"]) == ({"cluster": "eu-1", "pod": "1", "zone": "1"}, "")
    alone = {"common": {}, "differs": "", "runbook": "", "dashboard": ""}
    assert in_common([condition(1, labels=labels[1], links={"runbook_url": RUNBOOK})]) == alone
    assert in_common([]) == alone
    (content,) = look(part(common={"a": "b"}, differs="c"), condition(1))
    assert (content.common, content.differs) == ({"a": "b"}, "c")


def test_a_credential_in_a_label_is_masked_before_it_is_cut() -> None:
    secret = "x" * 90 + " ghp_" + "a" * 40
    found = in_common([condition(n, labels={"note": secret}) for n in range(2)])
    assert "ghp_" not in found["common"]["note"]


def test_what_all_members_link_to_is_linked_and_nothing_else() -> None:
    board = "https://grafana.example.org/d/{}"
    rows = [
        condition(n, links={"runbook_url": RUNBOOK, "dashboard_url": board.format(n), "source_url": RUNBOOK})
        for n in range(2)
    ]
    found = in_common(rows)
    assert (found["runbook"], found["dashboard"]) == (RUNBOOK, "")
    (content,) = look(part(), *rows)
    assert storm.alert(content, at(0)).links == Links(runbook_url=RUNBOOK)
    assert in_common([*rows, condition(2)])["runbook"] == ""


@pytest.mark.parametrize(
    ("address", "kept"),
    [
        (RUNBOOK.ljust(MOST_OF_A_LINK, "x"), True),
        (RUNBOOK.ljust(MOST_OF_A_LINK + 1, "x"), False),
        (f"{RUNBOOK}/é", False),
    ],
)
def test_an_address_that_takes_too_much_of_the_row_is_left_out(address: str, *, kept: bool) -> None:
    found = in_common([condition(n, links={"runbook_url": address}) for n in range(2)])
    assert found["runbook"] == (address if kept else "")


def test_a_few_labels_are_kept_and_no_more_of_each_than_there_is_room_for() -> None:
    labels = {f"label-{number}": "v" * (MOST_OF_A_LABEL + 1) for number in range(MOST_LABELS + 1)}
    labels["n" * (MOST_OF_A_LABEL + 1)] = "last"
    found = in_common([condition(n, labels=labels) for n in range(2)])["common"]
    assert found == {f"label-{number}": "v" * MOST_OF_A_LABEL for number in range(MOST_LABELS)}
    apart = in_common([condition(n, labels={"n" * (MOST_OF_A_LABEL + 1): str(n)}) for n in range(2)])
    assert apart["differs"] == "n" * MOST_OF_A_LABEL


def test_a_storm_with_as_many_sub_issues_as_github_allows_gets_no_more() -> None:
    def group(members: int) -> Group | None:
        told = part(*(member(number) for number in range(members)))
        parent = storms.recorded(None, told, BEGAN)
        return storms.as_group(replace(parent, status=Status(issue=issue(id=77))))

    few, many = group(99), group(100)
    assert few
    assert many
    assert (few.id, many.id, few.ref) == (77, 0, many.ref)
    assert storm.fingerprint(CAUSE) == few.fingerprint


def test_a_label_that_one_of_them_lacks_is_not_shared() -> None:
    both = [condition(1, labels={"a": "x", "b": "y"}), condition(2, labels={"a": "x"})]
    assert in_common(both)["common"] == in_common(both[::-1])["common"] == {"a": "x"}


def test_the_last_place_of_a_part_is_taken_before_another_begins() -> None:
    first = part(*(member(number) for number in range(MOST_MEMBERS - 1)))
    (content,) = look(first, condition(MOST_MEMBERS))
    assert len(content.members) == MOST_MEMBERS
    full = part(*(member(number) for number in range(MOST_MEMBERS)))
    second = part(*(member(number) for number in range(1000, 999 + MOST_MEMBERS)), part=2)
    both = look(full, condition(999), second=second)
    assert [len(each.members) for each in both] == [MOST_MEMBERS, MOST_MEMBERS]


def test_the_members_of_a_full_part_stay_though_another_has_room() -> None:
    second = part(*(member(number) for number in range(MOST_MEMBERS)), part=2)
    assert [len(each.members) for each in look(part(), second=second)] == [0, MOST_MEMBERS]
