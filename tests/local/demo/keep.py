"""Keeps the pages when the stand-in goes: copies them to files that a browser opens by themselves."""

import os
import re
import shutil
from hashlib import sha256
from html import escape, unescape
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import httpx

from tests.local.patience import HTTP_SECONDS

FOLDER = Path("build") / "demo"
MOST_PAGES = 500

_LINK = re.compile(r'\b(href|src)="([^"]*)"')


def keep(address: str, folder: Path) -> Path:
    """Copy all pages that can be reached from an address; returns the file to open first.

    What the folder held before is gone.
    """
    shutil.rmtree(folder, ignore_errors=True)
    start = f"{address.rstrip('/')}/"
    pages: dict[str, httpx.Response] = {}
    waiting = [start]
    accepted = {"Accept": "text/html,*/*;q=0.8"}
    with httpx.Client(headers=accepted, timeout=HTTP_SECONDS, follow_redirects=True, trust_env=False) as http:
        while waiting and len(pages) < MOST_PAGES:
            url = waiting.pop()
            answer = http.get(url)
            pages[url] = answer
            if answer.is_success and _is_page(answer):
                links = {_absolute(url, link) for _, link in _LINK.findall(answer.text)}
                waiting += sorted(link for link in links if link.startswith(start) and link not in pages)
    kept = {url: folder / _name(url, answer) for url, answer in pages.items() if answer.is_success}
    for url, path in kept.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(
            _relinked(url, pages[url].text, kept) if _is_page(pages[url]) else pages[url].content
        )
    return kept[start]


def _is_page(answer: httpx.Response) -> bool:
    return str(answer.headers.get("content-type", "")).startswith("text/html")


def _absolute(url: str, link: str) -> str:
    return urljoin(url, unescape(link)).partition("#")[0]


def _name(url: str, answer: httpx.Response) -> str:
    """A file for an address; what is asked for stands in the name as a few letters."""
    parts = urlsplit(url)
    path = parts.path.strip("/")
    if not _is_page(answer):
        return path
    return f"{path or 'index'}{sha256(parts.query.encode()).hexdigest()[:8] if parts.query else ''}.html"


def _relinked(url: str, text: str, kept: dict[str, Path]) -> bytes:
    """Let links between kept pages lead from file to file; the others stay."""

    def relink(link: re.Match[str]) -> str:
        target = kept.get(_absolute(url, link[2]))
        if target is None or link[2].startswith("#"):
            return link[0]
        return f'{link[1]}="{escape(os.path.relpath(target, kept[url].parent))}"'

    return _LINK.sub(relink, text).encode()
