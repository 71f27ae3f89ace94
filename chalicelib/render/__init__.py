"""Every word that GitHub shows."""

from chalicelib.render.comment import comment, duplicate
from chalicelib.render.issue import body, title
from chalicelib.render.marker import Mark, comment_marker, marker, read_marker

__all__ = ["Mark", "body", "comment", "comment_marker", "duplicate", "marker", "read_marker", "title"]
