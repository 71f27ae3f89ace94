"""Custom sources: the expressions in custom.toml turn any JSON into alerts."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.adapters import custom, expressions, registry
from chalicelib.adapters.custom_file import LINKS
from chalicelib.adapters.expressions import LONGEST_FAILURE, Expression, Failed
from chalicelib.adapters.fields import Ignored, Ownership
from chalicelib.adapters.owner_rules import NO_RULES, OwnerRules
from chalicelib.adapters.registry import Sources
from chalicelib.adapters.source import MOST_BYTES, Example, Source
from chalicelib.alert import AlertEvent, Condition, Identity, Links, Measurement, Priority
from chalicelib.errors import ConfigurationError, NotAccepted, Rejected
from tests.unit import up_to
from tests.unit.rows import BEGAN

EXAMPLE = (Path(__file__).parent / "custom.toml").read_text(encoding="utf-8")
FAILED_RUN: dict[str, Any] = {
    "action": "completed",
    "workflow_run": {
        "name": "CI",
        "path": ".github/workflows/ci.yml",
        "head_branch": "main",
        "display_title": "Update the toolchain",
        "conclusion": "failure",
        "updated_at": "2026-11-24T03:10:00Z",
        "html_url": "https://github.com/example-org/app/actions/runs/7",
        "run_attempt": 2,
        "actor": {"login": "octocat"},
    },
    "repository": {"full_name": "example-org/app"},
}
GRAFANA: dict[str, Any] = {
    "my_alerts": [
        {
            "status": "firing",
            "name": "Disk almost full",
            "fingerprint": "fac0861a85de433a",
            "starts_at": "2026-11-24T03:10:00Z",
            "labels": {"team": "Storage", "priority": "P2", "host": "artifact-store-3"},
            "value": 93,
            "dashboard": "https://grafana.example.org/d/disks",
        },
        {
            "status": "resolved",
            "name": "Disk almost full",
            "fingerprint": "00000000000000aa",
            "ends_at": "2026-11-24T03:20:00Z",
            "labels": {"team": "Storage", "priority": "P2", "host": "artifact-store-4"},
        },
    ]
}


def sources(text: str = EXAMPLE) -> dict[str, Source]:
    return custom.sources(text, frozenset({"grafana"}))


def read(name: str, body: object, rules: OwnerRules = NO_RULES) -> list[Any]:
    source = sources()[name]
    return [parsed for payload in source.split(body) for parsed in source.parse(payload, rules)]


def of_run(**changed: object) -> dict[str, Any]:
    return FAILED_RUN | {"workflow_run": {**FAILED_RUN["workflow_run"], **changed}}


def test_a_failed_workflow_is_an_alert_and_its_next_success_the_end_of_it() -> None:
    (failed,) = read("github-actions", FAILED_RUN)
    (passed,) = read("github-actions", of_run(conclusion="success", updated_at="2026-11-24T04:00:00Z"))
    assert (failed.title, failed.priority, failed.teams) == ("CI failed on main", Priority.P1, ("dev-infra",))
    assert failed.labels == {"repository": "example-org/app", "branch": "main", "attempt": "2"}
    assert failed.annotations == {"actor": "octocat"}
    assert failed.summary == "Update the toolchain"
    assert failed.links.source_url == "https://github.com/example-org/app/actions/runs/7"
    assert (failed.state, passed.state) == (Condition.FIRING, Condition.RESOLVED)
    assert failed.fingerprint == passed.fingerprint


def test_the_alerts_of_a_custom_payload_of_grafana_are_read_each_by_itself() -> None:
    fires, ended = read("grafana-custom", GRAFANA)
    assert (fires.state, fires.teams, fires.measurement.value) == (Condition.FIRING, ("storage",), "93")
    assert (ended.state, ended.measurement) == (Condition.RESOLVED, None)
    ends = [sources()["grafana-custom"].ended(each) for each in GRAFANA["my_alerts"]]
    assert ends == [False, True]


def test_every_field_of_an_alert_is_what_its_expression_finds() -> None:
    texts = {name: f"the {name}" for name in ("title", "alarm_id", "description", "summary", "reason")}
    texts |= {name: f"the {name}" for name in ("account_id", "region", "value", "threshold")}
    links = {name: f"https://example.org/{name}" for name in LINKS}
    named = {"occurred_at": "2026-11-24T03:10:00Z", "team": "storage", "priority": "P3"}
    body = {**texts, **links, **named, "is": "on"}
    places = "\n".join(f'{name} = "{name}"' for name in {**texts, **links, **named})
    state = 'is = "is"\nfiring = ["on"]\nresolved = ["off"]'
    text = f'[[custom]]\nname = "own"\n[custom.state]\n{state}\n[custom.alert]\n{places}'
    (alert,) = sources(text)["own"].parse(body, NO_RULES)
    assert isinstance(alert, AlertEvent)
    assert alert == AlertEvent(
        source="own",
        state=Condition.FIRING,
        title="the title",
        description="the description",
        summary="the summary",
        reason="the reason",
        priority=Priority.P3,
        occurred_at=datetime(2026, 11, 24, 3, 10, tzinfo=UTC),
        teams=("storage",),
        identity=Identity(account_id="the account_id", region="the region", alarm_id="the alarm_id"),
        links=Links.model_validate(links),
        measurement=Measurement(value="the value", threshold="the threshold"),
        raw_provider=body,
    )


def test_what_is_no_alert_is_named_in_the_message() -> None:
    (payload,) = sources()["grafana-custom"].split({"my_alerts": [7]})
    assert payload == {"not_an_alert": 7}


def test_a_body_is_recognised_where_its_source_says_how() -> None:
    known = sources()
    assert known["github-actions"].looks_like(FAILED_RUN) is True
    assert not known["github-actions"].looks_like(GRAFANA)
    assert not known["grafana-custom"].looks_like(["a list"])


def test_a_word_that_is_not_listed_means_nothing_to_an_issue() -> None:
    assert read("github-actions", of_run(conclusion="cancelled")) == [
        Ignored("OTHER_STATE", "CI failed on main")
    ]


SECOND = datetime(2026, 11, 23, 3, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("written", "moment"),
    [
        (1_795_403_400, SECOND),
        (1_795_403_400.5, SECOND + timedelta(milliseconds=500)),
        (1_795_403_400_733, SECOND + timedelta(milliseconds=733)),
        ("2026-11-23T04:10:00+01:00", SECOND),
    ],
)
def test_a_time_may_be_text_or_a_number_of_seconds_or_milliseconds(written: object, moment: datetime) -> None:
    (alert,) = read("github-actions", of_run(updated_at=written))
    assert alert.occurred_at == moment


@pytest.mark.parametrize(
    ("written", "quoted"),
    [
        (None, "(NoneType)"),
        ("yesterday", "yesterday"),
        ("2026-11-24T03:10:04", "2026-11-24T03:10:04"),
        (10**30, "1" + "0" * 30),
        (True, "True"),
        ([1], "(list)"),
        (99_999_999_999, "5138-11-16T09:46:39+00:00"),
        (100_000_000_000, "1973-03-03T09:46:40+00:00"),
    ],
)
def test_a_time_is_never_guessed(written: object, quoted: str) -> None:
    why = refusal("github-actions", of_run(updated_at=written))
    assert why[0] == "INVALID_TIME"
    assert why[1].startswith(f"`occurred_at` is not a time: `{quoted}`, ")
    assert why[2] == "Send `occurred_at` as the provider does, for example 2026-11-23T03:10:00Z."


def refusal(name: str, body: object) -> tuple[str | int, str, str]:
    """What a source answers to a body that it cannot read."""
    try:
        read(name, body)
    except Rejected as rejected:
        return rejected.reason, str(rejected), rejected.fix
    except NotAccepted as refused:
        return refused.status, refused.reason, str(refused)
    raise AssertionError("it was read")


def test_what_an_expression_cannot_read_is_said_with_its_name() -> None:
    assert refusal("github-actions", {**FAILED_RUN, "repository": None}) == (
        "EXPRESSION_FAILED",
        (
            "the expression `alarm_id` of the source `github-actions` fails: In function join(), invalid "
            "type for value: None, expected one of: ['array-string'], received: \"NoneType\""
        ),
        "Try it with `explain --source github-actions FILE`, and correct it in custom.toml.",
    )


def test_an_alert_without_an_owner_gets_the_fallback() -> None:
    body = {"my_alerts": [{**GRAFANA["my_alerts"][0], "labels": {}}]}
    (alert,) = read("grafana-custom", body, OwnerRules(Ownership(("unknown",), Priority.P3)))
    assert (alert.teams, alert.priority) == (("unknown",), Priority.P3)
    assert refusal("grafana-custom", body) == (
        "MISSING_TEAM_AND_PRIORITY",
        "the alert names no team and no priority",
        (
            "Add to the source's table in custom.toml, for `grafana-custom`: "
            "team = \"'your-team'\" | priority = \"'P2'\""
        ),
    )


def test_a_mended_message_has_the_team_and_priority_that_it_was_given() -> None:
    payload = {**GRAFANA["my_alerts"][0]}
    source = sources()["grafana-custom"]
    source.mend(payload, {"team": "dev-infra"})
    source.mend(payload, {"priority": "P0"})
    assert payload == GRAFANA["my_alerts"][0] | {"alerting_owner": {"team": "dev-infra", "priority": "P0"}}
    (alert,) = source.parse(payload, NO_RULES)
    assert isinstance(alert, AlertEvent)
    assert (alert.teams, alert.priority) == (("dev-infra",), Priority.P0)


@pytest.mark.parametrize("body", [{}, {"my_alerts": "none"}, "a text", 7])
def test_a_body_without_a_list_of_alerts_is_not_accepted(body: object) -> None:
    no_list = (400, "NO_ALERTS", "the expression `each` finds no list in the body")
    assert refusal("grafana-custom", body) == no_list
    if not isinstance(body, dict):
        no_object = (400, "NOT_AN_OBJECT", "the body is JSON but not an object")
        assert refusal("github-actions", body) == no_object


WITH_STATE_OF_TEXT = EXAMPLE.replace('is = "status"', "is = \"join('', [status])\"")


@pytest.mark.parametrize("odd", [7, None, "a text", [1], {"name": "without a state"}])
def test_one_entry_that_cannot_be_read_keeps_no_other_from_its_issue(odd: object) -> None:
    source = sources(WITH_STATE_OF_TEXT)["grafana-custom"]
    good, bad = source.split({"my_alerts": [GRAFANA["my_alerts"][0], odd]})
    assert not source.ended(bad)  # which the webhook asks of each before it publishes any
    assert isinstance(source.parse(good, NO_RULES)[0], AlertEvent)
    with pytest.raises(Rejected, match=r"state\.is"):
        source.parse(bad, NO_RULES)


def test_it_has_no_template_and_says_what_to_do() -> None:
    with pytest.raises(ConfigurationError) as caught:
        sources()["github-actions"].template(Example(BEGAN))
    why = "custom.toml: github-actions has no template: use a body from its sender"
    assert str(caught.value) == why


def test_custom_sources_stand_in_the_list_with_the_others() -> None:
    listed = Sources("grafana", custom=lambda taken: sources() if "grafana" in taken else {})
    assert list(listed) == ["grafana", "github-actions", "grafana-custom"]
    assert listed.built_in == ("grafana",)
    assert listed["github-actions"].shown_as == "GitHub Actions"
    assert not {"github-actions", "grafana-custom"} & registry.SOURCES.keys()


def test_an_expressions_work_is_bounded_whatever_the_body() -> None:
    nested = {"a": [{"b": [{"c": [1] * 10}] * 100}] * 1000}
    with pytest.raises(Failed) as caught:
        Expression("a[].b[].c[]").search(nested)
    assert str(caught.value) == "it takes more than 50,000 steps on this body"


def test_an_expression_may_take_as_many_steps_as_are_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(expressions, "MOST_STEPS", 3)  # a.b: the whole, and each of the two names
    assert Expression("a.b").search({"a": {"b": 1}}) == 1
    with pytest.raises(Failed, match="it takes more than 3 steps"):
        Expression("a.b.c").search({"a": {"b": {"c": 1}}})


@pytest.mark.parametrize(
    ("text", "body"),
    [("ceil(@)", float("inf")), ("avg(@)", [10**400, 1]), ("sum(@)", [10**400, 1.5])],
)
def test_a_number_too_large_to_reckon_with_is_a_failure_like_others(text: str, body: object) -> None:
    with pytest.raises(Failed):
        Expression(text).search(body)


def test_a_failure_repeats_little_of_the_body() -> None:
    with pytest.raises(Failed, match="starts_with") as caught:
        Expression("starts_with(@, 'a')").search(["token " * 100_000])
    assert len(str(caught.value)) <= LONGEST_FAILURE


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda each: st.lists(each, max_size=4) | st.dictionaries(st.text(), each, max_size=4),
)


@up_to(200)
@given(JSON, st.sampled_from(["workflow_run", "repository", "action"]))
def test_any_body_is_an_alert_or_refused_with_a_reason(anything: object, place: str) -> None:
    for name, body in (
        ("github-actions", {**FAILED_RUN, place: anything}),
        ("grafana-custom", {"my_alerts": [anything]}),
    ):
        try:
            parsed = read(name, json.loads(json.dumps(body)))
        except (Rejected, NotAccepted):
            continue
        assert all(isinstance(each, AlertEvent | Ignored) for each in parsed)


def test_the_sources_of_an_installation_are_read_from_its_package(monkeypatch: pytest.MonkeyPatch) -> None:
    package = {("chalicelib", "custom.toml"): EXAMPLE.encode()}
    monkeypatch.setattr("pkgutil.get_data", lambda *place: package.get(place))
    found = registry._of_the_installation(frozenset())
    assert set(found) == {"github-actions", "grafana-custom"}


@pytest.mark.parametrize(("place", "value"), [("title", "name"), ("alarm_id", "fingerprint")])
def test_an_alert_without_title_or_id_is_refused_with_the_expressions_name(place: str, value: str) -> None:
    assert refusal("grafana-custom", {"my_alerts": [{**GRAFANA["my_alerts"][0], value: None}]}) == (
        "EXPRESSION_FAILED",
        f"the expression `{place}` of the source `grafana-custom` finds nothing in this body",
        "Try it with `explain --source grafana-custom FILE`, and correct it in custom.toml.",
    )


def test_lists_of_texts_are_joined_and_anything_else_is_written_as_json() -> None:
    alert = {
        **GRAFANA["my_alerts"][0],
        "labels": {"team": ["Storage", "CI"], "priority": "P2", "host": {"n": 1}},
    }
    (parsed,) = read("grafana-custom", {"my_alerts": [alert]})
    assert (parsed.teams, parsed.labels) == (("storage", "ci"), {"host": '{"n": 1}'})


NOISE = {f"noise-{number}": {"at": number, "value": 0.5} for number in range(12_000)}


@pytest.mark.parametrize(
    ("conclusion", "found"), [("failure", Condition.FIRING), ("success", Condition.RESOLVED)]
)
def test_an_alert_of_many_small_values_that_is_too_large_for_a_message_is_the_same_alert(
    conclusion: str, found: Condition
) -> None:
    source, body = sources()["github-actions"], of_run(conclusion=conclusion)
    (whole,) = source.split(body)
    (large,) = source.split(body | NOISE | {"steps": [{"n": 0}] * 20_000})
    message = source.cut(large)
    assert whole == body
    assert len(json.dumps(message)) < MOST_BYTES < len(json.dumps(body | NOISE))
    assert source.ended(message) == source.ended(body)
    (small,), (shortened,) = (source.parse(each, NO_RULES) for each in (whole, message))
    assert isinstance(small, AlertEvent)
    assert isinstance(shortened, AlertEvent)
    assert shortened.model_copy(update={"raw_provider": small.raw_provider}) == small
    source.mend(message, {"team": "storage"})
    (mended,) = source.parse(message, NO_RULES)
    assert isinstance(mended, AlertEvent)
    assert (mended.teams, mended.fingerprint) == (("storage",), small.fingerprint)


def test_a_body_too_large_for_a_message_is_replaced_by_what_the_expressions_find() -> None:
    (large,) = sources()["github-actions"].split(FAILED_RUN | NOISE)
    assert large == {
        "alerting_found": {
            "state.is": "failure",
            "title": "CI failed on main",
            "alarm_id": "example-org/app/.github/workflows/ci.yml/main",
            "occurred_at": "2026-11-24T03:10:00Z",
            "summary": "Update the toolchain",
            "team": "dev-infra",
            "priority": "P1",
            "source_url": "https://github.com/example-org/app/actions/runs/7",
            "labels.repository": "example-org/app",
            "labels.branch": "main",
            "labels.attempt": 2,
            "annotations.actor": "octocat",
        }
    }


def test_what_identifies_an_alert_stays_the_same_however_long_it_is() -> None:
    text = EXAMPLE.replace('alarm_id = "fingerprint"', 'alarm_id = "to_string(labels)"')
    source, entry = sources(text)["grafana-custom"], GRAFANA["my_alerts"][0]
    alike = [{**entry, "labels": entry["labels"] | NOISE, "value": value} for value in (1, 2)]
    other = {**entry, "labels": entry["labels"] | NOISE | {"host": "another"}}
    cut = [source.cut(each) for each in source.split({"my_alerts": [*alike, other]})]
    one, two, three = (source.parse(each, NO_RULES)[0] for each in cut)
    assert isinstance(one, AlertEvent)
    assert isinstance(two, AlertEvent)
    assert isinstance(three, AlertEvent)
    assert one.fingerprint == two.fingerprint != three.fingerprint


def test_a_large_body_that_cannot_be_read_is_refused_with_the_expressions_name() -> None:
    source = sources()["github-actions"]
    (large,) = source.split(FAILED_RUN | NOISE | {"repository": None})
    with pytest.raises(Rejected, match=r"^the expression `\w+` of the source `github-actions` fails: "):
        source.parse(source.cut(large), NO_RULES)


FAILING = EXAMPLE.replace('each = "my_alerts"', 'each = "keys(my_alerts)"').replace(
    'recognise = "my_alerts"', 'recognise = "keys(my_alerts)"'
)


def test_where_an_expression_about_the_body_fails_it_is_not_accepted_nor_recognised() -> None:
    source = sources(FAILING)["grafana-custom"]
    with pytest.raises(NotAccepted) as caught:
        source.split(GRAFANA)
    refused = caught.value
    assert (refused.status, refused.reason) == (400, "EXPRESSION_FAILED")
    assert str(refused).startswith(
        "the expression `each` fails: In function keys(), invalid type for value: "
    )
    assert source.looks_like(GRAFANA) is False
