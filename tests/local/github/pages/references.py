"""Links that GitHub makes of `@name`, `#12` and `owner/repo#12`, except in code and in links."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import escape
from html.parser import HTMLParser

from tests.local.github.model import Issue

Find = Callable[[str, int], Issue | None]

_UNTOUCHED = ("a", "code", "pre", "tt")
_REFERENCE = re.compile(
    r"""
      (?<![\w/@.-]) @ (?P<login> [a-z\d] (?: [a-z\d-]{0,37} [a-z\d] )? ) (?: / (?P<team> [\w-]+ ) )?
        (?![\w/-])
    | (?<![\w/\#-]) (?P<repository> [\w.-]+ / [\w.-]+ )? \# (?P<number> \d{1,9} ) (?!\w)
    | (?<![\w/\#-]) GH- (?P<short> \d{1,9} ) (?!\w)
    """,
    re.IGNORECASE | re.VERBOSE | re.ASCII,
)


def link_references(html: str, repository: str, find: Find) -> str:
    """Link mentions, and references to issues that exist; `html` must have been sanitised."""
    linker = _Linker(repository, find)
    linker.feed(html)
    linker.close()
    return "".join(linker.written)


class _Linker(HTMLParser):
    """Writes what it reads, with links."""

    def __init__(self, repository: str, find: Find) -> None:
        super().__init__(convert_charrefs=False)
        self.written: list[str] = []
        self._repository = repository
        self._find = find
        self._untouched = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._untouched += tag in _UNTOUCHED
        self.written.append(self.get_starttag_text() or "")

    def handle_endtag(self, tag: str) -> None:
        self._untouched -= tag in _UNTOUCHED
        self.written.append(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        self.written.append(data if self._untouched else _REFERENCE.sub(self._linked, data))

    def handle_entityref(self, name: str) -> None:
        self.written.append(f"&{name};")

    def handle_charref(self, name: str) -> None:
        self.written.append(f"&#{name};")

    def _linked(self, found: re.Match[str]) -> str:
        if found["login"]:
            return _mention(found["login"], found["team"])
        issue = self._find(found["repository"] or self._repository, int(found["number"] or found["short"]))
        if issue is None:
            return found[0]
        address = f"/{issue.repository.full_name}/issues/{issue.number}"
        return f'<a class="reference" href="{address}" title="{escape(issue.title)}">{found[0]}</a>'


def _mention(login: str, team: str | None) -> str:
    address, name = (f"/orgs/{login}/teams/{team}", f"{login}/{team}") if team else (f"/{login}", login)
    return f'<a class="mention" href="{address}">@{name}</a>'
