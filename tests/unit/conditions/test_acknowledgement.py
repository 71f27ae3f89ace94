"""Who has an alert, and since when it waits for somebody: what each event changes in the issue."""

from datetime import timedelta
from typing import Any

import pytest

from chalicelib.conditions import acknowledgement
from chalicelib.conditions.issue import Seen
from chalicelib.conditions.row import Status
from chalicelib.conditions.wishes import Wish
from chalicelib.labels import FLAPPING_LABEL, MUTED_LABEL, QUIET_LABEL
from tests.unit.rows import BEGAN, at, issue, row

NOW = at(40)
HAD: dict[str, Any] = {"acked_by": "mona", "acked_at": at(3), "called_at": at(2), "tier": 2}
GIVEN_BACK = Wish("unack", "mona", at(9))


def seen(*labels: str, closed: bool = False) -> Seen:
    shown = issue()
    closed_at = at(5) if closed else None
    return Seen(
        ref=shown.ref, url=shown.url, title="t", body="b", labels=labels, by_us=True, closed_at=closed_at
    )


def test_taking_it_and_giving_it_back_change_who_has_it_and_since_when_it_waits() -> None:
    taken = acknowledgement.acknowledged(issue(tier=2, called_at=at(2)), "mona", at(3))
    assert taken == issue(**HAD)
    assert acknowledgement.given_back(taken, GIVEN_BACK, NOW) == issue(given_back=GIVEN_BACK, called_at=NOW)
    assert acknowledgement.left_to_people(taken, NOW) == issue(**(HAD | {"called_at": NOW}))


@pytest.mark.parametrize(
    ("known", "expected"),
    [
        # an acknowledgement since the episode began, by our clock, covers it
        ({"acked_at": at(11)}, {"acked_at": at(11)}),
        ({"acked_at": at(10.9)}, {"acked_by": "", "acked_at": None}),
        ({"acked_at": at(13), "clock_ahead": timedelta(minutes=2)}, {"acked_at": at(13)}),
        ({"acked_at": at(12), "clock_ahead": timedelta(minutes=2)}, {"acked_by": "", "acked_at": None}),
        ({"acked_at": None}, {"acked_by": "", "acked_at": None}),
        # so does a call
        ({"acked_at": at(11), "called_at": at(11)}, {"acked_at": at(11), "called_at": at(11)}),
        ({"acked_at": at(11), "called_at": at(10.9)}, {"acked_at": at(11)}),
        ({"acked_at": at(11), "called_at": None}, {"acked_at": at(11)}),
    ],
)
def test_what_was_done_in_the_last_episode_does_not_cover_a_new_one(
    known: dict[str, Any], expected: dict[str, Any]
) -> None:
    before = issue(**(HAD | known))
    again = row(episode=at(10), episode_heard_at=at(11), status=Status(before))
    after = issue(**(HAD | known | {"called_at": NOW, "tier": 0} | expected))
    assert acknowledgement.shown(again, before, seen(), NOW) == after


@pytest.mark.parametrize(
    ("episode", "fields"),
    [
        (at(10), {"episode": at(10)}),
        (at(9), {"episode": at(10)}),
        (at(10), {"labels": (FLAPPING_LABEL,)}),
        (None, {}),
    ],
    ids=["the same episode", "its beginning moved back", "it flaps", "never fired"],
)
def test_otherwise_an_acknowledgement_stays(episode: Any, fields: dict[str, Any]) -> None:
    before = issue(**(HAD | fields))
    known = row(episode=episode, status=Status(before))
    assert acknowledgement.shown(known, before, seen(), NOW) == before


@pytest.mark.parametrize(
    ("fields", "shows", "waits"),
    [
        ({}, seen(), False),
        ({"closed_at": at(4)}, seen(), True),
        ({}, seen(closed=True), False),
        ({"closed_at": at(4)}, seen(closed=True), False),
        ({"muted": True}, seen(), True),
        ({"muted": True}, seen(MUTED_LABEL), False),
        ({}, seen(MUTED_LABEL), False),
        ({"quiet": True}, seen(), True),
        ({"quiet": True}, seen(QUIET_LABEL), False),
        ({}, seen(QUIET_LABEL), False),
        ({"muted": True, "quiet": True}, seen(MUTED_LABEL), True),
    ],
)
def test_it_waits_again_once_it_is_reopened_or_no_longer_kept_quiet(
    fields: dict[str, Any], shows: Seen, *, waits: bool
) -> None:
    before = issue(**(HAD | fields))
    after = issue(**(HAD | fields | ({"called_at": NOW} if waits else {})))
    assert acknowledgement.observed(before, shows, NOW) == after


def test_only_an_open_issue_of_the_same_episode_passes_on_who_has_it() -> None:
    assert acknowledgement.carried(issue(**HAD), BEGAN) == HAD
    assert acknowledgement.carried(issue(**HAD), at(1)) == {}
    assert acknowledgement.carried(issue(**HAD, closed_at=at(4)), BEGAN) == {}
    assert acknowledgement.carried(None, BEGAN) == {}


@pytest.mark.parametrize(
    ("fields", "snoozed_until", "minute"),
    [
        ({"called_at": at(2), "opened_at": at(1), "commented_at": at(9)}, None, 2),
        ({"opened_at": at(1), "commented_at": at(9)}, None, 1),
        ({"commented_at": at(9)}, None, 9),
        ({"called_at": at(2)}, at(30), 30),
        ({"called_at": at(2)}, at(1), 2),
    ],
)
def test_it_waits_from_the_last_call_or_the_end_of_a_snooze(
    fields: dict[str, Any], snoozed_until: Any, minute: float
) -> None:
    shown = issue(**fields)
    known = row(status=Status(shown, snoozed_until=snoozed_until))
    assert acknowledgement.waits_since(known, shown) == at(minute)
