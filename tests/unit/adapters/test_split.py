"""The split: one message for each alert, bad ones on their own, each small enough for SNS."""

import json
import sys
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chalicelib.adapters import group, registry, texts
from chalicelib.adapters.registry import SOURCES
from chalicelib.adapters.source import Example, Source
from chalicelib.adapters.texts import size
from chalicelib.errors import NotAccepted
from tests.local.patience import finished
from tests.unit import up_to
from tests.unit.builders import at
from tests.unit.messages import REQUEST

GROUP = {
    "receiver": "github-issues",
    "status": "firing",
    "orgId": 1,
    "externalURL": "https://grafana.example.org/",
    "version": "1",
    "groupKey": "{}:{}",
    "message": "a long text that repeats the alerts",
    "commonAnnotations": {"summary": "s"},
    "alerts": [{"fingerprint": "1"}, "poison", {"fingerprint": "2"}],
}


def refusal(source: str, body: object) -> NotAccepted:
    with pytest.raises(NotAccepted) as caught:
        SOURCES[source].split(body)
    return caught.value


@pytest.mark.parametrize("name", SOURCES)
def test_each_source_has_a_webhook_but_the_one_that_publishes_itself(name: str) -> None:
    assert bool(registry.webhook(name)) == (name in registry.webhooks()) == SOURCES[name].posts
    assert registry.webhook("nagios") is None


@pytest.mark.parametrize("source", ["grafana", "alertmanager"])
def test_each_alert_of_a_group_goes_alone_with_what_it_needs_of_its_group(source: str) -> None:
    alone = SOURCES[source].split(GROUP)
    assert [payload["alerts"] for payload in alone] == [[alert] for alert in GROUP["alerts"]]  # type: ignore[attr-defined]
    assert {name: value for name, value in alone[0].items() if name != "alerts"} == {
        "receiver": "github-issues",
        "version": "1",
        "orgId": 1,
        "externalURL": "https://grafana.example.org/",
        "groupKey": "{}:{}",
    }


def test_normalized_takes_one_alert_or_a_list() -> None:
    assert SOURCES["normalized"].split({"title": "a"}) == [{"title": "a"}]
    assert SOURCES["normalized"].split([{"title": "a"}, 1]) == [{"title": "a"}, {"not_an_alert": 1}]


NO_OBJECT = ("NOT_AN_OBJECT", "the body is JSON but not an object")
NO_ALERTS = (
    "NO_ALERTS",
    "the body has no list `alerts`; a webhook's default payload has, so use no custom payload",
)
LEGACY = (
    "LEGACY_ALERTING",
    "this is Grafana's legacy alerting (4 to 7); unified alerting is needed, in Grafana 9 or later",
)


@pytest.mark.parametrize(
    ("source", "body", "why"),
    [
        ("grafana", [], NO_OBJECT),
        ("alertmanager", "text", NO_OBJECT),
        ("normalized", None, NO_OBJECT),
        ("grafana", {}, NO_ALERTS),
        ("grafana", {"alerts": {}, "ruleId": 1}, NO_ALERTS),
        ("grafana", {"ruleName": "x", "state": "alerting"}, LEGACY),
        ("grafana", {"ruleId": 1}, LEGACY),
        ("grafana", {"evalMatches": []}, LEGACY),
    ],
)
def test_what_holds_no_alerts_is_refused_with_a_reason(
    source: str, body: object, why: tuple[str, str]
) -> None:
    refused = refusal(source, body)
    assert (refused.status, (refused.reason, str(refused))) == (400, why)


def alert(**more: Any) -> dict[str, Any]:
    labels = {"alertname": "Disk full", "team": "storage", "Priority": "P1"}
    member = {"status": "firing", "startsAt": "2026-11-23T03:10:00Z", "fingerprint": "f", "labels": labels}
    return {"externalURL": "https://g.example", "orgId": 1, "alerts": [member | more]}


IDENTIFYING = alert()


def test_an_alert_that_fits_is_left_as_it_is() -> None:
    assert SOURCES["grafana"].cut(GROUP) == GROUP


