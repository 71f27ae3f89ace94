"""Every word that GitHub shows, and the Markdown that keeps foreign text harmless."""

from chalicelib.render.board import TITLE as BOARD_TITLE
from chalicelib.render.board import Board, board, is_board
from chalicelib.render.comment import comment, duplicate, superseded
from chalicelib.render.days import Day
from chalicelib.render.issue import body
from chalicelib.render.marker import Mark, comment_marker, marker, read_marker, read_markers
from chalicelib.render.title import title
from chalicelib.render.unopened import failed, held_back, setback, why

__all__ = [
    "BOARD_TITLE",
    "Board",
    "Day",
    "Mark",
    "board",
    "body",
    "comment",
    "comment_marker",
    "duplicate",
    "failed",
    "held_back",
    "is_board",
    "marker",
    "read_marker",
    "read_markers",
    "setback",
    "superseded",
    "title",
    "why",
]
