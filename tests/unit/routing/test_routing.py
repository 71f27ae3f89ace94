"""The routing table: who gets an alert, and what is wrong with a table, all of it at once."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from chalicelib.adapters.fields import Ownership
from chalicelib.alert import UNKNOWN_TEAM, AlertEvent, Condition, Priority
from chalicelib.errors import ConfigurationError
from chalicelib.labels import AREA_LABEL, MUTED_LABEL, RESOLVED_LABEL, UNKNOWN_LABEL, describe_label
from chalicelib.routing import Details, Escalation, Routing, load

ROOT = Path(__file__).parents[3]
TABLE = """
[default]
repository = "org/alerts"
labels = ["alert"]
runbook = "https://example.org/default"

[default.mention]
P0 = ["@org/oncall"]

[team.infra]
repository = "org/infra"
labels = ["area:ci", "Shared"]
assignees = ["ann", "bob"]
runbook = "https://example.org/infra"
details = "full"
close_on_resolve = false

[team.infra.mention]
P0 = ["@org/infra", "@ann"]
P1 = ["@ann"]

[team.storage]
labels = ["shared", "area:storage"]
assignees = ["Bob", "cy"]

[team.storage.mention]
P0 = ["@org/storage", "@ann"]
"""
FALLBACK = '[fallback]\nteam = "infra"\npriority = "P2"\n'


def alert(teams: tuple[str, ...] = ("infra",), source: str = "grafana") -> AlertEvent:
    return AlertEvent(
        source=source,
        state=Condition.FIRING,
        title="Runner queue too long",
        priority=Priority.P1,
        occurred_at=datetime(2026, 11, 23, 3, 10, tzinfo=UTC),
        teams=teams,
    )


@pytest.fixture
def routing() -> Routing:
    return load(TABLE)


def test_a_team_goes_where_its_table_says(routing: Routing) -> None:
    route = routing.route(("infra",))
    assert (route.repository, route.runbook) == ("org/infra", "https://example.org/infra")
    assert (route.labels, route.assignees) == (("area:ci", "Shared"), ("ann", "bob"))
    assert (route.details, route.close_on_resolve) == (Details.FULL, False)
    assert route.mentions[Priority.P0] == ("@org/infra", "@ann")
    assert route.mentions[Priority.P3] == ()


def test_a_team_inherits_what_it_does_not_say(routing: Routing) -> None:
    route = routing.route(("storage",))
    assert (route.repository, route.runbook) == ("org/alerts", "https://example.org/default")
    assert (route.details, route.close_on_resolve) == (Details.LABELS, True)
    assert route.labels == ("shared", "area:storage")


def test_a_team_without_a_table_goes_to_the_default(routing: Routing) -> None:
    assert routing.route(("nobody-knows",)) == routing.route(("another",))
    assert routing.route(("another",)).mentions[Priority.P0] == ("@org/oncall",)


def test_several_teams_get_one_issue_at_the_firsts_with_labels_and_people_of_all(routing: Routing) -> None:
    route = routing.route(("storage", "infra"))
    assert (route.repository, route.close_on_resolve) == ("org/alerts", True)
    assert (route.details, route.runbook) == (Details.LABELS, "https://example.org/default")
    assert route.labels == ("shared", "area:storage", "area:ci")
    assert route.assignees == ("Bob", "cy", "ann")
    assert route.mentions[Priority.P0] == ("@org/storage", "@ann", "@org/infra")


def test_at_most_ten_people_are_assigned() -> None:
    teams = [f'[team.t{n}]\nassignees = ["a{n}", "b{n}", "c{n}", "d{n}"]' for n in range(4)]
    routing = load('[default]\nrepository = "o/r"\n' + "\n".join(teams))
    assert len(routing.route(("t0", "t1", "t2", "t3")).assignees) == 10


def test_an_issue_is_labelled_by_area_priority_teams_source_and_route(routing: Routing) -> None:
    labels = routing.labels(alert(("infra", "storage")))
    ours = (AREA_LABEL, "Pri:P1", "Team:infra", "Team:storage", "Source:grafana")
    assert labels == (*ours, "area:ci", "Shared", "area:storage")


def test_no_label_is_longer_than_github_takes(routing: Routing) -> None:
    labels = routing.labels(alert(("t" * 45,), source="s" * 45))
    assert max(map(len, labels)) == 50
    assert f"Team:{'t' * 45}" in labels


def test_without_a_fallback_nobody_owns_what_names_no_team(routing: Routing) -> None:
    assert routing.owner_rules.missing is None
    assert routing.labels(alert((UNKNOWN_TEAM,)))[2] == f"Team:{UNKNOWN_TEAM}"


def test_the_fallback_team_gets_what_names_no_team() -> None:
    routing = load(TABLE + FALLBACK)
    assert routing.owner_rules.missing == Ownership((UNKNOWN_TEAM,), Priority.P2)
    assert routing.route((UNKNOWN_TEAM,)) == routing.route(("infra",))
    labels = routing.labels(alert((UNKNOWN_TEAM,)))
    assert {"Team:infra", UNKNOWN_LABEL} < set(labels)
    assert f"Team:{UNKNOWN_TEAM}" not in labels
    assert UNKNOWN_LABEL not in routing.labels(alert())


def test_every_repository_is_known(routing: Routing) -> None:
    assert routing.repositories == {"org/alerts", "org/infra"}


def test_all_faults_are_told_with_their_keys() -> None:
    with pytest.raises(ConfigurationError) as caught:
        load("""
            [default]
            runbok = "https://example.org"
            labels = ["alert:muted", ""]
            [default.mention]
            P9 = []
            P0 = ["oncall"]
            [team.Dev_Infra]
            repository = "infra"
            details = "all"
            [team.storage]
            assignees = ["a","b","c","d","e","f","g","h","i","j","k"]
            runbook = "javascript:alert(1)"
            team_labels = ["squad"]
            severity = {critical = "P9"}
            [source.grafanna]
            [source.normalized]
            [source.grafana]
            severity = {page = "P0", Page = "P1"}
            priority_labels = ["severity", " "]
            [fallback]
            team = "infra"
        """)
    keys = {fault.partition(": ")[0] for fault in caught.value.faults}
    assert keys == {
        *(
            "default.repository",
            "default.runbok",
            "default.labels.0",
            "default.labels.1",
            "default.mention.P9",
        ),
        *("default.mention.P0.0", "team.Dev_Infra", "team.Dev_Infra.repository", "team.Dev_Infra.details"),
        *("team.storage.assignees", "team.storage.runbook", "fallback.priority"),
        *("team.storage.team_labels", "team.storage.severity.critical"),
        *(
            "source.grafanna",
            "source.normalized",
            "source.grafana.severity",
            "source.grafana.priority_labels.1",
        ),
    }
    assert "default.runbok: unknown key" in caught.value.faults
    assert "default.repository: missing" in caught.value.faults
    (unknown,) = (fault for fault in caught.value.faults if fault.startswith("source.grafanna"))
    assert unknown.startswith("source.grafanna: 'grafanna' is not one of cloudwatch, ")
    assert "team.Dev_Infra.repository: 'infra' is not a repository as owner/name" in caught.value.faults


def test_what_is_no_toml_is_told_with_its_place() -> None:
    with pytest.raises(ConfigurationError, match=r"routing\.toml: not TOML: .*line 2"):
        load("[default]\nrepository = org/alerts\n")


ESCALATING = """
[default]
repository = "org/alerts"
escalate_after = "15m"

