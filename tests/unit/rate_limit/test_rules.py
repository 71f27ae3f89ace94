"""The budget's promises, over any sequence of asks at any times."""

import itertools
from bisect import bisect_left
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.alert import Priority
from chalicelib.conditions.calls import Kind
from chalicelib.conditions.setbacks import Denial
from chalicelib.rate_limit import creations, reports, rules
from chalicelib.rate_limit.rules import Budget, Call, Denied, Granted, Limits
from tests.unit import up_to

NOW = 1_795_435_200.0
LIMITS = Limits()
TIGHT = Limits(per_minute=8, per_hour=30, minute_reserves=(1, 2), hour_reserves=(3, 6), spacing=0.5)
CREATING = (Kind.OPEN, Kind.COMMENT)
OPEN_P0, OPEN_P1, OPEN_P3 = (Call(Kind.OPEN, Priority(name)) for name in ("P0", "P1", "P3"))
CHANGE, READ = Call(Kind.CHANGE, Priority.P0), Call(Kind.READ, Priority.P0)
PAGE = Call(Kind.OPEN, Priority.P0, for_others=True)
COMMENT, BOARD = Call(Kind.COMMENT, Priority.P0), Call(Kind.BOARD, Priority.P0)

calls = st.builds(Call, st.sampled_from(Kind), st.sampled_from(Priority))
happenings = calls | st.sampled_from(["failed", "limited", "limited until", "answered", "scarce"])
pauses = st.sampled_from(
    [0.0, 0.1, 0.5, 1.0, 7.3, 59.0, 60.0, 61.0, 600.0, 3540.0, 3600.0, 3660.0]
) | st.floats(0, 130)


def granted(budget: Budget, call: Call, now: float, limits: Limits = LIMITS) -> Granted:
    answer = rules.ask(budget, call, now, limits)
    assert isinstance(answer, Granted), answer
    return answer


def refused(budget: Budget, call: Call, now: float, limits: Limits = LIMITS) -> Denied:
    answer = rules.ask(budget, call, now, limits)
    assert isinstance(answer, Denied), answer
    return answer


def busiest(times: list[float], window: float) -> int:
    return max((bisect_left(times, at + window) - first for first, at in enumerate(times)), default=0)


def spent(call: Call, count: int, *, apart: float, limits: Limits = LIMITS) -> tuple[Budget, float]:
    """A budget from which that many such calls were granted, and the time of the next."""
    budget, now = Budget(), NOW
    for _ in range(count):
        budget, now = granted(budget, call, now, limits).budget, now + apart
    return budget, now


def down(failures: int = rules.FAILURES_TO_OPEN, now: float = NOW) -> Budget:
    budget = Budget()
    for _ in range(failures):
        budget = reports.failed(budget, now, LIMITS)
    return budget


def test_a_fresh_budget_grants_at_once() -> None:
    for call in (OPEN_P0, OPEN_P3, CHANGE, READ, COMMENT):
        assert granted(Budget(), call, NOW).at == NOW


# Limits


@up_to(150)
@given(st.lists(st.tuples(pauses, calls, st.booleans()), max_size=150), st.floats(NOW, NOW + 3600))
def test_no_minute_and_no_hour_is_ever_exceeded(asks: list[tuple[float, Call, bool]], now: float) -> None:
    """Over asks of any kind and priority at any times, some of them repeated at once by a crowd."""
    budget, creations = Budget(), []
    for pause, call, crowd in asks:
        now += pause
        for _ in range(10 if crowd else 1):
            answer = rules.ask(budget, call, now, TIGHT)
            if isinstance(answer, Denied):
                assert answer.until > now
                continue
            budget = answer.budget
            assert now <= answer.at <= now + TIGHT.patience
            if call.kind in CREATING:
                creations.append(answer.at)
                assert within(creations, 60) <= TIGHT.per_minute - kept_back(call, *TIGHT.minute_reserves)
                assert within(creations, 3600) <= TIGHT.per_hour - kept_back(call, *TIGHT.hour_reserves)
    assert busiest(creations, 60) <= TIGHT.per_minute
    assert busiest(creations, 3600) <= TIGHT.per_hour


