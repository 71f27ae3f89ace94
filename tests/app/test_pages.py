"""The pages of the GitHub stand-in: what a person reads there."""

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import httpx
import pytest

from tests.browser.example import ALERTS, BODY, Clock, example, opened
from tests.local.demo.keep import keep
from tests.local.github import GitHubServer
from tests.local.github.model import StateReason
from tests.local.github.pages.markdown import to_html
from tests.local.github.pages.references import link_references
from tests.local.patience import HTTP_SECONDS

BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


@pytest.fixture
def served() -> Iterator[tuple[GitHubServer, Clock]]:
    with example() as running:
        yield running


@pytest.fixture
def github(served: tuple[GitHubServer, Clock]) -> GitHubServer:
    return served[0]


def get(github: GitHubServer, path: str) -> httpx.Response:
    return httpx.get(f"{github.url}{path}", headers=BROWSER, timeout=HTTP_SECONDS, trust_env=False)


def read(github: GitHubServer, path: str) -> str:
    """The words of a page, in order."""
    answer = get(github, path)
    assert answer.status_code == 200, path
    words = re.sub(r"<[^>]+>", " ", answer.text.partition("<main>")[2])
    return unescape(" ".join(words.split()))


def test_the_front_page_lists_the_repositories_with_counts(github: GitHubServer) -> None:
    assert read(github, "/").startswith("acme/alerts 1 open 1 closed acme/infra 0 open 0 closed")


def test_a_repository_shows_its_open_issues(github: GitHubServer) -> None:
    page = read(github, f"/{ALERTS}/issues")
    assert "Open 1 Closed 1" in page
    assert "[P0] Disk full area:alerting Pri:P0 #2 opened 18 minutes ago by alerting bot 1" in page
    assert "#1" not in page


def test_the_closed_tab_shows_the_closed_with_their_reason(github: GitHubServer) -> None:
    page = read(github, f"/{ALERTS}/issues?state=closed")
    assert "[P2] Disk almost full Pri:P2 #1 by alerting bot was closed 18 minutes ago as not planned" in page
    assert "#2" not in page


def test_an_empty_list_says_so(github: GitHubServer) -> None:
    assert "No issue here is open." in read(github, "/acme/infra/issues")


def test_a_label_has_its_color_and_leads_to_the_issues_that_have_it(github: GitHubServer) -> None:
    page = get(github, f"/{ALERTS}/issues").text
    found = re.search(r'<a class="chip" href="([^"]+)" style="--paper:#b60205;--ink:#ffffff"', page)
    assert found
    assert "Labeled Pri:P0" in read(github, found[1])
    assert "[P0] Disk full" in read(github, found[1])
    assert "No issue here is closed." in read(github, f"{found[1]}&state=closed")


def test_a_parent_lists_its_sub_issues_and_each_names_its_parent(github: GitHubServer) -> None:
    parent, mona = opened(github, "A storm", ""), github.person("mona")
    numbers = [opened(github, f"Alert {number}", "").number for number in range(4)]
    for number in numbers:
        mona.attach(ALERTS, parent.number, number)
    mona.close(ALERTS, numbers[0])
    page = read(github, f"/{ALERTS}/issues/{parent.number}")
    first, *others = (f"Alert {at} #{number}" for at, number in enumerate(numbers))
    assert f"Sub-issues 1 / 4 {first} {' '.join(others)}" in page
    added = ", ".join(f"#{number}" for number in numbers[:3])
    assert f"mona added 4 sub-issues: {added}, … now" in page
    child = read(github, f"/{ALERTS}/issues/{numbers[1]}")
    assert f"Open Parent: A storm #{parent.number} ·" in child
    assert f"mona added a parent issue #{parent.number} now" in child
    assert re.search(
        rf"A storm\s.*#{parent.number} opened now by alerting bot 1 / 4", read(github, f"/{ALERTS}/issues")
    )
    mona.detach(ALERTS, parent.number, numbers[1])
    assert "mona removed the parent issue" in read(github, f"/{ALERTS}/issues/{numbers[1]}")
    assert f"mona removed 1 sub-issue: #{numbers[1]} now" in read(github, f"/{ALERTS}/issues/{parent.number}")


