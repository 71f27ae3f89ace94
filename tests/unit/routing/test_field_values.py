"""Issue types, fields and projects: what the routing table makes of them for an alert."""

import pytest

from chalicelib.errors import ConfigurationError
from chalicelib.routing import Routing, load
from tests.unit.builders import firing

TABLE = """
[default]
repository = "org/alerts"
type = "Bug"
fields = {Priority = {P0 = "Urgent", P1 = "High"}, Service = "{team} ({source})", Points = 3}
project = 12

[team.infra]
repository = "org/infra"
fields = {Severity = "{priority}"}

[team.plain]
repository = "org/plain"
type = ""
fields = {}
project = 0

[fallback]
team = "infra"
priority = "P2"
"""


@pytest.fixture
def routing() -> Routing:
    return load(TABLE)


def test_a_value_is_a_text_with_the_alerts_own_words_a_number_or_chosen_by_priority(routing: Routing) -> None:
    alert = firing(0, source="grafana", priority="P0", teams=("storage",))
    assert routing.fields(alert) == (("Priority", "Urgent"), ("Service", "storage (grafana)"), ("Points", 3))


def test_a_field_without_a_value_for_the_priority_is_left_out(routing: Routing) -> None:
    alert = firing(0, source="grafana", priority="P3", teams=("storage",))
    assert [name for name, _ in routing.fields(alert)] == ["Service", "Points"]


def test_a_team_inherits_what_it_does_not_say_and_can_turn_it_off(routing: Routing) -> None:
    infra, plain = routing.route(("infra",)), routing.route(("plain",))
    assert (infra.type, infra.fields, infra.project) == ("Bug", {"Severity": "{priority}"}, 12)
    assert (plain.type, plain.fields, plain.project) == ("", {}, 0)
    assert (infra.of_organization, plain.of_organization) == (True, False)
    assert routing.with_projects == {"org/alerts", "org/infra"}


def test_an_alert_for_several_teams_has_those_of_the_first(routing: Routing) -> None:
    assert routing.fields(firing(0, teams=("infra", "plain"))) == (("Severity", "P1"),)
    assert routing.route(("plain", "infra")).project == 0


def test_the_team_is_the_one_that_takes_what_names_none() -> None:
    routing = load(TABLE.replace('"{priority}"', '"{team}"'))
    assert routing.fields(firing(0, teams=("unknown",))) == (("Severity", "infra"),)


def test_without_them_in_the_table_an_issue_has_none() -> None:
    routing = load('[default]\nrepository = "o/r"')
    assert (routing.fields(firing(0)), routing.with_projects) == ((), frozenset())
    assert not routing.default.of_organization


@pytest.mark.parametrize(
    ("keys", "fault"),
    [
        (
            'fields = {Severity = "{severity}"}',
            "fields.Severity: {severity} is not one of {priority}, {team}, {source}",
        ),
        (
            "fields = {Severity = true}",
            "fields.Severity: True is not a string, a number, or a table of strings by priority",
        ),
        (
            'fields = {Severity = ""}',
            "fields.Severity: '' is not a string, a number, or a table of strings by priority",
        ),
        (
            "fields = {Severity = {P0 = 1}}",
            "fields.Severity: 1 is not a string, a number, or a table of strings by priority",
        ),
        ('fields = {Severity = {p9 = "x"}}', "fields.Severity: 'p9' is not one of P0, P1, P2, P3"),
        ('fields = {" " = "x"}', "fields. : an empty name"),
        ("project = -1", "project: Input should be greater than or equal to 0"),
        ('project = "12"', "project: Input should be a valid integer"),
        ("type = 1", "type: Input should be a valid string"),
    ],
)
@pytest.mark.parametrize("table", ["default", "team.infra"])
def test_a_wrong_one_is_a_fault_with_its_key(table: str, keys: str, fault: str) -> None:
    text = '[default]\nrepository = "o/r"\n' + ("" if table == "default" else f"[{table}]\n") + keys
    with pytest.raises(ConfigurationError) as caught:
        load(text)
    assert caught.value.faults == [f"{table}.{fault}"]
