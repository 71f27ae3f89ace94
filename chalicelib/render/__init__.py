"""Every word that GitHub shows, and the Markdown that keeps foreign text harmless.

What an alert's issue needs is here; the board, and why an alert has no issue, are modules of their own.
"""

from chalicelib.render.comment import comment, duplicate, superseded
from chalicelib.render.issue import body
from chalicelib.render.marker import Mark, comment_marker, is_board, marker, read_marker, read_markers
from chalicelib.render.title import title

__all__ = [
    "Mark",
    "body",
    "comment",
    "comment_marker",
    "duplicate",
    "is_board",
    "marker",
    "read_marker",
    "read_markers",
    "superseded",
    "title",
]
