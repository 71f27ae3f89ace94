"""Text for GitHub Markdown: a provider's text is shown as it was written, and has no effect.

It mentions nobody, references nothing, and creates no HTML, image, emoji or hidden link. GitHub looks for
mentions, references and `:emoji:` in the rendered text, where backslashes are gone, so those are broken by a
zero-width space, which still works when an e-mail reply quotes the text.
"""

import re
from urllib.parse import quote

BREAK = "\u200b"
MAX_ADDRESS = 4096

_NEWLINE = re.compile("\r\n?|[\x0b\x0c\x85\u2028\u2029]")
_UNSEEN = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x9f"
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff"  # marks and overrides of the direction (UAX #9)
    "\U000e0000-\U000e007f]"  # tags, which can hide a message
)
_SURROGATE = re.compile("[\ud800-\udfff]")

_EMOJI = r":(?=(?:100|1234|[0-9]{0,20}[a-z_+-][a-z0-9_+-]{0,80}):)"
"""How a name of GitHub's emoji may begin (https://api.github.com/emojis); two names are of digits."""

_TOKEN = re.compile(
    rf"""
      (?P<url> (?<![0-9a-z]) https?:// [^\W_] [^\s<>"`\\^{{|}}]* )
    | (?P<commit> (?<![0-9a-z])
        (?= [\w.:/+-]{{0,99}}? (?<![0-9a-z])
            (?: (?=[0-9]*[a-f]) [0-9a-f]{{7,40}} | [0-9a-f]{{40}} ) (?![0-9a-z]) )
        [0-9a-z] [\w.:/+-]* (?<=[0-9a-z]) )
    | (?P<name> (?<![0-9a-z]) (?= [\w./+-]{{1,99}} {_EMOJI} ) [0-9a-z] [\w.:/+-]* (?<=[0-9a-z]) )
    | (?P<broken> @ | \#(?=\d) | GH-(?=\d) | www(?=\.) | (?:https?|ftp):(?=//) | {_EMOJI} )
    | (?P<entity> [<>|] | &(?=[\#\w]) )
    | (?P<escaped> [\\`*\[\]~$] | !(?=https?:) | (?<![^\W_])_ | _(?![^\W_]) )
    """,
    re.ASCII | re.IGNORECASE | re.VERBOSE,
)
_MARKS = re.compile(r"[@#<>|&\\`*\[\]~$_]|[hH]-|[wW]\.|://|:[\w+-]{1,101}:|[0-9a-fA-F]{7}")
"""What a text must contain for any of the tokens to match: checking that costs a quarter of the time."""

_BETWEEN = re.compile(r"\n\s*\n")
_ENTITIES = {"<": "&lt;", ">": "&gt;", "|": "&#124;", "&": "&amp;"}
_STARTS = frozenset("0123456789-+=:#.)")
_LINE_START = re.compile(r"^(\d{0,9})(?!(?<=\d)\.\d)([-+=:#.)])")
"""What may start a block; `31.3` does not, as a list's number ends with its mark and a space."""
_ADDRESS = re.compile(r"(https?)://(?:[^/?#]*@)?([^/?#]++)(.*)", re.IGNORECASE | re.DOTALL)
_SAFE = "/:?#[]!$&'*+,;=%~"
_ENCODED = re.compile(rf"[\w.{re.escape(_SAFE)}-]*", re.ASCII)
_ENTITY = re.compile(r"&(#?\w+);")
_GITHUB = re.compile(r"(?:www\.)?github\.com\.?(:\d*)?", re.IGNORECASE)
_NAMES_EMOJI = re.compile(_EMOJI, re.IGNORECASE)
_IN_CODE = re.compile(r"@|<(?=!--)|--(?=>)")
_IN_PLAIN = re.compile(rf"@|#(?=\d)|GH-(?=\d)|github(?=\.com)|{_EMOJI}", re.IGNORECASE)