@up_to(150)
@given(st.lists(pauses, max_size=50), st.floats(NOW, NOW + 3600))
def test_turns_are_a_spacing_apart_at_whatever_times_they_are_taken(waits: list[float], now: float) -> None:
    budget, times = Budget(), list[float]()
    for pause in waits:
        now += pause
        booked = rules.turn(budget, now, TIGHT)
        assert now < booked.at <= max(now + rules.LEAD, budget.next_write)
        budget, times = booked.budget, [*times, booked.at]
    assert all(later - before >= TIGHT.spacing for before, later in itertools.pairwise(times))


def within(times: list[float], window: float) -> int:
    """How many there are in the window that ends with the last."""
    return sum(at > times[-1] - window for at in times)


def kept_back(call: Call, for_p0: int, for_p1: int) -> int:
    if call.kind is Kind.COMMENT:
        return 2 * (for_p0 + for_p1)
    return {"P0": 0, "P1": for_p0}.get(call.priority, for_p0 + for_p1)


@up_to(20)
@given(st.floats(0, 60), st.sampled_from([0.0, 0.8, 3.0]))
def test_a_crowd_of_hours_stays_within_githubs_own_limits(start: float, pause: float) -> None:
    """P0 alone, asked for as fast as it may be, gets all of ours and never more."""
    budget, now, times = Budget(), NOW + start, []
    while now < NOW + start + 7500:
        answer = rules.ask(budget, OPEN_P0, now, LIMITS)
        if isinstance(answer, Granted):
            sent = rules.turn(answer.budget, answer.at, LIMITS)
            budget, now = sent.budget, sent.at + pause
            times.append(sent.at)
        else:
            now = answer.until
    assert busiest(times, 60) <= LIMITS.per_minute
    assert 0.95 * LIMITS.per_hour <= busiest(times, 3600) <= LIMITS.per_hour


@up_to(150)
@given(st.lists(st.tuples(pauses, happenings), max_size=120), st.floats(NOW, NOW + 3600), calls)
def test_a_refusal_names_a_time_at_which_its_reason_is_gone(
    happened: list[tuple[float, Call | str]], now: float, last: Call
) -> None:
    """If nothing else happens; whatever was granted, failed, limited or answered before."""
    budget = Budget()
    for pause, each in happened:
        now += pause
        budget = after(budget, each, now)
    reasons = []
    while isinstance(answer := rules.ask(budget, last, now, TIGHT), Denied):
        now = answer.until
        reasons.append(answer.reason)
    assert reasons in ordered_subsets("RATE_LIMITED", "CALLS_SCARCE", "BREAKER_OPEN", "BUDGET")


def after(budget: Budget, happening: Call | str, now: float) -> Budget:
    if isinstance(happening, Call):
        answer = rules.ask(budget, happening, now, TIGHT)
        return answer.budget or budget
    return {
        "failed": reports.failed(budget, now, TIGHT),
        "limited": reports.limited(budget, now, None),
        "limited until": reports.limited(budget, now, now + 7),
        "answered": reports.answered(budget, now, remaining=0, reset=now + 9),
        "scarce": reports.answered(budget, now, remaining=99, reset=now + 70),
    }[happening]


def ordered_subsets(*words: str) -> list[list[str]]:
    return [list(some) for size in range(len(words) + 1) for some in itertools.combinations(words, size)]


@pytest.mark.parametrize("minute", [0, 59.999])
def test_the_hour_opens_again_an_hour_after_it_was_spent(minute: float) -> None:
    limits = replace(LIMITS, per_minute=1000, per_hour=3, hour_reserves=(0, 0), spacing=0)
    budget = Budget()
    for _ in range(3):
        budget = granted(budget, OPEN_P0, NOW + minute, limits).budget
    until = refused(budget, OPEN_P0, NOW + 1800, limits).until
    assert NOW + minute + 3600 <= until <= NOW + minute + 3660
    assert granted(budget, OPEN_P0, until, limits).at == until


