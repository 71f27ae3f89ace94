"""An app is registered from a manifest as GitHub documents it; a client that is not ours reads answers."""

import json
import re
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from githubkit import AppAuthStrategy, GitHub
from githubkit.cache import MemCacheStrategy

from tests.contract.github_rig import Clock, no_tls
from tests.local.github import GitHubServer
from tests.local.patience import HTTP_SECONDS

BACK = "http://127.0.0.1:1/created"
MANIFEST: dict[str, Any] = {
    "name": "alerting dev",
    "url": "https://example.com",
    "hook_attributes": {"url": "https://example.com/github/events"},
    "redirect_url": BACK,
    "public": False,
    "default_permissions": {"issues": "write"},
    "default_events": ["issues", "issue_comment"],
}


@pytest.fixture
def github() -> Iterator[GitHubServer]:
    with GitHubServer(now=Clock(time.time()), site=None) as server:
        server.world.add_repository("acme/alerts", installed=False)
        server.world.add_repository("acme/web", installed=False)
        yield server


@pytest.fixture
def browser(github: GitHubServer) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=github.url, timeout=HTTP_SECONDS, trust_env=False, verify=no_tls()) as browser:
        yield browser


def proposed(browser: httpx.Client, organization: str = "acme", **changes: Any) -> httpx.Response:
    path = f"/organizations/{organization}/settings/apps/new?state=s1"
    return browser.post(path, data={"manifest": json.dumps(MANIFEST | changes)})


def created(browser: httpx.Client) -> str:
    """Click *Create GitHub App*; returns the code."""
    form = {"manifest": json.dumps(MANIFEST), "state": "s1", "name": "Alerting dev"}
    address = browser.post("/organizations/acme/settings/apps", data=form).headers["Location"]
    code = re.fullmatch(rf"{BACK}\?code=([0-9a-f]{{40}})&state=s1", address)
    assert code
    return code[1]


def client(github: GitHubServer, app_id: str = "1", key: str = "") -> GitHub[Any]:
    return GitHub(
        AppAuthStrategy(app_id, key) if key else None,
        base_url=github.url,
        cache_strategy=MemCacheStrategy(),
        http_cache=False,
        auto_retry=False,
        trust_env=False,
        ssl_verify=no_tls(),
    )


def test_a_person_sees_who_owns_it_and_may_name_it(browser: httpx.Client) -> None:
    page = proposed(browser)
    assert page.status_code == 200
    assert "Create GitHub App for acme" in page.text
    assert 'value="alerting dev"' in page.text
    assert proposed(browser, organization="nobody").status_code == 404


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"url": ""}, "wasn&#39;t supplied"),
        ({"hook_attributes": {}}, "Hook url wasn&#39;t supplied"),
        ({"hook_attributes": {"url": "http://127.0.0.1/"}}, "public Internet"),
        ({"default_permissions": {}}, "Default events unsupported: issues"),
        ({"name": "a" * 35}, "too long"),
    ],
    ids=str,
)
def test_a_manifest_that_github_does_not_take_is_refused(
    browser: httpx.Client, changes: dict[str, Any], told: str
) -> None:
    page = proposed(browser, **changes)
    assert page.status_code == 422
    assert told in page.text


def test_a_code_becomes_the_apps_credentials_once(browser: httpx.Client, github: GitHubServer) -> None:
    code = created(browser)
    anybody = client(github)
    made = anybody.rest("2022-11-28").apps.create_from_manifest(code).parsed_data
    assert made.slug == "alerting-dev"
    assert made.html_url == f"{github.url}/apps/alerting-dev"
    assert made.permissions.model_dump(exclude_unset=True) == {"issues": "write", "metadata": "read"}
    assert made.events == ["issues", "issue_comment"]
    assert github.world.hook.secret == made.webhook_secret
    assert browser.post(f"/app-manifests/{code}/conversions").status_code == 404


def test_a_code_lives_an_hour(browser: httpx.Client, github: GitHubServer) -> None:
    code = created(browser)
    clock = github.now
    assert isinstance(clock, Clock)
    clock.turn(3601)
    assert browser.post(f"/app-manifests/{code}/conversions").status_code == 404


def test_the_new_app_configures_its_webhook_and_is_installed_where_a_person_says(
    browser: httpx.Client, github: GitHubServer
) -> None:
    made = browser.post(f"/app-manifests/{created(browser)}/conversions").json()
    app = client(github, str(made["id"]), made["pem"])
    apps = app.rest("2022-11-28").apps
    assert apps.get_webhook_config_for_app().parsed_data.url == MANIFEST["hook_attributes"]["url"]
    apps.update_webhook_config_for_app(url="https://api.example.com/github/events", content_type="json")
    shown = apps.get_webhook_config_for_app().parsed_data
    assert (shown.url, shown.content_type) == ("https://api.example.com/github/events", "json")
    assert shown.secret == "********"
    assert github.world.hook.secret == made["webhook_secret"]
    assert many(apps.list_installations()) == []
    assert "acme/web" in browser.get("/apps/alerting-dev/installations/new").text
    browser.post("/apps/alerting-dev/installations", data={"repository": ["alerts"]})
    (installation,) = many(apps.list_installations())
    assert installation.permissions.model_dump(exclude_unset=True) == {"issues": "write", "metadata": "read"}
    assert apps.get_repo_installation("acme", "alerts").parsed_data == installation


def many(response: Any) -> list[Any]:
    return list(response.parsed_data)