def clean(value: str) -> str:
    """Remove control and invisible characters; unify line breaks and tabs."""
    if value.isprintable():  # true for nearly every text, and a faster check than the search
        return value
    value = _NEWLINE.sub("\n", value).replace("\t", "    ")
    return _SURROGATE.sub("\ufffd", _UNSEEN.sub("", value))


def cut(value: str, limit: int) -> str:
    """Shorten to `limit` code points, with a note that says how much is missing."""
    if len(value) <= limit:
        return value
    note = f" … (cut, {len(value) - limit:,} characters more)"
    return value[: max(limit - len(note), 0)] + note[:limit]


def text(value: str) -> str:
    """Write paragraphs; line breaks and indentation are kept."""
    paragraphs = _BETWEEN.split(clean(value).strip())
    return "\n\n".join("\\\n".join(_line(line) for line in paragraph.split("\n")) for paragraph in paragraphs)


def line(value: str) -> str:
    """Write one line, which may be in a table's cell: a pipe is always written as an entity."""
    return _line(" ".join(clean(value).split()))


def plain(value: str) -> str:
    """Write one line where GitHub reads no Markdown (a title): only mentions and references are broken."""
    return _IN_PLAIN.sub(_broken, " ".join(clean(value).split()))


def code_block(value: str, language: str = "") -> str:
    """Write a block of code, its fence longer than any in it; mentions and comment markers are broken."""
    content = _IN_CODE.sub(_broken, clean(value))
    longest = max((len(run) for run in re.findall("`+", content)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{language}\n{content}\n{fence}"


def address(url: str) -> str:
    """Encode an http or https address so that nothing breaks out of it; empty if it is not one, or too long.

    A link to github.com would create a cross-reference, so it uses GitHub's own redirect, as Renovate's links
    do. Passwords are removed. A semicolon after an ampersand is encoded, or Markdown might read an entity.
    """
    found = _ADDRESS.fullmatch(clean(url).strip())
    if not found:
        return ""
    scheme, host, rest = found.groups()
    if github := _GITHUB.fullmatch(host):
        host = f"redirect.github.com{github[1] or ''}"
    whole = f"{scheme}://{host}{rest}"
    encoded = whole if _ENCODED.fullmatch(whole) else quote(whole, safe=_SAFE, errors="replace")
    encoded = _ENTITY.sub(r"&\1%3B", encoded)
    return encoded if len(encoded) <= MAX_ADDRESS else ""


def _line(value: str) -> str:
    """Write one line, indented by spaces that Markdown does not count; nothing in it starts a block."""
    content = value.lstrip(" ")
    indent = "\u00a0" * (len(value) - len(content))
    written = _inline(content.rstrip())
    return indent + (_LINE_START.sub(r"\1\\\2", written) if written[:1] in _STARTS else written)


def _broken(found: re.Match[str]) -> str:
    return found[0] + BREAK


def _inline(value: str) -> str:
    return _TOKEN.sub(_neutral, value) if _MARKS.search(value) else value


def _neutral(found: re.Match[str]) -> str:
    token = found[0]
    match found.lastgroup:
        case "url":
            return _autolink(token)
        case "commit" | "name":  # GitHub links neither in code, and code can still be copied
            return f"`{token}`"
        case "broken":
            return token + BREAK
        case "entity":
            return _ENTITIES[token]
        case _:
            return "\\" + token


def _autolink(token: str) -> str:
    """Link an address as GitHub would, without the punctuation after it.

    GitHub replaces emoji names in the text of links too, everywhere but in code
    (https://github.com/gjtorikian/html-pipeline/blob/v2.14.3/lib/html/pipeline/emoji_filter.rb).
    """
    end, unopened = len(token), token.count(")") - token.count("(")
    while token[end - 1] in ".,:;!?'*_~]-" or (token[end - 1] == ")" and unopened > 0):
        unopened -= token[end - 1] == ")"
        end -= 1
    url = token[:end]
    target = address(url)
    if not target:
        written = f"`{url}`"
    elif _NAMES_EMOJI.search(target):
        written = f"[`{target}`](<{target}>)"
    else:
        written = f"<{target}>"
    return written + _inline(token[end:])
