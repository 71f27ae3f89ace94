"""The causes: each has its sentence, its kind and its place in the guide; what is pure needs no stage."""

import re
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from inspect import getdoc
from typing import Any

import pytest

from chalicelib.cli.letters import Letter
from chalicelib.cli.next_command import PROGRAM
from chalicelib.cli.refused_requests import RefusedRequests
from chalicelib.cli.why import subject, why
from chalicelib.cli.why.case import AlarmNow, Case, Place, QueueDepth, Unknown
from chalicelib.cli.why.causes import CAUSES, verdict_of
from chalicelib.cli.why.subject import Subject
from chalicelib.cli.why.verdict import MEANINGS, Kind, Verdict
from chalicelib.conditions.issue import IssueRef
from chalicelib.conditions.nothing import Held, Quiet
from chalicelib.conditions.row import AlertState, Intent, Lease, Status, Verb
from chalicelib.conditions.setbacks import Denial, PutOff, Refusal
from chalicelib.conditions.wishes import Wish
from chalicelib.labels import FLAPPING_LABEL
from chalicelib.rate_limit.rules import Budget, Limits
from tests.cli import calls
from tests.stage.test_command_line_page import PAGE
from tests.unit.builders import REPOSITORY, at, firing, policy, resolved, row_of
from tests.unit.conditions.test_plan import REF, with_issue
from tests.unit.conditions.test_unopened import AGAIN, PERSON

FIRING = row_of(firing(1))
NOW = at(30)
TITLE = "Runner queue too long"
ARN = "arn:aws:cloudwatch:us-east-1:123456789012:alarm:queue"
TOPIC = "alerting-prod-alerts"
EMPTY = QueueDepth(0, 0, None)


@dataclass(frozen=True)
class Seen:
    """What a stage shows, as a test has it."""

    letters: Sequence[Letter] | Unknown = ()
    queue: QueueDepth | Unknown = EMPTY
    refused: Sequence[RefusedRequests] | Unknown = ()
    known_alarm: AlarmNow | Unknown | None = None
    known_budget: Budget = field(default_factory=Budget)
    before: int = 0

    def alarm(self, subject: Subject) -> AlarmNow | Unknown | None:
        return self.known_alarm

    def budget(self, owner: str) -> Budget:
        assert owner == REPOSITORY.partition("/")[0]
        return self.known_budget

    def ahead(self, row: AlertState) -> int:
        return self.before


def told(row: AlertState | None, asked: str = TITLE, **seen: Any) -> Verdict:
    place = Place("prod", policy(), Limits(), TOPIC, ("--stage", "prod"))
    verdict = verdict_of(Case(subject.read(asked), row, place, NOW, Seen(**seen)))
    if verdict.command.startswith(PROGRAM):
        calls.parse(verdict.command)
    return verdict


def evidence(verdict: Verdict) -> str:
    return "\n".join(f"{name}: {value}" for name, value in verdict.evidence)


def letter(body: str, reason: str = "MISSING_TEAM", minute: float = 5) -> Letter:
    why = {"reason": reason, "explanation": "the alarm names no team.", "fix": "Write TEAM=your-team."}
    return Letter("0123456789", "handle", body, why, at(minute))


# The registry


def test_the_page_lists_every_cause_as_the_code_has_it() -> None:
    listed = re.findall(r"^\| `([A-Z_]+)` \| (.+?) \| (\d) \| (.+) \|$", PAGE, re.MULTILINE)
    assert listed == [(each.name, each.pattern, str(int(each.kind)), each.fix) for each in CAUSES]


def test_the_help_explains_every_exit_code() -> None:
    codes = dict(re.findall(r"^- (\d): (.+)$", getdoc(why) or "", re.MULTILINE))
    assert {kind: codes[str(int(kind))] for kind in Kind} == MEANINGS
    assert set(codes) == {str(int(kind)) for kind in Kind} | {"1", "2"}


def test_names_are_told_apart_and_sentences_end() -> None:
    assert len({each.name for each in CAUSES}) == len(CAUSES) >= 14
    assert [each.name for each in CAUSES if not each.says.endswith(".") or not each.fix.endswith(".")] == []


