"""Calls: what a call to GitHub does, by which the rate limit ranks it. Pure."""

from enum import StrEnum


class Kind(StrEnum):
    """What a call does, most important first: openings and comments create content, the others only write.

    A comment that calls people is asked for as an opening. The board is written when there is room for a
    comment and nobody waits, though it creates nothing.
    """

    OPEN = "OPEN"
    CHANGE = "CHANGE"
    COMMENT = "COMMENT"
    BOARD = "BOARD"
    READ = "READ"
