"""Every request of ours and every answer of the stand-in is as GitHub itself describes it.

The exchanges are those that other tests recorded, with GITHUB_EXCHANGES set to build/exchanges: at least the
contract suite, the demo and the simulation (`make outside`, `make check-rest`).
"""

from collections import Counter
from pathlib import Path

import pytest

from chalicelib.github.protocol import USER_AGENT
from tests.local.github.app_routes import APP_ROUTES
from tests.local.github.organization_routes import ORGANIZATION_ROUTES
from tests.local.github.routes import ROUTES
from tests.local.github.sub_issue_routes import SUB_ISSUE_ROUTES
from tests.outside.description import FILE, Description, Exchange, exchanges

RECORDED = Path(__file__).parents[2] / "build/exchanges"
ENDPOINTS_WE_CALL = 14

pytestmark = pytest.mark.skipif(
    not FILE.exists(), reason="npm is not installed, so there is no @octokit/openapi"
)


@pytest.fixture(scope="module")
def description() -> Description:
    return Description()


@pytest.fixture(scope="module")
def recorded() -> list[Exchange]:
    found = list(exchanges(RECORDED))
    if not found:
        pytest.fail("build/exchanges is empty: `make outside` and `make check-rest` record them")
    return found


def test_every_exchange_is_as_github_describes_it(description: Description, recorded: list[Exchange]) -> None:
    faults = Counter(fault for exchange in recorded for fault in description.faults(exchange))
    assert not faults, "\n".join(faults)


def test_every_endpoint_of_the_stand_in_is_one_of_githubs(description: Description) -> None:
    unknown = [
        route.name
        for route in (*ROUTES, *SUB_ISSUE_ROUTES, *ORGANIZATION_ROUTES, *APP_ROUTES)
        if not description.knows(route.method, route.path.replace("/repos/{repo}", "/repos/owner/name"))
    ]
    assert not unknown


def test_what_was_recorded_has_every_call_that_we_make(recorded: list[Exchange]) -> None:
    ours = {exchange.endpoint for exchange in recorded if exchange.user_agent == USER_AGENT}
    assert len(ours) >= ENDPOINTS_WE_CALL, sorted(ours)


LABEL = {"id": 1, "node_id": "L", "url": "https://api.github.com/repos/o/n/labels/b", "name": "b"}
CALL = Exchange("GET", "/repos/o/n/labels?per_page=100", None, USER_AGENT, 200, [])


@pytest.mark.parametrize(
    "wrong",
    [
        Exchange("GET", "/repos/o/n/labels?pages=100", None, USER_AGENT, 200, []),
        Exchange("GET", "/repos/o/n/labels?per_page=all", None, USER_AGENT, 200, []),
        Exchange("GET", "/repos/o/n/labels?per_page=[1]", None, USER_AGENT, 200, []),
        Exchange("GET", "/repos/o/n/labelled", None, USER_AGENT, 200, []),
        Exchange("GET", "/repos/o/n/labels", None, USER_AGENT, 200, [LABEL]),
        Exchange("GET", "/repos/o/n/labels", None, USER_AGENT, 206, []),
        Exchange("POST", "/repos/o/n/issues/1/comments", {"text": "b"}, USER_AGENT, 201, {}),
        Exchange("GET", "/repos/o/n/issues?state=shut", None, USER_AGENT, 200, []),
        Exchange("GET", "/repos/o/n/issues?since=yesterday", None, USER_AGENT, 200, []),
        Exchange("POST", "/repos/o/n/issues", {"title": "t", "parent_issue_id": "1"}, USER_AGENT, 201, {}),
    ],
    ids=lambda wrong: f"{wrong.method} {wrong.target} {wrong.status}",
)
def test_an_exchange_that_is_not_is_found_out(description: Description, wrong: Exchange) -> None:
    assert list(description.faults(wrong))
    assert not list(description.faults(CALL))
