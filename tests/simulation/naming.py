"""Naming: which condition of a console an issue's title names."""

import re

_TITLE = re.compile(r"\[P\d\] (([^\[]*?)(?: \[[^\[\]]*\])?)(?: word-\d+-of-a-person)*")
"""A console names a rule, and a contributor in brackets; a title has in brackets what tells alerts apart."""


def names(title: str) -> frozenset[str]:
    """Give the name in a title with what stands in brackets and without; no name if it is not an alert's.

    After a colon stands what happened to the thing that is named.
    """
    found = _TITLE.fullmatch(title)
    return frozenset({*found.groups(), found[2].partition(": ")[0]}) if found else frozenset()
