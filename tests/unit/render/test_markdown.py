"""Provider text shows as it was written, and does nothing."""

import re
from collections.abc import Callable

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from chalicelib.render import markdown
from tests.unit.markup import HOSTILE, READER, SNIPPETS, active, hosts, kinds, tokens, visible

INLINE = {
    "paragraph_open",
    "paragraph_close",
    "inline",
    "text",
    "hardbreak",
    "code_inline",
    "link_open",
    "link_close",
}
ANY_TEXT = st.one_of(HOSTILE, st.text(max_size=60))
Write = Callable[[str], str]
SHOWN_BY = [markdown.text, markdown.line]


@pytest.mark.parametrize("write", SHOWN_BY)
@given(value=ANY_TEXT)
def test_nothing_but_paragraphs_code_and_addresses_arises(write: Write, value: str) -> None:
    assert kinds(write(value)) <= INLINE


@pytest.mark.parametrize("write", SHOWN_BY)
@given(value=ANY_TEXT)
def test_nothing_pings_or_refers(write: Write, value: str) -> None:
    written = write(value)
    assert active(written) == set()
    assert not hosts(written) & {"github.com", "www.github.com"}


@pytest.mark.parametrize("write", SHOWN_BY)
@given(value=ANY_TEXT)
def test_no_marker_of_ours_can_be_forged(write: Write, value: str) -> None:
    assert "<!--" not in write(value)
    assert "-->" not in write(value)


@pytest.mark.parametrize("write", SHOWN_BY)
@given(value=ANY_TEXT.filter(lambda value: "://" not in value))
def test_a_person_sees_what_the_provider_wrote(write: Write, value: str) -> None:
    assert visible(write(value)) == " ".join(markdown.clean(value).replace("\u200b", "").split())


@given(value=st.from_regex(r"[A-Za-z]([A-Za-z ,.]{0,40}[A-Zg-z])?", fullmatch=True))
def test_plain_words_stay_as_they_are(value: str) -> None:
    assert markdown.line(value) == " ".join(value.split())


@given(value=ANY_TEXT, other=ANY_TEXT)
def test_a_cell_never_leaves_its_row(value: str, other: str) -> None:
    table = f"| a | b |\n|---|---|\n| {markdown.line(value)} | {markdown.line(other)} |\n| last | row |"
    rows = [token.type for token in READER.parse(table)]
    assert (rows.count("tr_open"), rows.count("td_open")) == (3, 4)


@given(value=ANY_TEXT)
@example("a\n````\n@octocat\n``````")
def test_a_block_of_code_holds_all_of_its_text_and_nothing_else(value: str) -> None:
    (token,) = list(tokens(f"{markdown.code_block(value, 'json')}"))
    assert (token.type, token.info) == ("fence", "json")
    assert token.content.replace("\u200b", "") == markdown.clean(value).replace("\u200b", "") + "\n"
    assert not re.search(r"@\w|<!--|-->", token.content)


@given(value=ANY_TEXT)
def test_a_title_pings_nobody_and_is_one_line(value: str) -> None:
    written = markdown.plain(value)
    assert not re.search(r"@\w|#\d|GH-\d|github\.com", written, re.IGNORECASE)
    assert written.replace("\u200b", "") == " ".join(markdown.clean(value).split()).replace("\u200b", "")


@given(value=ANY_TEXT)
@example("gh-12")
@example("FTP://a")
@example("WWW.example")
@example("defaced")
@example("1234567f")
def test_the_quick_look_misses_no_text_that_needs_a_change(value: str) -> None:
    assert markdown._MARKS.search(value) or not markdown._TOKEN.search(value)


def test_lines_and_indentation_stay() -> None:
    written = markdown.text("first:\r\n  second\n\n\n\tthird\n")
    assert written == "first:\\\n\u00a0\u00a0second\n\n\u00a0\u00a0\u00a0\u00a0third"
    assert READER.render(written).count("<br />") == 1


def test_a_commit_stays_copyable_in_code() -> None:
    assert markdown.line("see app:9fceb02d0a (was 1234567)") == "see `app:9fceb02d0a` (was 1234567)"


@pytest.mark.parametrize("mark", ["\u200e", "\u200f", "\u061c", "\U000e0001", "\U000e0041"])
def test_marks_that_nobody_sees_are_dropped(mark: str) -> None:
    for write in (markdown.line, markdown.text, markdown.plain, markdown.code_block, markdown.clean):
        assert mark not in write(f"queue{mark}-depth :ta{mark}da: @{mark}mona")


@pytest.mark.parametrize(
    "name", ["tada", "+1", "100", "1234", "-1", "woman_in_manual_wheelchair_facing_right"]
)
def test_the_name_of_an_emoji_shows_as_it_was_written(name: str) -> None:
    assert markdown.plain(f"Job :{name}: failed") == f"Job :\u200b{name}: failed"
    assert markdown.line(f"a:{name}:") == f"`a:{name}`:" or name in ("+1", "-1")
    assert active(markdown.line(f"see:{name}:x :{name}: (:{name}:)")) == set()


