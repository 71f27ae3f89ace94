"""Our own alerts: nobody else can send them, and the plan treats them according to their traits."""

from dataclasses import replace
from datetime import timedelta

import pytest

from chalicelib.adapters import custom, own, reading, registry
from chalicelib.adapters.owner_rules import NO_RULES
from chalicelib.alert import Priority
from chalicelib.conditions.plan import plan
from chalicelib.conditions.repeats import stale_at
from chalicelib.conditions.row import AlertState, Status
from chalicelib.conditions.steps import UpdateIssue
from chalicelib.errors import ConfigurationError, Rejected
from tests.unit.builders import at, firing, policy, row_of
from tests.unit.rows import issue

DEFINED = """
[[custom]]
name = "{}"
"""


def shown(source: str) -> AlertState:
    """A row that has fired twice, whose issue was opened with the first firing."""
    row = row_of(firing(0, source=source, teams=["infra"]), firing(1, source=source, teams=["infra"]))
    labels = policy().routing.labels(firing(0, source=source, teams=["infra"]))
    opened = issue(episode=at(0), labels=labels, spoke_at=at(0), commented_at=at(0), priority=Priority.P1)
    return replace(row, status=Status(issue=opened))


@pytest.mark.parametrize("name", sorted(own.RESERVED))
def test_no_installation_defines_one(name: str) -> None:
    with pytest.raises(ConfigurationError, match="is the name of another source"):
        custom.sources(DEFINED.format(name), frozenset())


@pytest.mark.parametrize("name", sorted(own.OWN))
def test_no_message_brings_one(name: str) -> None:
    with pytest.raises(Rejected) as raised:
        reading.parse(name, {}, NO_RULES)
    assert raised.value.reason == "UNKNOWN_SOURCE"


@pytest.mark.parametrize("name", sorted(own.OWN))
def test_it_is_never_stale_and_is_shown_as_alertings(name: str) -> None:
    row = row_of(firing(0, source=name))
    assert stale_at(row.spec, None) is None
    assert stale_at(row.spec, timedelta(minutes=1)) is None
    assert registry.shown_as(name) == "Alerting"


def test_its_page_is_written_no_less_often_than_others() -> None:
    row, often = shown(own.STORM), timedelta(seconds=6)
    assert isinstance(plan(row, at(0) + often, policy(update_interval=often)), UpdateIssue)


@pytest.mark.parametrize("name", own.OWN)
def test_its_page_is_written_as_often_as_it_says_and_nobody_is_told_of_repeats(name: str) -> None:
    row, every = shown(name), own.OWN[name].updates_every
    sooner, later = at(0) + every - timedelta(seconds=1), at(0) + every
    assert not isinstance(plan(row, sooner, policy()), UpdateIssue)
    for now in (later, at(300)):
        assert isinstance(plan(row, now, policy()), UpdateIssue)
