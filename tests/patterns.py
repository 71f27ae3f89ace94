"""Whether a pattern ends in linear time on any text, read from its structure.

Python's engine backtracks, so a pattern is refused if it can read the same text in more ways than its length:

- an unbounded repeat within an unbounded repeat;
- two unbounded repeats that can share characters, with nothing required between them that the first cannot
  read: both can then split one run in as many ways as it is long;
- an unbounded repeat after which the match can still fail, in a pattern that is searched for: each start
  within a run reads the run again, unless a start needs a character that no run has.

A repeat of at most `BOUND` is a constant. See owasp.org/www-community/attacks, "Regular expression Denial of
Service", and docs.python.org/3/library/re.html (possessive repeats and atomic groups do not give back).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from typing import Any

c: Any = import_module("re._constants")
_parser: Any = import_module("re._parser")
"""The standard library's own parser, which has no types."""

BOUND = 256
ALPHABET = frozenset(chr(code) for code in (*range(0x180), 0x2028, 0x200B, 0x4E00, 0x1F600))
"""ASCII, Latin, and one each of the kinds that patterns tell apart."""

SINGLE = (c.LITERAL, c.NOT_LITERAL, c.IN, c.ANY)


@dataclass(frozen=True)
class Piece:
    """A part of a sequence: the characters it can read, whether it may read none, whether without end."""

    letters: frozenset[str]
    optional: bool
    endless: bool


def faults(pattern: re.Pattern[str], *, searched: bool) -> list[str]:
    """Name what lets a pattern take more than linear time; `searched` if it is tried at each position."""
    tree = _parser.parse(pattern.pattern, pattern.flags)
    found = [*_nested(tree, within=False), *_shared(tree, pattern.flags)]
    if searched:
        found += [fault for branch in _branches(tree) for fault in _restarted(list(branch), pattern.flags)]
    return found


def unreliable(pattern: re.Pattern[str]) -> list[str]:
    """Name what Python 3.11 before 3.11.5 reads wrongly: a possessive repeat of more than single characters.

    github.com/python/cpython/issues/100061 and 106052.
    """
    return [*_possessive(_parser.parse(pattern.pattern, pattern.flags))]


def _possessive(tree: Any) -> Iterator[str]:
    for op, argument in tree:
        if op is c.POSSESSIVE_REPEAT and [part for part, _ in argument[2] if part not in SINGLE]:
            yield "a possessive repeat of more than single characters"
        for child in _children(op, argument):
            yield from _possessive(child)


def _branches(tree: Any) -> Iterator[Any]:
    """Take apart what is one choice as a whole: each of its ways has starts of its own."""
    if len(tree) == 1 and tree[0][0] is c.BRANCH:
        yield from tree[0][1][1]
    elif len(tree) == 1 and tree[0][0] is c.SUBPATTERN:
        yield from _branches(tree[0][1][3])
    else:
        yield tree


def _endless(low: int, high: Any) -> bool:
    return bool(high == c.MAXREPEAT or high > BOUND)


def _children(op: Any, argument: Any) -> Iterator[Any]:
    if op in (c.MAX_REPEAT, c.MIN_REPEAT, c.POSSESSIVE_REPEAT):
        yield argument[2]
    elif op is c.SUBPATTERN:
        yield argument[3]
    elif op is c.BRANCH:
        yield from argument[1]
    elif op is c.ATOMIC_GROUP:
        yield argument
    elif op in (c.ASSERT, c.ASSERT_NOT):
        yield argument[1]


def _nested(tree: Any, *, within: bool) -> Iterator[str]:
    for op, argument in tree:
        repeat = op in (c.MAX_REPEAT, c.MIN_REPEAT) and _endless(*argument[:2])
        if repeat and within:
            yield "an unbounded repeat within an unbounded repeat"
        for child in _children(op, argument):
            yield from _nested(child, within=within or repeat)


def _flat(tree: Any, flags: int) -> list[list[Piece]]:
    """Every sequence of pieces that a tree can be read as, groups opened, one branch at a time."""
    ways: list[list[Piece]] = [[]]
    for op, argument in tree:
        ways = [before + after for before in ways for after in _pieces(op, argument, flags)]
    return ways


def _pieces(op: Any, argument: Any, flags: int) -> list[list[Piece]]:
    if op is c.SUBPATTERN:
        return _flat(argument[3], flags)
    if op is c.BRANCH:
        return [way for branch in argument[1] for way in _flat(branch, flags)]
    if op in (c.MAX_REPEAT, c.MIN_REPEAT):
        low, high, body = argument
        if high == 1:
            bodies = _flat(body, flags)
            return [*bodies, []] if low == 0 else bodies
        return [[Piece(_letters(body, flags), low == 0, _endless(low, high))]]
    if op is c.POSSESSIVE_REPEAT:
        return [[Piece(_letters(argument[2], flags), argument[0] == 0, endless=False)]]
    if op in (c.AT, c.ASSERT, c.ASSERT_NOT):
        return [[]]
    if op is c.ATOMIC_GROUP:
        return [[Piece(_letters(argument, flags), optional=True, endless=False)]]
    return [[Piece(_letters([(op, argument)], flags), optional=False, endless=False)]]


