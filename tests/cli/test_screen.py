"""The screen: what is shown on a narrow terminal can still be read and pasted."""

import io

from rich.console import Console

from chalicelib.cli import screen

COLUMNS = ("priority", "title", "issue")
ROWS = [("P0", "arm64-queue-too-long", "example-org/ci-infra#2 open"), ("P1", "Disk", "674e893c7a0c")]


def shown(width: int) -> list[str]:
    console = Console(width=width, file=io.StringIO())
    console.print(screen.table(COLUMNS, ROWS))
    return console.file.getvalue().splitlines()  # type: ignore[attr-defined,no-any-return]


def test_a_table_that_fits_has_a_line_for_each_row() -> None:
    (line,) = [line for line in shown(80) if "P0" in line]
    assert line.split() == ["P0", "arm64-queue-too-long", "example-org/ci-infra#2", "open"]


def test_on_a_narrow_terminal_no_word_is_broken_and_no_line_too_long() -> None:
    lines = shown(40)
    assert max(map(len, lines)) <= 40
    words = " ".join(lines).split()
    assert [word for row in ROWS for cell in row for word in cell.split() if word not in words] == []
