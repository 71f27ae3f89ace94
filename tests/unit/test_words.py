"""Cases are named in words: a test that fails says what is wrong."""

from datetime import timedelta

import pytest

from chalicelib.conditions.issue import Closer
from chalicelib.conditions.nothing import Nothing, Quiet
from chalicelib.conditions.steps import CloseIssue
from chalicelib.errors import Unavailable
from tests import words
from tests.unit.builders import at, firing, resolved, row_of
from tests.unit.conditions.test_plan import REF, closed, with_issue

CASES: list[tuple[object, str | None]] = [
    ("a text is left to pytest", None),
    ("/ack" + " " * 999, "a long text /ack"),
    (b" " * 999, "a long text"),
    (5, None),
    (at(5), "minute 5"),
    (timedelta(seconds=5), "0:00:05"),
    ([firing(1), resolved(5)], "fires at 1 and ends at 5"),
    ([], "nothing"),
    ([b"{", b"\x1f\x8b\x08"], "{ and 3 bytes"),
    ({"quiet": True}, "quiet True"),
    (Nothing(Quiet.MUTED), "nothing as MUTED"),
    (CloseIssue(REF, recovered=True), "CloseIssue ref #7, recovered True"),
    (row_of(resolved(1)), "only its end is known, no issue"),
    (with_issue(row_of(firing(1)), muted=True, **closed(3, Closer.US)), "firing, issue closed by us, muted"),
    (Unavailable("[502]"), "Unavailable 502"),
    (len, "len"),
    (lambda store: store.get("row"), "get row"),
]


@pytest.mark.parametrize(("value", "said"), CASES)
def test_a_case_is_put_in_words(value: object, said: str | None) -> None:
    assert words.of(value) == said


def test_no_case_is_named_by_its_place(request: pytest.FixtureRequest) -> None:
    """Of all tests that are run with this one."""
    counted = []
    for item in request.session.items:
        spec = getattr(item, "callspec", None)
        names = (f"{name}{place}" for name, place in (spec.indices if spec else {}).items())
        told = spec.id.split("-") if spec else []
        counted += [item.nodeid for name in names if name in told or "<lambda>" in told]
    assert counted == []
