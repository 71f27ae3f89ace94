"""What holds for any alert: it fits, has no effect, hides what is private, leaves people's words alone."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from chalicelib import render
from chalicelib.adapters import registry
from chalicelib.conditions.row import AlertState, Status
from chalicelib.render import redaction
from chalicelib.render.marker import end_marker, split
from tests.unit import up_to
from tests.unit.markup import HOSTILE, active, hosts, tokens
from tests.unit.rows import BEGAN, FINGERPRINT, alert, at, ended, episode, issue, routing, row

LIMIT = 65_536
ACCOUNT = "123456789012"
OURS = re.compile(r"<!-- alerting:[^<>]*-->|</?details>|<summary>[A-Za-z ]+(?: \(\d+\))?</summary>")


class Long(str):
    """A long text that Hypothesis can print."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f"{self[:9]!r}..."


def sized(most: int) -> st.SearchStrategy[str]:
    """Texts up to a field's limit, also those that grow most when they are neutralised."""
    endless = st.sampled_from(["|", "<", "@a ", "#1", "\n ", "- x\n", "é", "`", "x"])
    return st.one_of(HOSTILE, HOSTILE, endless.map(lambda each: each * most)).map(
        lambda each: Long(each[:most])
    )


URL = st.one_of(
    st.sampled_from(
        ["https://github.com/o/r/issues/1", f"https://e.org/?account={ACCOUNT}", "http://e.org/a_(b)|[c]#1"]
    ),
    st.sampled_from(["é", "x", "@"]).map(lambda each: Long("https://e.org/" + each * 2034)),
)
CASES: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
    {
        "source": st.sampled_from([*sorted(registry.PROVIDERS), "own-emitter"]),
        "title": sized(500).filter(bool),
        "summary": st.none() | sized(1000),
        "description": st.none() | sized(4000),
        "reason": st.none() | sized(2000),
        "priority": st.sampled_from(["P0", "P1", "P2", "P3"]),
        "teams": st.sampled_from([("infra",), ("private",), ("terse",), ("unknown",), ("other", "infra")]),
        "identity": st.fixed_dictionaries(
            {"region": st.just("<b>@x")}, optional={"account_id": sized(300).filter(bool)}
        ),
        "links": st.fixed_dictionaries(
            {},
            optional={f"{name}_url": URL for name in ("runbook", "dashboard", "source", "silence", "image")},
        ),
        "labels": st.one_of(
            st.dictionaries(sized(80).filter(bool), sized(1000), max_size=3),
            st.just(64).map(lambda most: {f"label{n}": Long("|" * 999) for n in range(most)}),
        ),
        "annotations": st.dictionaries(
            sized(80).filter(bool), sized(1000) | URL.map(lambda url: url[:999]), max_size=8
        ),
        "measurement": st.none()
        | st.fixed_dictionaries({"value": sized(200).filter(bool), "threshold": sized(200).filter(bool)}),
        "raw_provider": st.none() | st.dictionaries(sized(20), sized(30_000), max_size=1),
        "state": st.sampled_from(["FIRING", "RESOLVED"]),
    }
)
Case = dict[str, Any]


def shown(case: Case) -> AlertState:
    """The row of an alert that fires, or that has ended without recovery."""
    fires = alert(**case | {"state": "FIRING"})
    if case["state"] == "FIRING":
        return row(fires=fires, count=2)
    return ended(9, resolution=alert(**case | {"recovered": False}), alert=fires)


KEYS = ["repeat-1", "escalation-1", "resolved-1"]
PERSON = st.one_of(HOSTILE, st.just("\r\nseen by me\r\n"), st.just(Long("x" * 50_000)))
some = up_to(40)


def harmless(markdown: str, called: set[str]) -> bool:
    """Whether only our own markers, folds and mentions in it have an effect."""
    html = {token.content for token in tokens(markdown) if token.type in ("html_block", "html_inline")}
    said = re.sub("|".join(map(re.escape, called)) or "$^", "", markdown)
    foreign = {OURS.sub("", content).strip() for content in html} - {""}
    return not foreign and not active(said) and not hosts(markdown) & {"github.com", "www.github.com"}


@some
@given(case=CASES)
def test_any_issue_fits_and_does_nothing(case: Case) -> None:
    said = render.body(shown(case), routing(), at(14))
    assert len(said) <= LIMIT
    assert harmless(said, {"@org/oncall", "@org/day"})
    assert said.count("<!--") == 2


@some
@given(case=CASES)
def test_any_title_fits_and_does_nothing(case: Case) -> None:
    said = render.title(alert(**case), routing())
    assert len(said) <= 256
    assert said.splitlines() == [said]
    assert not re.search(r"@\w|#\d|GH-\d", said, re.IGNORECASE | re.ASCII)


@pytest.mark.parametrize("key", KEYS)
@some
@given(case=CASES)
def test_any_comment_fits_does_nothing_and_can_be_found(key: str, case: Case) -> None:
    said = render.comment(shown(case), routing(), key, at(14))
    assert len(said) <= LIMIT
    assert harmless(said, {"@org/oncall", "@org/day"})
    assert said.count("<!--") == said.count(render.comment_marker(FINGERPRINT, BEGAN, key)) == 1
    assert render.read_marker(said) is None