def test_an_issue_shows_its_type(github: GitHubServer) -> None:
    opened(github, "A storm", "").type = "Bug"
    assert "A storm Bug #" in read(github, f"/{ALERTS}/issues")


def test_a_list_goes_on_on_further_pages(github: GitHubServer) -> None:
    for number in range(30):
        opened(github, f"Alert {number:02}", "")
    assert "Alert 29" in read(github, f"/{ALERTS}/issues")
    assert "Alert 04" not in read(github, f"/{ALERTS}/issues")
    assert "Alert 04" in read(github, f"/{ALERTS}/issues?page=2")


@pytest.mark.parametrize(
    ("reason", "words"),
    [("completed", "as completed"), ("not_planned", "as not planned"), ("duplicate", "as duplicate")],
)
def test_an_issue_says_why_it_was_closed(github: GitHubServer, reason: StateReason, words: str) -> None:
    number = opened(github, "Disk full", "").number
    github.person("mona").close(ALERTS, number, reason)
    page = read(github, f"/{ALERTS}/issues/{number}")
    assert f"Disk full #{number} Closed {words}" in page
    assert f"mona closed this {words}" in page


def test_an_issue_tells_its_story_in_order(github: GitHubServer) -> None:
    page = read(github, f"/{ALERTS}/issues/2")
    told = [
        "[P0] Disk full #2 Open alerting bot opened this 18 minutes ago · 1 comment · locked",
        "Assignees M mona",
        "Labels area:alerting Pri:P0",
        "opened 18 minutes ago · edited The store is 93 % full",
        "added Pri:P2 area:alerting 18 minutes ago",
        "mona added Pri:P0 16 minutes ago",
        "mona removed Pri:P2 14 minutes ago",
        "mona changed the title [P2] Disk almost full [P0] Disk full 12 minutes ago",
        "mona commented 10 minutes ago Looking at it",
        "mona assigned mona 8 minutes ago",
        "mona closed this as completed 6 minutes ago",
        "mona reopened this 4 minutes ago",
        "mona locked this conversation as resolved now",
    ]
    places = [page.find(words) for words in told]
    assert -1 not in places, told[places.index(-1)]
    assert places == sorted(places)


def test_labels_changed_together_are_one_line_and_what_was_taken_back_is_none(
    served: tuple[GitHubServer, Clock],
) -> None:
    github, clock = served
    mona, number = github.person("mona"), opened(github, "Disk full", "").number
    clock.at += 120
    mona.label(ALERTS, number, "Pri:P0", "Team:storage")
    mona.unlabel(ALERTS, number, "Pri:P0")
    clock.at += 120
    mona.label(ALERTS, number, "Pri:P0")
    mona.unlabel(ALERTS, number, "Pri:P0")
    page = read(github, f"/{ALERTS}/issues/{number}")
    assert "mona added Team:storage 2 minutes ago" in page
    assert page.count("mona added") == 1
    assert "removed" not in page


def test_hidden_comments_are_not_in_the_page(github: GitHubServer) -> None:
    assert "<!-- alerting:" in BODY
    assert "alerting:fingerprint" not in get(github, f"/{ALERTS}/issues/2").text


