"""`show` says what is under way and what went wrong; what is known of nothing but its end, too."""

from dataclasses import replace
from datetime import timedelta

import pytest
from botocore.exceptions import ClientError

from chalicelib.adapters.envelope import EPOCH
from chalicelib.cli import rows, show
from chalicelib.cli.letters import DeadLetters, Letter
from chalicelib.conditions.issue import Closer, IssueRef
from chalicelib.conditions.plan import Policy
from chalicelib.conditions.row import AlertState, Intent, Lease, Status, Verb
from chalicelib.routing import load
from tests.unit import rows as example
from tests.unit.builders import at as hence
from tests.unit.builders import firing, resolved, row_of
from tests.unit.rows import BEGAN, at, issue

POLICY = Policy(routing=example.routing())


def told(row: AlertState) -> dict[str, str]:
    return {name: str(value) for name, value in show._facts(row, POLICY, at(14)) if value}


def test_what_is_under_way_is_told() -> None:
    begun = Intent(Verb.OPEN, BEGAN, 1, at(1), "org/infra", looks=1, looked_at=at(2))
    row = replace(example.row(), intent=begun, lease=Lease("worker", at(20)), due_at=at(15))
    facts = told(row)
    assert facts["unfinished"] == "OPEN begun at 03:11 UTC (2026-11-23), looked for 1 time"
    assert facts["held"] == "by a worker until 03:30 UTC (2026-11-23)"
    assert facts["due"] == "03:25 UTC (2026-11-23)"
    assert "IN_PROGRESS" in facts["next"]


def test_the_sender_is_told() -> None:
    assert told(example.row(fires=example.alert(sender="east")))["sender"] == "east"


def test_refusals_and_an_issue_before_are_told() -> None:
    status = Status(failures=3, predecessor=IssueRef("org/infra", 7))
    facts = told(example.row(status=status))
    assert facts["refused"].startswith("by GitHub, 3 times in a row")
    assert (facts["issue"], facts["issue before"]) == ("none", "org/infra#7")


def test_of_a_tombstone_only_its_end_is_told() -> None:
    tombstone = row_of(resolved(0))
    assert rows.title(tombstone) == "(only its end is known)"
    assert "priority" not in told(tombstone)
    assert rows.briefly(tombstone, at(1)).startswith("resolved")


def test_of_a_heartbeat_it_is_told_when_one_came_and_when_the_next_is_overdue() -> None:
    beats = row_of(resolved(0, kind="heartbeat", interval="5m"))
    facts = told(beats)
    assert facts["condition"] == (
        "heartbeat received at 03:00 UTC (2026-03-01); overdue at 03:07 UTC (2026-03-01)"
    )
    assert (facts["priority"], rows.briefly(beats, at(1))) == ("P1, cloudwatch, dev-infra", "beating")
    assert (rows.title(beats), rows.teams(beats)) == ("Runner queue too long", ("dev-infra",))


def test_a_notification_is_told_as_one() -> None:
    news = {"kind": "notification", "collapse_key": "weekly", "source": "reports"}
    row = row_of(firing(0, **news), firing(60, **news), firing(120, **news, expires_at=hence(300)))
    facts = told(row)
    expected = "a notification, sent at 05:00 UTC (2026-03-01), expires at 08:00 UTC (2026-03-01)"
    assert facts["condition"] == expected
    assert facts["sent before"] == "04:00 UTC (2026-03-01), 03:00 UTC (2026-03-01)"
    assert rows.briefly(row, at(1)) == "notification"


@pytest.mark.parametrize(
    ("closer", "words"), [(Closer.US, "closed by us"), (Closer.PERSON, "closed by a person")]
)
def test_who_closed_an_issue_is_told(closer: Closer, words: str) -> None:
    shown = issue(closed_at=at(5), closed_by=closer)
    assert words in told(example.row(status=Status(issue=shown)))["issue"]


def test_who_has_it_is_told_or_who_is_called_next() -> None:
    policy = Policy(
        load(f'{example.ROUTING}\n[team.release]\nescalate_after = "15m"\nescalate_to = [["@a"], ["@b"]]')
    )

    def acknowledged(row: AlertState) -> object:
        return dict(show._facts(row, policy, at(14))).get("acknowledged")

    urgent = example.alert(teams=("release",))
    waits = issue(teams=("release",), tier=1, called_at=at(2))
    row = example.row(fires=urgent, status=Status(waits))
    assert acknowledged(row) == "by nobody; tier 2 of 2, @b, is called at 03:27 UTC (2026-11-23)"
    had = replace(waits, acked_by="mona", acked_at=at(3))
    assert acknowledged(replace(row, status=Status(had))) == "by mona at 03:13 UTC (2026-11-23)"
    assert acknowledged(example.row(status=Status(issue()))) == "by nobody"
    assert not acknowledged(example.ended(9, status=Status(issue())))


class Sqs:
    """A queue that says one thing to whoever wants a message shown again."""

    def __init__(self, code: str) -> None:
        self.code = code

    def change_message_visibility(self, **_: object) -> None:
        raise ClientError({"Error": {"Code": self.code}}, "ChangeMessageVisibility")


@pytest.mark.parametrize(
    ("code", "matters"),
    [
        ("MessageNotInflight", False),
        ("AWS.SimpleQueueService.MessageNotInflight", False),
        ("AccessDenied", True),
    ],
)
def test_a_message_whose_hiding_has_ended_by_itself_is_shown_already(code: str, matters: bool) -> None:
    dead = DeadLetters(Sqs(code), "url", "")
    dead.letters = [Letter("id", "handle", "{}", {}, EPOCH + timedelta(days=1))]
    if matters:
        with pytest.raises(ClientError):
            dead.close()
    else:
        dead.close()
