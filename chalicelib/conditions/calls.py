"""Calls: what a call to GitHub does, which decides its rank in the rate limit. Pure."""

from enum import StrEnum


class Kind(StrEnum):
    """What a call does, most important first: openings and comments create content, the others only write.

    A comment that notifies people ranks as an opening. The board is written when there is room for a
    comment and nobody waits, though it creates nothing.
    """

    OPEN = "OPEN"
    CHANGE = "CHANGE"
    COMMENT = "COMMENT"
    BOARD = "BOARD"
    READ = "READ"
