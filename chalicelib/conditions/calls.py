"""Calls: what a call to GitHub does, which decides its priority within the rate limit. Pure."""

from enum import StrEnum


class Kind(StrEnum):
    """What a call does, the most important first: openings and comments create content, others only write.

    A comment that notifies people ranks as an opening. The board is written only if there is room for a
    comment and nothing waits, though it creates nothing.
    """

    OPEN = "OPEN"
    CHANGE = "CHANGE"
    COMMENT = "COMMENT"
    BOARD = "BOARD"
    READ = "READ"
