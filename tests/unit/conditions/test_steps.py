"""Steps describe themselves to the log, the row, the rate limit and people; comments have a kind."""

import dataclasses
import inspect
from datetime import UTC, datetime
from typing import get_args

import pytest

from chalicelib import render
from chalicelib.conditions import steps
from chalicelib.conditions.calls import Kind
from chalicelib.conditions.comments import Comment
from chalicelib.conditions.row import Status
from chalicelib.conditions.steps import AddComment, Work
from tests.unit.rows import at, issue, routing, row


def test_every_step_is_one_of_those_that_are_planned_and_carried_out() -> None:
    classes = [each for _, each in inspect.getmembers(steps, dataclasses.is_dataclass)]
    ours = {each for each in classes if each.__module__ == steps.__name__}
    assert set(get_args(Work)) == ours, "put the class into `Work`, in conditions/steps.py"


def test_a_step_says_everything_of_itself() -> None:
    said = ("action", "words", "verb", "kind", "on_issue")
    missing = [
        f"{step.__name__}.{name}" for step in get_args(Work) for name in said if not hasattr(step, name)
    ]
    assert missing == [], "say it in conditions/steps.py"


@pytest.mark.parametrize("kind", Comment)
def test_a_comment_has_its_kind_its_key_and_its_words(kind: Comment) -> None:
    moment = datetime(2026, 3, 1, 3, 10, 0, 5, tzinfo=UTC)
    assert (kind.key(7), kind.key(moment)) == (f"{kind}-7", f"{kind}-20260301T031000000005")
    assert Comment.of(kind.key(7)) is Comment.of(kind.key(moment)) is kind
    assert kind.key(7) in render.comment(row(status=Status(issue())), routing(), kind.key(7), at(60))


def test_a_version_that_does_not_know_tiers_reads_their_keys_as_an_escalations() -> None:
    """It reads a key up to the first dash, and may have to finish what this version began."""
    key = Comment.TIER.key(datetime(2026, 3, 1, tzinfo=UTC))
    assert Comment.of(key) is Comment.TIER
    assert key.partition("-")[0] == Comment.ESCALATION


def test_calling_people_ranks_as_an_opening_and_each_comment_says_its_purpose() -> None:
    steps = {kind: AddComment(issue().ref, kind.key(7)) for kind in Comment}
    opening = {kind for kind, step in steps.items() if step.kind is Kind.OPEN}
    assert opening == {Comment.ESCALATION, Comment.TIER, Comment.ALONE}
    assert len({step.words for step in steps.values()}) == len(Comment)


@pytest.mark.parametrize("key", ["", "7", "-7", "other-7", "repeatedly-7", "escalation-tiers-7"])
def test_another_key_is_refused(key: str) -> None:
    with pytest.raises(ValueError, match="is not a valid Comment"):
        Comment.of(key)
