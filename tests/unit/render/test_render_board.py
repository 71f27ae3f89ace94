"""The board: what it shows, in which order, and what it never says.

`python -m tests.unit.render.test_render_board` writes the golden file again; read the difference first.
"""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from chalicelib import render
from chalicelib.alert import Priority
from chalicelib.conditions.nothing import Held, Quiet
from chalicelib.conditions.on_call import Called, Duty, ShiftSource
from chalicelib.conditions.row import AlertState, Status
from chalicelib.conditions.setbacks import Denial, PutOff, Refusal
from chalicelib.conditions.windows import Scope, Window
from chalicelib.render import board as boards
from chalicelib.render.days import Day
from chalicelib.render.issue import MAX_BODY
from tests.unit.markup import active
from tests.unit.rows import alert, at, ended, episode, issue, routing, row

GOLDEN = Path(__file__).parents[1] / "golden" / "board.md"
DAYS = [
    Day(date(2026, 11, 9) + timedelta(days=d), {Priority.P0: d % 3, Priority.P2: d % 5}) for d in range(14)
]


def open_row(number: int, priority: str = "P1", **fields: object) -> AlertState:
    fires = alert(priority=priority, **fields)
    return replace(row(fires=fires, status=Status(issue(number))), fingerprint=f"{number:064}")


QUEUE = open_row(12, links={"runbook_url": "https://example.org/runbooks/queue"})
DISK = replace(
    open_row(13, "P0", title="Disk full", teams=("storage", "infra")),
    spec=replace(
        open_row(13, "P0", title="Disk full", teams=("storage", "infra")).spec,
        episodes=(episode(-30, -20), episode(-15, -9)),
    ),
)


def board(*rows: AlertState, previous: str = "", minutes: float = 20, **shown: object) -> str:
    return boards.page(boards.Board(rows, **shown), routing(), at(minutes), previous)  # type: ignore[arg-type]


def golden() -> str:
    return board(QUEUE, DISK, closed=[ended(14, status=Status(issue(9)))], days=DAYS) + "\n"


def test_a_board_reads_as_its_golden_file() -> None:
    assert golden() == GOLDEN.read_text(encoding="utf-8")


def test_it_is_known_again() -> None:
    assert render.is_board(board(QUEUE))
    assert not render.is_board(render.body(QUEUE, routing(), at(1)))
    assert render.read_marker(board(QUEUE)) is None


def test_the_most_urgent_come_first() -> None:
    said = board(open_row(1, "P3"), open_row(2, "P0"), open_row(3, "P2"))
    assert said.index("### P0") < said.index("### P2") < said.index("### P3")
    assert "### P1" not in said


def test_where_nothing_is_open_it_says_since_when() -> None:
    assert "**All quiet** since 03:10 UTC (2026-11-23)." in board(quiet_since=at(0))


def test_the_same_rows_a_minute_later_read_the_same() -> None:
    assert board(QUEUE, DISK, minutes=20) == board(QUEUE, DISK, minutes=21)


def test_what_people_wrote_around_it_stays() -> None:
    previous = f"Ours first.\n{board(QUEUE)}\nAnd more."
    said = board(DISK, previous=previous)
    assert said.startswith("Ours first.\n")
    assert said.endswith("\nAnd more.")
    assert "Disk full" in said
    assert "Runner queue" not in said


def test_what_there_is_no_room_for_is_counted_the_least_urgent_and_oldest_first() -> None:
    rows = [open_row(n, "P0" if n == 1500 else "P2", title=f"Alert {n} {'x' * 100}") for n in range(1, 1501)]
    said = board(*rows, closed=[ended(14, status=Status(issue(n))) for n in range(500)], days=DAYS)
    assert len(said) <= MAX_BODY
    assert "Alert 1500" in said
    listed = said.count("| [Alert")
    assert 100 < listed < 1500
    assert f"And {1500 - listed} medium (P2) more" in said
    assert "```mermaid" in said


def test_what_people_have_done_about_an_alert_is_told() -> None:
    acked = replace(QUEUE, status=Status(issue(12, acked_by="mona")))
    assert "acknowledged by mona" in board(acked)
    snoozed = replace(QUEUE, status=Status(issue(12), snoozed_until=at(60)))
    assert "snoozed until 04:10 UTC" in board(snoozed)
    assert "snoozed" not in board(snoozed, minutes=61)
    assert "muted" in board(replace(QUEUE, status=Status(issue(12, muted=True))))


def test_the_runbook_stands_in_the_first_cell_which_a_telephone_shows() -> None:
    line = next(line for line in board(QUEUE).splitlines() if line.startswith("| [Runner"))
    assert "https://example.org/runbooks/queue" in line.split(" | ")[0]


def test_what_has_ended_and_is_still_open_says_so() -> None:
    assert "ended 03:24 UTC" in board(ended(14, status=Status(issue(9))))


def test_without_an_ended_alert_there_is_no_chart() -> None:
    assert "mermaid" not in board(QUEUE, days=[replace(day, ended={}) for day in DAYS])


def test_a_providers_text_does_nothing() -> None:
    hostile = "| @octocat #12 ![x](https://e.org/x.png) <!-- alerting:board-end --> `"
    said = board(open_row(7, title=hostile, teams=("infra",)))
    assert active(said) == active(board(open_row(7, title="Nothing", teams=("infra",))))


ARCHIVED = Refusal("<b>@org</b> was archived.", "UPDATE", at(12), at(4), 403, "A1")


def unopened(number: int, priority: str = "P1", **status: Any) -> AlertState:
    fires = alert(priority=priority, title=f"Alert {number}")
    return replace(row(fires=fires, status=Status(**status)), due_at=at(30))


