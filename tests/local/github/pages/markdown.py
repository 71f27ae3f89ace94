"""Markdown as GitHub shows it in issues: rendered with its HTML, then reduced to what GitHub lets through."""

from __future__ import annotations

import re
import secrets
from collections.abc import MutableMapping, Sequence
from functools import cache
from typing import Any

import nh3
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import OptionsDict

from . import chart

# https://github.com/gjtorikian/html-pipeline, its sanitization filter, without what no issue uses.
TAGS = set(
    """
    a b blockquote br caption cite code dd del details dfn div dl dt em figcaption figure h1 h2 h3 h4 h5 h6 hr
    i img ins kbd li mark ol p picture pre q rp rt ruby s samp small source span strike strong sub summary sup
    table tbody td tfoot th thead tr tt ul var wbr
    """.split()  # noqa: SIM905 - with each word on its own line, the rest would be hard to find
)
ATTRIBUTES = {
    "*": {"align", "alt", "dir", "height", "open", "start", "title", "valign", "width"},
    "a": {"href"},
    "img": {"src"},
    "source": {"srcset", "media"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan"},
}
SCHEMES = {"http", "https", "mailto"}

_TASK = re.compile(r"<li>(\s*(?:<p>)?)\[([ xX])\] ")
_CELL = re.compile(r'(<t[dh]) style="text-align:\s*(\w+)"')


def to_html(text: str) -> str:
    """Sanitised HTML: no script, style, form, class or comment is left in it."""
    charts: dict[str, str] = {}
    aligned = _CELL.sub(r'\1 align="\2"', _reader().render(text, {"charts": charts}))
    clean = nh3.clean(
        aligned, tags=TAGS, attributes=ATTRIBUTES, url_schemes=SCHEMES, link_rel="nofollow noopener"
    )
    for place, drawing in charts.items():
        clean = clean.replace(place, drawing)
    return _TASK.sub(_task, clean)


@cache
def _reader() -> MarkdownIt:
    """Reads CommonMark and GitHub's extensions; in issues, unlike in files, a line break breaks the line."""
    options = {"html": True, "linkify": True, "breaks": True}
    reader = MarkdownIt("commonmark", options).enable(["table", "strikethrough", "linkify"])
    if reader.linkify is not None:
        reader.linkify.set({"fuzzy_link": False})
    reader.add_render_rule("fence", _fence)
    return reader


def _fence(
    renderer: RendererHTML,
    tokens: Sequence[Token],
    index: int,
    options: OptionsDict,
    env: MutableMapping[str, Any],
) -> str:
    """Draw Mermaid, in a place that nobody can name beforehand, as what is drawn is not sanitised."""
    drawing = chart.svg(tokens[index].content) if tokens[index].info.strip() == "mermaid" else None
    if drawing is None:
        return renderer.fence(tokens, index, options, env)
    place = secrets.token_hex()
    env["charts"][place] = drawing
    return f"<p>{place}</p>"


def _task(found: re.Match[str]) -> str:
    checked = "" if found[2] == " " else " checked"
    return f'<li class="task">{found[1]}<input type="checkbox" disabled{checked}> '
