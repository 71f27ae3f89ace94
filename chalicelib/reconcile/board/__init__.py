"""The board: one issue in each repository that lists what is open, and takes commands about maintenance."""

from chalicelib.reconcile.board.listening import BoardListener
from chalicelib.reconcile.board.upkeep import BoardUpkeep

__all__ = ["BoardListener", "BoardUpkeep"]
