"""Team and priority in an AlarmDescription, found among text that people write around them. Pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from chalicelib.adapters.owner import slugs

KEYS = "TEAMS?|PRIORITY|RUNBOOK|SUMMARY|DASHBOARD|KIND"
OWNER = frozenset({"TEAM", "TEAMS", "PRIORITY"})
TAKEN = "\x00"
"""Stands for what was removed from a text; a clean text has no control characters."""

# An address may contain `=` and `,`, and from its query on `|`, unless a key or nothing follows that.
_KEY = rf"[ \t]{{0,8}}(?:{KEYS})[ \t]{{0,8}}="
# Atomic, not possessive: Python 3.11 before 3.11.5 reads too much with a possessive repeat of a group
# (github.com/python/cpython/issues/100061).
_QUERY = rf"[?#](?>(?:(?!\|(?:{_KEY}|[\s{TAKEN}]|\Z))[^\s{TAKEN}])*)"
ADDRESS = rf"https?://(?>(?:(?![,;](?-i:{KEYS})=)[^\s|?#{TAKEN}])*)(?>(?:{_QUERY})?)"

_TOKEN = re.compile(
    rf"""(?P<address>{ADDRESS})
    |(?<![^\s|,;("'`\[{{])(?P<key>{KEYS})(?:["'`]?+[ \t]*+(?P<sign>[=:])|[ \t](?=P[0-3]\b))
    |(?P<stop>[|;\n])""",
    re.IGNORECASE | re.VERBOSE,
)
_WORD = re.compile(r"\S+")
_CLOSING = re.compile(r"[)\]}]")
_OPENERS, _CLOSERS = frozenset("([{"), frozenset(")]}")
_BEFORE_TEXT, _BEGINS_TEXT = frozenset(".:!?"), frozenset("([{-")
_PRIORITIES = frozenset({"P0", "P1", "P2", "P3"})
LONGEST_WORD = 100
BLANKS = " \t"
QUOTES = "\"'`"
LEADING = QUOTES + BLANKS + "([{-*•"
TRAILING = QUOTES + ".,:!?"


@dataclass(frozen=True, slots=True)
class Named:
    """What a description says for one key: the value as written, or why it is unclear."""

    value: str = ""
    doubt: str = ""


@dataclass(frozen=True, slots=True)
class _Found:
    """A key in the text; it is `sure` if nothing but a key is written like that."""

    key: str
    sure: bool
    start: int
    end: int
    value: str | None


def take(text: str) -> tuple[Named, Named, str]:
    """Remove team and priority from a clean text; returns both, and the text with TAKEN in their places."""
    found = list(_found(text))
    of_team = _counted([each for each in found if each.key != "PRIORITY"])
    of_priority = _counted([each for each in found if each.key == "PRIORITY"])
    left, begin = [], 0
    for each in sorted((*of_team, *of_priority), key=lambda each: each.start):
        left.append(text[begin : each.start])
        begin = each.end
    return _team(of_team), _priority(of_priority), TAKEN.join([*left, text[begin:]])


def _counted(found: list[_Found]) -> list[_Found]:
    """Keys in running text count only if there are no surer ones."""
    sure = [each for each in found if each.sure]
    written = [each for each in found if each.sure or each.value != ""]
    return sure if any(each.value != "" for each in sure) else written


def _found(text: str) -> Iterator[_Found]:
    """Find keys: `TEAM=` anywhere, `team=` and `Team:` only at the start of a part, or after such a start."""
    tokens = [token for token in _TOKEN.finditer(text) if token["address"] is None]
    part, judged, keyed, summary = 0, False, False, False
    for number, token in enumerate(tokens, start=1):
        end = tokens[number].start() if number < len(tokens) else len(text)
        if token["stop"]:
            part, judged, keyed, summary = token.end(), False, False, summary and token["stop"] == ";"
            continue
        first = not judged and not text[part : token.start()].strip(LEADING)
        judged, keyed = True, keyed or first
        key, sign = token["key"], token["sign"]
        if key.upper() == "SUMMARY":
            summary = summary or (first and sign == "=")
        elif key.upper() in OWNER and (sign != ":" or (keyed and not summary)):
            sure = sign == "=" and not summary and (first or key.isupper())
            yield _read(text, token, end, sure=sure)


def _read(text: str, token: re.Match[str], end: int, *, sure: bool) -> _Found:
    """Read the value of a key as far as it goes; brackets around both are removed with them."""
    key, start = token["key"].upper(), token.start()
    region = text[token.end() : end]
    value, length = _value(region.lstrip(BLANKS), key, token["sign"])
    last = end - len(region.lstrip(BLANKS)) + length
    bracketed = start and text[start - 1] in _OPENERS and text[last : last + 1] in _CLOSERS
    return _Found(key, sure, start - 1 if bracketed else start, last + 1 if bracketed else last, value)


def _value(region: str, key: str, sign: str) -> tuple[str | None, int]:
    """Read a value, and the length of its text."""
    if region[:1] and region[0] in QUOTES and (quote := region.find(region[0], 1)) > 0:
        return region[1:quote], quote + 1
    closing = _CLOSING.search(region)
    region = region[: closing.start()] if closing else region
    return _word(region) if key == "PRIORITY" else _names(region, sign)


def _word(region: str) -> tuple[str | None, int]:
    """Read one word; None if a second priority follows it."""
    words = [word for word in region[:LONGEST_WORD].replace("(", " (").split()[:2] if word[0] != "("]
    if not words:
        return "", 0
    second = any(word.strip(TRAILING).upper() in _PRIORITIES for word in words[1:])
    value = None if second else _stripped(words[0])
    return value, len(words[0])


def _names(region: str, sign: str) -> tuple[str | None, int]:
    """Read names separated by commas; None if it is unclear where a name ends."""
    names: list[str] = []
    begin = last = 0
    for item in region.split(","):
        words = list(_WORD.finditer(item))
        count = _length([word[0] for word in words], sign)
        if count is None:
            return None, len(region)
        if count:
            last = begin + words[count - 1].end()
            names.append(_stripped(item[words[0].start() : words[count - 1].end()]))
        if count < len(words):
            break
        begin += len(item) + 1
    return ",".join(names), last


def _stripped(word: str) -> str:
    """Remove punctuation, unless there is nothing else: that was written too, and must be refused."""
    return word.strip(TRAILING) or word


def _length(words: list[str], sign: str) -> int | None:
    """Return how many words a team's name has; None if it is unclear where that ends.

    A name is one word, or after `=` two; before longer text, a name with a hyphen is complete.
    """
    end = next((n for n, word in enumerate(words) if n and _begins_text(words[n - 1], word)), len(words))
    if end < 2:
        return end
    sentence = words[1][0].isupper() and not words[0][0].isupper()
    if "-" in words[0].strip("-"):
        return 1 if sentence or end > 2 else None
    return 2 if end == 2 and sign == "=" and not sentence else None


def _begins_text(before: str, word: str) -> bool:
    """Whether punctuation shows that a text begins with this word."""
    return before[-1] in _BEFORE_TEXT or word[0] in _BEGINS_TEXT or not any(map(str.isalnum, word))


def _team(found: list[_Found]) -> Named:
    """Agree on the teams: the same teams, or some of them, may be named twice."""
    if any(each.value is None for each in found):
        return Named(doubt="it is unclear where the team's name ends")
    values = [each.value for each in found if each.value]
    longest = max(values, key=lambda value: len(slugs(value)), default="")
    if any(set(slugs(value)) - set(slugs(longest)) for value in values):
        return Named(doubt="different teams are named")
    return Named(longest)


def _priority(found: list[_Found]) -> Named:
    values = [each.value for each in found if each.value != ""]
    if None in values or len({value.upper().removeprefix("P") for value in values if value}) > 1:
        return Named(doubt="different priorities are named")
    return Named(values[0] or "" if values else "")
