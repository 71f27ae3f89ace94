"""The gallery: the issue of every sample that fires on one page, to be looked at wide, on a phone, and dark.

`python -m tests.gallery`, which `make screenshots` runs too, writes `build/gallery/index.html`, and
pictures of it where there is a Chromium. Nothing is fetched: what a sample links to stays a link.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from html import escape
from pathlib import Path

from chalicelib import render
from chalicelib.adapters.fields import Ownership
from chalicelib.adapters.owner_rules import OwnerRules
from chalicelib.alert import UNKNOWN_TEAM, AlertEvent, Condition, Priority
from chalicelib.conditions.record import record
from chalicelib.routing import Home, Routing, load
from tests.browser.chromium import HOW_TO_INSTALL, chromium, installed, set_window
from tests.local.github.pages import markdown
from tests.local.stack import ROOT
from tests.unit.messages import deliver

SAMPLES = ROOT / "tests" / "samples"
FOLDER = ROOT / "build" / "gallery"
STYLE = ROOT / "tests" / "local" / "github" / "pages" / "static" / "style.css"
FALLBACK = OwnerRules(Ownership((UNKNOWN_TEAM,), Priority.P2))
AFTER = timedelta(minutes=12)
"""How long each has fired when it is shown."""

PUBLIC = replace(
    load((ROOT / "docs" / "routing.example.toml").read_text(encoding="utf-8")),
    home=Home("123456789012", "us-west-2"),
)
LOOKS = {"wide": (1000, False), "phone": (390, False), "dark": (1000, True)}
A_PICTURE = 8
"""Issues in one picture: Chromium draws no page that is much higher."""

PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>Issues of all samples</title>
<style>{style}</style>
</head>
<body>
<main>
{issues}
</main>
</body>
</html>
"""
ISSUE = """<section>
<p class="meta">{sample}</p>
<h1>{title}</h1>
<article class="remark"><div class="prose">{prose}</div></article>
</section>
"""


@dataclass(frozen=True)
class Shown:
    """The issue of one alert of a sample."""

    sample: str
    title: str
    body: str


def shown(routing: Routing = PUBLIC) -> Iterator[Shown]:
    """Write the issue of every alert in the samples that fires."""
    for path in sorted(SAMPLES.glob("*/*.json")):
        payload = json.loads(path.read_text(encoding="utf-8"))["payload"]
        for alert in deliver(path.parent.name, payload, FALLBACK):
            if isinstance(alert, AlertEvent) and alert.state is Condition.FIRING:
                row = record(None, alert, alert.occurred_at).row
                body = render.body(row, routing, alert.occurred_at + AFTER)
                yield Shown(f"{path.parent.name}/{path.stem}", render.title(alert, routing), body)


def page(issues: list[Shown]) -> str:
    """Write the page of some issues."""
    written = (
        ISSUE.format(sample=escape(each.sample), title=escape(each.title), prose=markdown.to_html(each.body))
        for each in issues
    )
    return PAGE.format(style=STYLE.read_text(encoding="utf-8"), issues="".join(written))


def main() -> None:
    """Write the page and its pictures."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    issues = list(shown())
    (FOLDER / "index.html").write_text(page(issues), encoding="utf-8")
    print(f"{FOLDER.relative_to(ROOT)}/index.html  {len(issues)} issues")
    if installed():
        _take_pictures(issues)
    else:
        print(HOW_TO_INSTALL)


def _take_pictures(issues: list[Shown]) -> None:
    with chromium() as browser:
        for number, first in enumerate(range(0, len(issues), A_PICTURE), start=1):
            some = issues[first : first + A_PICTURE]
            part = FOLDER / f"{number:02}.html"
            part.write_text(page(some), encoding="utf-8")
            for look, (width, dark) in LOOKS.items():
                set_window(browser, width, 800, dark=dark)
                browser.get(part.as_uri())
                height = browser.execute_script("return document.documentElement.scrollHeight")
                set_window(browser, width, int(height), dark=dark)
                Path(FOLDER / f"{number:02}-{look}.png").write_bytes(browser.get_screenshot_as_png())


if __name__ == "__main__":
    main()
