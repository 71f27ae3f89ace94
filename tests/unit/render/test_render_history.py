"""What an issue says about earlier times."""

from dataclasses import replace

from chalicelib import render
from chalicelib.conditions.issue import IssueRef
from chalicelib.conditions.row import AlertState, Intent, Status, Verb
from chalicelib.conditions.setbacks import Refusal
from tests.unit.rows import BEGAN, at, ended, episode, issue, routing, row


def body(shown: AlertState, previous: str = "") -> str:
    return render.body(shown, routing(), at(14), previous=previous)


def test_repeats_are_counted() -> None:
    assert "Reported" not in body(row())
    assert "Reported 5 times, last at 03:20 UTC." in body(row(count=5, seen_at=at(10)))
    assert "Reported 2 times, last at 03:10 UTC (2026-11-24)." in body(row(count=2, seen_at=at(1440)))


def test_flaps_are_counted_since_the_issue_opened() -> None:
    """The row's issue moves on to each new episode; the end marker remembers the first."""
    first = body(row(episode=at(-40)))
    flaps = (episode(-60, -50), episode(-40, -30), episode(-20, -10))
    reopened = row(episodes=flaps, status=Status(issue(), told=BEGAN))
    said = body(reopened, previous=first)
    assert "\n\nFired 3 times since 02:30 UTC (10 minutes, 10 minutes, ongoing).\n\n" in said
    forgotten = row(episodes=flaps[2:], status=Status(issue(), told=BEGAN))
    least = "Fired at least 2 times since 02:30 UTC (most recently 10 minutes, ongoing)."
    assert least in body(forgotten, previous=first)
    assert "Fired" not in body(row(status=Status(issue())), previous=body(row()))


def test_of_many_flaps_the_last_lengths_are_given() -> None:
    many = tuple(episode(-100 * n, -100 * n + n) for n in range(30, 0, -1))
    first = body(row(episode=at(-3000)))
    said = body(row(episodes=many, status=Status(issue(), told=BEGAN)), previous=first)
    recently = "most recently 3 minutes, 2 minutes, 1 minute, ongoing"
    assert f"Fired 31 times since 01:10 UTC (2026-11-21) ({recently})." in said


def test_flaps_that_are_over_have_their_lengths() -> None:
    over = ended(14, episodes=(episode(-20, -11), episode(0, 14)), status=Status(issue(), told=BEGAN))
    said = body(over, previous=body(row(episode=at(-20))))
    assert "Fired 2 times since 02:50 UTC (9 minutes, 14 minutes)." in said


def test_episodes_before_this_one_are_folded() -> None:
    said = body(row(episodes=(episode(-3000, -2990), episode(-190, -181)), status=Status(told=at(-190))))
    fold = "<summary>Earlier firings (2)</summary>\n\n"
    assert f"{fold}- fired 00:00 to 00:09 UTC (2026-11-23)\n- fired 01:10 to" in said
    midnight = body(row(episodes=(episode(-240, -181),), status=Status(told=at(-240))))
    assert "- fired 23:10 UTC (2026-11-22) to 00:09 UTC (2026-11-23)" in midnight


def test_untold_episodes_are_told() -> None:
    said = body(row(episodes=(episode(-90, -80), episode(-60, -45))))
    assert "Also fired 01:40 to 01:50 UTC (2026-11-23); 02:10 to 02:25 UTC (2026-11-23)." in said
    assert "<summary>Earlier" not in said


def test_a_recurrence_links_the_issue_before_it() -> None:
    """On opening that is the one the row still holds, afterwards the one kept as its predecessor."""
    opening = row(status=Status(issue(12), predecessor=IssueRef("org/infra", 7)))
    assert "Recurred: the previous issue was #12." in body(opening)
    opened = row(status=Status(issue(13), predecessor=IssueRef("org/infra", 12)))
    assert "Recurred: the previous issue was #12." in body(opened, previous=body(opening))
    moved = row(status=Status(predecessor=IssueRef("org/alerts", 3)))
    assert "Recurred: the previous issue was org/alerts#3." in body(moved)


def test_an_issue_whose_body_a_person_emptied_is_not_its_own_predecessor() -> None:
    intent = Intent(Verb.CHANGE, BEGAN, 1, BEGAN, "org/infra")
    assert "Recurred" not in body(replace(row(status=Status(issue())), intent=intent))


def test_a_recurrence_says_how_often_it_fired_in_thirty_days() -> None:
    before = (episode(-50 * 24 * 60, -49 * 24 * 60), episode(-9000, -8990), episode(-300, -290))
    opened = row(episodes=before, status=Status(issue(12)))
    assert "the previous issue was #12. It fired 3 times in 30 days." in body(opened)
    many = tuple(episode(-100 * n, -100 * n + 1) for n in range(20, 0, -1))
    often = row(episodes=many, status=Status(issue(12)))
    assert "It fired at least 21 times in 30 days." in body(often)


def test_what_flaps_says_why_it_stays_open() -> None:
    flaps = row(status=Status(issue(labels=("alert:flapping",))))
    assert "It flaps, so this issue stays open" in body(flaps, previous=body(row()))


def refused(since: float, at_: float, status: int | None = 403) -> AlertState:
    kept = Refusal(
        "Repository was archived so is read-only. cc @org/all", "CREATE", at(at_), at(since), status
    )
    return row(status=Status(refusal=kept))


def test_an_issue_that_github_refused_for_long_says_so_once_it_is_written() -> None:
    said = body(refused(2, 13))
    assert (
        "\n\nWritten late: GitHub refused this for 12 minutes, last with 403 Repository was archived" in said
    )
    assert "@org/all" not in said
    for soon in (refused(11, 13), refused(2, 13, status=None), refused(-90, -60), row()):
        assert "Written late" not in body(soon)
