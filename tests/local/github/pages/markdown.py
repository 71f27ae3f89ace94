"""Markdown as GitHub shows it in issues: rendered with its HTML, then reduced to what GitHub lets through."""

from __future__ import annotations

import re
from functools import cache

import nh3
from markdown_it import MarkdownIt

# https://github.com/gjtorikian/html-pipeline, its sanitization filter, without what no issue uses.
TAGS = set(
    """
    a b blockquote br caption cite code dd del details dfn div dl dt em figcaption figure h1 h2 h3 h4 h5 h6 hr
    i img ins kbd li mark ol p picture pre q rp rt ruby s samp small source span strike strong sub summary sup
    table tbody td tfoot th thead tr tt ul var wbr
    """.split()  # noqa: SIM905 - so many words on lines of their own would hide the rest
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
    aligned = _CELL.sub(r'\1 align="\2"', _reader().render(text))
    clean = nh3.clean(
        aligned, tags=TAGS, attributes=ATTRIBUTES, url_schemes=SCHEMES, link_rel="nofollow noopener"
    )
    return _TASK.sub(_task, clean)


@cache
def _reader() -> MarkdownIt:
    """Reads CommonMark and GitHub's extensions; in issues, unlike in files, a line break breaks the line."""
    options = {"html": True, "linkify": True, "breaks": True}
    reader = MarkdownIt("commonmark", options).enable(["table", "strikethrough", "linkify"])
    if reader.linkify is not None:
        reader.linkify.set({"fuzzy_link": False})
    return reader


def _task(found: re.Match[str]) -> str:
    checked = "" if found[2] == " " else " checked"
    return f'<li class="task">{found[1]}<input type="checkbox" disabled{checked}> '
