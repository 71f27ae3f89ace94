"""The page of all samples' issues, which people look at before they change a word of them."""

import json

from chalicelib.alert import AlertEvent, Condition
from tests import gallery
from tests.unit.messages import deliver


def firing(path_text: str, source: str) -> bool:
    parsed = deliver(source, json.loads(path_text)["payload"], gallery.FALLBACK)
    return any(isinstance(each, AlertEvent) and each.state is Condition.FIRING for each in parsed)


def test_every_sample_that_fires_is_on_the_page_with_its_title() -> None:
    issues = list(gallery.shown())
    page = gallery.page(issues)
    expected = {
        f"{path.parent.name}/{path.stem}"
        for path in gallery.SAMPLES.glob("*/*.json")
        if firing(path.read_text(encoding="utf-8"), path.parent.name)
    }
    assert {each.sample for each in issues} == expected
    assert page.count("<h1>") == len(issues)


def test_the_page_fetches_nothing() -> None:
    page = gallery.page(list(gallery.shown()))
    assert "default-src 'none'" in page
    assert "<script" not in page
