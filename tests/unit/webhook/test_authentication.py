"""Who may post: every way to present a token, Grafana's signatures, and all that is not enough."""

import base64
import hashlib
import hmac
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.adapters.registry import SOURCES
from chalicelib.errors import ConfigurationError
from chalicelib.webhook.authentication import REPLAY_SECONDS, Credentials, authentic, presents_any

NOW = 1_700_000_000
BODY = b'{"status":"firing"}'
SIGNATURE = "x-grafana-alerting-signature"
TIMESTAMP = "x-grafana-alerting-timestamp"

# Grafana's own results for the secret `test-secret`.
OF_BODY = "7fd98394c7633dff3c43d5429ad72b920e8723aa2773ae542ef440b120beee95"
OF_BODY_AND_TIME = "de2992434b282a377e558705fff1b25698faeaccbeeb041f7d4643f4ee4ff036"


def basic(user: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


def accepts(
    headers: dict[str, str],
    *,
    source: str = "grafana",
    body: bytes = BODY,
    now: float = NOW,
    **secret: Any,
) -> bool:
    return authentic(SOURCES[source], headers, body, Credentials.of(source, secret), now)


def signed(secret: str, timestamp: str) -> str:
    return hmac.new(secret.encode(), timestamp.encode() + b":" + BODY, hashlib.sha256).hexdigest()


@pytest.mark.parametrize(
    "headers",
    [
        {"x-grafana-token": "right"},
        {"authorization": "Bearer right"},
        {"authorization": "bearer   right "},
        {"authorization": basic("grafana", "right")},
        {"authorization": basic("", "right")},
        {"authorization": "basic " + basic("any", "right").removeprefix("Basic ")},
        {"authorization": "Bearer wrong", "x-grafana-token": "right"},
    ],
)
def test_a_token_may_come_in_its_own_header_as_bearer_or_as_password(headers: dict[str, str]) -> None:
    assert accepts(headers, grafana_webhook_token="right")


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"x-grafana-token": ""},
        {"x-grafana-token": "Right"},
        {"x-grafana-token": "righ"},
        {"x-grafana-token": "right "},
        {"x-alertmanager-token": "right"},
        {"authorization": "right"},
        {"authorization": "Digest right"},
        {"authorization": "Bearer"},
        {"authorization": basic("right", "wrong")},
        {"authorization": "Basic " + base64.b64encode(b"right").decode()},
        {"authorization": "Basic right"},
        {"authorization": "Basic " + base64.b64encode(b"a:\xff").decode()},
        {"authorization": "Basic r\u00efght"},
    ],
)
def test_anything_else_is_not_the_token(headers: dict[str, str]) -> None:
    assert not accepts(headers, grafana_webhook_token="right")


def test_a_password_may_hold_colons() -> None:
    assert accepts({"authorization": basic("grafana", "a:b:c")}, grafana_webhook_token="a:b:c")


@pytest.mark.parametrize("token", ["old", "new"])
def test_while_rotating_each_token_of_the_list_opens(token: str) -> None:
    assert accepts({"x-grafana-token": token}, grafana_webhook_token=["old", "new"])


def test_after_rotating_the_old_token_opens_nothing() -> None:
    assert not accepts({"x-grafana-token": "old"}, grafana_webhook_token=["new"])


def test_a_token_opens_its_own_source_only() -> None:
    tokens: dict[str, Any] = {"grafana_webhook_token": "g", "alertmanager_webhook_token": "a"}
    for source, token in (("grafana", "g"), ("alertmanager", "a"), ("grafana", "a"), ("alertmanager", "g")):
        headers = {f"x-{source}-token": token, "authorization": f"Bearer {token}"}
        assert accepts(headers, source=source, **tokens) is (source[0] == token)


