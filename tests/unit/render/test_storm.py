"""A storm's page lists whatever fires, those without an issue first, as far as its team may show it."""

from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from chalicelib import render
from chalicelib.adapters import storm
from chalicelib.adapters.storm import Cause, CauseKind, Member, Storm
from chalicelib.alert import AlertEvent, Condition, Priority
from chalicelib.conditions.enrichment import Enrichment
from chalicelib.conditions.group import Group
from chalicelib.conditions.issue import IssueRef
from chalicelib.conditions.record import record
from chalicelib.conditions.row import AlertState, Status
from chalicelib.render import storm as storm_page
from chalicelib.render.issue import MAX_BODY
from chalicelib.render.view import View
from tests.unit import rows
from tests.unit.markup import active
from tests.unit.rows import BEGAN, at, issue, routing

RULE = Cause(kind=CauseKind.RULE, teams=("infra",), value=("grafana", "HighLatency"))


def member(number: int = 1, **fields: Any) -> Member:
    known: dict[str, Any] = {
        "fingerprint": f"{number:064}",
        "title": f"HighLatency [pod-{number}]",
        "priority": Priority.P2,
        "began": at(number / 60),
    }
    return Member(**(known | fields))


def content(*members: Member, **fields: Any) -> Storm:
    known: dict[str, Any] = {"cause": RULE, "began": BEGAN, "members": members}
    return Storm(**(known | fields))


def parent(told: Storm, **changes: Any) -> AlertState:
    return replace(record(None, storm.alert(told, BEGAN), BEGAN).row, **changes)


def page(told: Storm, now: datetime = BEGAN, *, previous: str = "", **changes: Any) -> str:
    return render.body(parent(told, **changes), routing(), now, previous=previous)


def table(body: str) -> list[str]:
    return [line for line in body.splitlines() if line.startswith("| P")][1:]


def test_it_says_what_began_how_much_of_it_fires_and_what_it_shares() -> None:
    told = content(
        member(1, priority=Priority.P1, issue="org/infra#21"),
        member(2),
        member(3, issue="org/other#4"),
        member(4, ended=at(9)),
        common={"cluster": "eu-1", "job": "node"},
        differs="pod",
    )
    body = page(told)
    assert "**4 alerts began together.**" in body
    assert "**P1 high** · firing since 03:10 UTC (2026-11-23) · team infra · Alerting" in body
    assert "3 firing: 1 high (P1), 2 medium (P2) · 1 ended · **1 still without an issue**" in body
    assert "In common: rule HighLatency, cluster eu-1, job node. They differ in pod." in body
    assert "@org/day" in body
    assert table(body) == [
        "| P2 | HighLatency \\[pod-2\\] | none yet | 03:10 UTC |",
        "| P1 | HighLatency \\[pod-1\\] | #21 | 03:10 UTC |",
        "| P2 | HighLatency \\[pod-3\\] | org/other#4 | 03:10 UTC |",
        "| P2 | HighLatency \\[pod-4\\] | none | 03:10 UTC, ended 03:19 UTC |",
    ]


def test_it_links_the_runbook_that_its_alerts_share_and_else_the_teams() -> None:
    runbook = "https://runbooks.example.org/latency"
    assert f"**[Open the runbook]({runbook})**" in page(content(member(), runbook=runbook))
    assert "**[Open the runbook](https://example.org/runbooks/infra)**" in page(content(member()))


def test_its_title_names_what_began() -> None:
    assert render.title(storm.alert(content(member()), BEGAN), routing()) == "[P2] HighLatency: many at once"


@pytest.mark.parametrize(
    ("cause", "said"),
    [
        (Cause(kind=CauseKind.PLACE, teams=("infra",), value=("123456789012", "eu-1")), "Region eu-1."),
        (
            Cause(kind=CauseKind.GROUP, teams=("infra",), value=("alertmanager", "", "{}:{a=b}")),
            "one group in Alertmanager.",
        ),
    ],
)
def test_it_says_what_the_cause_is(cause: Cause, said: str) -> None:
    assert f"In common: {said}" in page(content(member(), cause=cause))


def test_a_kind_of_cause_without_words_is_a_mistake_of_ours() -> None:
    unknown: Any = object()
    forgotten = Cause.model_construct(kind=unknown, teams=("infra",), value=())
    told = content().model_copy(update={"cause": forgotten})
    with pytest.raises(AssertionError, match="unreachable"):
        storm_page._cause(View.of(parent(content()), routing(), BEGAN), told)


def test_what_waits_for_its_issue_is_no_storm() -> None:
    cause = Cause(kind=CauseKind.WAITING, teams=("infra",))
    body = page(content(member(), cause=cause))
    assert "**1 alert still without an issue, because of GitHub's limits.**" in body
    assert "In common" not in body
    nothing = page(content(cause=cause))
    assert "**No alert waits.**" in nothing
    assert "firing:" not in nothing


def test_a_further_part_names_the_first_and_calls_nobody() -> None:
    told = content(member(priority=Priority.P0), part=2, continues=True, main="org/infra#12")
    body = page(told)
    assert "Part 2 of #12." in body
    assert ("@org" in body, "Nobody has it yet" in body) == (False, False)