def test_what_has_no_issue_is_said_first_with_what_stands_in_its_way() -> None:
    waits = PutOff(Denial.BUDGET, at(4), at(30))
    body = board(missing=[unopened(2, put_off=waits), unopened(1, "P0", refusal=ARCHIVED), unopened(3)])
    assert "**3 alerts without an issue.**" in body
    assert "All quiet" not in body
    _, _, listed = body.partition("### Firing, without an issue\n\n")
    first, second, third = listed.splitlines()[:3]
    since = "since 03:10 UTC (2026-11-23)"
    assert first.startswith(f"- P0 Alert 1, infra, {since}: GitHub answered 403: ")
    assert first.endswith("was archived, since 03:14 UTC (2026-11-23)")
    assert "<b>" not in first
    assert "@org" not in first.replace("@\u200borg", "").replace("@<!-- -->org", "")
    assert second == f"- P1 Alert 2, infra, {since}: waiting for the budget"
    assert third == f"- P1 Alert 3, infra, {since}: about to be opened"


def test_of_many_without_an_issue_the_rest_is_counted() -> None:
    body = board(missing=[unopened(number) for number in range(23)])
    assert body.count("\n- P1 Alert") == 20
    assert "- and 3 others" in body


def test_maintenance_says_until_when_why_by_whom_and_what_it_holds_back() -> None:
    asked = Window(at(0), at(120), reason="new <b>disks</b> @org/all", by="mona")
    scope = Scope(teams=frozenset({"infra"}), sources=frozenset({"grafana"}), labels=(("cluster", "eu-1"),))
    body = board(windows=[asked, Window(at(0), at(60), scope)], held=[unopened(2), unopened(1, "P0")])
    assert "**2 alerts held back by maintenance.**" in body
    assert "All quiet" not in body
    _, _, said = body.partition("### Maintenance\n\n")
    first, second, _, head, _, urgent, other = said.splitlines()[:7]
    assert first.startswith("- **Until 05:10 UTC (2026-11-23)**, every alert: new ")
    assert first.endswith(", by mona")
    assert ("<b>" in first, active(first)) == (False, set())
    assert second == ("- **Until 04:10 UTC (2026-11-23)**, team infra, source grafana, label cluster=eu-1")
    assert head == "Held back; what still fires at the end gets its issue then:"
    assert urgent == "- P0 Alert 1, infra, since 03:10 UTC (2026-11-23)"
    assert other == "- P1 Alert 2, infra, since 03:10 UTC (2026-11-23)"


def test_what_is_held_back_is_said_after_its_window_too_and_many_are_counted() -> None:
    body = board(held=[unopened(number) for number in range(23)])
    assert "### Maintenance\n\nHeld back;" in body
    assert body.count("\n- P1 Alert") == 20
    assert "- and 3 others" in body
    assert "Held back" not in board(windows=[Window(at(0), at(60))])


def test_an_open_issue_that_is_held_back_says_so() -> None:
    held = replace(open_row(1), held=Held(Quiet.MAINTENANCE, at(60)))
    assert "held back by maintenance" in board(held)


def test_it_does_not_change_from_try_to_try() -> None:
    again = replace(ARCHIVED, at=at(28), request_id="B2")
    assert board(missing=[unopened(1, refusal=ARCHIVED)]) == board(missing=[unopened(1, refusal=again)])


def test_an_issue_that_cannot_be_brought_up_to_date_says_so() -> None:
    stuck = open_row(1)
    refused = replace(stuck, status=replace(stuck.status, refusal=ARCHIVED), due_at=at(30))
    assert "not up to date: GitHub answered 403: " in board(refused)
    assert "not up to date" not in board(replace(refused, due_at=None))


if __name__ == "__main__":
    GOLDEN.write_text(golden(), encoding="utf-8")


def duty(team: str = "storage", *people: str, **fields: Any) -> Duty:
    called = {name: fields.pop(name) for name in ("fallback", "as_of") if name in fields}
    return Duty(Called(team, people or ("@mona",), **called), **fields)


def on_call(*duties: Duty) -> list[str]:
    """Every line about who is on call."""
    text = board(duties=duties)
    return text.partition("### On call\n\n")[2].partition("\n\n")[0].splitlines()


def test_it_says_who_is_on_call_until_when_and_who_is_next_and_mentions_nobody() -> None:
    assert on_call(
        duty("a", until=at(60), next=("hubot",)),
        duty("b", until=at(60)),
        duty("c"),
        duty("d", "@mona", "@hubot", until=at(60), next=("mona",), by="octocat"),
    ) == [
        "- a: **mona** until 04:10 UTC (2026-11-23), then hubot",
        "- b: **mona** until 04:10 UTC (2026-11-23), then nobody",
        "- c: **mona**",
        "- d: **mona, hubot** until 04:10 UTC (2026-11-23), by a handoff from octocat, then mona",
    ]
    assert "@" not in board(duties=[duty()]).replace("/handoff @name", "")


def test_where_nobody_is_on_call_or_that_is_not_certain_it_says_so() -> None:
    away = duty("b", as_of=at(-60), source=ShiftSource.PAGERDUTY)
    assert on_call(duty("a", "@org/leads", fallback=True, until=at(60), next=("mona",)), away) == [
        "- a: nobody until 04:10 UTC (2026-11-23), so alerts call org/leads, then mona",
        "- b: **mona**, as of 02:10 UTC (2026-11-23), because PagerDuty has not answered since",
    ]


def test_without_anybody_on_call_it_does_not_speak_of_it() -> None:
    assert "On call" not in board(QUEUE)
    assert "/handoff @name" in board(QUEUE, duties=[duty()])