@pytest.mark.parametrize(
    "secret",
    [{}, {"grafana_webhook_token": None}, {"alertmanager_webhook_token": "", "grafana_hmac_secret": None}],
)
def test_where_nothing_is_set_nothing_opens(secret: dict[str, Any]) -> None:
    of_nothing = hmac.new(b"", BODY, hashlib.sha256).hexdigest()
    headers = {"x-grafana-token": "", "authorization": "Bearer ", SIGNATURE: of_nothing}
    assert not accepts(headers, **secret)


@pytest.mark.parametrize(
    "secret",
    [
        {"grafana_webhook_token": 12345},
        {"grafana_webhook_token": ["right", {}]},
        {"grafana_webhook_token": "right", "grafana_hmac_secret": 12345},
        {"grafana_webhook_token": "right", "grafana_hmac_secret": ["a", "b"]},
        {"grafana_webhook_token": "right", "grafana_hmac_secret": ""},
        {"grafana_webhook_token": "right", "grafana_hmac_secret": " \n"},
        {"grafana_webhook_token": ["right", ""]},
        {"grafana_webhook_token": ["right", "\t"]},
        {"grafana_webhook_token": ["right", None]},
        {"grafana_webhook_token": "", "grafana_hmac_secret": "s"},
        {"grafana_webhook_token": " "},
        {"grafana_webhook_token": []},
    ],
)
def test_a_credential_of_the_wrong_type_or_empty_is_a_fault_that_is_told_and_never_a_check_left_out(
    secret: dict[str, Any],
) -> None:
    with pytest.raises(ConfigurationError) as told:
        accepts({"x-grafana-token": "right"}, **secret)
    assert "grafana_" in str(told.value)
    assert "12345" not in str(told.value)
    assert "right" not in str(told.value)


def test_a_body_is_not_hashed_for_a_wrong_token(monkeypatch: pytest.MonkeyPatch) -> None:
    """It may have megabytes."""
    secret: dict[str, Any] = {"grafana_webhook_token": "right", "grafana_hmac_secret": "s"}
    headers = {"x-grafana-token": "wrong", SIGNATURE: OF_BODY}
    with monkeypatch.context() as without:
        without.delattr(hmac, "new")
        assert not accepts(headers, **secret)
        with pytest.raises(AttributeError):
            accepts(headers | {"x-grafana-token": "right"}, **secret)


def test_a_signature_of_the_body_is_grafanas() -> None:
    assert accepts({SIGNATURE: OF_BODY}, grafana_hmac_secret="test-secret")


def test_a_signature_of_time_and_body_is_grafanas() -> None:
    headers = {SIGNATURE: OF_BODY_AND_TIME, TIMESTAMP: str(NOW)}
    assert accepts(headers, grafana_hmac_secret="test-secret")


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {SIGNATURE: ""},
        {SIGNATURE: "sha256=" + OF_BODY},
        {SIGNATURE: OF_BODY[:-1] + "0"},
        {SIGNATURE: OF_BODY_AND_TIME},
        {SIGNATURE: OF_BODY, TIMESTAMP: str(NOW)},
        {SIGNATURE: OF_BODY_AND_TIME, TIMESTAMP: str(NOW + 1)},
    ],
)
def test_any_other_signature_is_wrong(headers: dict[str, str]) -> None:
    assert not accepts(headers, grafana_hmac_secret="test-secret")


def test_a_signature_covers_every_byte_of_the_body() -> None:
    assert not accepts({SIGNATURE: OF_BODY}, body=BODY + b" ", grafana_hmac_secret="test-secret")


@pytest.mark.parametrize(
    ("age", "good"),
    [
        (0, True),
        (REPLAY_SECONDS, True),
        (REPLAY_SECONDS + 1, False),
        (-REPLAY_SECONDS, True),
        (-REPLAY_SECONDS - 1, False),
    ],
)
def test_a_signed_request_counts_for_five_minutes_either_way(age: int, *, good: bool) -> None:
    headers = {SIGNATURE: OF_BODY_AND_TIME, TIMESTAMP: str(NOW)}
    assert accepts(headers, now=NOW + age, grafana_hmac_secret="test-secret") is good


