"""How many alerts that begin together are a storm: 10, unless a team or the default says otherwise."""

import pytest

from chalicelib.errors import ConfigurationError
from chalicelib.routing import load

TABLE = """
[default]
repository = "org/alerts"
{}
[team.infra]
{}
"""


def storm_at(default: str, team: str) -> tuple[int, int]:
    routing = load(TABLE.format(default, team))
    return routing.default.storm_at, routing.route(("infra", "other")).storm_at


def test_a_team_inherits_it_and_several_teams_go_by_the_first() -> None:
    assert storm_at("", "") == (10, 10)
    assert storm_at("storm_at = 4", "") == (4, 4)
    assert storm_at("storm_at = 4", "storm_at = 0") == (4, 0)


@pytest.mark.parametrize("value", ["1", "-1", "101", "true", '"10"', "2.5"])
def test_any_other_number_is_refused(value: str) -> None:
    with pytest.raises(ConfigurationError, match=r"team\.infra\.storm_at: "):
        storm_at("", f"storm_at = {value}")


@pytest.mark.parametrize("value", [0, 2, 100])
def test_the_bounds_are_taken(value: int) -> None:
    assert storm_at("", f"storm_at = {value}")[1] == value
