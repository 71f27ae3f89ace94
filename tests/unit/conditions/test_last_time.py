"""How it ended last time, as far as the row knows."""

from typing import Any

from chalicelib.conditions.command import Remark
from chalicelib.conditions.issue import Closer, IssueRef
from chalicelib.conditions.last_time import last_time
from chalicelib.conditions.related_issues import Ending, LastTime
from chalicelib.conditions.row import Status
from chalicelib.conditions.spec import Episode
from tests.unit.rows import at, episode, issue, row

REF, URL = IssueRef("org/infra", 12), "https://github.com/org/infra/issues/12"
LAST = episode(-60, -48)
REMARKS = (Remark(4, "mona"), Remark(7, "hubot"), Remark(9, "mona"))


def of(*episodes: Episode, **fields: Any) -> LastTime | None:
    known: dict[str, Any] = {"episode": at(-60), "closed_at": at(-48), "closed_by": Closer.US}
    shown = issue(**(known | fields))
    return last_time(row(episodes=episodes, status=Status(shown)))


def test_what_never_ended_has_no_last_time() -> None:
    assert last_time(row()) is None
    closed = issue(closed_at=at(5), closed_by=Closer.PERSON)
    assert last_time(row(status=Status(closed))) is None
    assert of() is None


def test_it_ended_by_itself() -> None:
    plain = LastTime(at(-60), at(-48), Ending.BY_ITSELF)
    assert last_time(row(episodes=(episode(-90, -80), LAST))) == plain
    assert of(LAST) == LastTime(at(-60), at(-48), Ending.BY_ITSELF, REF, URL)


def test_who_had_it_is_known_and_what_that_person_wrote_last() -> None:
    had = of(LAST, acked_by="mona", remarks=REMARKS)
    assert had == LastTime(at(-60), at(-48), Ending.BY_ITSELF, REF, URL, "mona", 9)
    silent = of(LAST, acked_by="octocat", remarks=REMARKS)
    assert silent
    assert (silent.person, silent.comment) == ("octocat", 0)


def test_its_source_stopped_watching_it() -> None:
    told = of(Episode(at(-60), at(-48), recovered=False))
    assert told
    assert told.ending is Ending.UNWATCHED


def test_a_person_closed_it_before_it_ended() -> None:
    fields: dict[str, Any] = {"closed_by": Closer.PERSON, "closer": "mona", "remarks": REMARKS}
    told = LastTime(at(-60), at(-50), Ending.BY_PERSON, REF, URL, "mona", 9)
    assert of(LAST, closed_at=at(-50), **fields) == told
    assert of(LAST, closed_at=at(-55), closed_by_our_clock=at(-50), **fields) == told
    assert of(closed_at=at(-50), **fields) == told  # its resolution was lost


def test_who_closes_the_issue_of_what_is_over_did_not_end_it() -> None:
    for minute in (-48, -10):
        after = of(LAST, closed_at=at(minute), closed_by=Closer.PERSON, closer="mona")
        assert after == LastTime(at(-60), at(-48), Ending.BY_ITSELF, REF, URL)


def test_an_episode_without_an_issue_is_the_last_one_all_the_same() -> None:
    untold = of(LAST, episode(-30, -25), closed_at=at(-50), closed_by=Closer.PERSON, closer="mona")
    assert untold == LastTime(at(-30), at(-25), Ending.BY_ITSELF)


def test_the_issue_of_this_episode_says_nothing_of_the_last() -> None:
    shown = issue(acked_by="mona")
    told = last_time(row(episodes=(LAST,), status=Status(shown)))
    assert told == LastTime(at(-60), at(-48), Ending.BY_ITSELF)