def test_changes_create_nothing_and_reads_write_nothing() -> None:
    """So they need no room, and take none."""
    full = Budget(minutes=((int(NOW / 60), 480),), recent=(NOW,) * 75)
    for budget in (Budget(), full):
        assert granted(budget, CHANGE, NOW) == Granted(NOW, budget)
        assert granted(budget, READ, NOW) == Granted(NOW, budget)


def test_what_is_older_than_an_hour_is_forgotten() -> None:
    budget = granted(spent(OPEN_P0, 50, apart=1)[0], OPEN_P0, NOW + 4000).budget
    assert [count for _, count in budget.minutes] == [1]
    assert budget.recent == (NOW + 4000,)


def test_sixty_one_minutes_are_counted_with_the_one_that_has_begun_and_sixty_seconds() -> None:
    minute = int(NOW / 60)
    minutes, recent = ((minute - 61, 4), (minute - 60, 2)), (NOW - 60, NOW - 59)
    for now in (NOW, NOW + 59.999):
        assert creations.in_the_hour(minutes, now) == 2
        assert creations.counted(minutes, (), now, now)[0] == ((minute - 60, 2), (minute, 1))
    assert creations.counted(minutes, recent, NOW, NOW)[1] == (NOW - 59, NOW)


def test_a_worker_whose_clock_is_behind_books_after_what_is_booked() -> None:
    first = rules.turn(Budget(), NOW, LIMITS)
    assert rules.turn(first.budget, NOW - 2, LIMITS).at == first.at + LIMITS.spacing


# Reserves


@pytest.mark.parametrize(
    ("call", "share"),
    [
        (OPEN_P0, 480),
        (OPEN_P1, 460),
        (Call(Kind.OPEN, Priority.P2), 420),
        (OPEN_P3, 420),
        (COMMENT, 360),
        (Call(Kind.COMMENT, Priority.P3), 360),
    ],
)
def test_of_an_hour_each_gets_its_share_and_not_one_more(call: Call, share: int) -> None:
    budget, now = spent(OPEN_P0, share - 1, apart=7)
    last = granted(budget, call, now).budget
    assert refused(last, call, now + 7).reason == "BUDGET"


@pytest.mark.parametrize(
    ("call", "share"), [(OPEN_P0, 75), (PAGE, 73), (OPEN_P1, 70), (OPEN_P3, 60), (COMMENT, 45)]
)
def test_of_a_minute_each_gets_its_share_and_not_one_more(call: Call, share: int) -> None:
    limits = replace(LIMITS, spacing=0.0)
    budget, _ = spent(OPEN_P0, share - 1, apart=0, limits=limits)
    last = granted(budget, call, NOW, limits).budget
    assert refused(last, call, NOW, limits) == Denied(NOW + 60, Denial.BUDGET)


def test_the_last_twenty_of_an_hour_are_for_p0_alone() -> None:
    budget, now = spent(OPEN_P1, 460, apart=7)
    refused(budget, OPEN_P1, now)
    for _ in range(20):
        budget, now = granted(budget, OPEN_P0, now).budget, now + 7
    refused(budget, OPEN_P0, now)


@pytest.mark.parametrize(("call", "beyond"), [(OPEN_P3, 5), (OPEN_P3, 40), (COMMENT, 9)])
def test_what_others_took_beyond_its_share_must_pass_first(call: Call, beyond: int) -> None:
    """In an hour as in a minute, not one more than its share is there when it is granted."""
    share = 420 if call is OPEN_P3 else 360
    budget, now = spent(OPEN_P0, share + beyond, apart=7)
    hour = refused(budget, call, now).until
    assert granted(budget, call, hour).at == hour
    assert isinstance(rules.ask(budget, call, hour - 6, LIMITS), Denied)

    times = [NOW + 0.125 * n for n in range(75)]
    crowded = Budget(recent=tuple(times))
    minute = refused(crowded, call, NOW + 10).until
    assert minute == times[-60 if call is OPEN_P3 else -45] + 60
    assert granted(crowded, call, minute).at == minute


@pytest.mark.parametrize("limits", [Limits(per_minute=2), Limits(per_hour=2)])
def test_reserves_larger_than_the_limit_leave_one(limits: Limits) -> None:
    budget = granted(Budget(), OPEN_P3, NOW, limits).budget
    refused(budget, OPEN_P3, NOW, limits)
    granted(budget, OPEN_P0, NOW, limits)