def test_of_an_alert_too_large_the_longest_texts_go_first() -> None:
    payload = alert(annotations={"summary": "short", "description": "\u2028" * 100_000})
    annotations = SOURCES["grafana"].cut(payload)["alerts"][0]["annotations"]
    assert annotations["summary"] == "short"
    assert annotations["description"].endswith(" more characters]")
    assert 19_000 < len(annotations["description"]) <= 20_000


def test_what_identifies_an_alert_is_kept_whole_however_small_the_room() -> None:
    members = {f"annotation_{n}": "x" * 100 for n in range(5000)}
    payload = alert(annotations=members | {"team": "dev-infra"})
    kept = SOURCES["grafana"].cut(payload)
    assert kept == alert(annotations={"team": "dev-infra"})


def test_an_overlong_identifying_text_is_cut_too() -> None:
    payload = alert(generatorURL="https://g.example/" + "x" * 300_000)
    kept = SOURCES["grafana"].cut(payload)["alerts"][0]
    assert kept["fingerprint"] == "f"
    assert len(kept["generatorURL"]) <= 20_000


def test_of_a_large_object_that_matters_as_much_is_kept_as_there_is_room_for() -> None:
    """The small members first, then as many of the large one's as fit."""
    inner = {f"member-{number}": "x" * 40 for number in range(400)}
    kept = frozenset({"message", "inner", *inner})
    left = texts.fit({"inner": inner, "message": "disk full"}, 1000, kept)
    assert left["message"] == "disk full"
    assert 0 < len(left["inner"]) < len(inner)
    assert 900 < size(left) <= 1000


def test_what_cannot_fit_at_all_says_so() -> None:
    assert SOURCES["grafana"].cut(alert(), 10) == {"cut": "left out: larger than 10 bytes"}


def test_what_is_nested_too_deeply_is_left_out() -> None:
    deep: Any = "bottom"
    for _ in range(900):
        deep = {"deeper": [deep]}
    kept = SOURCES["grafana"].cut(alert(annotations={"deep": deep, "summary": "s"}))
    assert kept["alerts"][0]["annotations"]["summary"] == "s"
    assert "nested too deeply" in json.dumps(kept)


SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text()
JSON = st.recursive(
    SCALARS | st.text(min_size=1).map(lambda text: text * 2000),
    lambda inner: (
        st.lists(inner) | st.dictionaries(st.sampled_from(["alerts", "labels", "x"]) | st.text(), inner)
    ),
    max_leaves=30,
)


@up_to(50, without=[HealthCheck.too_slow])
@given(st.dictionaries(st.text(), JSON), st.integers(min_value=100, max_value=50_000))
def test_whatever_is_cut_fits_and_is_json(payload: dict[str, Any], limit: int) -> None:
    written = json.dumps(SOURCES["grafana"].cut(payload, limit), separators=(",", ":"))
    assert len(written.encode()) <= limit
    assert isinstance(json.loads(written), dict)


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(JSON)
def test_whatever_surrounds_it_an_alert_stays_identified(noise: Any) -> None:
    kept = SOURCES["grafana"].cut(alert(noise=noise, annotations={"noise": noise}), 5_000)
    assert kept["alerts"][0]["labels"] == IDENTIFYING["alerts"][0]["labels"]
    assert {**kept["alerts"][0], **IDENTIFYING["alerts"][0]} == kept["alerts"][0]


@given(st.text(), st.integers(min_value=50, max_value=200))
def test_a_cut_text_keeps_its_beginning_and_counts_what_is_missing(text: str, limit: int) -> None:
    long = text + "x" * 200
    cut = texts.cut(long, limit)
    assert len(cut) <= limit
    if cut != long:
        beginning, _, missing = cut.rpartition(" [cut: ")
        assert long.startswith(beginning)
        assert len(long) - len(beginning) == int(missing.removesuffix(" more characters]"))


@given(st.text(alphabet=st.characters()))
def test_a_clean_text_is_utf_8_without_control_characters(text: str) -> None:
    clean = texts.clean(text)
    clean.encode()
    assert all(c in "\n\t" or not (ord(c) < 0x20 or 0x7F <= ord(c) < 0xA0) for c in clean)
    assert texts.clean(clean) == clean


