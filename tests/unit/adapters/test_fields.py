"""What adapters read of whatever a provider sends: each kind of value, and what is not one."""

import hashlib
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any

import pytest

from chalicelib.adapters import bounds, fields
from chalicelib.alert_values import MAX_ANNOTATIONS, MAX_LABELS

LONG = "x" * 150
SHORT = "x" * 73 + " [cut: 77 more characters]"
NO_TEXT: tuple[Any, ...] = (None, 7, 1.5, True, [], {}, ["a"])


@pytest.mark.parametrize(
    ("value", "quoted"),
    [
        ("a\nb  c", "`a b c`"),
        (7, "`7`"),
        (1.5, "`1.5`"),
        (True, "`True`"),
        (None, "`(NoneType)`"),
        (["a"], "`(list)`"),
        ({}, "`(dict)`"),
        (LONG, f"`{SHORT}`"),
    ],
)
def test_an_error_quotes_a_word_and_names_the_kind_of_anything_else(value: object, quoted: str) -> None:
    assert fields.quoted(value) == quoted


def test_a_text_keeps_its_lines_and_a_title_is_one_line() -> None:
    written = " a\x01\r\nb \t c "
    assert fields.text(written, 100) == "a\nb \t c"
    assert fields.title(written, 100) == "a b c"
    assert fields.line({"name": written}, "name") == "a b c"
    assert fields.text(LONG, 99) == fields.title(LONG, 99) == "x" * 72 + " [cut: 78 more characters]"
    assert fields.text(" \n ", 100) is None
    for value in NO_TEXT:
        assert fields.text(value, 100) is None
        assert fields.title(value, 100) == fields.line({"name": value}, "name") == ""
    assert fields.line({}, "name") == ""


@pytest.mark.parametrize(
    ("value", "word"),
    [("a\nb", "a b"), (7, "7"), (True, "True"), (1.5, ""), (None, ""), ([], ""), (LONG, SHORT)],
)
def test_a_word_is_a_short_text_or_a_whole_number(value: object, word: str) -> None:
    assert fields.word(value) == word


@pytest.mark.parametrize(
    ("priority", "ours"),
    [("P3", "P3"), ("P4", "P3"), ("p5", "P3"), ("P6", "P6"), ("high", "high"), ("", "")],
)
def test_a_scale_with_more_levels_ends_at_ours(priority: str, ours: str) -> None:
    assert fields.lower_end(priority) == ours


def test_what_is_no_object_or_list_is_an_empty_one() -> None:
    proxy = MappingProxyType({"a": 1})
    assert fields.mapping(proxy) is proxy
    assert [*fields.mappings([{"a": 1}, 7, {}, proxy])] == [{"a": 1}, {}, proxy]
    for value in (None, 7, "text", ["a"]):
        assert fields.mapping(value) == {}
        assert [*fields.mappings(value)] == []
    assert [*fields.mappings({"a": {}})] == []


def test_labels_are_texts_and_numbers_by_name() -> None:
    written = {"a\x01": "b\x02", "7": 8, "c": 1.5, "d": True, "e": None, "f": [], "g": {}}
    assert fields.strings(written) == {"a": "b", "7": "8", "c": "1.5", "d": "True"}
    assert fields.strings(None) == fields.strings(["a"]) == {}
    assert fields.lowered({"Team": "a", "team": "b", "TEAM": "c", "Host": "d"}) == {"team": "b", "host": "d"}


def test_the_first_text_is_found_in_the_order_of_sources_and_then_of_names() -> None:
    annotations, labels = {"team": " ", "squad": "[no value]", "b": " x "}, {"team": "web", "squad": "ops"}
    assert fields.first([annotations, labels], "squad", "team") == "ops"
    assert fields.first([annotations, labels], "team", "squad") == "web"
    assert fields.first([labels | {"a": "<no value>"}, annotations], "a", "b") == "x"
    assert fields.first([annotations, labels], "c") == fields.first([], "team") == ""


@pytest.mark.parametrize(
    ("value", "address"),
    [
        (" https://a.example/b?c=d#e\n", "https://a.example/b?c=d#e"),
        ("http://a.example/ü", "http://a.example/ü"),
        (
            "https://a.example/" + "x" * (fields.MAX_URL - 18),
            "https://a.example/" + "x" * (fields.MAX_URL - 18),
        ),
        ("https://a.example/" + "x" * (fields.MAX_URL - 17), None),
        ("https://a.example/" + "ü" * (fields.MAX_URL // 2), None),
        ("https://a.example/b c", None),
        ("https://a.example/\x7f", None),
        ("https://", None),
        ("ftp://a.example/", None),
        ("see https://a.example/", None),
        *((value, None) for value in NO_TEXT),
    ],
)
def test_only_an_address_of_the_web_becomes_a_link(value: object, address: str | None) -> None:
    assert fields.url(value) == address


def test_a_time_needs_its_offset() -> None:
    assert fields.moment("2026-11-23T04:10:00+01:00") == datetime(2026, 11, 23, 3, 10, tzinfo=UTC)
    with pytest.raises(ValueError, match=r"^it has no offset from UTC$"):
        fields.moment("2026-11-23T04:10:00")
    for value in NO_TEXT:
        with pytest.raises(ValueError, match=r"^Invalid isoformat string: ''$"):
            fields.moment(value)


@pytest.mark.parametrize(("length", "limit"), [(2001, 2000), (11, 10)])
def test_the_end_of_an_overlong_id_is_its_hash(length: int, limit: int) -> None:
    written = "ü" * length
    digest = hashlib.sha256(written.encode()).hexdigest()
    assert fields.identifier(written, limit) == f"{'ü' * limit} sha256:{digest}"
    assert fields.identifier(written[1:], limit) == written[1:]
    assert fields.identifier("a\x01b") == "ab"


@pytest.mark.parametrize(
    ("read", "most"), [(bounds.labels, MAX_LABELS), (bounds.annotations, MAX_ANNOTATIONS)]
)
def test_an_alert_has_the_first_of_too_many_labels(read: Any, most: int) -> None:
    pairs = {f"n{number}": "v" for number in range(most + 1)}
    kept = dict([*pairs.items()][:most])
    assert read(kept) == read(pairs) == kept
    assert read({"": "v", "n": "", "m": "v"}) == {"m": "v"}


@pytest.mark.parametrize(("limit", "kept"), [(36, 3), (35, 2), (24, 2), (23, 1), (12, 1), (11, 0)])
def test_pairs_are_kept_while_their_json_has_room(limit: int, kept: int) -> None:
    pairs = {"a": "b\n", "c": "dé", "e": "fgh"}
    assert bounds.within(limit, pairs) == dict([*pairs.items()][:kept])
    assert bounds.within(99, pairs) == pairs
    assert bounds.within(99, pairs) is not pairs
