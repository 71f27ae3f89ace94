"""The board: one issue in each repository that shows how things are."""

from chalicelib.board.keeping import Board

__all__ = ["Board"]
