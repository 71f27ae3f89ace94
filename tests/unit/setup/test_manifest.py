"""The page that offers the App to GitHub, and which requests to it are answered."""

import html
import json
import re
from collections.abc import Mapping

import pytest

from chalicelib.routing import load
from ops.deployment import web_address
from ops.setup.loopback import BACK, Exchange, Loopback
from ops.setup.manifest import LATER, manifest, offer, permissions

WEB = "https://github.com"


ISSUES = {"issues": "write"}


def described(needs: Mapping[str, str] = ISSUES, **changes: str) -> dict[str, object]:
    given = {"stage": "dev", "organization": "acme", "web": WEB, "back": "http://127.0.0.1:1/created"}
    return manifest(**(given | changes), needs=needs)


@pytest.mark.parametrize(
    ("api", "web"),
    [
        ("https://api.github.com", "https://github.com"),
        ("https://api.acme.ghe.com", "https://acme.ghe.com"),
        ("https://github.acme.com/api/v3", "https://github.acme.com"),
        ("http://127.0.0.1:5580", "http://127.0.0.1:5580"),
    ],
)
def test_githubs_pages_are_found_by_the_address_of_its_api(api: str, web: str) -> None:
    assert web_address(api) == web


def test_the_app_may_write_issues_and_hears_of_what_people_do_there() -> None:
    app = described()
    assert app["default_permissions"] == ISSUES
    assert app["default_events"] == ["issues", "issue_comment"]
    assert app["public"] is False
    assert app["hook_attributes"] == {"url": LATER, "active": True}


@pytest.mark.parametrize(
    ("table", "more", "told"),
    [
        ('type = "Bug"', {}, "install it on, and nothing else"),
        (
            'fields = {Severity = "{priority}"}',
            {"issue_fields": "read"},
            "install it on, read the organization's issue fields, and nothing else",
        ),
        (
            "[team.infra]\nproject = 12",
            {"organization_projects": "write"},
            "install it on, add issues to its projects, and nothing else",
        ),
    ],
    ids=["type", "fields", "project"],
)
def test_the_app_asks_for_no_more_than_the_routing_table_needs(
    table: str, more: dict[str, str], told: str
) -> None:
    needs = permissions(load(f'[default]\nrepository = "acme/alerts"\n{table}'))
    assert needs == ISSUES | more
    page = offer(described(needs), organization="acme", web=WEB, state="s1")
    assert told in " ".join(page.split())


def test_a_long_name_is_cut_to_what_github_takes() -> None:
    name = str(described(organization="a" * 39)["name"])
    assert name.startswith("alerting-dev-aaa")
    assert len(name) == 34


def test_the_page_carries_the_manifest_as_text_whatever_is_in_it() -> None:
    hostile = 'acme"><script>alert(1)</script>'
    page = offer(described(organization=hostile), organization=hostile, web=WEB, state="s1")
    assert "<script" not in page
    (value,) = re.findall(r'name="manifest" value="([^"]*)"', page)
    assert json.loads(html.unescape(value)) == described(organization=hostile)
    (action,) = re.findall(r'action="([^"]*)"', page)
    assert action.startswith(f"{WEB}/organizations/acme%22%3E%3Cscript%3E")
    assert action.endswith("/settings/apps/new?state=s1")


@pytest.fixture
def exchange() -> Exchange:
    return Exchange(lambda back, state: f"{back} {state}", port=4000)


HERE = "127.0.0.1:4000"


def test_the_page_is_at_an_address_that_nobody_can_guess(exchange: Exchange) -> None:
    assert exchange.answer(HERE, exchange.path) == (200, f"http://{HERE}{BACK} {exchange.state}")
    assert exchange.answer(HERE, "/")[0] == 404
    assert len(exchange.path) > 20
    assert exchange.state not in repr(exchange)


def test_another_name_for_this_machine_is_not_answered(exchange: Exchange) -> None:
    assert exchange.answer("evil.example:4000", exchange.path)[0] == 421


@pytest.mark.parametrize("query", ["code=c1", "code=c1&state=", "code=c1&state=guessed", "state={state}"])
def test_a_code_without_our_state_is_not_taken(exchange: Exchange, query: str) -> None:
    assert exchange.answer(HERE, f"{BACK}?{query.format(state=exchange.state)}")[0] == 400
    assert not exchange.came.is_set()


def test_the_first_code_counts_and_is_not_shown(exchange: Exchange) -> None:
    for code in ("c1secret", "c2secret"):
        status, page = exchange.answer(HERE, f"{BACK}?code={code}&state={exchange.state}")
        assert status == 200
        assert code not in page
    assert exchange.code == "c1secret"
    assert "c1secret" not in repr(exchange)


def test_it_listens_on_loopback_alone() -> None:
    with Loopback(lambda back, state: "") as loopback:
        assert loopback._server.server_address[0] == "127.0.0.1"
        assert loopback.address.startswith(f"http://127.0.0.1:{loopback.exchange.port}/")