# Patience


@pytest.mark.parametrize(
    ("call", "patience"),
    [
        (OPEN_P0, 5),
        (OPEN_P1, 4),
        (OPEN_P3, 3),
        (CHANGE, 4),
        (Call(Kind.CHANGE, Priority.P3), 2),
        (COMMENT, 1),
    ],
)
def test_each_waits_as_long_as_it_matters_and_no_longer(call: Call, patience: float) -> None:
    assert granted(Budget(next_write=NOW + patience), call, NOW).at == NOW, "it waits where it is sent"
    assert refused(Budget(next_write=NOW + patience + 0.01), call, NOW).until == NOW + patience + 0.01


def test_the_line_that_others_leave_is_never_too_long_for_a_p0() -> None:
    longest = max(
        patience
        for patience in (n / 100 for n in range(501))
        if isinstance(rules.ask(Budget(next_write=NOW + patience), OPEN_P1, NOW, LIMITS), Granted)
    )
    granted(rules.turn(Budget(next_write=NOW + longest), NOW, LIMITS).budget, OPEN_P0, NOW)


def test_comments_give_way_to_an_opening_that_waits_for_room() -> None:
    """Also for the while in which it comes again, and though the hour has room for comments by then."""
    budget, now = spent(OPEN_P0, 420, apart=7)
    waiting = refused(budget, OPEN_P3, now)
    assert waiting.budget
    assert refused(waiting.budget, COMMENT, waiting.until).until == waiting.until + rules.COMES_AGAIN
    granted(waiting.budget, OPEN_P3, waiting.until)
    granted(budget, COMMENT, waiting.until + 3600)


def test_the_board_is_written_when_a_comment_could_be_and_nobody_waits_and_counts_as_nothing() -> None:
    budget, now = spent(OPEN_P0, 359, apart=7)
    assert granted(budget, BOARD, now).budget == budget
    full, later = granted(budget, COMMENT, now).budget, now + 7
    refused(full, BOARD, later)
    refused(Budget(next_write=NOW + 0.1), BOARD, NOW)
    refused(Budget(openings_wait_until=NOW + 1), BOARD, NOW)
    refused(Budget(scarce_until=NOW + 1), BOARD, NOW)


def test_that_an_opening_waits_is_noted_once_in_a_while() -> None:
    budget, now = spent(OPEN_P0, 420, apart=7)
    noted = refused(budget, OPEN_P3, now).budget
    assert noted
    assert refused(noted, OPEN_P3, now + 30).budget == noted


def test_a_note_that_an_opening_waits_is_renewed_when_less_than_half_of_it_is_left() -> None:
    """So that a crowd of refused openings writes the budget's row once in five minutes."""
    budget, now = spent(OPEN_P0, 420, apart=7)
    answer = refused(budget, OPEN_P3, now)
    room_at = answer.until
    whole = replace(budget, openings_wait_until=room_at + rules.COMES_AGAIN)
    assert answer.budget == whole
    half = replace(budget, openings_wait_until=room_at + rules.COMES_AGAIN / 2)
    assert refused(half, OPEN_P3, now).budget == half
    less = replace(half, openings_wait_until=half.openings_wait_until - 1)
    assert refused(less, OPEN_P3, now).budget == whole


@pytest.mark.parametrize(("before", "kept_back"), [(rules.CROWD - 2, False), (rules.CROWD - 1, True)])
def test_comments_give_way_as_long_as_openings_that_waited_come_in_a_crowd(
    before: int, *, kept_back: bool
) -> None:
    waiting = Budget(openings_wait_until=NOW + 1, recent=tuple(NOW - 2.0 - n for n in range(before)))
    wait_until = granted(waiting, OPEN_P3, NOW).budget.openings_wait_until
    assert wait_until == (NOW + rules.COMES_AGAIN if kept_back else NOW + 1)
    over = replace(waiting, openings_wait_until=NOW)
    assert granted(over, OPEN_P3, NOW).budget.openings_wait_until == NOW