@given(
    st.dictionaries(st.text(st.characters(), max_size=9), JSON, max_size=4),
    st.sampled_from([60, 300, 20_000]),
)
def test_what_is_kept_is_clean_and_short_however_that_is_found_out(value: dict[str, Any], limit: int) -> None:
    assert texts.keep(value, limit) == texts.fit(texts.scrub(value), limit)


def test_every_character_is_kept_as_it_is_cleaned() -> None:
    for character in map(chr, [*range(0x100), 0x202E, *range(0xD7F0, 0xE010), 0xFFFD, 0x1F600]):
        value = {"name": f"a{character}b", f"\\{character}": ["x"]}
        assert texts.keep(value, 20_000) == texts.scrub(value)


def test_what_is_nested_too_deeply_to_be_written_is_cut() -> None:
    deep: dict[str, Any] = {}
    for _ in range(5_000):
        deep = {"a": deep}
    assert "nested too deeply" in json.dumps(texts.keep(deep, 20_000))


def test_line_breaks_are_made_alike() -> None:
    assert texts.clean("a\rb\r\nc\td") == "a\nb\nc\td"


@pytest.mark.parametrize("source", SOURCES)
def test_the_webhook_splits_without_loading_pydantic(source: str) -> None:
    program = (
        "import sys; from datetime import datetime, UTC\n"
        "from chalicelib.adapters.source import Example, Request\n"
        f"from chalicelib.adapters.registry import SOURCES; source = SOURCES[{source!r}]\n"
        "now = datetime.now(UTC); source.payloads(source.template(Example(now)), Request(now))\n"
        "print('pydantic' in sys.modules)"
    )
    ran = finished([sys.executable, "-c", program])
    assert ran.stdout.strip() == "False", (
        f"chalicelib/adapters/{source}.py imports pydantic, which a sender would wait for: "
        "make alerts by `canonical`, and take what else it needs of an alert from `chalicelib.alert_values`"
    )


def test_the_size_is_that_of_compact_ascii() -> None:
    assert size({"ü": [1, "x"]}) == len(b'{"\\u00fc":[1,"x"]}')


@pytest.mark.parametrize(
    ("source", "payload", "ended"),
    [
        ("grafana", {"alerts": [{"status": "resolved"}]}, True),
        ("grafana", {"alerts": [{"status": "firing"}]}, False),
        ("grafana", {"alerts": ["poison"]}, False),
        ("grafana", {"alerts": []}, False),
        ("grafana", {}, False),
        ("normalized", {"state": "RESOLVED"}, True),
        ("normalized", {"state": "FIRING"}, False),
        ("normalized", {"state": ["resolved"]}, False),
        ("normalized", {}, False),
    ],
)
def test_an_alert_has_ended_only_where_it_says_so(
    source: str, payload: dict[str, Any], *, ended: bool
) -> None:
    assert SOURCES[source].ended(payload) is ended


@pytest.mark.parametrize("source", SOURCES.values(), ids=SOURCES)
def test_a_template_fires_or_has_ended_as_it_is_asked(source: Source) -> None:
    (fires,), (over,) = (
        source.payloads(source.template(Example(at(0), end)), REQUEST) for end in (None, at(5))
    )
    assert (source.ended(fires), source.ended(over)) == (False, source.ends)


@pytest.mark.parametrize(
    ("body", "number"),
    [
        ({"truncatedAlerts": 7}, 7),
        ({"truncatedAlerts": 0}, 0),
        ({"truncatedAlerts": -1}, 0),
        ({"truncatedAlerts": 10**300}, 0),
        ({"truncatedAlerts": "7"}, 0),
        ({}, 0),
        ([], 0),
    ],
)
def test_what_a_sender_cut_off_is_read(body: object, number: int) -> None:
    assert SOURCES["grafana"].cut_off(body) == number


def test_what_each_alert_carries_of_its_group_is_short() -> None:
    group_of_lists = {"groupKey": "x" * 100_000, "receiver": ["a list"] * 1000, "orgId": 1, "alerts": [{}]}
    (message,) = SOURCES["grafana"].split(group_of_lists)
    assert size(message) < 2 * group.MOST_SHARED
    assert message["orgId"] == 1


