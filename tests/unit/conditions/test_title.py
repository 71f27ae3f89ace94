"""A condition keeps its title while only the siblings in its brackets change, and for a day after its end."""

from typing import Any

import pytest

from chalicelib.alert import AlertEvent
from chalicelib.conditions import title
from tests.unit.builders import at, firing, resolved, row_of

DAY = 24 * 60
KNOWN = {"title": "CPU high [web-1]", "name": "CPU high"}
LONG = "A name of more than eighty characters…whose middle was replaced"


def kept(
    known: dict[str, Any], told: dict[str, Any], *, ended: bool = False, minute: float = 9
) -> AlertEvent:
    row = row_of(firing(0, **known), *([resolved(5, **known)] if ended else []))
    return title.kept(row, firing(9, **told), at(minute))


@pytest.mark.parametrize(
    ("told", "keeps"),
    [
        ({"title": "CPU high [web-2]", "name": "CPU high"}, True),
        ({"title": "CPU high", "name": "CPU high"}, True),
        ({"title": "CPU low [web-1]", "name": "CPU low"}, False),
        ({"title": "CPU high [web-1]", "name": "CPU low"}, False),
        ({"title": "CPU low", "name": None}, False),
    ],
)
def test_the_name_before_the_brackets_decides(told: dict[str, Any], *, keeps: bool) -> None:
    assert kept(KNOWN, told) == firing(9, **(told | (KNOWN if keeps else {})))


@pytest.mark.parametrize(
    ("before", "name", "keeps"),
    [
        ("CPU high [web-1]", "CPU high", True),
        ("CPU high", "CPU high", True),
        ("CPU higher", "CPU high", False),
        ("CPU high", "CPU higher", False),
        (f"{LONG} [web-1]", "A name of more than eighty characters that is not cut", True),
        (f"{LONG} [web-1]", "Another name of more than eighty characters", False),
        ("CPU high, very", "CPU high, very high", False),
    ],
)
def test_a_title_of_an_earlier_version_begins_with_the_name(before: str, name: str, *, keeps: bool) -> None:
    told = {"title": f"{name} [web-2]", "name": name}
    earlier = {"title": before, "name": None}
    assert kept(earlier, told) == firing(9, **(told | (earlier if keeps else {})))


@pytest.mark.parametrize(
    ("ended", "minute", "labels", "keeps"),
    [
        (True, 5 + DAY, {}, True),
        (True, 5.1 + DAY, {}, False),
        (False, 5.1 + DAY, {}, True),
        (True, 9, {"host": "web-2"}, False),
        (False, 9, {"host": "web-2"}, True),
    ],
)
def test_it_is_kept_for_a_day_after_its_end_and_as_long_as_its_labels(
    minute: float, labels: dict[str, str], *, ended: bool, keeps: bool
) -> None:
    told = KNOWN | {"title": "CPU high [web-2]", "labels": labels}
    expected = firing(9, **(told | (KNOWN if keeps else {})))
    assert kept(KNOWN, told, ended=ended, minute=minute) == expected


def test_without_an_earlier_title_an_alert_has_its_own() -> None:
    told = firing(9, **KNOWN)
    assert title.kept(None, told, at(9)) == told
    assert title.kept(row_of(resolved(5, **KNOWN)), told, at(9)) == told
