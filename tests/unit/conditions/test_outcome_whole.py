"""Outcome: all that each result leaves in the status, and that it touches nothing else."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from chalicelib.alert import Priority
from chalicelib.conditions import outcome, written
from chalicelib.conditions.enrichment import Enrichment
from chalicelib.conditions.group import Group
from chalicelib.conditions.incident_link import IncidentLink
from chalicelib.conditions.issue import Closer, IssueRef, Seen
from chalicelib.conditions.on_call import Called
from chalicelib.conditions.row import AlertState, Intent, Issue, Status, Verb
from chalicelib.conditions.wishes import Wish
from tests.unit import rows
from tests.unit.rows import BEGAN, alert, at, row

REF, OTHER, INCIDENT = IssueRef("org/infra", 5), IssueRef("org/infra", 12), IssueRef("org/ops", 3)
ON_CALL = (Called("infra", ("@mona",)),)
SHOWS: dict[str, Any] = {"ref": REF, "url": "https://x/5", "comments": 4, "id": 77, "has_parent": True}
SEEN = Seen(
    **SHOWS,
    title="[P2] Queue",
    body="b",
    labels=("Pri:P2", "mine", "alert:quiet"),
    by_us=True,
    left_out=("a label",),
    changed_at=at(13),
)
INTENT = Intent(
    Verb.OPEN,
    BEGAN,
    generation=3,
    since=at(9),
    repository="org/infra",
    title="[P2] Queue",
    labels=("Pri:P2", "lost"),
    priority=Priority.P2,
    teams=("infra", "web"),
    on_call=ON_CALL,
)
FRESH = Issue(
    **SHOWS,
    episode=BEGAN,
    title="[P2] Queue",
    labels=("Pri:P2", "lost"),
    priority=Priority.P2,
    teams=("infra", "web"),
    generation=3,
    spoke_at=at(10),
    commented_at=at(10),
    announced=Priority.P2,
    quiet=True,
    heard_at=at(9),
    opened_at=at(10),
    opened_for=BEGAN,
    clock_ahead=timedelta(minutes=3),
    left_out=("a label",),
    called_at=at(10),
    on_call=ON_CALL,
)
KNOWN = Enrichment(BEGAN, at(1), group=Group("f" * 64, BEGAN, OTHER, 900))
BEFORE = Status(
    predecessor=IssueRef("org/infra", 2),
    superseded=IssueRef("org/infra", 1),
    told=at(-90),
    failures=3,
    snoozed_until=at(11),
    heard=(1, 2),
    replies=(2,),
    wishes=(Wish("mute", "mona", at(1)),),
    enrichment=KNOWN,
    incident=IncidentLink("i" * 64, INCIDENT, (4,)),
)
AFTER = replace(BEFORE, issue=FRESH, superseded=None, incident=None, told=BEGAN, failures=0)


def of(status: Status = BEFORE, **fields: Any) -> AlertState:
    return replace(row(status=status), **fields)


def with_issue(**fields: Any) -> Status:
    return replace(BEFORE, issue=rows.issue(12, **fields))


def test_an_opening_leaves_the_issue_as_it_was_meant_and_as_github_shows_it() -> None:
    assert outcome.opened(of(), INTENT, SEEN, at(10)) == AFTER
    found = outcome.opened(of(), INTENT, SEEN, at(10), found=True)
    assert found == replace(AFTER, issue=replace(FRESH, clock_ahead=timedelta()))


@pytest.mark.parametrize(("closed", "ours"), [(8, 9), (9.5, 9.5), (12, 10)])
def test_one_that_is_closed_already_was_closed_since_its_opening_began(closed: float, ours: float) -> None:
    seen = replace(SEEN, closed_at=at(closed), closed_by=Closer.PERSON, closer="mona")
    issue = outcome.opened(of(), INTENT, seen, at(10)).issue
    shown: dict[str, Any] = {"closed_at": at(closed), "closed_by": Closer.PERSON, "closer": "mona"}
    assert issue == replace(FRESH, **shown, closed_by_our_clock=at(ours))


def test_one_that_continues_another_takes_over_who_has_it_and_supersedes_it() -> None:
    had: dict[str, Any] = {"acked_by": "mona", "acked_at": at(2), "tier": 1, "called_at": at(3)}
    known = with_issue(**had, comments_closed=True, announced=Priority.P2)
    issue = replace(FRESH, acked_by="mona", acked_at=at(2), tier=2, continues=True)
    expected = replace(AFTER, issue=issue, predecessor=OTHER, superseded=OTHER, incident=BEFORE.incident)
    assert outcome.opened(of(known), INTENT, SEEN, at(10)) == expected


@pytest.mark.parametrize(
    "fields", [{"closed_at": at(4)}, {"kept_open": True}], ids=["closed", "kept open by a person"]
)
def test_one_after_another_names_it_and_leaves_it_as_it_is(fields: dict[str, Any]) -> None:
    status = outcome.opened(of(with_issue(**fields)), INTENT, SEEN, at(10))
    assert status == replace(AFTER, predecessor=OTHER)


@pytest.mark.parametrize(("until", "kept"), [(10, False), (10.1, True)])
def test_a_snooze_that_is_over_is_forgotten(until: float, *, kept: bool) -> None:
    status = outcome.opened(of(replace(BEFORE, snoozed_until=at(until))), INTENT, SEEN, at(10))
    assert status.snoozed_until == (at(until) if kept else None)


@pytest.mark.parametrize(("changed", "ahead"), [(20, 10), (0, -10), (20.1, 0), (-0.1, 0)])
def test_an_answer_tells_how_far_githubs_clock_is_ahead_unless_it_is_impossible(
    changed: float, ahead: float
) -> None:
    seen = replace(SEEN, changed_at=at(changed))
    issue = outcome.opened(of(), INTENT, seen, at(10)).issue
    assert issue
    assert issue.clock_ahead == timedelta(minutes=ahead)


def test_a_storm_that_was_not_made_its_parent_is_asked_once_more() -> None:
    status = outcome.opened(of(), INTENT, replace(SEEN, has_parent=False), at(10))
    again = replace(KNOWN, group=Group("f" * 64, BEGAN, OTHER, 0))
    assert status == replace(AFTER, issue=replace(FRESH, has_parent=False), enrichment=again)


def test_a_duplicate_that_is_closed_is_not_closed_again() -> None:
    assert outcome.closed_duplicate(of(), IssueRef("org/infra", 1)) == replace(BEFORE, superseded=None)
    assert outcome.closed_duplicate(of(), OTHER) == BEFORE


def test_a_look_takes_what_github_shows_and_what_we_had_set() -> None:
    had: dict[str, Any] = {"labels": ("alert:stale",), "title": "[P1] Queue", "called_at": at(2)}
    known = with_issue(**had, muted=True)
    issue = rows.issue(**(had | SHOWS | {"called_at": at(10)}), quiet=True)
    expected = replace(known, issue=issue, wishes=())
    assert outcome.observed(of(known), SEEN, at(10)) == expected
    meant = replace(issue, labels=("alert:stale", "Pri:P2"), title="[P2] Queue")
    assert outcome.observed(of(known, intent=INTENT), SEEN, at(10)) == replace(expected, issue=meant)
    other = replace(INTENT, title="[P2] Other", labels=("alert:stale", "lost"))
    assert outcome.observed(of(known, intent=other), SEEN, at(10)) == expected


@pytest.mark.parametrize(
    ("field", "value"),
    [("ref", REF), ("closed_at", at(1)), ("closed_by", Closer.PERSON)],
)
def test_what_people_changed_is_a_surprise(field: str, value: Any) -> None:
    issue = rows.issue(12, quiet=True, closed_by=Closer.US)
    same = Seen(
        ref=OTHER, url="", title="", body="", labels=("alert:quiet",), by_us=False, closed_by=Closer.US
    )
    assert not outcome.surprising(issue, same)
    assert outcome.surprising(issue, replace(same, **{field: value}))
    for labels in ((), ("alert:muted", "alert:quiet")):
        assert outcome.surprising(issue, replace(same, labels=labels))


def test_an_adopted_issue_is_the_rows_with_nothing_written_yet() -> None:
    heard: dict[str, Any] = {"seen_at": at(6), "episode_heard_at": at(1)}
    adopted = replace(
        FRESH,
        title="[P2] Queue",
        labels=("Pri:P2",),
        teams=("infra",),
        generation=0,
        spoke_at=at(6),
        commented_at=at(6),
        called_at=at(6),
        heard_at=at(1),
        opened_at=None,
        opened_for=None,
        clock_ahead=timedelta(),
        left_out=(),
        on_call=(),
    )
    state = replace(row(**heard), status=BEFORE)
    expected = replace(BEFORE, issue=adopted, told=BEGAN, failures=0)
    assert outcome.adopted(state, alert(), SEEN, "[P1] Queue") == expected
    had: dict[str, Any] = {"acked_by": "mona", "acked_at": at(2), "tier": 1, "called_at": at(3)}
    known = with_issue(**had, labels=("mine", "gone"))
    taken = replace(adopted, **had, labels=("Pri:P2", "mine"))
    again = outcome.adopted(replace(state, status=known), alert(), SEEN, "[P1] Queue")
    assert again == replace(expected, issue=taken)


def test_what_was_written_on_an_issue_is_what_it_shows() -> None:
    had: dict[str, Any] = {"labels": ("a",), "called_at": at(2), "on_call": ON_CALL, "once": ("x",)}
    known = with_issue(**had, kept_open=True, announced=Priority.P0)
    shows: dict[str, Any] = {"title": "[P1] Queue", "generation": 4, "spoke_at": at(10), "quiet": True}
    issue = rows.issue(
        **(had | SHOWS | shows), clock_ahead=timedelta(minutes=3), announced=Priority.P1, incident=INCIDENT
    )
    state = replace(row(generation=4), status=known)
    expected = replace(known, issue=issue, told=BEGAN, failures=0)
    assert outcome.shown(state, alert(), SEEN, "[P1] Queue", at(10)) == expected
    alone = replace(state, status=replace(known, incident=None))
    assert outcome.shown(alone, alert(), SEEN, "[P1] Queue", at(10)).issue == replace(issue, incident=None)


def test_an_issue_that_was_deleted_takes_what_was_asked_for_on_it_along() -> None:
    assert outcome.gone(of(with_issue())) == replace(BEFORE, replies=())


def commented(key: str, known: Status, priority: Priority = Priority.P1, **fields: Any) -> Status:
    return written.commented(of(known, **fields), priority, key, at(10))


SAID: dict[str, Any] = {"comments": 5, "heard": 8, "comment_key": "before", "called_at": at(1), "tier": 1}
WROTE: dict[str, Any] = {"comments": 6, "heard": 9, "commented_at": at(10), "spoke_at": at(10)}


@pytest.mark.parametrize(
    ("key", "changes"),
    [
        ("repeat-7", {}),
        ("resolved-7", {}),
        ("stale-7", {"once": ("first", "stale-7")}),
        ("quiet-7", {"once": ("first", "quiet-7")}),
        ("resolved-review-7", {"once": ("first", "resolved-review-7")}),
        (
            "escalation-tier-7",
            {"once": ("first", "escalation-tier-7"), "tier": 2, "called_at": at(10)},
        ),
        ("snooze-7", {"called_at": at(10)}),
        (
            "escalation-7",
            {"announced": Priority.P1, "raised_at": at(10), "called_at": at(10), "on_call": ON_CALL},
        ),
    ],
)
def test_each_comment_changes_what_it_is_about(key: str, changes: dict[str, Any]) -> None:
    fields = SAID | {"once": ("first",), "announced": Priority.P2}
    known, begun = with_issue(**fields), replace(INTENT, verb=Verb.COMMENT)
    issue = rows.issue(12, **(fields | WROTE | {"comment_key": key} | changes))
    until = None if key == "snooze-7" else at(11)
    expected = replace(known, issue=issue, failures=0, snoozed_until=until)
    assert commented(key, known, intent=begun) == expected


def test_an_escalation_of_what_was_urgent_already_leaves_since_when_it_waits() -> None:
    status = commented("escalation-7", with_issue(**SAID), Priority.P0)
    called = {"comment_key": "escalation-7", "announced": Priority.P0, "raised_at": at(10)}
    assert status.issue == rows.issue(12, **(SAID | WROTE | called))
    milder = commented("escalation-7", with_issue(**SAID), Priority.P3)
    assert milder.issue == rows.issue(12, **(SAID | WROTE | called | {"announced": Priority.P1}))


def test_an_answer_counts_as_a_comment_and_is_owed_no_more() -> None:
    issue = rows.issue(12, **(SAID | {"comments": 6, "heard": 9}))
    known = replace(with_issue(**SAID), replies=(2, 4))
    assert commented("help-2", known) == replace(known, issue=issue, replies=(4,), failures=0)
    asked = replace(known, incident=IncidentLink("i" * 64, INCIDENT, (4, 6)))
    link = IncidentLink("i" * 64, INCIDENT, (6,))
    assert commented("help-incident-4", asked) == replace(asked, issue=issue, incident=link, failures=0)


def test_labels_of_ours_are_added_and_removed() -> None:
    known = with_issue(labels=("a", "b"))
    assert written.labelled(of(known), added=("c",)) == with_issue(labels=("a", "b", "c"))
    assert written.labelled(of(known), removed="a") == with_issue(labels=("b",))
    assert written.comments_closed(of(known)) == with_issue(labels=("a", "b"), comments_closed=True)


@pytest.mark.parametrize("known", [at(0), None])
def test_a_closing_that_is_known_is_dated_once(known: datetime | None) -> None:
    state = of(with_issue(closed_at=at(9), closed_by_our_clock=known))
    dates = [
        issue.closed_by_our_clock
        for seen in (replace(SEEN, closed_at=at(9)), SEEN)
        if (issue := outcome.observed(state, seen, at(10)).issue)
    ]
    assert dates == [known, None]