KEPT = frozenset({"id", "labels", "list"})


@pytest.mark.parametrize(
    ("value", "less"),
    [
        ({"id": "a", "noise": "x" * 100}, {"id": "a"}),
        ({"Labels": {"ID": "a", "noise": "x" * 100}}, {"Labels": {"ID": "a"}}),
        ({"list": [{"id": "a"}, {"noise": "x" * 100}]}, {"list": [{"id": "a"}, {}]}),
        ({"noise": "x" * 100}, {"cut": "left out: larger than 111 bytes"}),
    ],
)
def test_what_fits_to_the_byte_is_kept_and_else_what_has_a_kept_name(
    value: dict[str, Any], less: dict[str, Any]
) -> None:
    assert texts.fit(value, size(value), KEPT) == value
    assert texts.fit(value, size(value) - 1, KEPT) == less


@pytest.mark.parametrize(
    ("limit", "left"),
    [
        (33, {"id": "a", "list": [1, 22, 333, 4444]}),
        (32, {"id": "a", "list": [1, 22, 333]}),
        (31, {"id": "a", "list": [1, 22]}),
        (28, {"id": "a", "list": [1, 22]}),
        (27, {"id": "a", "list": [1]}),
        (25, {"id": "a", "list": [1]}),
        (24, {"id": "a"}),
        (12, {"id": "a"}),
        (11, {"cut": "left out: larger than 11 bytes"}),
    ],
)
def test_of_a_list_as_many_of_the_first_are_kept_as_there_is_room_for(limit: int, left: object) -> None:
    assert texts.fit({"id": "a", "list": [1, 22, 333, 4444]}, limit, KEPT) == left


@pytest.mark.parametrize(
    ("limit", "lengths"),
    [(35_000, (4000, 30_000)), (30_000, (4000, 20_000)), (12_000, (4000, 5000)), (6000, (4000, 1000))],
)
def test_the_longest_texts_are_cut_to_the_same_length_but_kept_ones_only_if_overlong(
    limit: int, lengths: tuple[int, int]
) -> None:
    left = texts.fit({"id": "x" * 4000, "noise": "y" * 30_000}, limit, KEPT)
    assert (len(left["id"]), len(left["noise"])) == lengths
    over = texts.fit({"id": "x" * 4001, "noise": "y" * 30_000}, 6000, KEPT)
    assert (len(over["id"]), len(over["noise"])) == (1000, 1000)


def nested(levels: int, *, lists: bool = False) -> dict[str, Any]:
    inner: Any = "bottom"
    for _ in range(levels - 1):
        inner = [inner] if lists else {"a": inner}
    return {"a": inner}


@pytest.mark.parametrize("lists", [False, True])
def test_twenty_levels_are_kept_and_what_is_deeper_is_named(*, lists: bool) -> None:
    twenty, more = nested(20, lists=lists), nested(21, lists=lists)
    assert texts.keep(twenty, 20_000) == texts.scrub(twenty) == twenty
    for cut in (texts.keep(more, 20_000), texts.scrub(more)):
        assert "bottom" not in json.dumps(cut)
        assert json.dumps(cut) == json.dumps(twenty).replace("bottom", "[cut: nested too deeply]")


@pytest.mark.parametrize(
    ("length", "limit", "cut"),
    [
        (40, 40, "x" * 40),
        (40, 39, "x" * 13 + " [cut: 27 more characters]"),
        (40, 10, " [cut: 40 more characters]"),
    ],
)
def test_a_text_is_cut_only_where_it_is_too_long(length: int, limit: int, cut: str) -> None:
    assert texts.cut("x" * length, limit) == cut


def test_an_object_that_is_kept_is_another_object() -> None:
    value = {"a": "b"}
    assert texts.keep(value, 20_000) == value
    assert texts.keep(value, 20_000) is not value
    assert texts.keep({"a": "b\x01", "c\x01": ["d\x01", 1]}, 20_000) == {"a": "b", "c": ["d", 1]}