def _letters(tree: Any, flags: int) -> frozenset[str]:
    """Say which characters of the alphabet a tree can read anywhere."""
    letters: set[str] = set()
    for op, argument in tree:
        if op in (c.LITERAL, c.NOT_LITERAL, c.ANY, c.IN):
            letters |= _class(op, argument, flags)
        for child in _children(op, argument):
            letters |= _letters(child, flags)
    return frozenset(letters)


def _class(op: Any, argument: Any, flags: int) -> set[str]:
    folded = bool(flags & re.IGNORECASE)
    if op is c.ANY:
        return set(ALPHABET) if flags & re.DOTALL else set(ALPHABET) - {"\n"}
    if op is c.LITERAL:
        return {chr(argument)} | ({chr(argument).swapcase()} if folded else set())
    if op is c.NOT_LITERAL:
        return set(ALPHABET) - {chr(argument)}
    negated = argument[0][0] is c.NEGATE
    members: set[str] = set()
    for kind, value in argument[1:] if negated else argument:
        members |= _members(kind, value, flags)
    if folded:
        members |= {letter.swapcase() for letter in members}
    return set(ALPHABET) - members if negated else members


_CATEGORIES = {
    c.CATEGORY_DIGIT: r"\d",
    c.CATEGORY_NOT_DIGIT: r"\D",
    c.CATEGORY_SPACE: r"\s",
    c.CATEGORY_NOT_SPACE: r"\S",
    c.CATEGORY_WORD: r"\w",
    c.CATEGORY_NOT_WORD: r"\W",
}


def _members(kind: Any, value: Any, flags: int) -> set[str]:
    if kind is c.LITERAL:
        return {chr(value)}
    if kind is c.RANGE:
        return {letter for letter in ALPHABET if value[0] <= ord(letter) <= value[1]}
    matching = re.compile(_CATEGORIES[value], flags & re.ASCII)
    return {letter for letter in ALPHABET if matching.match(letter)}


def _shared(tree: Any, flags: int) -> Iterator[str]:
    for way in _flat(tree, flags):
        for at, first in enumerate(way):
            if not first.endless:
                continue
            for second in way[at + 1 :]:
                if second.endless and first.letters & second.letters:
                    yield "two unbounded repeats that share characters, with nothing certain between them"
                    break
                if not second.optional and not first.letters & second.letters:
                    break


def _restarted(tree: Any, flags: int) -> Iterator[str]:
    if (
        tree
        and tree[0] in ((c.AT, c.AT_BEGINNING_STRING), (c.AT, c.AT_BEGINNING))
        and not flags & re.MULTILINE
    ):
        return
    if tree and tree[0][0] in (c.ASSERT, c.ASSERT_NOT) and tree[0][1][0] == 1:
        yield from _restarted(list(tree[0][1][1]), flags)
        yield from _restarted(list(tree[1:]), flags)
        return
    behind = _behind(tree, flags)
    parted = _parted(tree, flags)
    for way in _flat(tree, flags):
        for at, piece in enumerate(way):
            fails = any(not later.optional for later in way[at + 1 :]) or _asserts_at_end(tree)
            started = [before for before in (*behind, *way[:at]) if not before.optional]
            outside = any(not before.letters & piece.letters for before in started) or parted >= piece.letters
            if piece.endless and fails and not outside:
                yield "an unbounded repeat that can fail and is read again from each start within it"


def _behind(tree: Any, flags: int) -> list[Piece]:
    """What a look-behind at the start needs to have stood before."""
    found: list[Piece] = []
    if tree and tree[0] == (c.AT, c.AT_BEGINNING):
        found.append(Piece(frozenset("\n"), optional=False, endless=False))
    for op, argument in tree:
        if op is not c.ASSERT or argument[0] != -1:
            break
        found += [piece for way in _flat(argument[1], flags)[:1] for piece in way]
    return found


def _parted(tree: Any, flags: int) -> frozenset[str]:
    """Say which characters must not stand before a start, so that a run of them has one start."""
    return frozenset(
        letter
        for op, argument in tree[:1]
        if op is c.ASSERT_NOT and argument[0] == -1
        for letter in _letters(argument[1], flags)
    )


def _asserts_at_end(tree: Any) -> bool:
    return bool(tree) and tree[-1][0] in (c.AT, c.ASSERT, c.ASSERT_NOT)