# What is asked about


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("[P1] Disk  full", Subject("Disk  full")),
        ("example-org/alerts#12", Subject("example-org/alerts#12", issue=IssueRef("example-org/alerts", 12))),
        (
            "https://github.com/example-org/alerts/issues/12#issuecomment-1",
            Subject(
                "https://github.com/example-org/alerts/issues/12#issuecomment-1",
                issue=IssueRef("example-org/alerts", 12),
            ),
        ),
        ("424df6ca5f81", Subject("424df6ca5f81", fingerprint="424df6ca5f81")),
        (ARN, Subject("queue", arn=ARN)),
        ("beef", Subject("beef")),
    ],
)
def test_what_is_asked_about_is_told_by_its_form(text: str, read: Subject) -> None:
    assert subject.read(text) == read


def test_a_whole_title_fits_better_than_a_part_and_nothing_fits_everything() -> None:
    assert subject.fits("disk FULL ", ("[P2] Disk full", "")) == 2
    assert subject.fits("disk", ("[P2] Disk full",)) == 1
    assert subject.fits("", ("[P2] Disk full",)) == 0


# Each cause that passes too quickly, or takes too long, for a stack of processes


REFUSAL = Refusal("Repository was archived so is read-only.", "CREATE", at(3), at(2), 403, "A1")
INTENT = Intent(Verb.OPEN, at(1), 1, at(2), REPOSITORY, looks=1)


@pytest.mark.parametrize(
    ("row", "cause", "says"),
    [
        (replace(FIRING, due_at=at(29)), "DUE", "within a minute"),
        (replace(FIRING, due_at=at(10)), "OVERDUE", "since 03:10"),
        (replace(FIRING, lease=Lease("worker", at(31))), "BEING_OPENED", "ends at"),
        (replace(FIRING, lease=Lease("worker", at(31), unended=3)), "STEPS_NEVER_END", "3 steps in a row"),
        (replace(FIRING, intent=INTENT), "OUTCOME_UNKNOWN", "no answer came to the call"),
        (
            replace(FIRING, due_at=at(33), status=Status(refusal=REFUSAL)),
            "GITHUB_REFUSES",
            "403: Repository was archived so is read-only.",
        ),
        (
            replace(FIRING, due_at=at(33), status=Status(refusal=replace(REFUSAL, status=418))),
            "GITHUB_REFUSES",
            "418: Repository",
        ),
        (
            replace(FIRING, status=Status(refusal=replace(REFUSAL, status=None, message="timed out"))),
            "NO_ANSWER",
            "no effect: timed out; the next try is at the next turn",
        ),
        (
            replace(FIRING, due_at=at(33), status=Status(put_off=PutOff(Denial.BUSY, at(29), at(33)))),
            "BUDGET_USED_UP",
            "nothing is ahead of it",
        ),
        (
            replace(FIRING, status=Status(put_off=PutOff(Denial.CALLS_SCARCE, at(29), at(59)))),
            "GITHUB_ASKS_TO_WAIT",
            "CALLS_SCARCE",
        ),
        (
            with_issue(AGAIN, episode=at(1), labels=(FLAPPING_LABEL,), **PERSON),
            "CLOSED_BY_A_PERSON",
            "mona closed",
        ),
        (
            with_issue(FIRING, **PERSON | {"closer": ""}),
            "CLOSED_BY_A_PERSON",
            "a person closed",
        ),
        (replace(FIRING, status=Status(snoozed_until=at(90))), "SNOOZED", "on its issue"),
        (
            replace(FIRING, held=Held(Quiet.MAINTENANCE, at(90), "new disks", "mona")),
            "MAINTENANCE",
            "held back by maintenance until",
        ),
        (
            replace(FIRING, held=Held(Quiet.INHIBITED, at(90), "Node down", "f" * 64)),
            "INHIBITED",
            "but Node down holds it back",
        ),
        (row_of(firing(1), resolved(5)), "ENDED", "will mention it"),
        (with_issue(row_of(firing(1), resolved(5))), "ENDED", "still open"),
        (row_of(resolved(5)), "END_BEFORE_ANY_FIRING", "Only the end"),
        (row_of(resolved(5, kind="heartbeat", interval="5m")), "HEARTBEAT_COMES", "if none follows by"),
        (
            row_of(resolved(1, kind="heartbeat"), firing(2, kind="heartbeat"), resolved(5, kind="heartbeat")),
            "HEARTBEAT_COMES",
            "its heartbeat arrived at",
        ),
    ],
)
def test_what_a_row_says(row: AlertState, cause: str, says: str) -> None:
    verdict = told(row)
    assert (verdict.cause.name, says in verdict.sentence) == (cause, True), verdict.sentence
    assert "{" not in verdict.sentence
    assert "None" not in verdict.sentence + evidence(verdict)


