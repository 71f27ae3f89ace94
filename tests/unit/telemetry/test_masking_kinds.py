"""Masking compared with a list that others keep: detect-secrets finds nothing more in what we write."""

from importlib import import_module

import pytest

from chalicelib.telemetry.masking import MASKED, mask, names_credential

HEX = "0123456789abcdef"
WORD = "aB3dE6gH9jK2mN5pQ8sT1vW4yZ7cF0"
PLANTED = {
    "aws": ["AKIAIOSFODNN7EXAMPLE", 'aws_secret_key = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"'],
    "azure_storage_key": [f"AccountName=a;AccountKey={(WORD * 3)[:86]}==;EndpointSuffix=x"],
    "basic_auth": ["postgres://user:hunter2@db.example.org/ci"],
    "github_token": ["ghp_" + WORD + "aB3dE6", "ghs_" + WORD + "aB3dE6", "gho_" + WORD + "aB3dE6"],
    "gitlab_token": [
        *("glpat-" + WORD[:20], "gldt-" + WORD[:20], "glrt-" + WORD[:20], "glcbt-64_" + WORD[:20]),
        *("glptt-" + HEX * 2 + HEX[:8], "glimt-" + WORD[:25], "gloas-" + HEX * 4, "GR1348941" + WORD[:20]),
        "glagent-" + (WORD * 2)[:50],
    ],
    "jwt": ["eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N"],
    "mailchimp": [HEX * 2 + "-us12"],
    "npm": [
        f"//registry.example.org/:_authToken=npm_{WORD}aB3dE6",
        "//registry.example.org/:_authToken=01234567-89ab-cdef-0123-456789abcdef",
    ],
    "openai": ["sk-" + WORD[:20] + "T3BlbkFJ" + WORD[:20]],
    "private_key": ["-----BEGIN RSA PRIVATE KEY-----\nMIIEow\n-----END RSA PRIVATE KEY-----"],
    "pypi_token": ["pypi-AgEIcHlwaS5vcmc" + WORD * 3],
    "sendgrid": [f"SG.{WORD[:22]}.{(WORD * 2)[:43]}"],
    "slack": [
        *("xoxb-123456789012-1234567890123-" + WORD[:24], "xoxp-1-2-3-" + HEX, "xoxa-2-" + HEX),
        "https://hooks.slack.com/services/T00000000/B00000000/" + WORD[:24],
    ],
    "square_oauth": ["sq0csp-" + (WORD * 2)[:43]],
    "stripe": ["sk_live_" + WORD[:24], "rk_live_" + WORD[:24]],
    "telegram_token": ["110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw1"],
    "twilio": ["SK" + HEX * 2],
}
"""Credentials as their makers form them, by the detector that knows them."""

OTHERS = [
    *("glsa_" + HEX * 2 + "_01234567", "xapp-1-A0-1234-" + HEX, "AIza" + (WORD * 2)[:35], "ya29." + WORD),
    *("hvs." + WORD, "dckr_pat_" + WORD, "hf_" + "aBcDeFgHiJ" * 3 + "abcd", "ASIAIOSFODNN7EXAMPLE"),
    "https://discord.com/api/webhooks/123456789012345678/" + WORD,
]
ALL = [text for texts in PLANTED.values() for text in texts] + OTHERS


@pytest.mark.parametrize("module", PLANTED)
def test_detect_secrets_finds_nothing_in_what_we_write(module: str) -> None:
    detectors = vars(import_module(f"detect_secrets.plugins.{module}")).values()
    detector = next(each for each in detectors if getattr(each, "__module__", "").endswith(f".{module}"))()
    for text in PLANTED[module]:
        assert list(detector.analyze_string(text)), "a sample that its own detector does not know"
        assert not list(detector.analyze_string(mask(text)))


@pytest.mark.parametrize("around", ["{}", "failed with {} (401)", "a={}&b=1", '"{}"', "<{}>", "`{}`"])
@pytest.mark.parametrize("text", ALL)
def test_a_credential_is_hidden_whatever_stands_around_it(text: str, around: str) -> None:
    written = mask(around.format(text))
    assert MASKED in written
    assert not any(word in written for word in (WORD[:16], HEX, "wJalrXUtn", "hunter2", "IOSFODNN7"))


NAMED = {
    "password: x": "password: (masked)",
    "PASSWORD=hunter2": "PASSWORD=(masked)",
    '{"password": "x", "a": 1}': '{"password": "(masked)", "a": 1}',
    r"{\"db_password\":\"x\"}": r"{\"db_password\":\"(masked)\"}",
    "aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY": "aws_secret_access_key = (masked)",
    "api-key: 9a8b7c6d5e": "api-key: (masked)",
    "https://a/b.png?X-Amz-Signature=ab&X-Amz-Security-Token=cd&w=1": (
        "https://a/b.png?X-Amz-Signature=(masked)&X-Amz-Security-Token=(masked)&w=1"
    ),
    "https://a/?KEY=abc": "https://a/?KEY=(masked)",
    "AUTHORIZATION: BEARER abcdefghijklmnop1234": "AUTHORIZATION: BEARER (masked)",
}


@pytest.mark.parametrize("text", NAMED)
def test_what_is_named_a_credential_is_hidden_whatever_its_case(text: str) -> None:
    assert mask(text) == NAMED[text]


@pytest.mark.parametrize(
    "text",
    [
        "token: expired",
        "webhook secret: github_webhook_secret must be a string that is not empty",
        "secret alerting-dev-webhook-secrets: AccessDeniedException",
        "Token rotation: see the guide",
        "passed: 12, failed: 3",
        "pass: 3 of 5 checks",
        "compass: north",
        "bypass=true",
        "authentication failed: 401",
        "author=mona",
        "tokens: 5",
        '{"key":"alarms#looked","fingerprint":"ab"}',
    ],
)
def test_words_about_credentials_stay(text: str) -> None:
    assert mask(text) == text


@pytest.mark.parametrize("name", ["password", "Db_Password", "api_key", "X-Api-Key", "token", "secret"])
def test_a_label_of_such_a_name_holds_a_credential(name: str) -> None:
    assert names_credential(name)


@pytest.mark.parametrize("name", ["pod", "compass", "secret_name", "tokens_used", "namespace", "monkey"])
def test_a_label_of_another_name_does_not(name: str) -> None:
    assert not names_credential(name)
