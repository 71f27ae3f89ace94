"""How many labels and annotations an alert keeps, and how long they may be, so that they fit into its row."""

from collections.abc import Mapping

from chalicelib.adapters import texts
from chalicelib.alert_values import (
    MAX_ANNOTATIONS,
    MAX_ANNOTATIONS_BYTES,
    MAX_LABEL_NAME,
    MAX_LABEL_VALUE,
    MAX_LABELS,
    MAX_LABELS_BYTES,
)

MOST_OF_A_CHARACTER = 4
"""Bytes in UTF-8; characters of a clean text that JSON escapes take two."""


def labels(pairs: Mapping[str, str]) -> dict[str, str]:
    """Cut labels to what an alert may have; those without a value are left out."""
    return within(MAX_LABELS_BYTES, _short(pairs, MAX_LABELS))


def annotations(pairs: Mapping[str, str]) -> dict[str, str]:
    """Shorten annotations to what an alert may have."""
    return within(MAX_ANNOTATIONS_BYTES, _short(pairs, MAX_ANNOTATIONS))


def within(limit: int, pairs: Mapping[str, str]) -> dict[str, str]:
    """Take pairs while there is room for them, in bytes of JSON."""
    if sum(MOST_OF_A_CHARACTER * (len(name) + len(value)) + 6 for name, value in pairs.items()) <= limit:
        return dict(pairs)
    room, kept = limit, {}
    for name, value in pairs.items():
        room -= len(texts.as_json({name: value}).encode())
        if room < 0:
            break
        kept[name] = value
    return kept


def _short(pairs: Mapping[str, str], most: int) -> dict[str, str]:
    full = {
        texts.cut(name, MAX_LABEL_NAME): texts.cut(value, MAX_LABEL_VALUE)
        for name, value in pairs.items()
        if name and value
    }
    return full if len(full) <= most else dict(list(full.items())[:most])
