"""Whatever people write on GitHub, up to its longest, is read and written back without trouble."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chalicelib import render
from chalicelib.conditions import commands
from chalicelib.conditions.command import Command
from chalicelib.conditions.commands import PersonComment
from chalicelib.conditions.issue import IssueRef
from chalicelib.render import board as boards
from chalicelib.render import markdown, redaction
from chalicelib.render.board import END, Board
from chalicelib.render.marker import BOARD, read_marker, split
from chalicelib.telemetry.masking import mask
from tests.fuzz import SHARE
from tests.twins.clock import START
from tests.unit.builders import policy
from tests.unit.rows import issue, row

LONGEST = 65_536
"""Characters that GitHub takes in a body or comment."""

pytestmark = [pytest.mark.no_cover, pytest.mark.filterwarnings("ignore:Generating overly large repr")]
FEW = settings(
    max_examples=min(SHARE, 200), deadline=None, database=None, suppress_health_check=list(HealthCheck)
)

PIECES = st.sampled_from(
    [
        *(
            "/ack",
            " ",
            "\t",
            "\n",
            "\r\n",
            "x",
            ")",
            "(",
            "`",
            "[",
            "]",
            "*",
            "_",
            "@",
            "#1",
            "|",
            "<",
            "&a;",
            ".",
        ),
        *(
            "https://a",
            "https://a/?key=",
            "eyJ",
            "eyJabcdefgh.",
            "-----BEGIN PRIVATE KEY-----",
            "AKIA",
            "arn:aws:",
        ),
        *("<!-- ", " -->", "<!-- alerting:end opened=x -->", "<!-- alerting:fingerprint=a episode=b -->"),
        *(BOARD, END, "0", "abcdef1", "123456789012", "\u202e", "\u200b", "é", "\U0001f600", "\x00"),
    ]
)


@st.composite
def long_texts(draw: st.DrawFn) -> str:
    """A beginning, one or two pieces again and again up to GitHub's longest, and an end."""
    start, again, end = draw(PIECES), draw(st.lists(PIECES, min_size=1, max_size=2)), draw(PIECES)
    repeated = "".join(again)
    return (start + repeated * (LONGEST // len(repeated)))[: LONGEST - len(end)] + end


def parsed(body: str) -> Command | None:
    spoken = PersonComment(id=1, author="mona", body=body, at=START)
    return commands.parse(issue(), spoken)


def test_a_long_line_of_blanks_after_a_command_is_none_of_ours() -> None:
    assert parsed("/ack" + " " * 3000 + "x" * 201) is None


@FEW
@given(long_texts())
def test_a_comment_is_read_to_its_end(body: str) -> None:
    command = parsed(body)
    assert command is None or command.ref == IssueRef(command.ref.repository, command.ref.number)


@FEW
@given(long_texts())
def test_a_body_that_people_changed_keeps_their_words(body: str) -> None:
    read_marker(body)
    parts = split(body)
    written = render.body(row(), policy().routing, START, previous=body)
    assert parts.after[-200:] in written or len(written) >= LONGEST - 1000
    boards.page(Board([]), policy().routing, START, previous=body)


@FEW
@given(long_texts())
def test_a_text_is_written_as_data(text: str) -> None:
    for write in (markdown.text, markdown.line, markdown.plain, markdown.code_block, redaction.hide, mask):
        assert isinstance(write(text), str)