@pytest.mark.parametrize("timestamp", ["", "soon", "-1", "1.7e9", " 1700000000", "\u0661\u0667", "9" * 5000])
def test_a_timestamp_that_is_no_plain_number_of_seconds_proves_nothing(timestamp: str) -> None:
    headers = {SIGNATURE: signed("s", timestamp), TIMESTAMP: timestamp}
    assert not accepts(headers, grafana_hmac_secret="s")


@pytest.mark.parametrize(
    ("headers", "good"),
    [
        ({"x-grafana-token": "right", SIGNATURE: OF_BODY}, True),
        ({"x-grafana-token": "right"}, False),
        ({SIGNATURE: OF_BODY}, False),
        ({"x-grafana-token": "wrong", SIGNATURE: OF_BODY}, False),
        ({"x-grafana-token": "right", SIGNATURE: OF_BODY_AND_TIME}, False),
    ],
)
def test_where_token_and_signature_are_set_both_are_required(headers: dict[str, str], *, good: bool) -> None:
    secret: dict[str, Any] = {"grafana_webhook_token": "right", "grafana_hmac_secret": "test-secret"}
    assert accepts(headers, **secret) is good


@pytest.mark.parametrize(
    ("presented", "token"),
    [("r\u00efght", "right"), ("righ\udcff", "righ?"), ("\U0001f511", "right"), ("right\x00", "right")],
)
def test_header_text_beyond_ascii_is_compared_and_equals_only_itself(presented: str, token: str) -> None:
    assert not accepts({"x-grafana-token": presented}, grafana_webhook_token=token)
    assert accepts({"x-grafana-token": presented}, grafana_webhook_token=presented)


@given(
    headers=st.dictionaries(
        st.sampled_from(["x-grafana-token", "authorization", SIGNATURE, TIMESTAMP]),
        st.text(st.characters(exclude_characters="k", exclude_categories=())),
    ),
    body=st.binary(),
)
def test_no_guess_opens_and_none_crashes(headers: dict[str, str], body: bytes) -> None:
    assert not accepts(headers, body=body, grafana_webhook_token="key")
    assert not accepts(headers, body=body, grafana_hmac_secret="key")


@pytest.mark.parametrize(
    ("signature", "good"),
    [
        (f"v1={OF_BODY}", True),
        (f"v1={'0' * 64},v1={OF_BODY}", True),
        (f"v1={OF_BODY}, v1={'0' * 64}", True),
        (f"v2={OF_BODY}", False),
        (OF_BODY, False),
        (f"v1={'0' * 64},v1={'1' * 64}", False),
        ("v1=", False),
        ("", False),
        (",", False),
    ],
)
def test_a_source_says_where_its_service_signs_and_one_of_several_signatures_has_to_match(
    signature: str, *, good: bool
) -> None:
    source = SOURCES["pagerduty"]  # developer.pagerduty.com/docs/verifying-webhook-signatures
    credentials, headers = Credentials((), "test-secret"), {"x-pagerduty-signature": signature}
    assert authentic(source, headers, BODY, credentials, NOW) is good
    assert presents_any(source, headers) is bool(signature)
    assert not authentic(source, {SIGNATURE: OF_BODY}, BODY, credentials, NOW), "Grafana's is not its own"


def test_a_source_says_which_word_comes_before_a_token() -> None:
    source, credentials = replace(SOURCES["grafana"], authorization="geniekey"), Credentials(("key",), None)
    for header in ("GenieKey key", "Bearer key", basic("any", "key")):
        assert authentic(source, {"authorization": header}, BODY, credentials, NOW)
    assert not authentic(SOURCES["grafana"], {"authorization": "GenieKey key"}, BODY, credentials, NOW)


@pytest.mark.parametrize("name", SOURCES)
def test_what_a_source_says_of_its_headers_is_in_lower_case(name: str) -> None:
    said = [
        SOURCES[name].authorization,
        SOURCES[name].signs.header,
        SOURCES[name].signs.timestamp_header or "",
    ]
    assert [each.lower() for each in said] == said