[team.infra]
escalate_to = [["@ann", "@Ann"], ["@org/leads", "@bob"]]

[team.storage]
escalate_after = "1h"
escalate_to = [["@cy"], ["@bob"], ["@org/heads"]]

[team.calm]
"""

NO_LENGTH = 'is not a length of time such as "15m" or "1h"'


def test_nobody_is_called_later_unless_the_table_says_so(routing: Routing) -> None:
    assert routing.route(("infra",)).escalation is None
    assert load(ESCALATING).route(("calm",)).escalation is None


def test_tiers_and_their_time_are_inherited_one_by_one() -> None:
    routing = load(ESCALATING)
    infra = Escalation(timedelta(minutes=15), (("@ann",), ("@org/leads", "@bob")))
    assert routing.route(("infra",)).escalation == infra
    storage = Escalation(timedelta(hours=1), (("@cy",), ("@bob",), ("@org/heads",)))
    assert routing.route(("storage",)).escalation == storage
    off = load(ESCALATING.replace('"15m"', '"15m"\nescalate_to = [["@x"]]') + "escalate_to = []")
    assert off.route(("calm",)).escalation is None
    assert off.default.escalation == Escalation(timedelta(minutes=15), (("@x",),))


def test_of_several_teams_the_tiers_of_all_are_called_when_the_first_of_them_is_due() -> None:
    joined = load(ESCALATING).route(("storage", "infra", "calm")).escalation
    tiers = (("@cy", "@ann"), ("@bob", "@org/leads"), ("@org/heads",))
    assert joined == Escalation(timedelta(minutes=15), tiers)


@pytest.mark.parametrize(
    ("keys", "fault"),
    [
        ('escalate_after = "15"', f"escalate_after: '15' {NO_LENGTH}"),
        ("escalate_after = 15", f"escalate_after: 15 {NO_LENGTH}"),
        ('escalate_after = "0m"', f"escalate_after: '0m' {NO_LENGTH}"),
        ('escalate_after = "15m"', "escalate_after: needs escalate_to, whom to call, or nobody is called"),
        (
            'escalate_to = [["@ann"]]',
            'escalate_to: needs escalate_after, such as "15m", here or in [default]',
        ),
        ("escalate_to = [[]]", "escalate_to.0: a tier that names nobody"),
        (
            'escalate_to = [["@ann"], ["bob"]]',
            "escalate_to.1.0: 'bob' is not a mention such as @org/team or @login, or <on-call>",
        ),
        ('escalate_to = ["@ann"]', "escalate_to.0: Input should be a valid tuple"),
        (
            "escalate_to = [" + '["@ann"],' * 11 + "]",
            "escalate_to: Tuple should have at most 10 items after validation, not 11",
        ),
    ],
)
@pytest.mark.parametrize("table", ["default", "team.infra"])
def test_half_an_escalation_and_a_wrong_one_are_faults(table: str, keys: str, fault: str) -> None:
    text = '[default]\nrepository = "o/r"\n' + ("" if table == "default" else f"[{table}]\n") + keys
    with pytest.raises(ConfigurationError) as caught:
        load(text)
    assert caught.value.faults == [f"{table}.{fault}"]


@pytest.mark.parametrize("path", ["chalicelib/routing.toml", "docs/routing.example.toml"])
def test_the_tables_that_ship_are_right(path: str) -> None:
    assert load((ROOT / path).read_text(encoding="utf-8")).repositories >= {
        "example-org/alerts",
        "example-org/ci-infra",
    }


def test_the_example_shows_every_key() -> None:
    example = (ROOT / "docs/routing.example.toml").read_text(encoding="utf-8")
    keys = (
        "repository",
        "labels",
        "assignees",
        "runbook",
        "close_on_resolve",
        "details",
        "severity",
        "team_labels",
        "priority_labels",
        "escalate_after",
        "escalate_to",
        "type",
        "fields",
        "project",
        "team",
        "priority",
        "P0",
    )
    assert [key for key in keys if f"\n{key} = " not in example] == []


@pytest.mark.parametrize(
    "label",
    [
        *(f"Pri:P{n}" for n in range(4)),
        AREA_LABEL,
        MUTED_LABEL,
        RESOLVED_LABEL,
        UNKNOWN_LABEL,
        "Team:x",
        "Source:y",
        "z",
    ],
)
def test_every_label_has_a_colour_and_a_description(label: str) -> None:
    color, description = describe_label(label)
    assert len(bytes.fromhex(color)) == 3
    assert 0 < len(description) <= 100
    assert "{" not in description


def test_priorities_are_told_apart_by_colour() -> None:
    assert len({describe_label(f"Pri:P{n}")[0] for n in range(4)}) == 4
    assert describe_label("Team:dev-infra")[1] == "Alerts of the team dev-infra"


ON_CALL_FILE = """
[default]
repository = "o/r"
assignees = ["<on-call>"]
mention.P0 = ["<on-call>", "@o/leads"]