def test_an_opening_that_waits_in_line_alone_keeps_no_comment_back() -> None:
    assert refused(Budget(next_write=NOW + 9), OPEN_P0, NOW).budget is None
    full, now = spent(OPEN_P0, 420, apart=7)
    room_at = refused(full, OPEN_P3, now).until
    assert refused(replace(full, next_write=room_at), OPEN_P3, now).budget is None, "the line is as long"


# What GitHub says


@pytest.mark.parametrize("call", [OPEN_P0, CHANGE, READ])
def test_what_github_says_wins(call: Call) -> None:
    budget = reports.limited(Budget(), NOW, NOW + 600)
    assert refused(budget, call, NOW + 599.9) == Denied(NOW + 600, Denial.RATE_LIMITED)
    assert granted(budget, call, NOW + 600).at == NOW + 600


def test_a_limit_outlasts_the_breaker_and_a_later_shorter_one() -> None:
    budget = reports.limited(reports.limited(down(), NOW, NOW + 600), NOW + 1, NOW + 30)
    assert refused(budget, READ, NOW + 100).until == NOW + 600


def test_a_limit_without_a_time_lasts_a_minute_and_doubles_each_time_it_comes_back() -> None:
    budget, now, waits = Budget(), NOW, []
    for _ in range(9):
        budget = reports.limited(budget, now, None)
        waits.append((budget.blocked_until - now) / 60)
        now = budget.blocked_until
    assert waits == [1, 2, 4, 8, 16, 32, 64, 64, 64]


def test_a_limit_told_to_many_at_once_doubles_nothing() -> None:
    budget = Budget()
    for second in range(10):
        budget = reports.limited(budget, NOW + second, None)
    assert (budget.blocked_until, budget.secondary_limits) == (NOW + 60, 1)


@pytest.mark.parametrize("passed", [0.0, NOW - 3600, NOW])
def test_a_time_that_has_passed_names_none(passed: float) -> None:
    assert reports.limited(Budget(), NOW, passed).blocked_until == NOW + 60


def test_an_answer_starts_the_doubling_anew_but_not_one_from_before_the_limit() -> None:
    budget = reports.limited(Budget(), NOW, None)
    early = reports.answered(budget, NOW + 30, remaining=10, reset=None)
    assert (early.secondary_limits, early.blocked_until) == (1, NOW + 60)
    assert reports.answered(budget, NOW + 60, remaining=10, reset=None).secondary_limits == 0


def test_the_last_call_of_a_primary_limit_blocks_until_its_reset() -> None:
    budget = reports.answered(Budget(), NOW, remaining=0, reset=NOW + 100)
    assert refused(budget, READ, NOW + 1) == Denied(NOW + 101, Denial.RATE_LIMITED)


@pytest.mark.parametrize(
    ("call", "goes"),
    [
        (OPEN_P0, True),
        (OPEN_P1, True),
        (OPEN_P3, False),
        (CHANGE, True),
        (Call(Kind.CHANGE, Priority.P1), False),
        (READ, True),
        (Call(Kind.READ, Priority.P2), False),
        (COMMENT, False),
    ],
)
def test_the_last_five_hundred_calls_of_a_primary_limit_are_for_what_is_urgent(
    call: Call, goes: bool
) -> None:
    few = reports.answered(Budget(), NOW, remaining=499, reset=NOW + 100)
    if goes:
        granted(few, call, NOW + 100)
    else:
        assert refused(few, call, NOW + 100) == Denied(NOW + 101, Denial.CALLS_SCARCE)
    granted(few, call, NOW + 101)
    enough = reports.answered(Budget(), NOW, remaining=500, reset=NOW + 100)
    granted(enough, call, NOW)


@pytest.mark.parametrize(
    ("remaining", "reset"), [(500, NOW + 100), (None, NOW + 100), (0, None), (0, 0), (9, 0)]
)
def test_an_answer_with_calls_left_or_without_a_reset_blocks_nothing(
    remaining: int | None, reset: float | None
) -> None:
    assert reports.answered(Budget(), NOW, remaining=remaining, reset=reset) == Budget()


