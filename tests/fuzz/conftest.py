"""Tells what became of the inputs."""

from typing import Any

from tests.fuzz import SEEN


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Print the counts, where one process made them all."""
    if SEEN:
        told = ", ".join(f"{name} {count:,}" for name, count in sorted(SEEN.items()))
        terminalreporter.write_line(f"fuzz: {SEEN['inputs']:,} inputs: {told}")
