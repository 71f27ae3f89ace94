"""The timeline of an incident: what rows say, each thing once, and what was known stays."""

from dataclasses import replace

import pytest

from chalicelib.adapters.incident import FIRST_ENTRIES, MOST_ENTRIES, Entry, Incident, What
from chalicelib.alert import Priority
from chalicelib.conditions.command import Remark
from chalicelib.conditions.comments import Comment
from chalicelib.conditions.issue import Closer
from chalicelib.conditions.row import AlertState, Status
from chalicelib.conditions.timeline import grown, with_entry
from chalicelib.conditions.wishes import Wish
from tests.unit.rows import BEGAN, alert, at, ended, episode, issue, row

INCIDENT = Incident(declared_by="mona", since=BEGAN)
OWN = AlertState("own", row().spec)


def of(shown: AlertState, known: Incident = INCIDENT) -> list[tuple[What, float]]:
    found = grown(known, OWN, [shown]).timeline
    return [(entry.what, (entry.at - BEGAN).total_seconds() / 60) for entry in found]


def with_issue(**fields: object) -> AlertState:
    return row(status=Status(replace(issue(), **fields)))  # type: ignore[arg-type] # of any field


def test_each_episode_since_the_beginning_is_in_it_and_the_newest_in_any_case() -> None:
    flaps = row(
        episode=at(20), episodes=(episode(-40, -30), episode(0, 5), replace(episode(9, 12), recovered=False))
    )
    assert of(flaps) == [
        *((What.FIRED, 0), (What.ENDED, 5), (What.FIRED, 9), (What.UNWATCHED, 12), (What.FIRED, 20)),
    ]
    assert of(row(), Incident(declared_by="mona", since=at(30))) == [(What.FIRED, 0)]
    assert of(ended(7)) == [(What.FIRED, 0), (What.ENDED, 7)]
    assert of(row(episode=None)) == []


def test_what_happened_on_its_issue_is_in_it() -> None:
    shown = with_issue(
        acked_by="mona",
        acked_at=at(3),
        raised_at=at(4),
        announced=Priority.P0,
        remarks=(Remark(7, "hubot", at(5)), Remark(5, "mona", at(-1)), Remark(6, "old")),
        closed_at=at(9),
        closed_by=Closer.PERSON,
        closer="octocat",
    )
    found = grown(INCIDENT, OWN, [shown]).timeline
    assert [(entry.what, entry.who, entry.priority) for entry in found[1:]] == [
        (What.ACKNOWLEDGED, "mona", None),
        (What.ESCALATED, "", Priority.P0),
        (What.COMMENTED, "hubot", None),
        (What.CLOSED, "octocat", None),
    ]
    assert found[3].url == "https://github.com/org/infra/issues/12#issuecomment-7"


def test_within_a_second_what_people_declare_comes_after_what_led_to_it() -> None:
    declared = with_entry(INCIDENT, Entry(at=at(3), what=What.DECLARED, who="mona"))
    found = of(with_issue(acked_by="mona", acked_at=at(3)), declared)
    assert found == [(What.FIRED, 0), (What.ACKNOWLEDGED, 3), (What.DECLARED, 3)]


def test_within_a_second_an_alert_fires_before_a_person_has_it() -> None:
    """GitHub leaves out the fraction of the second in which the person took it."""
    began = BEGAN.replace(microsecond=600_000)
    shown = row(episode=began, status=Status(replace(issue(), acked_by="mona", acked_at=BEGAN)))
    assert [entry.what for entry in grown(INCIDENT, OWN, [shown]).timeline] == [What.FIRED, What.ACKNOWLEDGED]


@pytest.mark.parametrize("minute", [None, -5])
def test_what_was_before_it_or_was_ours_is_not(minute: float | None) -> None:
    closed = {"closed_at": at(minute), "closed_by": Closer.PERSON} if minute else {}
    assert of(with_issue(**closed)) == [(What.FIRED, 0)]
    ours = with_issue(closed_at=at(9), closed_by=Closer.US)
    assert of(ours) == [(What.FIRED, 0)]


def test_each_call_of_a_tier_has_its_time_also_if_it_is_seen_late() -> None:
    keys = tuple(Comment.TIER.key(at(minute)) for minute in (0, 15, 30))
    shown = with_issue(once=(Comment.QUIET.key(at(0)), *keys), called_at=at(45))
    calls = [(What.CALLED, minute) for minute in (15, 30, 45)]
    assert of(shown) == [(What.FIRED, 0), *calls]
    reopened = with_issue(once=keys, called_at=at(50))
    assert of(reopened, grown(INCIDENT, OWN, [shown])) == [(What.FIRED, 0), *calls]


def test_what_is_known_stays_when_a_row_forgets_it() -> None:
    acked = grown(INCIDENT, OWN, [with_issue(acked_by="mona", acked_at=at(3))])
    fresh = row(episode=at(50), status=Status(issue(13)))
    assert of(fresh, acked) == [(What.FIRED, 0), (What.ACKNOWLEDGED, 3), (What.FIRED, 50)]
    later = grown(acked, OWN, [fresh])
    assert [entry.issue for entry in later.timeline] == ["org/infra#12", "org/infra#12", "org/infra#13"]
    assert grown(later, OWN, [fresh]) == later


def test_an_entry_from_before_its_issue_gets_it() -> None:
    early = grown(INCIDENT, OWN, [row()])
    assert [(entry.issue, entry.url) for entry in early.timeline] == [("", "")]
    assert [entry.issue for entry in grown(early, OWN, [with_issue()]).timeline] == ["org/infra#12"]