def test_what_is_due_is_asked_of_the_budget_too() -> None:
    """Between two runs of reconcile nothing in the row says that it will be put off again."""
    used = Budget(minutes=((int(NOW.timestamp() // 60), 480),))
    verdict = told(replace(FIRING, due_at=at(29)), known_budget=used, before=2)
    assert verdict.cause.name == "BUDGET_USED_UP"
    assert "2 are ahead of it" in verdict.sentence
    assert f"{NOW + timedelta(minutes=61):%H:}" in verdict.sentence
    verdict = told(replace(FIRING, due_at=at(29)), known_budget=used, before=500)
    assert f"{NOW + timedelta(minutes=122):%H:}" in verdict.sentence


def test_a_refusal_that_asks_to_wait_is_not_one_that_a_person_can_mend() -> None:
    blocked = Budget(blocked_until=at(45).timestamp())
    verdict = told(replace(FIRING, status=Status(refusal=REFUSAL)), known_budget=blocked)
    assert verdict.cause.name == "GITHUB_ASKS_TO_WAIT"


# What is not known here


def described(state: str = "ALARM", **more: Any) -> AlarmNow:
    known: Mapping[str, Any] = {
        "AlarmName": "the queue",
        "AlarmArn": ARN,
        "StateValue": state,
        "StateUpdatedTimestamp": datetime(2026, 3, 1, tzinfo=UTC),
        "AlarmActions": [f"arn:aws:sns:us-east-1:123456789012:{TOPIC}"],
    }
    return AlarmNow(dict(known) | more, muted=False)


@pytest.mark.parametrize(
    ("alarm", "cause", "command"),
    [
        (described("OK"), "ALARM_DOES_NOT_FIRE", "describe-alarms"),
        (described(ActionsEnabled=False), "ALARM_ACTIONS_DISABLED", "enable-alarm-actions"),
        (described(ActionsSuppressedBy="Alarm"), "ALARM_MUTED_IN_CLOUDWATCH", "describe-alarms"),
        (replace(described(), muted=True), "ALARM_MUTED_IN_CLOUDWATCH", "describe-alarms"),
        (described(AlarmActions=[]), "ALARM_SENDS_ELSEWHERE", "describe-alarms"),
        (described(), "NEVER_REACHED_US", "send fire"),
    ],
)
def test_what_cloudwatch_says_of_an_alarm(alarm: AlarmNow, cause: str, command: str) -> None:
    verdict = told(None, known_alarm=alarm)
    assert (verdict.cause.name, command in verdict.command) == (cause, True)


def test_what_could_not_be_looked_at_is_said_and_proves_nothing() -> None:
    unknown = Unknown("you may not")
    verdict = told(None, letters=unknown, queue=unknown, refused=unknown, known_alarm=unknown)
    assert verdict.cause.name == "NEVER_REACHED_US"
    assert evidence(verdict).count("not checked: you may not") == 4


def test_a_message_in_the_queue_is_older_than_what_the_webhook_refused() -> None:
    refused = [
        RefusedRequests("grafana", "UNAUTHORIZED", 401, 3, at(1), "r-1"),
        RefusedRequests("datadog", "SOMETHING_NEW", 400, 1, at(2), "r-2"),
        RefusedRequests("unknown", "UNKNOWN_SOURCE", 404, 9, at(3), "r-3"),
    ]
    verdict = told(None, queue=QueueDepth(0, 2, timedelta(minutes=4)), refused=refused)
    assert "2 messages received but not finished, the oldest for 4 minutes" in verdict.sentence
    verdict = told(None, refused=refused)
    assert "1 request from datadog" in verdict.sentence
    assert "wrong token" in evidence(verdict)
    assert "UNKNOWN_SOURCE" not in evidence(verdict)
    assert told(None, refused=refused[2:]).cause.name == "NEVER_REACHED_US"


# Dead letters


@pytest.mark.parametrize(
    ("body", "found"),
    [
        (f'{{"AlarmArn": "{ARN}"}}', True),
        ('{"labels": [{"alertname": "Runner queue too long"}]}', True),
        ('{"summary": "the runner queue too long ago"}', False),
        ("runner queue too long", True),
        ("[" * 100_000, False),
    ],
)
def test_a_letter_is_about_a_row_if_it_names_its_alarm_or_its_whole_title(body: str, found: bool) -> None:
    ended = row_of(firing(1), resolved(4))
    verdict = told(ended, letters=[letter(body)])
    assert (verdict.cause.name == "DEAD_LETTER") == found
    assert told(ended, letters=[letter(body, minute=3)]).cause.name == "ENDED"


def test_a_part_of_a_title_finds_a_letter_and_a_fingerprint_none() -> None:
    body = '{"title": "Runner queue too long"}'
    assert told(None, "queue too", letters=[letter(body)]).cause.name == "DEAD_LETTER"
    assert told(None, "abcdef012345", letters=[letter(body)]).cause.name == "NO_SUCH_KEY"


@pytest.mark.parametrize("half", ["#12", "ci-infra#12"])
def test_half_an_issue_is_asked_for_whole(half: str) -> None:
    verdict = told(None, half)
    assert verdict.cause.name == "NO_SUCH_KEY"
    assert ("to do", "Name an issue as owner/name#12, or by its address.") in verdict.evidence


@pytest.mark.parametrize(
    ("reason", "options"),
    [
        ("MISSING_TEAM", "--team TEAM"),
        ("MISSING_PRIORITY", "--priority P2"),
        ("MISSING_TEAM_AND_PRIORITY", "--team TEAM --priority P2"),
        ("NOT_JSON", ""),
    ],
)
def test_the_replay_names_what_the_letter_lacks(reason: str, options: str) -> None:
    verdict = told(None, letters=[letter(TITLE, reason)])
    words = f"dlq replay 01234567 {options} --stage prod".split()
    assert shlex.split(verdict.command) == [*shlex.split(PROGRAM), *words]


def test_a_sentence_is_one_line_whatever_the_title_holds() -> None:
    named = replace(FIRING, due_at=at(29))
    alert = firing(1, title="two\nlines {title} \x1b[31m")
    verdict = told(replace(named, spec=replace(named.spec, alert=alert)))
    assert "\n" not in verdict.sentence
    assert "\x1b" not in verdict.sentence
    assert "{title}" in verdict.sentence


def test_what_fires_has_its_own_reason_though_a_letter_is_newer() -> None:
    verdict = told(replace(FIRING, due_at=at(29)), letters=[letter(TITLE)])
    assert verdict.cause.name == "DUE"


@pytest.mark.parametrize(("asked", "who"), [((), "a person"), ((Wish("snooze", "mona", at(2)),), "mona")])
def test_who_asked_for_a_silence_is_named_if_a_command_did(asked: tuple[Wish, ...], who: str) -> None:
    verdict = told(replace(FIRING, status=Status(snoozed_until=at(90), wishes=asked)))
    assert f"but {who} snoozed it" in verdict.sentence
    assert ("/snooze by mona" in evidence(verdict)) == bool(asked)


def test_what_has_its_issue_is_well_though_a_letter_is_newer() -> None:
    shown = with_issue(FIRING)
    verdict = told(shown, letters=[letter(TITLE)])
    assert (verdict.cause.name, str(REF) in verdict.command) == ("HAS_ITS_ISSUE", True)


NEWS = row_of(firing(1, kind="notification"))


@pytest.mark.parametrize(
    ("row", "cause", "says"),
    [
        (replace(NEWS, due_at=at(29)), "DUE", TITLE),
        (with_issue(NEWS), "NOTIFICATION_OPEN", str(REF)),
        (with_issue(NEWS, closed_at=at(5)), "NOTIFICATION_OVER", f"{REF} was closed at"),
        (replace(NEWS, status=Status(told=NEWS.spec.episode)), "NOTIFICATION_OVER", "its issue was deleted"),
    ],
)
def test_news_never_fires(row: AlertState, cause: str, says: str) -> None:
    verdict = told(row)
    assert (verdict.cause.name, says in verdict.sentence) == (cause, True)
