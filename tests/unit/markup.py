"""Markdown as GitHub reads it, and what in it would ping, refer to or embed something."""

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

READER = MarkdownIt("commonmark").enable(["table", "strikethrough"])

# What GitHub, or an e-mail reply read by it, makes a link, a mention or a reference of.
ACTIVE = {
    "mention": re.compile(r"@[a-z0-9]", re.IGNORECASE | re.ASCII),
    "reference": re.compile(r"#\d|GH-\d", re.IGNORECASE | re.ASCII),
    "commit": re.compile(r"(?<![0-9a-z])(?=[0-9]*[a-f])[0-9a-f]{7,40}(?![0-9a-z])", re.IGNORECASE | re.ASCII),
    "emoji": re.compile(r":(?:100|1234|[0-9]*[a-z_+-][a-z0-9_+-]*):", re.IGNORECASE | re.ASCII),
    "address": re.compile(r"(https?|ftp)://|www\.", re.IGNORECASE),
}
SNIPPETS = [
    *(
        "@octocat",
        "@org/team",
        "#12",
        ":tada:",
        ":+1:",
        ":100:",
        "\u200e\u061c\U000e0041",
        "GH-7",
        "org/repo#3",
        "org/repo@abc1234def",
        "a1b2c3d4e5f6a7b8",
        "/",
        ".",
        "_",
        ":",
    ),
    *(
        "https://github.com/o/r/issues/1",
        "http://www.GitHub.com/o/r/pull/2",
        "www.github.com/o",
        "ftp://github.com",
    ),
    *(
        "https://u:p@github.com/o/r/commit/abc1234",
        "https://example.org/a_b(c)?x=1&copy;#frag",
        "https://e.org/@bob",
        "https://e.org/:fire:/x",
        "https://e.org:tada:",
    ),
    *(
        "<!-- alerting:fingerprint=f episode=2026-01-01T00:00:00+00:00 -->",
        "-->",
        "<b>",
        "</details>",
        "<img src=x>",
    ),
    *(
        "<!-- alerting:end opened=2026-01-01T00:00:00+00:00 x -->",
        "![i](http://x.org)",
        "[l](http://x.org)",
        "[r]: http://x",
    ),
    *(
        "```",
        "`",
        "~~~",
        "    code",
        "# h",
        "- i",
        "+ i",
        "* i",
        "1. i",
        "2) i",
        "> q",
        "---",
        "===",
        ":-:",
        "|",
        "| a |",
    ),
    *(
        "**b**",
        "_e_",
        "__b__",
        "~~s~~",
        "\\",
        "&copy;",
        "&#64;x",
        "$x$",
        "\n",
        "\n\n",
        "\t",
        " ",
        "\u202e",
        "\x00",
        "\r",
    ),
    *(
        "123456789012",
        "arn:aws:sns:us-east-1:123456789012:topic",
        "[x]",
        "[^1]",
        "\u2067",
        "\u200f",
        "\ufeff",
        "\x85",
    ),
]
HOSTILE = st.lists(st.one_of(st.sampled_from(SNIPPETS), st.text(max_size=4)), max_size=12).map("".join)


def tokens(markdown: str) -> Iterator[Token]:
    for token in READER.parse(markdown):
        yield token
        yield from token.children or ()


def kinds(markdown: str) -> set[str]:
    return {token.type for token in tokens(markdown)}


def hosts(markdown: str) -> set[str]:
    """Name the hosts linked to, and shown from."""
    addresses = [token.attrGet("href") or token.attrGet("src") for token in tokens(markdown)]
    return {urlsplit(str(address)).hostname or "" for address in addresses if address}


def prose(markdown: str, *, links: bool = False) -> str:
    """Give the text outside code, where GitHub looks for emoji, and outside links, for all the rest."""
    said, depth = [], 0
    for token in tokens(markdown):
        depth += {"link_open": 1, "link_close": -1}.get(token.type, 0)
        if token.type in ("text", "softbreak", "hardbreak"):
            said.append(("\n" if "break" in token.type else token.content) if links or not depth else "\x00")
        else:
            said.append("\x00")
    return "".join(said)


def visible(markdown: str) -> str:
    """Give all the text that a person sees, blanks alike."""
    shown = [
        token.content if token.type in ("text", "code_inline") else " "
        for token in tokens(markdown)
        if token.type in ("text", "code_inline", "softbreak", "hardbreak", "paragraph_close")
    ]
    return " ".join("".join(shown).replace("\u200b", "").split())


def active(markdown: str) -> set[str]:
    """Name whatever in the prose would have an effect."""
    said = prose(markdown)
    found = {name for name, pattern in ACTIVE.items() if pattern.search(said)}
    return found | ({"emoji"} if ACTIVE["emoji"].search(prose(markdown, links=True)) else set())


_DATA = re.compile(r"<details>\n<summary>The alert as data</summary>\n.*?\n</details>\n\n", re.DOTALL)


def for_people(body: str) -> str:
    """The body of an issue without its block for programs, which repeats everything."""
    return _DATA.sub("", body)
