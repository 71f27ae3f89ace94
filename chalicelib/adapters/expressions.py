"""JMESPath (jmespath.org) over foreign input: the work that an expression may do is bounded."""

from typing import Any

import jmespath
from jmespath.exceptions import JMESPathError
from jmespath.visitor import Options, TreeInterpreter

from chalicelib.adapters import texts

MOST_STEPS = 50_000
"""How many nodes one search may visit, in some tens of milliseconds: the inside of a projection is visited
for each element, so two projections over a long list would take minutes."""

LONGEST = 1000
"""The longest expression, in characters."""

LONGEST_FAILURE = 200
"""The longest error, in code points: the library repeats the whole value that it could not handle."""


class Failed(Exception):
    """An expression gave no result: it took too much work, or needed something that this body lacks."""


class Expression:
    """A JMESPath expression; raises ValueError if it cannot be read."""

    def __init__(self, text: str) -> None:
        if not text or len(text) > LONGEST:
            raise ValueError(f"must be an expression with at most {LONGEST} characters")
        self.text = text
        try:
            self._parsed = jmespath.compile(text).parsed
        except JMESPathError as error:
            raise ValueError(f"not a JMESPath expression: {' '.join(str(error).split())}") from None

    def search(self, body: object) -> Any:
        """Return what it finds in a body, None if that is nothing; raises Failed."""
        try:
            return _Bounded(Options()).visit(self._parsed, body)
        except (JMESPathError, TypeError, ValueError, ArithmeticError, RecursionError) as error:
            raise Failed(texts.cut(texts.line(str(error)), LONGEST_FAILURE)) from None


class _Bounded(TreeInterpreter):  # type: ignore[misc]  # the library has no types
    """Counts the nodes that it visits."""

    def __init__(self, options: Options) -> None:
        super().__init__(options)
        self._left = MOST_STEPS

    def visit(self, node: Any, *args: Any, **more: Any) -> Any:
        self._left -= 1
        if self._left < 0:
            raise Failed(f"it takes more than {MOST_STEPS:,} steps on this body")
        return super().visit(node, *args, **more)
