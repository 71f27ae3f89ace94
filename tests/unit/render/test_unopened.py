"""Why a condition has no open issue, and what keeps a step from its end, in sentences for people."""

from dataclasses import replace
from typing import Any, get_args

import pytest

from chalicelib.conditions.issue import IssueRef
from chalicelib.conditions.nothing import Held, Quiet
from chalicelib.conditions.row import Intent, Status, Verb
from chalicelib.conditions.setbacks import Denial, PutOff, Refusal
from chalicelib.conditions.unopened import (
    ClosedByPerson,
    Disabled,
    Due,
    Failing,
    InProgress,
    Muted,
    NotPlanned,
    Snoozed,
    Unfinished,
    Unopened,
    Waiting,
)
from chalicelib.render import unopened
from chalicelib.render.unopened import hindrance
from tests.unit.rows import BEGAN, at, row

REF = IssueRef("org/infra", 7)
NOW = at(14)
ARCHIVED = Refusal("Repository was archived so is read-only.", "CREATE", at(10), at(2), 403, "A1")
SILENT = Refusal("no connection (ConnectTimeout)", "CREATE", at(10), at(2))
BEGUN = Intent(Verb.OPEN, BEGAN, 1, at(1), "org/infra")


def put_off(reason: Denial) -> PutOff:
    return PutOff(reason, at(10), at(30))


SAID: list[tuple[Unopened, str]] = [
    (Disabled(), "GitHub is disabled on this stage (GITHUB_ENABLED=false)"),
    (InProgress(at(15)), "a worker is on it, until 03:25 UTC at the latest"),
    (
        Unfinished(BEGUN, None, at(15)),
        "an issue may have been opened, but no answer came; next check at 03:25 UTC",
    ),
    (
        Unfinished(replace(BEGUN, verb=Verb.REOPEN), ARCHIVED, None),
        (
            "the issue may have been reopened, but no answer came; next check within a minute; "
            "the last try: GitHub answered 403: Repository was archived so is read-only"
        ),
    ),
    (
        ClosedByPerson(REF, "mona", at(5), None),
        "mona closed org/infra#7 at 03:15 UTC; quiet until the condition resolves",
    ),
    (
        ClosedByPerson(REF, "", None, at(60)),
        "a person closed org/infra#7; quiet until 04:10 UTC, because it is flapping",
    ),
    (
        NotPlanned(REF, "mona", at(5), at(5 + 1440)),
        "mona closed org/infra#7 as not planned at 03:15 UTC; quiet until 03:15 UTC (2026-11-24)",
    ),
    (NotPlanned(REF, "", None, None), "a person closed org/infra#7 as not planned; quiet for a while"),
    (Muted(REF), "muted on org/infra#7, until someone unmutes it"),
    (Snoozed(REF, at(60)), "snoozed on org/infra#7 until 04:10 UTC"),
    (Snoozed(None, None), "snoozed"),
    (
        Held(Quiet.MAINTENANCE, at(60), "new disks", "mona"),
        "maintenance until 04:10 UTC (new disks, by mona)",
    ),
    (Held(Quiet.MAINTENANCE, at(60), "new disks", ""), "maintenance until 04:10 UTC (new disks)"),
    (Held(Quiet.MAINTENANCE, at(60), "", "mona"), "maintenance until 04:10 UTC (by mona)"),
    (Held(Quiet.INHIBITED, at(60), "Node down", "f" * 64), "held back while Node down fires"),
    (Held(Quiet.INHIBITED, at(60), "", "f" * 64), "held back while another condition fires"),
    (Held(Quiet.MAINTENANCE, at(60), "", ""), "maintenance until 04:10 UTC"),
    (
        Waiting(put_off(Denial.BUDGET), None),
        "waiting for the budget: 480 of 480 used this hour, 14 rows ahead of it, until about 03:40 UTC",
    ),
    (
        Waiting(put_off(Denial.BREAKER_OPEN), SILENT),
        (
            "GitHub keeps failing to answer (circuit breaker), until about 03:40 UTC; the last try: "
            "failed: no connection (ConnectTimeout)"
        ),
    ),
    (
        Failing(ARCHIVED, at(20)),
        "GitHub answered 403: Repository was archived so is read-only; next try at 03:30 UTC",
    ),
    (
        Failing(SILENT, at(14)),
        "failed: no connection (ConnectTimeout); next try within a minute",
    ),
    (Due(at(10)), "due since 03:20 UTC"),
    (Due(None), "due now"),
]


@pytest.mark.parametrize(("cause", "said"), SAID)
def test_a_cause_is_said_in_one_sentence_with_its_clock(cause: Unopened, said: str) -> None:
    assert unopened.why(cause, NOW, "480 of 480 used this hour, 14 rows ahead of it") == said


def test_every_cause_is_said_here() -> None:
    assert {type(cause) for cause, _ in SAID} == set(get_args(Unopened))


@pytest.mark.parametrize("reason", list(Denial))
def test_every_denial_has_words_of_its_own(reason: Denial) -> None:
    said = unopened.why(Waiting(put_off(reason), None), NOW)
    assert said.endswith(", until about 03:40 UTC")
    others = {unopened.why(Waiting(put_off(each), None), NOW) for each in Denial if each is not reason}
    assert said not in others


@pytest.mark.parametrize("verb", list(Verb))
def test_every_verb_that_may_be_unfinished_has_words(verb: Verb) -> None:
    assert "may have been" in unopened.why(Unfinished(replace(BEGUN, verb=verb), None, None), NOW)


def test_what_keeps_the_next_step_from_its_end_is_said_while_it_does() -> None:
    failing = replace(row(status=Status(refusal=ARCHIVED)), due_at=at(20))
    said = "GitHub answered 403: Repository was archived so is read-only"
    assert unopened.setback(failing, NOW) == f"{said}; next try at 03:30 UTC"
    assert unopened.setback(replace(failing, due_at=None), NOW) == ""
    waits = replace(failing, status=replace(failing.status, put_off=put_off(Denial.BUDGET)))
    assert (
        unopened.setback(waits, NOW) == f"waiting for the budget, until about 03:40 UTC; the last try: {said}"
    )
    assert unopened.setback(waits, at(31)).startswith(said)
    assert unopened.setback(row(), NOW) == ""


def test_a_hindrance_names_no_time_that_moves() -> None:
    archived = "GitHub answered 403: Repository was archived so is read-only, since 03:12 UTC (2026-11-23)"
    refused = row(status=Status(refusal=ARCHIVED, put_off=put_off(Denial.BUDGET)))
    assert hindrance(refused) == archived
    assert hindrance(row(status=Status(put_off=put_off(Denial.BUDGET)))) == "waiting for the budget"
    assert hindrance(row()) == ""
    earlier = replace(ARCHIVED, at=at(-60), since=at(-70))
    again = replace(refused, status=replace(refused.status, refusal=earlier))
    assert hindrance(again) == "waiting for the budget", "GitHub said that in an earlier episode"


def test_a_cause_without_words_is_a_mistake_of_ours() -> None:
    forgotten: Any = object()
    with pytest.raises(AssertionError, match="unreachable"):
        unopened.why(forgotten, NOW)
