"""The pages of the GitHub stand-in in a real Chromium: what no reading of the HTML can tell."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By

from tests.browser.chromium import HOW_TO_INSTALL, chromium, installed, set_window
from tests.browser.example import ALERTS, example

pytestmark = pytest.mark.skipif(not installed(), reason=HOW_TO_INSTALL)

ISSUES = f"/{ALERTS}/issues"
PATHS = ("/", ISSUES, f"{ISSUES}?state=closed", f"{ISSUES}/1", f"{ISSUES}/2", "/mona", "/acme/infra/issues")
TELEPHONE, DESK = (390, 844), (1280, 900)
CONTRASTS = (Path(__file__).parent / "contrast.js").read_text()
OVERFLOWING = """
return [...document.querySelectorAll("main *")].filter((element) =>
  element.getBoundingClientRect().right > innerWidth + 1 && !element.closest("pre, table")
).map((element) => element.outerHTML.slice(0, 80))
"""
BROKEN_IMAGES = (
    "return [...document.images].filter((image) => image.naturalWidth === 0).map((image) => image.src)"
)


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    with example() as (github, _):
        yield github.url


@pytest.fixture(scope="module")
def browser() -> Iterator[Chrome]:
    with chromium() as running:
        yield running


def complaints(browser: Chrome) -> list[str]:
    """What the browser has complained about since it was last asked: scripts, resources, the policy.

    Its own pages, of which it shows one when it starts, are not ours to mend.
    """
    entries: list[dict[str, Any]] = browser.get_log("browser")  # type: ignore[no-untyped-call]
    return [entry["message"] for entry in entries if not entry["message"].startswith("chrome://")]


def links(browser: Chrome) -> set[str]:
    """The addresses that the page links to, without the places within it."""
    found: list[str] = browser.execute_script("return [...document.links].map((link) => link.href)")
    return {link.partition("#")[0] for link in found}


def test_every_link_leads_to_a_page_without_faults(browser: Chrome, site: str) -> None:
    set_window(browser, *DESK)
    seen: set[str] = set()
    ahead = {f"{site}/"}
    while ahead:
        url = ahead.pop()
        seen.add(url)
        browser.get(url)
        assert complaints(browser) == [], url
        assert browser.execute_script(BROKEN_IMAGES) == [], url
        assert "Not found" not in browser.title, url
        ahead |= {link for link in links(browser) if link.startswith(site)} - seen
    assert {f"{site}{path}" for path in PATHS} <= seen


def test_the_browser_does_complain(browser: Chrome, site: str) -> None:
    """Otherwise the test above could not fail."""
    browser.get(f"{site}/nowhere")
    assert any("404" in complaint for complaint in complaints(browser))
    browser.execute_script("setTimeout(() => { throw new Error('seen') })")
    browser.execute_async_script("setTimeout(arguments[0], 50)")
    assert any("seen" in complaint for complaint in complaints(browser))


def test_a_person_finds_an_issue_by_clicking(browser: Chrome, site: str) -> None:
    set_window(browser, *DESK)
    browser.get(f"{site}/")
    for text in ("acme/alerts", "[P0] Disk full", "#1"):
        browser.find_element(By.LINK_TEXT, text).click()
    assert browser.current_url == f"{site}{ISSUES}/1"
    browser.find_element(By.LINK_TEXT, "alerts").click()
    browser.find_element(By.PARTIAL_LINK_TEXT, "Closed").click()
    assert "[P2] Disk almost full" in browser.find_element(By.TAG_NAME, "main").text


def test_details_are_folded_until_a_person_unfolds_them(browser: Chrome, site: str) -> None:
    browser.get(f"{site}{ISSUES}/2")
    folded = browser.find_element(By.CSS_SELECTOR, "details li")
    assert not folded.is_displayed()
    browser.find_element(By.CSS_SELECTOR, "details summary").click()
    assert folded.is_displayed()


@pytest.mark.parametrize("path", PATHS)
def test_on_a_telephone_only_code_and_tables_are_wider_than_the_screen(
    browser: Chrome, site: str, path: str
) -> None:
    set_window(browser, *TELEPHONE)
    browser.get(f"{site}{path}")
    assert browser.execute_script("return innerWidth") == TELEPHONE[0]
    assert browser.execute_script("return document.documentElement.scrollWidth") <= TELEPHONE[0]
    assert browser.execute_script(OVERFLOWING) == []


def test_on_a_telephone_code_that_is_too_wide_scrolls(browser: Chrome, site: str) -> None:
    set_window(browser, *TELEPHONE)
    browser.get(f"{site}{ISSUES}/2")
    code = "const code = document.querySelector('pre'); return code.scrollWidth > code.clientWidth"
    assert browser.execute_script(code)


@pytest.mark.parametrize("dark", [False, True], ids=["day", "night"])
@pytest.mark.parametrize("path", PATHS)
def test_everything_can_be_read_by_day_and_by_night(
    browser: Chrome, site: str, path: str, *, dark: bool
) -> None:
    """WCAG AA: 4.5 for text; a label's color is its owner's choice, so 3 is asked of labels."""
    set_window(browser, *DESK, dark=dark)
    browser.get(f"{site}{path}")
    texts = browser.execute_script(CONTRASTS)
    assert len(texts) > 3
    assert [text for text in texts if text["contrast"] < (3 if text["chip"] else 4.5)] == []
    paper = browser.execute_script("return getComputedStyle(document.body).backgroundColor")
    assert paper == ("rgb(13, 17, 23)" if dark else "rgb(255, 255, 255)")