@some
@given(case=CASES)
def test_the_marker_is_read_whatever_the_provider_wrote(case: Case) -> None:
    assert render.read_marker(render.body(shown(case), routing(), at(14))) == render.Mark(FINGERPRINT, BEGAN)


@some
@given(case=CASES, later=CASES, before=PERSON, after=PERSON)
def test_what_people_wrote_around_our_block_stays_byte_for_byte(
    case: Case, later: Case, before: str, after: str
) -> None:
    before, after = (Long(each.replace("<!-- alerting", "")) for each in (before, after))
    body = before + render.body(shown(case), routing(), at(14)) + after
    assume(len(body) <= LIMIT)
    written = render.body(shown(later), routing(), at(20), previous=body)
    assert written.startswith(before)
    assert written.endswith(after)
    assert len(written) <= LIMIT


@given(person=PERSON.filter(bool))
def test_without_our_markers_our_block_goes_in_front_of_what_is_there(person: str) -> None:
    person = person.replace("alerting:end", "")
    written = render.body(row(), routing(), at(14), previous=person)
    assert written.endswith(f" -->\n\n{person}")
    again = render.body(row(count=9), routing(), at(20), previous=written)
    assert again.endswith(f" -->\n\n{person}")
    assert again.count("Reported 9 times") == 1


@some
@given(case=CASES, person=PERSON)
def test_writing_twice_changes_nothing(case: Case, person: str) -> None:
    once = render.body(shown(case), routing(), at(14), previous=person)
    assert render.body(shown(case), routing(), at(14), previous=once) == once


@pytest.mark.parametrize(
    ("length", "left"), [(LIMIT - 1500, "CI jobs"), (LIMIT - 400, "<!-- alerting:end"), (LIMIT, "x")]
)
def test_a_long_text_of_a_person_leaves_less_room_for_ours(length: int, left: str) -> None:
    person = "x" * length
    long = row(fires=alert(description="d" * 4000))
    written = render.body(long, routing(), at(14), previous=person)
    assert written.endswith(person)
    assert len(written) <= LIMIT
    assert left in written
    assert "d" * 100 not in written


def test_what_was_left_out_is_said() -> None:
    """Labels are left out before the figures that the alert fires on."""
    many = alert(
        reason="B = 93",
        labels={f"label{n}": "|" * 999 for n in range(64)},
        teams=("private",),
        raw_provider={"a": "b" * 30_000},
    )
    written = render.body(row(fires=many), routing(), at(14))
    assert "44 labels more." in written
    assert "Some of it is left out here" in written
    assert "| Value | B = 93 |" in written
    assert "(cut, " in written


def test_the_payload_is_shown_where_everything_is() -> None:
    fields: dict[str, Any] = {"identity": {"account_id": ACCOUNT}, "raw_provider": {"AWSAccountId": ACCOUNT}}
    fields |= {"links": {"source_url": f"https://e.org/{ACCOUNT}"}, "description": f"of {ACCOUNT}"}
    written = render.body(row(fires=alert(teams=("private",), **fields)), routing(), at(14))
    assert f"| Account | {ACCOUNT} |" in written
    assert f"](https://e.org/{ACCOUNT})" in written
    assert f"of {ACCOUNT}" in written
    assert f'```json\n{{\n  "AWSAccountId": "{ACCOUNT}"\n}}\n```' in written


@pytest.mark.parametrize(("team", "shown"), [("infra", True), ("private", True), ("terse", False)])
def test_the_sender_is_named_where_labels_are_shown_and_once(team: str, *, shown: bool) -> None:
    fires = alert(teams=(team,), sender="east", identity={"account_id": "east", "alarm_id": "a-1"})
    written = render.body(row(fires=fires), routing(), at(14))
    assert ("| Sender | east |" in written) is shown
    assert ('"sender": "east"' in written) is shown
    assert "| Account |" not in written


@pytest.mark.parametrize("team", ["infra", "terse"])
@pytest.mark.parametrize(
    "secret", [ACCOUNT, "1234-5678-9012", f"arn:aws:sns:us-east-1:{ACCOUNT}:topic", "12345678\x009012"]
)
def test_no_account_nor_arn_is_public(team: str, secret: str) -> None:
    texts = dict.fromkeys(["title", "summary", "description", "reason"], f"of {secret}, {secret}_x")
    links = {
        f"{name}_url": f"https://e.org/?a={secret.replace(chr(0), '')}"
        for name in ("runbook", "source", "image")
    }
    secrets: Case = dict(
        **texts,
        teams=(team,),
        labels={"queue": f"q-{secret}", secret: "x"},
        links=links,
        identity={"account_id": secret, "alarm_id": secret},
        raw_provider={"account": secret},
    )
    firing, over = shown(secrets | {"state": "FIRING"}), shown(secrets | {"state": "RESOLVED"})
    whole = render.title(alert(**secrets), routing()) + render.body(over, routing(), at(14))
    whole += "".join(render.comment(firing, routing(), key, at(14)) for key in KEYS)
    assert not re.search(r"\d{12}|\d{4}-\d{4}-\d{4}|arn:", whole.replace("\u200b", ""))
    assert "(account)" in whole or "arn" in secret


