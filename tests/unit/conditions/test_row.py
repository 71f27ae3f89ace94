"""What a row says of itself, and how issues are referred to."""

from dataclasses import replace
from typing import Any

import pytest

from chalicelib.adapters import own
from chalicelib.alert import Priority
from chalicelib.conditions.enrichment import Enrichment, after_opening
from chalicelib.conditions.group import Group
from chalicelib.conditions.intent import Intent, Lease, Verb
from chalicelib.conditions.issue import IssueRef, Label, Seen
from chalicelib.conditions.nothing import Held, Quiet
from chalicelib.conditions.on_call import Called
from chalicelib.conditions.row import Status
from chalicelib.conditions.tally import Month, Past
from chalicelib.labels import MUTED_LABEL, QUIET_LABEL
from tests.unit.builders import resolved, row_of
from tests.unit.rows import BEGAN, alert, at, episode, issue, row

REF = IssueRef("org/infra", 12)
GROUP = Group("f" * 64, BEGAN, REF, 900)


@pytest.mark.parametrize(
    ("text", "ref"),
    [
        ("org/infra#12", REF),
        ("https://github.com/org/infra/issues/12", REF),
        ("http://ghe.example.org/org/infra/issues/12/", REF),
        ("https://github.com/org/infra/issues/12#issuecomment-7", REF),
        ("o.r-g/in_fra#1", IssueRef("o.r-g/in_fra", 1)),
        (f"org/infra#{'9' * 18}", IssueRef("org/infra", int("9" * 18))),
        (f"org/infra#{'9' * 19}", None),
        ("org/infra/pull/12", None),
        ("infra#12", None),
        ("#12", None),
        ("see org/infra#12", None),
        ("org/infra#12 ", None),
    ],
)
def test_an_issue_is_named_in_short_or_by_its_address(text: str, ref: IssueRef | None) -> None:
    assert IssueRef.read(text) == ref


def test_an_issue_is_linked_from_another_as_github_does() -> None:
    assert [REF.seen_from(each) for each in ("org/infra", "Org/Infra", "org/web")] == [
        "#12",
        "#12",
        "org/infra#12",
    ]
    assert (str(REF), REF.is_in("ORG/infra"), REF.is_in("org/web")) == ("org/infra#12", True, False)


@pytest.mark.parametrize(
    ("color", "description", "plain"),
    [("ededed", "", True), ("EDEDED", "", True), ("ff0000", "", False), ("ededed", "ours", False)],
)
def test_a_label_is_plain_until_somebody_changes_it(color: str, description: str, *, plain: bool) -> None:
    assert Label("a", color, description).plain is plain


@pytest.mark.parametrize(
    ("labels", "muted", "quiet"),
    [((), False, False), ((MUTED_LABEL,), True, False), (("a", QUIET_LABEL), False, True)],
)
def test_a_row_remembers_what_github_shows(labels: tuple[str, ...], *, muted: bool, quiet: bool) -> None:
    shown: dict[str, Any] = {
        "ref": REF,
        "url": "https://x/12",
        "comments": 4,
        "closed_at": at(1),
        "closed_by": None,
        "closer": "mona",
        "state_reason": "completed",
        "id": 9,
        "has_parent": True,
    }
    seen = Seen(**shown, title="t", body="b", labels=labels, by_us=True)
    assert seen.remembered() == shown | {"muted": muted, "quiet": quiet}
    assert (seen.open, replace(seen, closed_at=None).open) == (False, True)


def test_a_row_is_as_urgent_as_its_alert_and_a_page_of_ours_comes_first() -> None:
    assert (row(fires=alert(priority="P2")).priority, row(fires=alert(priority="P2")).rank) == ("P2", "P2")
    assert row(fires=alert(priority="P2", source=own.STORM)).rank is Priority.P0
    tombstone = row_of(resolved(0, priority="P0"))
    assert (tombstone.priority, tombstone.rank) == (Priority.P3, Priority.P3)
    assert row_of(resolved(0, priority="P0", kind="heartbeat")).priority is Priority.P0


@pytest.mark.parametrize(("looked_up", "counts"), [(BEGAN, True), (at(-60), False)])
def test_what_was_looked_up_counts_for_its_episode(looked_up: Any, *, counts: bool) -> None:
    known = Enrichment(looked_up, at(1), group=GROUP)
    state = row(status=Status(enrichment=known))
    assert (state.enrichment, state.group) == ((known, GROUP) if counts else (None, None))
    assert (row().enrichment, row().group) == (None, None)


def test_a_storm_that_did_not_become_the_parent_loses_its_id() -> None:
    known = Enrichment(BEGAN, at(1), group=GROUP)
    assert after_opening(known, has_parent=True) == known
    assert after_opening(known, has_parent=False) == replace(known, group=Group("f" * 64, BEGAN, REF, 0))
    alone = replace(known, group=None)
    assert after_opening(alone, has_parent=False) == alone
    assert after_opening(None, has_parent=False) is None


def test_those_who_are_called_are_of_the_step_or_else_of_the_issue() -> None:
    mona, ann = Called("infra", ("@mona", "@bob")), Called("web", ("@ann",))
    begun = Intent(Verb.COMMENT, BEGAN, 1, BEGAN, "org/infra", on_call=(ann,))
    state = row(status=Status(issue(on_call=(mona, ann))))
    assert state.on_call == (mona, ann)
    assert (state.called("infra"), state.called("web"), state.called("db")) == (
        ("@mona", "@bob"),
        ("@ann",),
        (),
    )
    assert replace(state, intent=begun).on_call == (ann,)
    assert replace(state, intent=replace(begun, on_call=())).on_call == (mona, ann)
    assert row().on_call == ()


def test_a_step_is_taken_only_under_a_claim() -> None:
    assert replace(row(), lease=Lease("worker", at(9))).lease_end == at(9)
    with pytest.raises(AssertionError, match=r"^a step was taken on a row that nobody has claimed$"):
        _ = row().lease_end


@pytest.mark.parametrize(("told", "untold"), [(None, [0, 2]), (-1, [0, 2]), (0, [2]), (2, [])])
def test_episodes_that_no_issue_mentioned_are_untold(told: float | None, untold: list[float]) -> None:
    episodes = (episode(0, 1), episode(2, 3), episode(4, 5))
    state = row(episode=at(4), episodes=episodes, status=Status(told=None if told is None else at(told)))
    assert [each.began for each in state.untold] == list(map(at, untold))


def test_what_holds_a_row_back_repeats_itself_whatever_its_end() -> None:
    held = Held(Quiet.INHIBITED, at(9), "Node down", "f" * 64)
    assert held.name == "INHIBITED"
    assert held.repeats(replace(held, until=at(1)))
    others = (replace(held, what="x"), replace(held, by="y"), replace(held, reason=Quiet.MAINTENANCE), None)
    assert not any(held.repeats(other) for other in others)


def test_a_month_in_which_nothing_happened_has_no_figures() -> None:
    known = Past((Month("2026-10", closed=1), Month("2026-11", closed=2)))
    assert known.month("2026-11") == Month("2026-11", closed=2)
    assert known.month("2026-12") == Month("2026-12")
