"""Inhibition rules: what holds back what, as Alertmanager's rules do, and what is wrong with a table."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.alert import AlertEvent, Identity
from chalicelib.errors import ConfigurationError
from chalicelib.routing import load
from chalicelib.routing.inhibition import InhibitRule
from tests.unit.builders import firing

DEFAULT = '[default]\nrepository = "o/r"\n'
NODE_DOWN = """
[[inhibit]]
source_match = {alertname = "NodeDown", cluster = true}
target_match = {severity = ["warning", "info"], silent = false}
equal = ["cluster", "node"]
"""


def rule(table: str = NODE_DOWN) -> InhibitRule:
    (one,) = load(DEFAULT + table).inhibit
    return one


def alert(name: str, team: str = "web", **labels: str) -> AlertEvent:
    return firing(0, title=name, name=name, teams=(team,), identity=Identity(alarm_id=name), labels=labels)


DOWN = alert("NodeDown", cluster="a", node="1", severity="critical")


@pytest.mark.parametrize(
    ("target", "held"),
    [
        (alert("Slow", cluster="a", node="1", severity="warning"), True),
        (alert("Slow", cluster="a", node="1", severity="info"), True),
        (alert("Slow", cluster="a", node="1", severity="critical"), False),
        (alert("Slow", cluster="a", node="2", severity="warning"), False),
        (alert("Slow", cluster="a", severity="warning"), False),
        (alert("Slow", cluster="a", node="1", severity="warning", silent="no"), False),
        (alert("Slow", cluster="a", node="1"), False),
    ],
)
def test_a_target_is_held_by_what_matches_and_agrees(target: AlertEvent, *, held: bool) -> None:
    assert rule().holds(DOWN, target) is held


def test_a_name_that_both_lack_agrees() -> None:
    assert rule().holds(alert("NodeDown", cluster="a"), alert("Slow", cluster="a", severity="info"))
    assert not rule().holds(alert("NodeDown"), alert("Slow", severity="info")), "the source needs a cluster"


def test_names_of_ours_are_matched_too() -> None:
    table = """
        [[inhibit]]
        source_match = {source = "cloudwatch", priority = "P1"}
        target_match = {team = "web"}
        equal = ["alertname"]
    """
    source = alert("Slow", cluster="a")
    target = alert("Slow", cluster="b").model_copy(update={"identity": Identity(alarm_id="other")})
    assert rule(table).holds(source.model_copy(update={"teams": ("db",)}), target)
    assert not rule(table).holds(source, target), "both match both sides"
    assert not rule(table).holds(source, source)


LABELS = st.dictionaries(st.sampled_from("ab"), st.sampled_from("xy"))
MATCHES = st.dictionaries(
    st.sampled_from(["a", "b", "alertname"]),
    st.one_of(st.booleans(), st.frozensets(st.sampled_from(["x", "y", "S", "T"]), min_size=1)),
    min_size=1,
)


@given(MATCHES, MATCHES, LABELS, LABELS)
def test_no_two_hide_each_other_by_one_rule(source: Any, target: Any, of_one: Any, of_other: Any) -> None:
    one, other, by = alert("S", **of_one), alert("T", **of_other), InhibitRule(source, target)
    assert not (by.holds(one, other) and by.holds(other, one))
    assert not by.holds(one, one)


def test_the_children_of_a_composite_alarm_are_held_where_a_rule_says_so() -> None:
    place = {"account_id": "123456789012", "region": "us-west-2"}
    arn = "arn:aws:cloudwatch:us-west-2:123456789012:alarm:"

    def alarm(name: str, **labels: str) -> AlertEvent:
        identity = Identity(alarm_id=arn + name, **place)
        return alert(name, **labels).model_copy(update={"source": "cloudwatch", "identity": identity})

    site = alarm("site", AlarmRule='ALARM("errors") OR ALARM("queue")')
    of_composites = rule("[[inhibit]]\ncomposite_children = true")
    assert of_composites.holds(site, alarm("errors"))
    assert not of_composites.holds(site, alarm("disk"))
    assert not of_composites.holds(alarm("errors"), site)
    assert not rule().holds(site, alarm("errors"))


def test_faults_are_told_with_their_keys() -> None:
    with pytest.raises(ConfigurationError) as caught:
        load(
            DEFAULT
            + """
            [[inhibit]]
            source_match = {alertname = "NodeDown"}
            [[inhibit]]
            source_match = {alertname = 7, "" = "x"}
            target_match = {severity = []}
            equals = ["node"]
            """
        )
    found = "\n".join(sorted(caught.value.faults))
    assert "inhibit.0: needs source_match and target_match" in found
    assert "inhibit.1.source_match.alertname: 7 is not a string" in found
    assert "inhibit.1.target_match.severity: [] is not a string" in found
    assert "inhibit.1.equals: unknown key" in found
    assert len(caught.value.faults) == 5