def test_panels_tables_and_folded_details_are_shown(github: GitHubServer) -> None:
    page = get(github, f"/{ALERTS}/issues/2").text
    for piece in (
        '<img src="/_pages/panel.svg" alt="Panel">',
        "<td>/srv/artifacts</td>",
        "<summary>Earlier</summary>",
        "<li>fired 02:50 to 03:00 UTC</li>",
        "<s>knows</s>",
    ):
        assert piece in page


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "[link](javascript:alert(1))",
        "<a href='javascript:alert(1)'>link</a>",
        "<iframe src=https://example.org></iframe>",
        "<p style='position:fixed' class='bar' id='issue'>over everything</p>",
        "<svg onload=alert(1)>",
        "<form action=/><input name=q></form>",
    ],
)
def test_nothing_dangerous_is_left_of_html(text: str) -> None:
    html = to_html(text)
    assert not re.search(
        r"<(script|iframe|svg|form|input)|\s(on\w+|style|class|id)=|href=.javascript", html
    ), html


def test_a_task_list_has_boxes() -> None:
    html = to_html("- [ ] scale up\n- [x] look\n")
    assert html.count('type="checkbox" disabled') == 2
    assert html.count("checked") == 1


@pytest.mark.parametrize("text", ["#1", "acme/alerts#1", "(#1)", "GH-1", "**#1**"])
def test_a_reference_to_an_issue_is_a_link(github: GitHubServer, text: str) -> None:
    number = opened(github, "Again", f"see {text}").number
    assert f'href="/{ALERTS}/issues/1" title=' in get(github, f"/{ALERTS}/issues/{number}").text


@pytest.mark.parametrize("text", ["#99", "`#1`", "#\u200b1", "a#1", "#1a", "[x #1](https://example.org)"])
def test_what_github_takes_for_no_reference_is_no_link(github: GitHubServer, text: str) -> None:
    number = opened(github, "Again", f"see {text}").number
    assert 'class="reference"' not in get(github, f"/{ALERTS}/issues/{number}").text


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("@mona", "/mona"),
        ("(@mona)", "/mona"),
        ("@acme/storage", "/orgs/acme/teams/storage"),
        ("`@mona`", None),
        ("@\u200bmona", None),
        ("me@mona.org", None),
        ("&lt;@mona&gt;", "/mona"),
    ],
)
def test_a_mention_is_a_link_where_github_makes_one(text: str, address: str | None) -> None:
    html = link_references(to_html(text), ALERTS, lambda *_: None)
    assert re.findall(r'class="mention" href="([^"]+)"', html) == ([address] if address else [])


@pytest.mark.parametrize("path", ["/mona", "/apps/alerting", "/orgs/acme/teams/storage"])
def test_somebodys_page_lists_the_issues_that_involve_them(github: GitHubServer, path: str) -> None:
    assert "[P0] Disk full" in read(github, path)


def test_relative_links_lead_to_other_issues(github: GitHubServer) -> None:
    number = opened(github, "Again", "[before](1), [the list](../issues)").number
    page = get(github, f"/{ALERTS}/issues/{number}")
    for target in re.findall(r'href="(1|\.\./issues)"', page.text):
        assert get(github, page.url.join(target).path).status_code == 200
    assert page.text.count('href="1"') == 1


def test_the_old_place_of_an_issue_leads_to_the_new_one(github: GitHubServer) -> None:
    github.world.repository(ALERTS).collaborators.add("mona")
    github.person("mona").transfer(ALERTS, 1, "acme/infra")
    assert get(github, f"/{ALERTS}/issues/1").headers["Location"] == "/acme/infra/issues/1"


def test_a_page_that_is_not_there_says_where_to_begin(github: GitHubServer) -> None:
    github.person("mona").delete(ALERTS, 1)
    for path in (f"/{ALERTS}/issues/1", f"/{ALERTS}/issues/99", "/nobody/nothing", "/a/b/c/d", "/nobody"):
        answer = get(github, path)
        assert answer.status_code == 404
        assert 'href="/"' in answer.text