@pytest.mark.parametrize(
    ("url", "written"),
    [
        ("https://host/:fire:/x", "[`https://host/:fire:/x`](<https://host/:fire:/x>)"),
        ("https://host/:FIRE:100:.", "[`https://host/:FIRE:100`](<https://host/:FIRE:100>):."),
        (
            "https://github.com/:+1:/",
            "[`https://redirect.github.com/:+1:/`](<https://redirect.github.com/:+1:/>)",
        ),
        ("https://host:443/:x", "<https://host:443/:x>"),
        ("https://host/at/12:30:45", "<https://host/at/12:30:45>"),
    ],
)
def test_an_address_with_the_name_of_an_emoji_stays_a_link_and_shows_as_it_is(url: str, written: str) -> None:
    assert markdown.line(url) == written
    assert active(f"| {markdown.line(url)} |") == set()
    (link,) = [token.attrGet("href") for token in tokens(markdown.line(url)) if token.type == "link_open"]
    assert link == markdown.address(url.rstrip(":."))


@pytest.mark.parametrize("url", ["https://e.org/:fire:/x", "HTTP://e.org/:fire:/x", "https://e.org/x"])
def test_an_address_after_an_exclamation_mark_is_no_image(url: str) -> None:
    for text in (f"!{url}", f"Look!!{url}", f"x !{url}!{url}"):
        types = [each.type for each in tokens(markdown.line(text))]
        assert "image" not in types
        assert "link_open" in types


def test_names_with_colons_can_be_copied_and_times_stay_plain() -> None:
    arn = "arn:aws:cloudwatch:us-west-2:123456789012:alarm:queue"
    assert markdown.line(f"{arn} at 12:30:45, job:http_requests:rate5m") == (
        f"`{arn}` at 12:30:45, `job:http_requests:rate5m`"
    )
    assert markdown.plain("up at 12:30:45") == "up at 12:30:45"


def test_numbers_and_names_stay_plain() -> None:
    assert markdown.line("10737418240 bytes of snake_case_name, 95.5 %") == (
        "10737418240 bytes of snake_case_name, 95.5 %"
    )


def test_an_address_becomes_a_link_without_its_punctuation() -> None:
    assert (
        markdown.line("(see https://example.org/a_b?x=1, please)")
        == "(see <https://example.org/a_b?x=1>, please)"
    )
    assert markdown.line("https://example.org/x_(y)!") == "<https://example.org/x_%28y%29>!"


def test_an_address_too_long_to_link_is_code() -> None:
    url = "https://example.org/" + "é" * 1000
    assert markdown.line(url) == f"`{url}`"


def test_overrides_of_the_writing_direction_and_control_characters_are_dropped() -> None:
    assert markdown.clean("a\u202eb\u2066c\x00d\x1be\ud800") == "abcde\ufffd"


@pytest.mark.parametrize(
    ("url", "target"),
    [
        ("https://github.com/o/r/issues/1", "https://redirect.github.com/o/r/issues/1"),
        ("http://WWW.GitHub.com:443/o", "http://redirect.github.com:443/o"),
        ("https://user:word@github.com./o", "https://redirect.github.com/o"),
        ("https://docs.github.com/x", "https://docs.github.com/x"),
        ("https://e.org/a(b)\"<'>|`\\\u202e é", "https://e.org/a%28b%29%22%3C'%3E%7C%60%5C%20%C3%A9"),
        ("https://e.org/?a=1&copy;=2&b=@x", "https://e.org/?a=1&copy%3B=2&b=%40x"),
        ("https://e.org/\ud800", "https://e.org/%EF%BF%BD"),
        ("javascript:alert(1)", ""),
        ("https:///path", ""),
        ("https://e.org/" + "x" * 5000, ""),
    ],
)
def test_an_address_is_http_encoded_and_not_githubs(url: str, target: str) -> None:
    assert markdown.address(url) == target


@given(
    label=ANY_TEXT,
    url=st.one_of(st.sampled_from(SNIPPETS), st.text(max_size=30).map("https://e.org/".__add__)),
)
def test_a_link_is_one_link_and_an_image_one_image(label: str, url: str) -> None:
    target = markdown.address(url)
    assume(target)
    written = f"a [{markdown.line(label.replace('http', ''))}]({target}) ![x]({target}) z"
    assert kinds(written) <= INLINE | {"image"}
    found = [token.type for token in tokens(written) if token.type in ("link_open", "image")]
    assert found == ["link_open", "image"]


@given(value=st.text(max_size=300), limit=st.integers(0, 400))
def test_a_cut_keeps_to_its_limit_and_says_so(value: str, limit: int) -> None:
    written = markdown.cut(value, limit)
    assert len(written) <= limit
    assert written == value if len(value) <= limit else "cut" in written or limit < 10


def test_a_cut_says_how_much_is_missing() -> None:
    assert markdown.cut("x" * 2000, 100) == "x" * 69 + " … (cut, 1,900 characters more)"
