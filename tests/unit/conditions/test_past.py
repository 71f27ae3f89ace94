"""What a row remembers about its issues: each opening and closing once, in the month when it was learnt."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from chalicelib.conditions import past
from chalicelib.conditions.enrichment import Enrichment
from chalicelib.conditions.group import Group
from chalicelib.conditions.issue import Closer
from chalicelib.conditions.past import MONTHS, SAMPLES
from chalicelib.conditions.row import Issue, Status
from chalicelib.conditions.tally import Month, Opening, Past
from chalicelib.errors import OutcomeUnknown
from chalicelib.labels import FLAPPING_LABEL
from tests.unit.builders import at, firing, resolved, row_of
from tests.unit.histories.test_notifications import report
from tests.unit.histories.test_people import People
from tests.unit.rows import issue
from tests.unit.sync.test_sync import FIRST, fails_with

MARCH, APRIL, MAY = "2026-03", "2026-04", "2026-05"
DAY, WEEK = 24 * 60, 7 * 24 * 60


@pytest.fixture
def world() -> People:
    """It begins on the first of March, at three."""
    return People()


def months(world: People) -> tuple[Month, ...]:
    known = world.row.status.past
    return known.months if known else ()


def month(world: People) -> Month:
    (only,) = months(world)
    return only


def test_an_issue_that_nobody_touched_counts_when_it_closes(world: People) -> None:
    world.run(firing(0))
    assert months(world) == (Month(MARCH, opened=((1, 1),)),)
    world.run(resolved(10))
    assert months(world) == (Month(MARCH, ((1, 1),), closed=1, untouched=1, to_resolve=(600,)),)
    assert world.row.status.past == Past(months(world))


def acknowledged(world: People) -> None:
    world.say("/ack")


def commented(world: People) -> None:
    world.say("I am looking into it.")


def snoozed(world: People) -> None:
    world.say("/snooze 1h")


def quieted(world: People) -> None:
    labels = world.tracker.threads[FIRST].seen.labels
    world.tracker.change(FIRST, Closer.PERSON, labels=(*labels, "alert:quiet"))


def commanded_wrongly(world: People) -> None:
    world.say("/snoze")


def closed(world: People) -> None:
    world.tracker.close_as_person(FIRST)


def mute_for_a_while(world: People) -> None:
    world.say("/mute")
    world.event()
    world.say("/unmute")


DEEDS = (acknowledged, commented, snoozed, quieted, commanded_wrongly, closed, mute_for_a_while)


@pytest.mark.parametrize("deed", DEEDS)
def test_whatever_people_do_touches_it(world: People, deed: Callable[[People], None]) -> None:
    world.run(firing(0))
    deed(world)
    world.event()
    world.run(resolved(10))
    world.settle(60)
    assert (month(world).closed, month(world).untouched) == (1, 0)


def test_what_touched_one_issue_does_not_count_for_the_next(world: People) -> None:
    world.run(firing(0))
    quieted(world)
    commented(world)
    world.event()
    world.run(resolved(10))
    world.run(firing(20))
    world.run(resolved(30))
    assert world.tracker.calls.count("open") == 1  # it was opened again
    assert (month(world).opened, month(world).closed, month(world).untouched) == (((1, 2),), 2, 1)


def test_people_act_on_a_storm_instead_of_on_its_alerts() -> None:
    row, before, over = row_of(firing(0)), shown(), shown(ended=NOW)
    for group, untouched in ((Group("f" * 64, at(0)), 0), (None, 1)):
        status = Status(before, enrichment=Enrichment(at(0), at(0), group=group))
        claimed = replace(row, status=status)
        settled = past.noted(claimed, replace(row, status=replace(status, issue=over)), NOW)
        assert settled.status.past
        assert settled.status.past.months == (Month(MARCH, closed=1, untouched=untouched, to_resolve=(600,)),)


def test_it_counts_the_first_acknowledgement_from_the_opening(world: People) -> None:
    world.run(firing(0))
    world.clock.pass_(minutes=4)
    acknowledged(world)
    world.event()
    world.say("/unack")
    world.event()
    acknowledged(world)
    world.event()
    assert month(world).to_ack == (300,)
    world.run(resolved(20))
    assert (month(world).to_ack, month(world).to_resolve) == ((300,), (1200,))


def test_whoever_opens_it_again_opens_no_other(world: People) -> None:
    world.run(firing(0))
    world.run(resolved(10))
    world.clock.pass_(minutes=1)
    world.tracker.reopen_as_person(FIRST)
    world.event()
    world.clock.pass_(minutes=1)
    world.tracker.close_as_person(FIRST)
    world.event()
    told = month(world)
    assert (told.opened, told.closed, told.untouched, told.to_resolve) == (((1, 1),), 2, 1, (600, 60))


def test_flapping_is_one_opening_that_flaps_once(world: People) -> None:
    for minutes in range(0, 80, 10):
        world.run(firing(minutes))
        world.run(resolved(minutes + 5))
    world.settle(5 * 60)
    (told,) = months(world)
    assert not world.tracker.open_issues
    assert (told.flapped, told.closed) == (1, sum(count for _, count in told.opened))


def test_it_is_muted_once_an_opening(world: People) -> None:
    world.run(firing(0))
    for word in ("/mute", "/unmute", "/mute"):
        world.say(word)
        world.event()
    assert month(world).muted == 1


def test_an_opening_and_a_closing_count_each_in_its_own_month(world: People) -> None:
    world.run(firing(30 * DAY))
    world.run(resolved(32 * DAY))
    assert months(world) == (
        Month(MARCH, opened=((31, 1),)),
        Month(APRIL, closed=1, untouched=1, to_resolve=(2 * DAY * 60,)),
    )


def test_the_newest_months_are_kept(world: People) -> None:
    for week in range(12):
        world.run(firing(week * WEEK))
        world.run(resolved(week * WEEK + 10))
    assert [each.name for each in months(world)] == [APRIL, MAY]
    assert len(months(world)) == MONTHS
    assert months(world)[0].opened == ((5, 1), (12, 1), (19, 1), (26, 1))


def test_the_newest_times_are_kept_and_every_opening_counts(world: People) -> None:
    for hour in range(30):
        world.run(firing(hour * 300))
        world.run(resolved(hour * 300 + hour + 1))
    told = month(world)
    assert (sum(count for _, count in told.opened), told.closed, told.untouched) == (30, 30, 30)
    assert told.to_resolve == tuple((hour + 1) * 60 for hour in range(10, 30))
    assert len(told.to_resolve) == SAMPLES


@pytest.mark.parametrize("after", [True, False])
@pytest.mark.parametrize("which", [0, 1])
def test_an_answer_that_is_lost_counts_nothing_twice(world: People, which: int, *, after: bool) -> None:
    """Of the opening, or of the closing."""
    for number, alert in enumerate((firing(0), resolved(10))):
        if number == which:
            world.tracker.faults[("open", "edit")[which]] = fails_with(
                OutcomeUnknown("connection dropped"), after=after
            )
        world.run(alert)
        world.settle(5)
    told = month(world)
    assert (told.opened, told.closed, told.untouched) == (((1, 1),), 1, 1)


def test_an_issue_that_is_gone_is_forgotten(world: People) -> None:
    world.run(firing(0))
    world.tracker.delete(FIRST)
    world.event()
    world.run(resolved(10))
    told = month(world)
    assert (told.opened, told.closed) == (((1, 2),), 1)  # it still fired, so it got another


def test_news_is_not_counted(world: People) -> None:
    world.run(report(0))
    world.run(report(WEEK))
    assert world.row.status.past is None


NOW = at(30)


def after(before: Issue | None, settled: Issue | None, known: Past | None = None) -> Past | None:
    """What is still known after a step that opens nothing."""
    row = row_of(firing(0))
    claimed = replace(row, status=Status(before, past=known))
    return past.noted(claimed, replace(row, status=Status(settled, past=known)), NOW).status.past


def shown(
    number: int = 12, ended: datetime | None = None, closer: Closer = Closer.US, **fields: object
) -> Issue:
    """An issue that was opened ten minutes ago, perhaps closed since."""
    shown = issue(number, opened_at=at(20), episode=at(20), **fields)
    return replace(shown, closed_at=ended, closed_by=closer if ended else None)


def test_the_closing_of_an_issue_that_an_earlier_version_opened_counts() -> None:
    told = Month(MARCH, closed=1, untouched=1, to_resolve=(600,))
    assert after(shown(), shown(ended=NOW)) == Past((told,))
    taken_over = replace(shown(), opened_at=None)
    assert after(taken_over, replace(shown(ended=NOW), opened_at=None)) == Past((told,))


def test_an_issue_that_was_taken_over_is_no_opening() -> None:
    taken_over = replace(shown(), opened_at=None)
    assert after(None, taken_over) == Past((), Opening(NOW, touched=True))
    known = Past((), Opening(at(20)))
    assert after(shown(), shown(13), known) == known  # it took the place of an open one


def test_one_that_was_closed_when_its_opening_was_found_is_over() -> None:
    told = Month(MARCH, closed=1, to_resolve=(0,))
    assert after(None, shown(ended=NOW, closer=Closer.PERSON)) == Past((told,))


def test_nothing_is_written_where_nothing_happened() -> None:
    row = row_of(firing(0))
    assert past.noted(row, row, NOW) is row
    assert after(shown(ended=at(25)), shown(ended=at(25))) is None
    assert after(shown(), None, Past((), Opening(at(20)))) == Past()


def test_an_acknowledgement_is_told_by_our_own_clock() -> None:
    """GitHub's was five minutes ahead; one of an earlier version has no time."""
    ahead = timedelta(minutes=5)
    acked = shown(acked_by="mona", acked_at=at(28), clock_ahead=ahead)
    opening = Past((), Opening(at(20)))
    known = after(shown(), acked, opening)
    assert known
    assert known.months == (Month(MARCH, to_ack=(180,)),)
    untimed = after(shown(), shown(acked_by="mona"), opening)
    assert untimed
    assert untimed.months == (Month(MARCH, to_ack=(600,)),)


def test_a_label_that_was_there_at_the_opening_counts_once() -> None:
    flapping = shown(labels=(FLAPPING_LABEL,), muted=True)
    known = after(flapping, flapping, Past((), Opening(at(20))))
    assert known == Past((Month(MARCH, flapped=1, muted=1),), Opening(at(20), flapped=True, muted=True))
    assert after(flapping, flapping, known) == known
