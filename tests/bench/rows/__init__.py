"""The rows of the table, each with its target."""

from tests.bench.gate import Row
from tests.bench.rig import Rig
from tests.bench.rows import calls, cold, size, stack, warm, webhook


def rows(rig: Rig) -> list[Row]:
    """Every row, in the table's order."""
    return [
        *cold.rows(rig),
        *warm.rows(),
        webhook.row(rig),
        *calls.rows(),
        *stack.rows(),
        *size.rows(rig),
    ]