def test_labels_are_shown_where_they_may_be() -> None:
    said = {
        team: render.body(row(fires=alert(teams=(team,), labels={"host": "a"})), routing(), at(1))
        for team in ("infra", "terse")
    }
    assert "| host | a |" in said["infra"]
    assert "host" not in said["terse"]


@pytest.mark.parametrize(
    "value", [f"{ACCOUNT}.0 bytes", f"0.{ACCOUNT}", "1234567890123", "12345678901", "arm64:x"]
)
def test_figures_are_no_accounts(value: str) -> None:
    assert redaction.hide(value) == value


@given(
    fingerprint=st.from_regex(r"[a-z0-9]{1,64}", fullmatch=True),
    moment=st.datetimes(datetime(2000, 1, 1), datetime(2199, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 - made aware
)
@example(fingerprint=FINGERPRINT, moment=BEGAN + timedelta(microseconds=1))
def test_a_marker_is_read_as_it_was_written(fingerprint: str, moment: datetime) -> None:
    marker = render.marker(fingerprint, moment)
    assert render.read_marker(f"hello\n{marker}\n{render.marker('other', moment)}") == render.Mark(
        fingerprint, moment
    )


def test_a_marker_that_a_person_broke_is_passed_over() -> None:
    marker = render.marker("a", BEGAN)
    broken = [marker.replace("2026", "20x6"), marker.replace("+00:00", ""), "<!-- alerting:fingerprint= -->"]
    assert render.read_marker("\n".join([*broken, marker])) == render.Mark("a", BEGAN)
    assert render.read_marker("\n".join(broken)) is None


def test_a_beginning_without_its_end_does_not_swallow_what_follows() -> None:
    begin, end = render.marker("a", BEGAN), end_marker(BEGAN)
    parts = split(f"{end} {begin} theirs {begin} ours {end} theirs too {end}")
    assert (parts.before, parts.after) == (f"{end} {begin} theirs ", f" theirs too {end}")
    assert split(f"{begin} theirs").before == ""


@pytest.mark.parametrize(
    ("request_id", "named"),
    [
        ("4bf92f3577b34da6a3ce929d0e0e4736", True),
        ("0f8fad5b-d9cb-469f-a165-70867728950e", True),
        ("a --> b", False),
        (None, False),
    ],
)
def test_the_end_of_our_block_names_the_request_of_what_it_shows(
    request_id: str | None, *, named: bool
) -> None:
    body = render.body(replace(row(), correlation_id=request_id), routing(), at(5))
    assert (f"request={request_id}" in body) is named
    assert split(f"before {body} after").after == " after"


def test_the_issues_own_episode_counts_where_a_person_broke_the_end_marker() -> None:
    flaps = row(episodes=(episode(-40, -30),), status=Status(issue(episode=at(-40)), told=BEGAN))
    broken = render.body(row(), routing(), at(14)).replace("opened=2026", "opened=20x6")
    assert "Fired 2 times since 02:30 UTC" in render.body(flaps, routing(), at(14), previous=broken)


PLANTED = (
    "AKIAIOSFODNN7EXAMPLE",
    "ghp_aB3dE6gH9jK2mN5pQ8sT1vW4yZ7cF0aB3dE6",
    "glpat-aB3dE6gH9jK2mN5pQ8sT",
    "xoxb-123456789012-1234567890123-aB3dE6gH9jK2mN5pQ8sT",
    "password: hunter2-aB3dE6",
    '{"password": "hunter2-aB3dE6"}',
    "https://e.org/p.png?X-Amz-Signature=hunter2aB3dE6&X-Amz-Security-Token=hunter2aB3dE6",
)
LEAKS = ("IOSFODNN7", "aB3dE6")


@pytest.mark.parametrize("planted", PLANTED)
@pytest.mark.parametrize("team", ["infra", "private", "terse"])
def test_a_credential_in_a_providers_text_is_written_nowhere(planted: str, team: str) -> None:
    url = (
        planted if planted.startswith("https") else f"https://e.org/{planted}".replace(" ", "").split('"')[0]
    )
    shown = alert(
        title=planted,
        summary=planted,
        description=planted,
        reason=planted,
        teams=(team,),
        labels={"note": planted, "db_password": "aB3dE6"},
        links={"dashboard_url": url, "image_url": url, "runbook_url": url},
        raw_provider={"text": planted, "token": "aB3dE6"},
    )
    said = [
        render.title(shown, routing()),
        render.body(row(fires=shown), routing(), at(5)),
        render.comment(row(fires=shown), routing(), "repeat-2", at(5)),
    ]
    assert not [leak for leak in LEAKS for text in said if leak in text]