def test_a_late_message_moves_the_beginning() -> None:
    known = grown(INCIDENT, OWN, [row(episode=at(4))])
    assert of(row(episode=at(2)), known) == [(What.FIRED, 2)]
    other = replace(row(episode=at(4)), fingerprint="other")
    assert of(other, known) == [(What.FIRED, 4), (What.FIRED, 4)]


def test_a_title_is_the_issues_or_else_the_part_that_holds_no_labels() -> None:
    untitled = row(fires=alert(title="CPU high [web-1]", name=None))
    whole = row(fires=alert(title="CPU high [web-1]", name="CPU high"))
    nothing = replace(OWN, spec=replace(row().spec, alert=None))
    titles = [
        grown(INCIDENT, OWN, [each]).timeline[0].title for each in (untitled, whole, with_issue(), nothing)
    ]
    assert titles == ["CPU high", "CPU high", "[P1] Runner queue too long", ""]


def test_comments_on_its_own_issue_are_in_it_and_its_own_firing_is_not() -> None:
    own = replace(with_issue(remarks=(Remark(7, "mona", at(5)),)), fingerprint="own")
    assert [(entry.what, entry.of) for entry in grown(INCIDENT, own, []).timeline] == [
        (What.COMMENTED, "own")
    ]


def test_of_too_many_entries_the_first_and_the_newest_are_kept() -> None:
    full = INCIDENT
    for minute in range(MOST_ENTRIES + 5):
        full = with_entry(full, Entry(at=at(minute), what=What.COMMENTED))
    minutes = [(entry.at - BEGAN).total_seconds() / 60 for entry in full.timeline]
    assert full.shortened
    assert minutes == [*range(FIRST_ENTRIES), *range(FIRST_ENTRIES + 5, MOST_ENTRIES + 5)]
    assert not with_entry(INCIDENT, Entry(at=BEGAN, what=What.DECLARED)).shortened


def test_what_happened_is_told_once() -> None:
    entry = Entry(at=BEGAN, what=What.DECLARED, who="mona")
    assert len(with_entry(with_entry(INCIDENT, entry), entry).timeline) == 1


def test_each_entry_says_what_it_is_about_and_where() -> None:
    """What happened at the very beginning of the incident is in it."""
    calls = (Comment.TIER.key(at(1)), Comment.TIER.key(at(5)))
    shown = with_issue(
        acked_by="mona",
        acked_at=at(3),
        given_back=Wish("unack", "ann", at(4)),
        raised_at=at(4),
        announced=Priority.P0,
        once=(Comment.STALE.key(at(2)), *calls),
        commented_at=at(8),
        remarks=(Remark(7, "hubot", BEGAN),),
        closed_at=at(9),
        closed_by=Closer.PERSON,
        closer="octocat",
    )
    link = "https://github.com/org/infra/issues/12"
    about = Entry(
        at=BEGAN,
        what=What.FIRED,
        of=shown.fingerprint,
        title="[P1] Runner queue too long",
        issue="org/infra#12",
        url=link,
    )
    expected = [
        about,
        about.model_copy(
            update={
                "what": What.COMMENTED,
                "key": "7",
                "who": "hubot",
                "url": f"{link}#issuecomment-7",
            }
        ),
        about.model_copy(update={"at": at(3), "what": What.ACKNOWLEDGED, "who": "mona"}),
        about.model_copy(update={"at": at(4), "what": What.ESCALATED, "priority": Priority.P0}),
        about.model_copy(update={"at": at(4), "what": What.GIVEN_BACK, "who": "ann"}),
        about.model_copy(update={"at": at(5), "what": What.CALLED, "key": calls[0]}),
        about.model_copy(update={"at": at(8), "what": What.CALLED, "key": calls[1]}),
        about.model_copy(update={"at": at(9), "what": What.CLOSED, "who": "octocat"}),
    ]
    found = grown(INCIDENT, OWN, [shown]).timeline
    assert sorted(found, key=lambda entry: entry.id) == sorted(expected, key=lambda entry: entry.id)
    assert [entry.at for entry in found] == sorted(entry.at for entry in expected)


@pytest.mark.parametrize("minute", [0, -0.1])
def test_what_happened_when_it_began_is_in_it_and_what_was_before_is_not(minute: float) -> None:
    closed = with_issue(closed_at=at(minute), closed_by=Closer.PERSON)
    begins = [(What.FIRED, 0.0)]
    assert of(closed) == begins + ([(What.CLOSED, 0.0)] if minute == 0 else [])
    remarks = with_issue(remarks=(Remark(7, "mona", at(minute)),))
    assert of(remarks) == begins + ([(What.COMMENTED, 0.0)] if minute == 0 else [])
    early = row(episode=at(5), episodes=(episode(minute, 3),))
    flap: list[tuple[What, float]] = [(What.FIRED, 0), (What.ENDED, 3)]
    assert of(early) == (flap if minute == 0 else []) + [(What.FIRED, 5)]


def test_an_episode_that_names_an_issue_stays_and_one_that_was_split_does_not() -> None:
    known = grown(INCIDENT, OWN, [with_issue(closed_at=at(1), closed_by=Closer.US)])
    other = row(status=Status(replace(issue(13), episode=at(9))))
    assert [entry.issue for entry in grown(known, OWN, [other]).timeline] == ["org/infra#12"]
    split = row(episode=at(7), episodes=(episode(0, 5),))
    assert of(split, grown(INCIDENT, OWN, [row(episodes=(episode(0, 9),), episode=at(20))])) == [
        *((What.FIRED, 0), (What.ENDED, 5), (What.FIRED, 7))
    ]


def test_as_many_entries_as_there_is_room_for_are_kept() -> None:
    full = INCIDENT
    for minute in range(MOST_ENTRIES):
        full = with_entry(full, Entry(at=at(minute), what=What.COMMENTED))
    assert (len(full.timeline), full.shortened) == (MOST_ENTRIES, False)