def test_the_api_is_as_it_was(github: GitHubServer) -> None:
    """A client that is not a browser gets GitHub's API's answer at paths that have no page."""
    for path in ("/nobody", "/a/b/c/d", "/app", "/repos/acme/alerts/issues"):
        answer = httpx.get(f"{github.url}{path}", timeout=HTTP_SECONDS, trust_env=False)
        assert (answer.status_code, answer.headers["Content-Type"]) in [
            (404, "application/json"),
            (401, "application/json"),
        ], path
    assert (
        httpx.post(f"{github.url}/{ALERTS}/issues", timeout=HTTP_SECONDS, trust_env=False).status_code == 404
    )


def test_pages_do_not_count_and_are_there_while_the_api_is_not(github: GitHubServer) -> None:
    github.faults.outage(status=502, lasting=60)
    read(github, f"/{ALERTS}/issues")
    assert github.journal.requests == []


def test_html_url_leads_to_the_page(github: GitHubServer) -> None:
    shown = github.services.show.issue(github.world.issue(ALERTS, 2))
    assert httpx.get(shown["html_url"], timeout=HTTP_SECONDS, trust_env=False).status_code == 200


def test_pages_run_no_script_and_fetch_only_from_this_machine(github: GitHubServer) -> None:
    answer = get(github, f"/{ALERTS}/issues/2")
    policy = answer.headers["Content-Security-Policy"]
    assert "<script" not in answer.text
    assert "default-src 'none'" in policy
    assert "script-src" not in policy
    assert not re.search(r'(?:src|<link[^>]+href)="https?:', answer.text)


def test_kept_pages_lead_from_file_to_file(github: GitHubServer, tmp_path: Path) -> None:
    start = keep(github.url, tmp_path / "kept")
    assert start == tmp_path / "kept" / "index.html"
    followed, waiting = set(), [start]
    while waiting:
        page = waiting.pop()
        followed.add(page)
        links = re.findall(r'(?:href|src)="([^"#][^"]*)"', page.read_text(encoding="utf-8"))
        inside = {(page.parent / unescape(link)).resolve() for link in links if "://" not in link}
        assert inside
        waiting += [path for path in inside - followed if path.suffix == ".html"]
    words = [re.sub(r"<[^>]+>", "", page.read_text(encoding="utf-8")) for page in followed]
    assert any("[P0] Disk full" in page and "opened" in page for page in words)
    assert (tmp_path / "kept" / "_pages" / "style.css").is_file()


def test_keeping_pages_drops_those_of_the_last_time(github: GitHubServer, tmp_path: Path) -> None:
    (tmp_path / "old.html").write_text("", encoding="utf-8")
    keep(github.url, tmp_path)
    assert not (tmp_path / "old.html").exists()


MERMAID = """
```mermaid
%%{init: {"themeVariables": {"xyChart": {"plotColorPalette": "#fbca04, #b60205"}}}}%%
xychart-beta
    x-axis ["09", "10"]
    y-axis 0 --> 4
    bar [4, 2]
    bar [1, 0]
```
"""


def test_a_chart_is_drawn() -> None:
    shown = to_html(MERMAID)
    assert shown.count("<rect") == 4
    assert 'fill="#b60205"' in shown
    assert ">10</text>" in shown
    assert "xychart" not in shown


def test_a_chart_of_a_metric_has_its_threshold_as_a_line() -> None:
    chart = """
```mermaid
xychart-beta
    x-axis "hours up to 03:10 UTC" -3 --> 0
    y-axis -1.5 --> 4
    bar [4, 2.5, -1]
    line [1, 1, 1]
```
"""
    shown = to_html(chart)
    assert (shown.count("<rect"), shown.count("<polyline")) == (3, 1)
    assert "hours up to 03:10 UTC, from -3 to 0" in shown


@pytest.mark.parametrize(
    "text", ["```mermaid\npie\n```", "```mermaid\nxychart-beta\n```", "```\nxychart-beta\n```"]
)
def test_what_is_no_such_chart_is_shown_as_it_was_written(text: str) -> None:
    assert "<pre><code" in to_html(text)
    assert "<svg" not in to_html(text)
