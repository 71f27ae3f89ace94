"""The board: one issue in each repository that shows how things are."""

from chalicelib.reconcile.board.upkeep import BoardUpkeep

__all__ = ["BoardUpkeep"]
