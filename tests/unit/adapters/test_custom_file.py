"""The file of custom sources: every fault in it is named, with its key."""

import pytest

from chalicelib.adapters.expressions import LONGEST
from chalicelib.errors import ConfigurationError
from tests.unit.adapters.test_custom import sources

FAULTY = """
colour = "red"
[[custom]]
name = "grafana"
each = "a[?"
[custom.state]
is = 7
firing = []
resolved = ["ok"]
[custom.alert]
title = "name"
titel = "name"
[custom.labels]
host = 7
[[custom]]
name = "My source"
state = "firing"
labels = "all"
"""


EXPRESSION = f"must be an expression with at most {LONGEST} characters"
FAULTS = [
    "colour: unknown key",
    "custom.0.name: grafana is the name of another source",
    "custom.grafana.alert.titel: unknown key",
    "custom.grafana.alert.alarm_id: missing",
    "custom.grafana.alert.occurred_at: missing",
    f"custom.grafana.state.is: {EXPRESSION}",
    "custom.grafana.state.firing: must be a list of words",
    f"custom.grafana.labels.host: {EXPRESSION}",
    (
        "custom.grafana.each: not a JMESPath expression: "
        'Invalid jmespath expression: Incomplete expression: "a[?" ^'
    ),
    "custom.1.name: must be lower-case letters and digits, joined by single hyphens",
    "custom.1.state: missing",
    "custom.1.alert: missing",
    "custom.1.alert.title: missing",
    "custom.1.alert.alarm_id: missing",
    "custom.1.alert.occurred_at: missing",
    f"custom.1.state.is: {EXPRESSION}",
    "custom.1.state.firing: must be a list of words",
    "custom.1.state.resolved: must be a list of words",
    "custom.1.labels: missing",
]


def faults(text: str) -> list[str]:
    with pytest.raises(ConfigurationError) as caught:
        sources(text)
    assert str(caught.value) == "custom.toml: " + "; ".join(caught.value.faults)
    return caught.value.faults


def test_every_fault_is_named_with_its_key() -> None:
    assert faults(FAULTY) == FAULTS


SOUND = """
[[custom]]
name = "own"
{}
[custom.state]
is = "status"
firing = ["on"]
resolved = ["off"]
{}
[custom.alert]
title = "title"
alarm_id = "id"
occurred_at = "at"
{}
"""


@pytest.mark.parametrize(
    ("top", "of_state", "of_alert", "fault"),
    [
        ('shown_as = " "', "", "", "custom.own.shown_as: must be a string"),
        ("shown_as = 7", "", "", "custom.own.shown_as: must be a string"),
        ("annotations = 7", "", "", "custom.own.annotations: missing"),
        ("recognise = 7", "", "", f"custom.own.recognise: {EXPRESSION}"),
        ("each = 7", "", "", f"custom.own.each: {EXPRESSION}"),
        ("each = ''", "", "", f"custom.own.each: {EXPRESSION}"),
        ("colour = 'red'", "", "", "custom.0.colour: unknown key"),
        ("", "colour = 'red'", "", "custom.own.state.colour: unknown key"),
        ("", "", "summary = 7", f"custom.own.alert.summary: {EXPRESSION}"),
        ("", "", "[custom.annotations]\nhost = 7", f"custom.own.annotations.host: {EXPRESSION}"),
        ("", "", f"summary = '{'a' * (LONGEST + 1)}'", f"custom.own.alert.summary: {EXPRESSION}"),
        ("", "", SOUND.format("", "", ""), "custom.1.name: own is the name of another source"),
    ],
)
def test_a_fault_is_named_with_its_place(top: str, of_state: str, of_alert: str, fault: str) -> None:
    assert faults(SOUND.format(top, of_state, of_alert)) == [fault]


@pytest.mark.parametrize("words", ["7", "[7]", "[]", '["on", 7]'])
def test_the_words_of_a_state_are_a_list_of_texts(words: str) -> None:
    text = SOUND.format("", "", "").replace('["off"]', words)
    assert faults(text) == ["custom.own.state.resolved: must be a list of words"]


def test_what_a_definition_leaves_out_has_its_default() -> None:
    source = sources(SOUND.format("", "", f"summary = '{'a' * LONGEST}'"))["own"]
    known = (source.name, source.shown_as, source.to_route, source.known_by, set(source.identifying))
    assert known == (
        *("own", "own", "let `team` of `own` in custom.toml find one"),
        "its expression `recognise` in custom.toml",
        {"alerting_found", "alerting_owner", "state.is", "title", "alarm_id", "occurred_at"}
        | {"team", "teams", "priority"},
    )
    assert not source.looks_like({"status": "on", "title": "Disk full"})
    assert source.split({"status": "on"}) == [{"status": "on"}]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("[[custom", "not TOML: Expected ']]' at the end of an array declaration (at end of document)"),
        ("custom = 7", "custom: must be written as [[custom]]"),
        ("[custom]\nname = 'a'", "custom: must be written as [[custom]]"),
    ],
)
def test_a_file_of_another_form_is_refused(text: str, fault: str) -> None:
    assert faults(text) == [fault]


def test_a_file_may_define_nothing() -> None:
    assert sources("") == {}
