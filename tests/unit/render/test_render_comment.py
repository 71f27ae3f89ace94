"""What the comments say."""

from chalicelib import render
from chalicelib.alert import Priority
from chalicelib.conditions.commands import SEV, WORDS
from chalicelib.conditions.issue import IssueRef
from chalicelib.conditions.on_call import HANDOFF
from chalicelib.conditions.row import Status
from chalicelib.render import people
from chalicelib.routing import load
from tests.unit.rows import BEGAN, FINGERPRINT, ROUTING, alert, at, ended, issue, routing, row


def test_a_repeat_comment_says_that_it_goes_on() -> None:
    said = render.comment(
        row(count=5, seen_at=at(120), fires=alert(reason="B = 97.2, C = 1")), routing(), "repeat-7", at(120)
    )
    assert said.startswith(
        "Still firing: since 03:10 UTC (2026-11-23), 2 hours. Reported 5 times, last at 05:10 UTC."
    )
    assert "B = 97.2, C = 1" in said
    assert said.endswith(render.comment_marker(FINGERPRINT, BEGAN, "repeat-7"))


def test_an_escalation_calls_the_people_of_the_new_priority() -> None:
    fires = alert(priority="P0", reason="B = 2")
    shown = row(fires=fires, status=Status(issue(announced=Priority.P2)))
    said = render.comment(shown, routing(), "escalation-3", at(14))
    assert said.startswith(
        "Raised from P2 to **P0 critical**; firing since 03:10 UTC (2026-11-23), 14 minutes."
    )
    assert said.index("**[Open the runbook]") < said.index("\n\n@org/oncall\n\n") < said.index("B = 2")
    assert render.comment(row(), routing(), "escalation-3", at(14)).startswith("Raised to **P1 high**;")


def test_a_tier_is_called_with_what_it_needs() -> None:
    table = load(
        ROUTING.replace(
            "[default]",
            '[default]\nescalate_after = "15m"\nescalate_to = [["@org/b"], ["@ann", "@org/c"]]',
            1,
        )
    )
    waiting = row(fires=alert(reason="B = 2"), status=Status(issue(tier=1)))
    said = render.comment(waiting, table, "escalation-tier-3", at(30))
    assert said.startswith(
        "Nobody has acknowledged this yet. **P1 high**; firing since 03:10 UTC (2026-11-23), 30"
    )
    assert said.index("**[Open the runbook]") < said.index("\n\n@ann @org/c\n\n") < said.index("B = 2")
    assert "To take it, comment `/ack`." in said
    assert "@org" not in render.comment(waiting, routing(), "escalation-tier-3", at(30)), "changed since"


def test_who_has_it_is_no_mention_that_an_edit_could_send_again() -> None:
    """What an older row does not know is left out, and nobody has an alert that is over."""
    had = issue(acked_by="octocat", acked_at=at(2))
    body = render.body(row(status=Status(had)), routing(), at(14), previous="x")
    assert "\n\nAcknowledged by `@octocat` at 03:12 UTC.\n\n" in body
    assert "Nobody has it yet" not in body
    older = render.body(row(status=Status(issue(acked_by="octocat"))), routing(), at(14), previous="x")
    assert "\n\nAcknowledged by `@octocat`.\n\n" in older
    assert "octocat" not in render.body(ended(14, status=Status(had)), routing(), at(14), previous="x")
    again = render.body(row(status=Status(issue(acked_by="octocat", closed_at=at(3)))), routing(), at(14))
    assert "Nobody has it yet" in again, "the issue before is closed"


def test_a_wrong_command_is_answered_with_all_there_are() -> None:
    said = render.comment(row(), routing(), "help-1", at(1))
    assert [word for word in WORDS if f"- `/{word}" not in said] == []
    assert [word for word in WORDS if f"- `/{word}" not in render.body(row(), routing(), at(1))] == []
    assert set(people.EFFECTS) == {*WORDS, SEV, HANDOFF}
    assert "`/ack`" not in render.body(ended(14), routing(), at(14)), "and of what is over nobody is asked"


def test_a_resolution_that_leaves_the_issue_open_says_so() -> None:
    said = render.comment(ended(14), routing(), "resolved-1", at(14))
    assert said.startswith(
        "**RESOLVED** at 03:24 UTC (2026-11-23) after 14 minutes.\n\nThis issue stays open"
    )


def test_one_not_heard_of_says_since_when_and_what_that_may_mean() -> None:
    shown = row(seen_at=at(0), fires=alert(links={"source_url": "https://grafana.example.org/a/1"}))
    said = render.comment(shown, routing(), "stale-1", at(900))
    assert said.startswith("**Grafana has not reported this alert since 03:10 UTC (2026-11-23).**")
    assert "A firing alert is usually repeated every 4 hours." in said
    assert "silenced, inhibited or muted" in said
    assert "[Look at the alert in Grafana](https://grafana.example.org/a/1). If it is over, close" in said
    assert "Look at the alert in Grafana. If" in render.comment(row(), routing(), "stale-1", at(900))


def test_a_duplicate_names_the_issue_that_lives_on() -> None:
    assert render.duplicate(IssueRef("org/infra", 12)).startswith("Duplicate of org/infra#12\n")