def test_a_reset_in_the_far_future_is_believed_for_two_hours() -> None:
    assert reports.answered(Budget(), NOW, remaining=0, reset=10**15).blocked_until == NOW + 7200


def test_a_reset_shortens_no_longer_wait() -> None:
    budget = reports.limited(Budget(), NOW, NOW + 600)
    assert reports.answered(budget, NOW, remaining=0, reset=NOW + 5).blocked_until == NOW + 600


# The breaker


@pytest.mark.parametrize("failures", [1, 2])
def test_fewer_than_three_failures_change_nothing(failures: int) -> None:
    assert granted(down(failures), OPEN_P0, NOW).at == NOW


def test_three_failures_in_a_row_open_the_breaker() -> None:
    assert refused(down(), READ, NOW + 29.9) == Denied(NOW + 30, Denial.BREAKER_OPEN)


@pytest.mark.parametrize("kind", Kind)
def test_exactly_one_probe_goes_at_a_time(kind: Kind) -> None:
    probe = granted(down(), Call(kind, Priority.P3), NOW + 30)
    for other in Kind:
        answer = refused(probe.budget, Call(other, Priority.P0), NOW + 30)
        assert answer == Denied(NOW + 30 + rules.PROBE, Denial.BREAKER_OPEN)


def test_a_probe_of_which_nothing_is_heard_is_followed_by_another() -> None:
    probe = granted(down(), READ, NOW + 30).budget
    granted(probe, READ, NOW + 30 + rules.PROBE)


def test_each_failed_probe_doubles_the_pause_up_to_the_most() -> None:
    budget, now, pauses_ = down(), NOW, []
    for _ in range(14):
        pauses_.append(budget.open_until - now)
        now = budget.open_until
        budget = reports.failed(granted(budget, READ, now).budget, now, LIMITS)
    assert pauses_ == [30, 60, 120, 240, 480] + [900] * 9


def test_a_failed_probe_is_over_and_the_pause_doubles_ten_times_at_most() -> None:
    probing = granted(down(), READ, NOW + 30).budget
    assert reports.failed(probing, NOW + 31, LIMITS) == Budget(failures=4, open_until=NOW + 91)
    patient = replace(LIMITS, breaker_most=1e9)
    for failures in (12, 13, 20):
        tried = Budget(failures=failures, open_until=NOW)
        pause = 30.0 * 2 ** min(failures - 2, 10)
        assert reports.failed(tried, NOW, patient).open_until == NOW + pause


def test_a_call_that_was_under_way_when_the_breaker_opened_doubles_nothing() -> None:
    assert reports.failed(down(), NOW + 10, LIMITS) == down()


def test_a_refused_probe_is_no_probe() -> None:
    budget = replace(down(), next_write=NOW + 100)
    refused(budget, OPEN_P0, NOW + 30)
    granted(budget, READ, NOW + 30)


@pytest.mark.parametrize("failures", [2, 3, 7])
def test_an_answer_or_a_limit_closes_the_breaker(failures: int) -> None:
    budget = down(failures)
    probing = replace(budget, probe_until=NOW + 20)
    for each in (budget, probing):
        assert reports.answered(each, NOW, remaining=9, reset=None) == Budget()
    spoken = reports.limited(budget, NOW, NOW + 5)
    assert (spoken.failures, spoken.open_until, spoken.probe_until) == (0, 0, 0)


def test_failures_that_an_answer_lies_between_are_not_in_a_row() -> None:
    budget = reports.answered(down(2), NOW, remaining=9, reset=None)
    assert granted(reports.failed(budget, NOW, LIMITS), READ, NOW).at == NOW


def test_pages_for_others_use_the_reserves_but_leave_half_of_p0s_own_to_p0() -> None:
    budget, now = spent(PAGE, LIMITS.per_hour - LIMITS.hour_reserves[0] // 2, apart=1.0)
    assert refused(budget, PAGE, now).reason is Denial.BUDGET
    for _ in range(LIMITS.hour_reserves[0] // 2):
        budget, now = granted(budget, OPEN_P0, now).budget, now + 1
    assert refused(budget, OPEN_P0, now).reason is Denial.BUDGET
