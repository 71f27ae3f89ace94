"""Mermaid as GitHub runs it, from npm, in a browser: draws a chart, or says why not."""

from pathlib import Path
from typing import Any

from selenium.webdriver import Chrome

SCRIPT = Path(__file__).parent / "node_modules" / "mermaid" / "dist" / "mermaid.min.js"
HOW_TO_INSTALL_MERMAID = "Mermaid is not installed: make build/mermaid (which needs npm)"

_DRAW = """
const [source, answer] = arguments
mermaid.initialize({startOnLoad: false, securityLevel: "strict"})
mermaid.render("chart", source).then(({svg}) => {
  document.body.innerHTML = svg
  const count = (selector) => document.querySelectorAll(selector).length
  answer({
    bars: count("[class^=bar-plot] rect"),
    lines: count("[class^=line-plot] path"),
    texts: [...document.querySelectorAll("text")].map((text) => text.textContent),
    heights: [...document.querySelectorAll("[class^=bar-plot] rect")].map((bar) => bar.height.baseVal.value),
  })
}, (error) => answer({error: String(error)}))
"""


def drawn(browser: Chrome, source: str) -> dict[str, Any]:
    """Draw a chart on an empty page, and say what there is to see."""
    browser.get("about:blank")
    browser.execute_cdp_cmd("Runtime.evaluate", {"expression": SCRIPT.read_text(encoding="utf-8")})
    found: dict[str, Any] = browser.execute_async_script(_DRAW, source)
    return found
