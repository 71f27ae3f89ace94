"""The board: one issue in each repository that shows how things are, and hears of maintenance."""

from chalicelib.reconcile.board.listening import BoardListener
from chalicelib.reconcile.board.upkeep import BoardUpkeep

__all__ = ["BoardListener", "BoardUpkeep"]
