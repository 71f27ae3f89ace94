"""What the answers become: the routing table; and which questions are asked at all."""

import pytest

from chalicelib import routing
from ops.deployment import Faults
from ops.setup.__main__ import Terminal, main
from ops.setup.questions import table


def test_an_answer_becomes_the_routing_table() -> None:
    found = routing.load(table("acme", "alerts web=web-app infra=acme/ci"))
    assert found.default.repository == "acme/alerts"
    assert {team: found.route((team,)).repository for team in ("web", "infra", "nobody")} == {
        "web": "acme/web-app",
        "infra": "acme/ci",
        "nobody": "acme/alerts",
    }


@pytest.mark.parametrize(
    ("organization", "repositories", "told"),
    [
        ("acme/alerts", "alerts", "'acme/alerts' is not a valid GitHub name"),
        ("acme", "alerts web", "'web': write team=repository"),
        ("acme", "alerts web=other/web", "other/web is not in acme"),
        ("acme", "alerts Web_1=web", "'Web_1' is not a team slug"),
        ("acme", "ale*rts", "is not a repository"),
        ("acme", 'x"\n[fallback]', "team=repository"),
    ],
)
def test_an_answer_that_cannot_be_used_is_refused_with_the_reason(
    organization: str, repositories: str, told: str
) -> None:
    with pytest.raises(Faults, match="cannot be used") as refused:
        table(organization, repositories)
    assert told in str(refused.value)


def test_where_nobody_answers_the_option_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody(_: str) -> str:
        raise EOFError

    monkeypatch.setattr("builtins.input", nobody)
    with pytest.raises(Faults, match="--organization"):
        Terminal(yes=True).ask("Your organisation", "", "--organization")
    assert Terminal(yes=True).ask("Begin?", "yes", "--yes") == "yes"


def test_the_local_stack_is_not_set_up(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["local"])
    assert "make setup STAGE=dev" in capsys.readouterr().err