def test_members_that_are_listed_no_more_are_counted() -> None:
    body = page(content(member(1), member(2, ended=at(3)), left_out=40))
    assert "**42 alerts began together.**" in body
    assert "1 firing: 1 medium (P2) · 41 ended · **1 still without an issue**" in body


def test_a_storm_that_is_over_says_so_and_calls_nobody() -> None:
    over = storm.alert(content(member(ended=at(9), issue="org/infra#13")), at(11), Condition.RESOLVED)
    row = record(parent(content(member(ended=at(9), issue="org/infra#13"))), over, at(11)).row
    body = render.body(row, routing(), at(11))
    assert "**RESOLVED** at 03:21 UTC (2026-11-23) after 11 minutes." in body
    assert "0 firing · 1 ended" in body
    assert "@org" not in body


def test_of_a_content_that_is_not_understood_the_rest_is_written() -> None:
    row = parent(content(member()))
    odd = row.spec.alert.model_copy(update={"raw_provider": {"version": 9}}) if row.spec.alert else None
    body = render.body(replace(row, spec=replace(row.spec, alert=odd)), routing(), BEGAN)
    assert "**0 alerts began together.**" in body
    assert not table(body)


@pytest.mark.parametrize("title", ["x" * 200, "|" * 160, "@org/all <b>#1</b> ![i](https://example.org) " * 4])
def test_400_members_are_all_listed_whatever_their_titles_are(title: str) -> None:
    body = page(content(*(member(number, title=title) for number in range(400))))
    assert len(body) <= MAX_BODY
    assert len(table(body)) == 400
    assert not active(body) - {"mention @org/day", "mention @org/oncall"}


def test_what_people_wrote_is_kept_and_what_has_no_room_is_counted() -> None:
    told = content(
        *(member(number, title="|" * 160, issue=f"org/infra#{number}") for number in range(300)),
        *(member(number, title="|" * 160) for number in range(300, 400)),
    )
    mine = "What I wrote. " * 2_900
    body = page(told, previous=f"{page(told)}\n\n{mine}", status=Status(issue=issue()))
    assert mine in body
    assert len(body) <= MAX_BODY
    assert len(table(body)) >= 100
    assert all("none yet" in line for line in table(body)[:100])
    assert " others, which this page has no room for." in body


def test_labels_and_accounts_are_shown_only_where_they_may_be() -> None:
    told = content(
        member(title="Queue [arn:aws:sqs:eu-1:123456789012:jobs]"), common={"cluster": "eu-1"}, differs="pod"
    )
    place = Cause(kind=CauseKind.PLACE, teams=("terse",), value=("123456789012", "eu-1"))
    terse = page(told.model_copy(update={"cause": place}))
    labels = page(told)
    assert "| P2 | Queue | none yet |" in terse
    assert ("cluster" in terse, "pod" in terse, "jobs" in terse) == (False, False, False)
    assert ("cluster eu-1" in labels, "jobs" in labels) == (True, True)
    assert "123456789012" not in terse + labels


HERE = IssueRef("org/infra", 12)


def child(priority: str, ref: IssueRef | None = HERE, **status: Any) -> AlertState:
    known = Enrichment(BEGAN, BEGAN, group=Group("f" * 64, BEGAN, ref))
    return rows.row(fires=rows.alert(priority=priority), status=Status(enrichment=known, **status))


def test_a_member_says_what_it_is_part_of_and_calls_nobody_but_for_p0() -> None:
    said = "Part of #12, which lists the alerts that began together"
    urgent, other = (render.body(child(each), routing(), BEGAN) for each in ("P0", "P1"))
    assert (f"{said}." in urgent, f"{said} and says who has them." in other) == (True, True)
    assert ("@org/oncall" in urgent, "@org/day" in other) == (True, False)


def test_a_member_leaves_it_to_the_storms_issue_to_say_that_nobody_has_it() -> None:
    """Whoever has the storm has its members, though nobody has acknowledged them one by one."""
    nobody = "Nobody has it yet"
    bodies = [render.body(each, routing(), BEGAN) for each in (child("P0"), child("P1"), child("P1", None))]
    assert [nobody in body for body in bodies] == [True, False, True]
    acked = issue(acked_by="octocat", acked_at=at(2))
    body = render.body(child("P1", issue=acked), routing(), at(3), previous="mine")
    assert "Acknowledged by `@octocat`" in body


def test_a_member_that_became_p0_names_its_people_while_it_is() -> None:
    shown = issue(announced=Priority.P0)
    assert "@org/oncall" in render.body(child("P0", issue=shown), routing(), BEGAN, previous="mine")
    assert "@org" not in render.body(child("P1", issue=shown), routing(), BEGAN, previous="mine")


def test_a_storm_without_an_issue_or_elsewhere_is_referred_to_accordingly() -> None:
    assert "Part of" not in render.body(child("P1", None), routing(), BEGAN)
    assert "Part of org/away#3," in render.body(child("P1", IssueRef("org/away", 3)), routing(), BEGAN)


def test_alerts_of_other_sources_continue_nothing() -> None:
    other: AlertEvent = rows.alert(raw_provider={"continues": True})
    assert not storm.continues(other)
