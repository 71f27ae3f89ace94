"""Lets links of the pages that leave docs/ lead to the repository, as they do on GitHub."""

import posixpath
import re
from typing import Any

LINK = re.compile(r"\]\((?!\w+:|#)([^)\s]+)\)")


def on_page_markdown(markdown: str, page: Any, config: Any, **_: Any) -> str:
    """Make absolute what is outside docs/."""
    folder = posixpath.dirname(page.file.src_uri)

    def absolute(link: re.Match[str]) -> str:
        path = posixpath.normpath(posixpath.join("docs", folder, link[1]))
        inside = path.startswith("docs/")
        return link[0] if inside else f"]({config.repo_url}/blob/main/{path})"

    return LINK.sub(absolute, markdown)