[team.infra]
assignees = ["ann", "<on-call>"]
mention.P1 = ["<on-call>"]
escalate_after = "15m"
escalate_to = [["<on-call>"], ["@bob"]]

[team.quiet]
assignees = []
mention = {}
"""


def on_for(team: str) -> tuple[str, ...]:
    return {"infra": ("@mona", "@hubot"), "other": ("@o/fallback",)}.get(team, ())


def test_whoever_is_on_call_for_the_team_stands_where_the_file_says_so() -> None:
    table = load(ON_CALL_FILE)
    route = table.route(("infra",), on_for)
    assert route.assignees == ("ann", "mona", "hubot")
    assert route.mentions[Priority.P1] == ("@mona", "@hubot")
    assert route.escalation
    assert route.escalation.tiers == (("@mona", "@hubot"), ("@bob",))
    assert not table.route(("quiet",)).on_call


def test_a_team_that_is_called_cannot_be_assigned() -> None:
    route = load(ON_CALL_FILE).route(("other",), on_for)
    assert (route.assignees, route.mentions[Priority.P0]) == ((), ("@o/fallback", "@o/leads"))


def test_where_nobody_is_known_the_words_of_the_file_reach_nobody_and_tiers_stay_as_many() -> None:
    table = load(ON_CALL_FILE)
    route = table.route(("infra",))
    assert (route.assignees, route.mentions[Priority.P1]) == (("ann",), ())
    assert route.escalation
    assert route.escalation.tiers == ((), ("@bob",))
    assert table.assigned_in("o/r") == ("ann",)


def test_an_alert_for_several_teams_calls_whoever_is_on_for_each() -> None:
    route = load(ON_CALL_FILE).route(("quiet", "infra", "other"), on_for)
    assert route.on_call
    assert route.assignees == ("ann", "mona", "hubot")
    assert route.mentions[Priority.P0] == ("@o/fallback", "@o/leads")
