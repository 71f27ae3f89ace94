"""Nothing useful is lost: what a payload says is in its issue, in the words that a person would use."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from chalicelib import render
from chalicelib.adapters import fields
from chalicelib.alert import AlertEvent, Condition
from chalicelib.quantities import shortened
from chalicelib.render import markdown, redaction
from chalicelib.telemetry.masking import mask
from tests.unit import one_each
from tests.unit.adapters.test_adapters import SAMPLES, one, payload, read
from tests.unit.markup import for_people
from tests.unit.messages import FALLBACK, deliver
from tests.unit.rows import alert, at, ended, routing, row

TOLD_ELSEWHERE = {
    *("team", "teams", "priority", "grafana_state_reason"),
    *("alerting_kind", "heartbeat_interval", "heartbeat_grace"),
}
"""Shown as the owner, the priority and the reason."""

BEGUN = 150
"""Code points by which a text is known: a long one is cut."""


def body(shown: AlertEvent, team: str = "infra") -> str:
    return for_people(render.body(row(fires=shown.model_copy(update={"teams": (team,)})), routing(), at(14)))


def by_source(path: Path) -> str:
    return path.parent.name


def annotations(path: Path) -> Iterator[tuple[AlertEvent, dict[str, str]]]:
    """The firing alerts of a sample, each with the annotations that were sent with it."""
    sent = read(path)["payload"]
    members = sent.get("alerts") if isinstance(sent, dict) else None
    alerts = [each for each in deliver(path.parent.name, sent, FALLBACK) if isinstance(each, AlertEvent)]
    by_id = {
        each.get("fingerprint"): fields.strings(each.get("annotations"))
        for each in members or []
        if isinstance(each, dict)
    }
    for each in alerts:
        if each.state is Condition.FIRING:
            yield each, by_id.get(each.identity.alarm_id, {})


@pytest.mark.parametrize(
    ("path", "team"),
    [*((path, "infra") for path in SAMPLES), *((path, "private") for path in one_each(SAMPLES, by_source))],
    ids=lambda value: f"{value.parent.name}/{value.stem}" if isinstance(value, Path) else value,
)
def test_no_annotation_is_absent_from_its_issue(path: Path, team: str) -> None:
    for shown, sent in annotations(path):
        said = body(shown, team).partition("What the provider sent")[0]
        for name, value in sent.items():
            if name.lower() in TOLD_ELSEWHERE or value.strip() in (
                "",
                *fields.TEMPLATE_WITHOUT_VALUE,
            ):
                continue
            known = mask(shortened(value)) if team == "private" else redaction.hide(mask(shortened(value)))
            first = markdown.text(known.strip().partition("\n")[0][:BEGUN])
            begun = markdown.line(known[:BEGUN])
            address = markdown.address(value)
            assert any(text and text[: BEGUN // 2] in said for text in (first, begun, address)), name


def test_the_samples_have_annotations_of_many_names() -> None:
    names = {name for path in SAMPLES for _, sent in annotations(path) for name in sent}
    assert names >= {"summary", "description", "message", "hint", "dashboard_url", "value", "runbook_url"}


class TestCases:
    def test_annotations_of_any_name(self) -> None:
        said = body(one("alertmanager", payload("alertmanager/annotations-of-any-name")))
        assert "**grafana uses 30.10 % of its reservation**\n\n**30.10 %**\n\n" in said
        assert "[Dashboard](https://grafana.example.org/d/abc)" in said
        assert "[Query in Prometheus](https://prom.example.org/graph?g0.expr=up)" in said
        assert "[Alert in Alertmanager](https://am.example.org/#/alerts?" in said
        assert "<summary>More from the rule (1)</summary>\n\n| Annotation | Value |" in said
        assert "| hint | how to fix it |" in said

    def test_a_classic_condition(self) -> None:
        said = body(one("grafana", payload("grafana/classic-condition")))
        assert "B0 = 86.8" in said
        assert "86.83759366878994" not in said
        assert "| mountpoint | / |" in said
        assert "| device | /dev/mapper/root |" in said

    def test_the_series_of_a_classic_condition_are_told_apart(self) -> None:
        group = payload("grafana/classic-condition")
        text = "[ var='B{}' metric='x' labels={{instance=a, mountpoint={}}} value={} ]"
        group["alerts"][0]["valueString"] = ", ".join([text.format(0, "/", 86.1), text.format(1, "/a, b", 9)])
        shown = one("grafana", group)
        assert shown.reason == "B0 (mountpoint=/) = 86.1, B1 (mountpoint=/a, b) = 9"
        assert shown.labels == {"instance": "a"}

    def test_a_link_that_may_not_be_shown_says_so(self) -> None:
        shown = one("cloudwatch", payload("cloudwatch/account-in-name"))
        said = body(shown)
        assert "**p99 of Latency above 2 s for 1 day**" in said
        assert "Alert in CloudWatch (no link: its address holds an account id)" in said
        assert "111122223333" not in said
        private = body(shown, "private")
        assert "[Alert in CloudWatch](" in private

    def test_an_event_tells_value_threshold_statistic_and_period(self) -> None:
        said = body(one("cloudwatch", payload("cloudwatch/eventbridge-reason-data")))
        assert "\n\n**31.3**, threshold 20\n\n" in said
        assert "p99 of TargetResponseTime against a threshold of 20 over 1 minute" in said


SENTENCE = "Threshold Crossed: 1 datapoint [{} (23/11/26 03:05:00)] was {}greater than the threshold (50.0)."


class TestOnce:
    FIRES = alert(reason=SENTENCE.format(118.123456789, ""), measurement={"value": "118", "threshold": "50"})

    def test_figures_stand_first_and_the_sentence_below(self) -> None:
        said = body(self.FIRES)
        assert said.index("**118**, threshold 50") < said.index("**P1 high**")
        assert said.count("was greater than") == 1
        assert said.index("<summary>The whole reason</summary>") < said.index("was greater than")
        assert "118.123456789" not in said

    def test_what_has_ended_says_so_in_figures(self) -> None:
        over = alert(
            state="RESOLVED",
            reason=SENTENCE.format(42.0, "not "),
            measurement={"value": "42", "threshold": "50"},
        )
        said = for_people(render.body(ended(14, alert=self.FIRES, resolution=over), routing(), at(20)))
        assert "after 14 minutes. Now **42**, threshold 50.\n" in said
        assert "not greater" not in said
        assert said.count("was greater than") == 1

    def test_without_figures_the_reason_of_the_end_stands_first(self) -> None:
        fires = alert(reason="a transitioned to ALARM")
        said = for_people(
            render.body(ended(14, alert=fires, reason="a transitioned to OK"), routing(), at(20))
        )
        assert said.index("transitioned to OK") < said.index("The whole reason") < said.index("to ALARM")

    def test_a_comment_says_the_figures(self) -> None:
        said = render.comment(row(fires=self.FIRES), routing(), "repeat-1", at(20))
        assert "**118**, threshold 50" in said
        assert "was greater" not in said


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("https://e.org/?account=123456789012", "an account id"),
        ("https://e.org/?token=hunter2aB3dE6", "a credential"),
    ],
)
def test_every_hidden_link_says_why(url: str, why: str) -> None:
    links = {f"{name}_url": url for name in ("dashboard", "runbook", "source", "silence")}
    said = body(alert(links=links, annotations={"logs_url": url}))
    for label in ("Dashboard", "Runbook", "Alert in Grafana", "Silence it", "Logs"):
        assert f"{label} (no link: its address holds {why})" in said


def test_where_labels_are_not_shown_annotations_are_not() -> None:
    said: dict[str, Any] = {"annotations": {"hint": "look at the queue"}}
    assert "look at the queue" in body(alert(**said))
    assert "look at the queue" not in body(alert(**said), "terse")


def test_as_of_when_has_its_date_on_another_day() -> None:
    said = render.body(row(), routing(), at(24 * 60))
    assert re.search(r"1 day as of 03:10 \(2026-11-24\)", said)
    assert "14 minutes as of 03:24 ·" in render.body(row(), routing(), at(14))


@pytest.mark.parametrize("name", ["https://e.org/:fire:/x", "a](https://e.org)[b", "<b>", "x" * 99])
def test_a_name_that_could_act_is_no_text_of_a_link(name: str) -> None:
    said = body(alert(annotations={name: "https://e.org/logs"}))
    assert said.index("More from the rule (1)") < said.index("<https://e.org/logs>")


def test_a_condition_that_is_the_headline_is_no_row_too() -> None:
    said = body(one("cloudwatch", payload("cloudwatch/account-in-name")))
    assert said.count("p99 of Latency above 2 s for 1 day") == 1


def test_a_condition_without_its_metric_is_no_headline() -> None:
    event = payload("cloudwatch/eventbridge-state-change")
    event["detail"]["configuration"] = {}
    event["detail"]["alarmTags"] = {"team": "storage", "priority": "P2"}
    assert one("cloudwatch", event).summary is None


@pytest.mark.parametrize(
    "query", ["filter=%7Bkey%3D%22AKIAIOSFODNN7EXAMPLE%22%7D", "q=password%3Dhunter2", "q=%20sk-" + "a1" * 12]
)
def test_a_credential_within_what_an_address_encodes_is_seen(query: str) -> None:
    address = f"https://example.org/?{query}"
    said = body(alert(links={"source_url": address}))
    assert query not in said
    assert "its address holds a credential" in said
